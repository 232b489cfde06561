#pragma once

#include "actor/system_state.hpp"
#include "base/clock.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe::detail {

inline Nanoseconds deadline_after(Nanoseconds now, std::chrono::nanoseconds timeout) noexcept {
  if (timeout.count() <= 0) return now;
  const Nanoseconds longest = INT64_MAX - now;
  return timeout.count() >= longest ? INT64_MAX : now + timeout.count();
}

/// The moment that a caller's time begins. Reading the coarse clock is cheaper, and no loss where
/// the timeout is long against its tick; the deadline then never comes too early.
struct CallTime {
  Nanoseconds began;
  Nanoseconds deadline;

  CallTime(Cell& caller, std::chrono::nanoseconds timeout) noexcept {
    const Clock& clock = caller.system->clock;
    if (timeout.count() >= 10 * Clock::kCoarseTick) {
      began = clock.coarse_now();
      deadline = deadline_after(began + clock.tick(), timeout);
    } else {
      began = clock.now();
      deadline = deadline_after(began, timeout);
    }
    // A call made while a request is handled ends with that request's time.
    if (turn.deadline != 0 && turn.deadline < deadline) deadline = turn.deadline;
  }
};

}  // namespace troupe::detail
