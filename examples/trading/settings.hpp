#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <troupe/log.hpp>

/// What the options say.
struct Settings {
  std::uint32_t ticks = 10;
  std::chrono::nanoseconds interval = std::chrono::milliseconds(500);
  std::chrono::nanoseconds order_time = std::chrono::milliseconds(100);
  std::uint32_t limit = 10'000;  // shares
  std::uint64_t seed = 1;
  bool tree = false;
  bool verbose = false;

  // By default, only errors: the reports of what has crashed, and why.
  troupe::LogLevel log_level() const {
    return verbose ? troupe::LogLevel::debug : troupe::LogLevel::error;
  }
};

/// Reads the command line. The exit status, when the program is to end now.
std::optional<int> read_settings(int argc, const char* const* argv, Settings& settings);
