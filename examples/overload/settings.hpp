#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "policy.hpp"

/// What the options say.
struct Settings {
  // The lanes.
  std::chrono::nanoseconds duration = std::chrono::seconds(10);
  std::uint64_t capacity = 1000;
  std::chrono::nanoseconds consumer_time = std::chrono::milliseconds(1);
  std::uint32_t faster = 10;
  std::uint64_t limit = 50'000;
  std::vector<Policy> policies;

  std::chrono::nanoseconds soak{};  // zero: the lanes once, side by side

  // The crowd, when there is one.
  std::uint32_t senders = 0;
  std::uint32_t messages = 10;
  std::uint32_t at_once = 50;
};

/// Reads the command line. The exit status, when the program is to end now.
std::optional<int> read_settings(int argc, const char* const* argv, Settings& settings);
