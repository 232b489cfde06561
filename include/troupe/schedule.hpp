#pragma once

#include <cstdint>

#include "troupe/detail/export.hpp"

namespace troupe {

/// Who goes on next in a simulation, of all actors that have something to do, timers that are due,
/// frames that have arrived and blocking work that was asked for.
class TROUPE_EXPORT Schedule {
 public:
  enum class Kind : std::uint8_t { fifo, random, pct, delays };

  /// Whoever has been waiting longest.
  static Schedule fifo() noexcept { return Schedule(Kind::fifo, 0, 0); }
  /// Anybody, with the same probability.
  static Schedule random() noexcept { return Schedule(Kind::random, 0, 0); }
  /// Everybody has a priority that is drawn by lot, and the highest one goes on; at `changes` steps
  /// of the first `steps`, whoever would go on becomes the lowest one. Finds a bug that takes
  /// `changes` + 1 orderings with a probability that can be computed (Burckhardt and others, "A
  /// Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", 2010).
  static Schedule pct(std::uint32_t changes = 2, std::uint64_t steps = 1000) noexcept {
    return Schedule(Kind::pct, changes, steps);
  }
  /// As fifo, but at `delays` steps of the first `steps`, whoever would go on has to wait until all
  /// others have had their turn (Emmi, Qadeer and Rakamaric, "Delay-Bounded Scheduling", 2011).
  static Schedule delays(std::uint32_t delays = 4, std::uint64_t steps = 1000) noexcept {
    return Schedule(Kind::delays, delays, steps);
  }

  Kind kind() const noexcept { return kind_; }
  std::uint32_t points() const noexcept { return points_; }
  std::uint64_t steps() const noexcept { return steps_; }

 private:
  Schedule(Kind kind, std::uint32_t points, std::uint64_t steps) noexcept
      : kind_(kind), points_(points), steps_(steps) {}

  Kind kind_;
  std::uint32_t points_;
  std::uint64_t steps_;
};

}  // namespace troupe
