#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <troupe/log.hpp>

/// What the options say.
struct Settings {
  std::uint32_t counters = 4;
  std::uint32_t clients = 0;  // 0: one a counter
  std::uint64_t operations = 50;
  std::chrono::nanoseconds interval = std::chrono::milliseconds(10);
  std::chrono::nanoseconds collect_every = std::chrono::seconds(2);
  std::chrono::nanoseconds timeout = std::chrono::seconds(1);
  std::uint32_t workers = 0;
  bool json = false;
  bool verbose = false;
  bool quiet = false;

  /// Whether counters have names and say when they start and stop: not in a crowd.
  bool counters_talk() const { return !quiet && (verbose || counters <= 20); }
  troupe::LogLevel log_level() const;
};

/// Reads the command line. The exit status, when the program is to end now.
std::optional<int> read_settings(int argc, const char* const* argv, Settings& settings);
