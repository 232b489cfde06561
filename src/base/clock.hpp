#pragma once

#include <time.h>

#include <cstdint>

#include "base/host.hpp"

namespace troupe::detail {

/// A system's time. Everything asks this, nothing the operating system directly.
class Clock {
 public:
  /// The machine's, or, in a simulation, that of the node whose turn it is.
  Clock() noexcept : host_(host_of_this_thread) {}

  /// About 25 ns.
  Nanoseconds now() const noexcept { return read(CLOCK_MONOTONIC); }
  /// About 6 ns; behind now() by up to kCoarseTick.
  Nanoseconds coarse_now() const noexcept { return read(CLOCK_MONOTONIC_COARSE); }

  static constexpr Nanoseconds kCoarseTick = 10'000'000;
  /// By how much coarse_now() may be behind: not at all in a simulation.
  Nanoseconds tick() const noexcept { return host_ ? 0 : kCoarseTick; }

 private:
  Nanoseconds read(clockid_t clock) const noexcept {
    if (host_) [[unlikely]]
      return host_->now();
    timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
  }

  Host* host_;
};

}  // namespace troupe::detail
