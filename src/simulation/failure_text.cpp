#include "simulation/failure_text.hpp"

#include <algorithm>

#include "troupe/format.hpp"

namespace troupe::detail {

std::string failure_text(const std::string& why, std::uint64_t step, Nanoseconds time,
                         std::uint64_t seed) {
  return format("{} (step {}, {} after the beginning, seed {})", why, step, duration_text(time),
                seed);
}

std::string way_of_failing(const std::string& text) {
  std::string way = text.substr(0, std::min(text.rfind(" (step "), text.find('\n')));
  std::erase_if(way, [](char each) { return each >= '0' && each <= '9'; });
  return way;
}

}  // namespace troupe::detail
