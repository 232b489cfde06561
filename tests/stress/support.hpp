#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>

/// What the stress tests share: a seed that is printed and can be set, and a time that can be set.
namespace stress {

/// TROUPE_SEED, or a new one; printed, so that a failing run can be tried again.
inline std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* text = std::getenv("TROUPE_SEED");
    const std::uint64_t chosen =
        text ? std::strtoull(text, nullptr, 0) : std::random_device{}() | 1ull << 32;
    std::printf("TROUPE_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    std::fflush(stdout);
    return chosen;
  }();
  return value;
}

/// How long a test goes on: TROUPE_STRESS_SECONDS, or 4.
inline std::chrono::nanoseconds duration() {
  const char* text = std::getenv("TROUPE_STRESS_SECONDS");
  const double seconds = text ? std::strtod(text, nullptr) : 4;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

/// Thrown where what is tested does not hold.
struct Broken : std::runtime_error {
  using runtime_error::runtime_error;
};

/// xorshift64*: small enough for every actor to have its own.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ull | 1) {}
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Dull;
  }
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>((next() >> 32) % bound);
  }

 private:
  std::uint64_t state_;
};

}  // namespace stress
