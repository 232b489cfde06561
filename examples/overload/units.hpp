#pragma once

#include <chrono>
#include <cstdint>
#include <string>

// Figures as a table has room for them: up to seven columns.

namespace units {
std::string count(double count);
std::string bytes(double bytes);
std::string percent(double percent);
}  // namespace units

template <class Number>
std::string count_text(Number count) {  // 950, 12,400, 3.05 M
  return units::count(static_cast<double>(count));
}
template <class Number>
std::string bytes_text(Number bytes) {  // 256 B, 12.4 kB, 3.05 MB
  return units::bytes(static_cast<double>(bytes));
}
template <class Number>
std::string percent_text(Number part, Number whole) {  // 1.2 %, 89 %
  return units::percent(whole == 0 ? 0
                                   : 100 * static_cast<double>(part) / static_cast<double>(whole));
}
std::string exact_text(std::uint64_t count);           // 1,234,567
std::string time_text(std::chrono::nanoseconds time);  // 850 µs, 12.4 ms, 3.05 s
