#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "troupe/any_ref.hpp"
#include "troupe/detail/spawn.hpp"

namespace troupe {

enum class SupervisionErrorCode : unsigned char {
  already_present,  ///< a stopped child has this id
  already_started,  ///< a child that runs, or is about to, has this id
  running,          ///< the child runs: not for running children
  restarting,       ///< the child is being restarted
  not_found,        ///< no such child
  start_failed,     ///< text tells why
  invalid_spec,     ///< text tells why
  at_maximum,       ///< a dynamic supervisor has as many children as it may
  no_answer,        ///< the supervisor did not answer, or had ended; text tells more
};
TROUPE_EXPORT std::string_view to_string(SupervisionErrorCode code) noexcept;

/// Why a supervisor did not do what it was asked.
struct SupervisionError {
  SupervisionErrorCode code = SupervisionErrorCode::not_found;
  AnyRef child;  ///< the one that is in the way, when there is one
  std::string text;
};
TROUPE_EXPORT std::string to_string(const SupervisionError& error);

/// The reference as one to an A, when the actor is of that class.
template <class A>
std::optional<detail::SpawnedRef<A>> ref_as(const AnyRef& ref) {
  const detail::Cell* cell = cell_of(ref);
  if (!cell || (cell->type != &A::actor_class() && cell->type->name != A::actor_class().name)) {
    return std::nullopt;
  }
  return ref_cast<detail::SpawnedRef<A>>(ref);
}

}  // namespace troupe
