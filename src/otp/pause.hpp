#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "troupe/backoff.hpp"

namespace troupe::detail {

/// The pause after `current`, without its jitter, which becomes the current one; zero: the first.
/// With its jitter; `random` is uniform.
Nanoseconds next_pause(double& current, const Backoff& backoff, std::uint64_t random) noexcept;

/// The pauses between a child's restarts; see Backoff.
class Pause {
 public:
  void started(Nanoseconds now) noexcept { started_ = now; }
  /// Whether it has run for reset_after since it was started: then the pauses begin again.
  bool recovered(const Backoff& backoff, Nanoseconds now) noexcept;
  /// The next one, for a child that ended now, or whose start failed. `random` is uniform.
  Nanoseconds next(const Backoff& backoff, Nanoseconds now, std::uint64_t random) noexcept;

 private:
  Nanoseconds started_ = 0;
  double current_ = 0;
};

}  // namespace troupe::detail
