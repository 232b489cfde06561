#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "actor/turn.hpp"
#include "troupe/detail/passage.hpp"

namespace troupe::detail {

/// The time of the actor that runs here, or, where none does, a thread's.
Nanoseconds time_here() noexcept;

/// Signals that are sent when the lock is released: declare it before the lock.
class WakeUps {
 public:
  WakeUps() = default;
  WakeUps(const WakeUps&) = delete;
  WakeUps& operator=(const WakeUps&) = delete;
  ~WakeUps();
  void add(Request& wake) noexcept;

 private:
  Request* first_ = nullptr;
  Request* last_ = nullptr;
};

/// Lets those through that it has something for, and has the others wait in order: actors'
/// handlers and threads, on whichever workers and of whichever systems.
///
/// Only the first in the queue is ever looked at. It is let in by whoever leaves; and where what it
/// waits for comes with time, it looks itself when that time has come. It is told once that there
/// is something to look at: that it has passed, or that it has become the first.
///
/// Invariant: whoever is in the queue is alive, and its wake-up was sent or is its own: a Passage
/// that is destroyed leaves the queue under the mutex before. Hence a kill and a grant that cross
/// are ordered by the mutex: either the place is free, or what was granted is given back.
class Turnstile : public SharedState {
 public:
  /// Lets one in that does not wait; not before those who do.
  bool try_enter(Nanoseconds now) noexcept;
  std::size_t waiting() const noexcept;

 protected:
  static constexpr Nanoseconds kUnknown = INT64_MAX;

  /// `returns`: what one is let in with is given back when it is done.
  Turnstile(std::size_t max_waiting, std::chrono::nanoseconds max_wait, bool returns) noexcept
      : max_waiting_(max_waiting), max_wait_(max_wait.count()), returns_(returns) {}

  // Called under the mutex.
  virtual bool take(Nanoseconds now) noexcept = 0;
  virtual void give_back() noexcept = 0;
  /// When one could be let in with so many before it; kUnknown, always: it depends on the others.
  /// Then `take` succeeds, if nobody else has taken anything.
  virtual Nanoseconds when(Nanoseconds now, std::size_t before) noexcept = 0;
  /// For errors.
  virtual std::string describe() const = 0;

  mutable std::mutex mutex_;

 private:
  friend Passage;

  void enter(Passage& passage, Nanoseconds now);
  void look(Passage& passage, Nanoseconds now, WakeUps& wake_ups) noexcept;
  void give_up(Passage& passage, Nanoseconds now, WakeUps& wake_ups) noexcept;
  Nanoseconds next_look(const Passage& passage, Nanoseconds now) noexcept;
  void let_in(Nanoseconds now, WakeUps& wake_ups) noexcept;
  void tell(Passage& passage, WakeUps& wake_ups) noexcept;
  void remove(Passage& passage) noexcept;

  const std::size_t max_waiting_;
  const Nanoseconds max_wait_;
  const bool returns_;
  std::size_t waiting_ = 0;
  Passage* first_ = nullptr;
  Passage* last_ = nullptr;
};

/// What a thread sleeps on.
struct ThreadAtTurnstile {
  // relaxed, always: it only wakes the thread, which then reads what there is under the mutex.
  std::atomic<std::uint32_t> told{0};
};

}  // namespace troupe::detail
