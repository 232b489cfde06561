#include "troupe/look_up.hpp"

#include "actor/system_state.hpp"

namespace troupe {

std::string_view to_string(LookUpError error) noexcept {
  switch (error) {
    case LookUpError::not_found:
      return "no living actor has this name";
    case LookUpError::other_messages:
      return "the actor of this name does not handle these messages";
  }
  return "?";
}

namespace detail {

std::expected<AnyRef, LookUpError> find_actor(const SystemState& system, std::string_view name,
                                              Protocol wanted) {
  Cell* cell = system.registry.find(name);
  if (!cell) return std::unexpected(LookUpError::not_found);
  AnyRef found = adopt_cell(cell);
  if (!handles_all(*cell->type, wanted)) return std::unexpected(LookUpError::other_messages);
  return found;
}

std::vector<std::pair<std::string, AnyRef>> find_actors(const SystemState& system,
                                                        Protocol wanted) {
  return system.registry.find_all(wanted);
}

}  // namespace detail
}  // namespace troupe
