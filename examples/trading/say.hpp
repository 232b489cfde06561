#pragma once

#include <cstdio>
#include <string_view>
#include <troupe/format.hpp>

/// Prints one line on stdout. Any thread: lines do not mix.
template <class... Args>
void say(std::string_view who, troupe::FormatString<Args...> text, const Args&... args) {
  const auto line = troupe::format("{:<15} {}\n", who, troupe::format<Args...>(text, args...));
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}
