#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/actor_ref.hpp"
#include "troupe/detail/dispatch.hpp"

namespace troupe {

/// Why a name leads to no reference.
enum class LookUpError : unsigned char {
  not_found,       ///< no living actor has it
  other_messages,  ///< its actor does not handle the messages that were asked for
};
TROUPE_EXPORT std::string_view to_string(LookUpError error) noexcept;

namespace detail {

TROUPE_EXPORT std::expected<AnyRef, LookUpError> find_actor(const SystemState& system,
                                                            std::string_view name, Protocol wanted);
TROUPE_EXPORT std::vector<std::pair<std::string, AnyRef>> find_actors(const SystemState& system,
                                                                      Protocol wanted);

template <class... Messages>
std::expected<ActorRef<Messages...>, LookUpError> find(const SystemState& system,
                                                       std::string_view name) {
  auto found = find_actor(system, name, handled_messages<Messages...>);
  if (!found) return std::unexpected(found.error());
  return ref_cast<ActorRef<Messages...>>(std::move(*found));
}

template <class... Messages>
std::vector<std::pair<std::string, ActorRef<Messages...>>> find_all(const SystemState& system) {
  std::vector<std::pair<std::string, ActorRef<Messages...>>> all;
  for (auto& [name, ref] : find_actors(system, handled_messages<Messages...>)) {
    all.emplace_back(std::move(name), ref_cast<ActorRef<Messages...>>(std::move(ref)));
  }
  return all;
}

}  // namespace detail
}  // namespace troupe
