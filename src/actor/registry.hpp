#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/any_ref.hpp"

namespace troupe::detail {

/// Whether the class handles all of them.
bool handles_all(const ActorClass& type, Protocol wanted) noexcept;

/// The names of a system's living actors. Any thread.
class Registry {
 public:
  /// False: a living actor has the name.
  bool add(const std::string& name, Cell& cell);
  void remove(const std::string& name) noexcept;
  /// Held for the caller; null: no such name.
  Cell* find(std::string_view name) const;
  /// Those that handle `wanted`, sorted by name.
  std::vector<std::pair<std::string, AnyRef>> find_all(Protocol wanted) const;
  /// Sorted.
  std::vector<std::string> names() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Cell*, std::less<>> cells_;
};

}  // namespace troupe::detail
