#pragma once

#include <utility>

#include "troupe/detail/export.hpp"

namespace troupe {

namespace detail {
struct Timer;
TROUPE_EXPORT bool cancel_timer(Timer& timer) noexcept;
TROUPE_EXPORT void release_timer(Timer& timer) noexcept;
}  // namespace detail

/// A timer that was started. Dropping the handle does not cancel it; it ends with its actor.
class TimerHandle {
 public:
  TimerHandle() noexcept = default;
  explicit TimerHandle(detail::Timer* retained) noexcept : timer_(retained) {}
  TimerHandle(TimerHandle&& other) noexcept : timer_(std::exchange(other.timer_, nullptr)) {}
  TimerHandle& operator=(TimerHandle other) noexcept {
    std::swap(timer_, other.timer_);
    return *this;
  }
  ~TimerHandle() {
    if (timer_) detail::release_timer(*timer_);
  }

  /// Ends the timer and frees its message at once. False when it had fired, or was cancelled.
  /// What it sent already stays sent. Any thread.
  bool cancel() noexcept { return timer_ && detail::cancel_timer(*timer_); }

 private:
  detail::Timer* timer_ = nullptr;
};

}  // namespace troupe
