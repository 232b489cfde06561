#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/detail/cell.hpp"

namespace troupe::detail {

/// The names of a system's living actors. Any thread.
class Registry {
 public:
  /// False: a living actor has the name.
  bool add(const std::string& name, Cell& cell);
  void remove(const std::string& name) noexcept;
  /// Held for the caller; null: no such name.
  Cell* find(std::string_view name) const;
  /// Sorted.
  std::vector<std::string> names() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Cell*, std::less<>> cells_;
};

}  // namespace troupe::detail
