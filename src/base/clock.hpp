#pragma once

#include <time.h>

#include <cstdint>

namespace troupe::detail {

/// Nanoseconds since some fixed moment; what all of a system's deadlines are written in.
using Nanoseconds = std::int64_t;

/// A system's time. Everything asks this, nothing the operating system directly.
class Clock {
 public:
  /// About 25 ns.
  Nanoseconds now() const noexcept { return read(CLOCK_MONOTONIC); }
  /// About 6 ns; behind now() by up to kCoarseTick.
  Nanoseconds coarse_now() const noexcept { return read(CLOCK_MONOTONIC_COARSE); }

  static constexpr Nanoseconds kCoarseTick = 10'000'000;

 private:
  static Nanoseconds read(clockid_t clock) noexcept {
    timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
  }
};

}  // namespace troupe::detail
