#pragma once

#include "troupe/detail/duration.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe {

/// `co_await sleep_for(10ms)` in an actor's coroutine: suspends the handler; the mailbox waits.
class [[nodiscard("co_await it")]] sleep_for : detail::Waiter {
 public:
  explicit sleep_for(std::chrono::nanoseconds time) noexcept : time_(time) {}

  bool await_ready() const noexcept { return time_.count() <= 0; }
  TROUPE_EXPORT void await_suspend(std::coroutine_handle<> handle);
  void await_resume() const noexcept {}

 private:
  std::chrono::nanoseconds time_;
};

/// `co_await yield()` in the middle of a long handler: lets other actors have the worker, and
/// signals such as kill be heard, when this actor's turn has been long enough.
class [[nodiscard("co_await it")]] yield : detail::Waiter {
 public:
  bool await_ready() const noexcept { return false; }
  TROUPE_EXPORT void await_suspend(std::coroutine_handle<> handle);
  void await_resume() const noexcept {}
};

}  // namespace troupe
