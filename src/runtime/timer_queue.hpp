#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "troupe/detail/cell.hpp"

namespace troupe::detail {

class TimerQueue;

/// One timer of one actor. Everything but `references` is guarded by its queue's mutex, or constant
/// after it was armed.
struct Timer {
  static constexpr std::size_t kNotQueued = ~std::size_t{0};

  TimerQueue* queue = nullptr;
  Cell* cell = nullptr;  // held while the timer is armed
  Nanoseconds when = 0;
  Nanoseconds period = 0;   // 0: fires once
  std::uint64_t order = 0;  // among those of the same time
  std::size_t position = kNotQueued;
  Node* node = nullptr;                   // what it sends, or what its copies are made of
  Node* (*copy)(Node&) = nullptr;         // set when periodic
  void (*fire)(Timer&, Node*) = nullptr;  // on the timer thread, without the mutex
  bool firing = false;
  bool cancelled = false;
  // Cancelled, or fired for the last time: a handle may outlive the queue, but not before this.
  std::atomic<bool> over{false};
  Timer** list_head = nullptr;  // the actor's timers, while the actor lives
  Timer* previous = nullptr;
  Timer* next = nullptr;
  std::atomic<std::uint32_t> references{1};
};

/// A system's timers: a heap ordered by time and then by age, and the thread that serves it. The
/// same thread calls `tick` every kTick while the system is active. In a simulation there is no
/// thread and no tick.
class TimerQueue {
 public:
  static constexpr Nanoseconds kTick = 10'000'000;

  /// `tick` gives false when there is nothing to watch: then it rests until `wake_ticks`.
  TimerQueue(const Clock& clock, bool (*tick)(void*), void* context);
  /// Without a thread: see fire_next.
  explicit TimerQueue(const Clock& clock) noexcept : clock_(clock) {}
  ~TimerQueue();

  /// Arms a timer, or moves an armed one. `list`: the actor's timers; may be null.
  void arm(Timer& timer, Nanoseconds when, Timer** list);
  /// False: it was not armed.
  bool cancel(Timer& timer) noexcept;
  /// Ends all timers of an actor.
  void cancel_all(Timer*& list) noexcept;
  /// Cheap when ticking already; any thread.
  void wake_ticks() noexcept;
  /// Nothing fires any more.
  void stop() noexcept;

  // -- without a thread ---
  /// When the next one is to fire; INT64_MAX: there is none.
  Nanoseconds next_due() const noexcept { return heap_.empty() ? INT64_MAX : heap_.front()->when; }
  /// Fires the next one, whose time has come.
  void fire_next() noexcept;

 private:
  void serve() noexcept;
  void fire_due(std::unique_lock<std::mutex>& lock) noexcept;
  void fire_first(std::unique_lock<std::mutex>& lock) noexcept;
  bool earlier(const Timer& a, const Timer& b) const noexcept;
  void place(Timer& timer, std::size_t position) noexcept;
  void sift_up(std::size_t position) noexcept;
  void sift_down(std::size_t position) noexcept;
  void remove(Timer& timer) noexcept;
  Node* disarm(Timer& timer) noexcept;
  void wait_while_firing(Timer& timer, std::unique_lock<std::mutex>& lock) noexcept;

  const Clock& clock_;
  bool (*tick_)(void*) = nullptr;
  void* tick_context_ = nullptr;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable fired_;
  std::vector<Timer*> heap_;
  std::uint64_t orders_ = 0;
  std::atomic<bool> ticking_{true};
  bool stopping_ = false;
  std::thread thread_;
};

inline void retain(Timer& timer) noexcept {
  timer.references.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace troupe::detail
