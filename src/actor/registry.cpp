#include "actor/registry.hpp"

namespace troupe::detail {

bool handles_all(const ActorClass& type, Protocol wanted) noexcept {
  for (; *wanted; ++wanted) {
    Protocol has = type.messages;
    if (!has) return false;
    while (*has && !same_type(**has, **wanted)) ++has;
    if (!*has) return false;
  }
  return true;
}

bool Registry::add(const std::string& name, Cell& cell) {
  std::lock_guard lock(mutex_);
  return cells_.emplace(name, &cell).second;
}

void Registry::remove(const std::string& name) noexcept {
  std::lock_guard lock(mutex_);
  if (auto found = cells_.find(name); found != cells_.end()) cells_.erase(found);
}

Cell* Registry::find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  auto found = cells_.find(name);
  if (found == cells_.end()) return nullptr;
  retain(*found->second);  // it lives: an actor leaves the registry before its end
  return found->second;
}

std::vector<std::pair<std::string, AnyRef>> Registry::find_all(Protocol wanted) const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, AnyRef>> found;
  for (auto& [name, cell] : cells_) {
    if (!handles_all(*cell->type, wanted)) continue;
    retain(*cell);  // as in find
    found.emplace_back(name, adopt_cell(cell));
  }
  return found;
}

std::vector<std::string> Registry::names() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  names.reserve(cells_.size());
  for (auto& [name, cell] : cells_) names.push_back(name);
  return names;
}

}  // namespace troupe::detail
