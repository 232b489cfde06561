#include "units.hpp"

#include <array>
#include <string_view>
#include <troupe/format.hpp>

namespace {

// Three digits that count.
std::string short_text(double value, std::array<std::string_view, 4> units) {
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  const std::string_view space = units[unit].empty() ? "" : " ";
  if (value >= 99.95 || unit == 0) {
    return troupe::format("{:.0f}{}{}", value, space, units[unit]);
  }
  if (value >= 9.995) return troupe::format("{:.1f}{}{}", value, space, units[unit]);
  return troupe::format("{:.2f}{}{}", value, space, units[unit]);
}

}  // namespace

std::string units::count(double count) {
  if (count >= 999'999.5) return short_text(count, {"", "k", "M", "G"});
  return exact_text(static_cast<std::uint64_t>(count + 0.5));
}

std::string units::bytes(double bytes) { return short_text(bytes, {"B", "kB", "MB", "GB"}); }

std::string units::percent(double percent) {
  return percent > 0 && percent < 9.95 ? troupe::format("{:.1f} %", percent)
                                       : troupe::format("{:.0f} %", percent);
}

std::string time_text(std::chrono::nanoseconds time) {
  return short_text(static_cast<double>(time.count()), {"ns", "µs", "ms", "s"});
}

std::string exact_text(std::uint64_t count) {
  if (count < 1000) return troupe::format("{}", count);
  return troupe::format("{},{:03}", exact_text(count / 1000), count % 1000);
}
