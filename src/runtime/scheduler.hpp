#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "runtime/injection_queue.hpp"
#include "runtime/run_queue.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe::detail {

class Scheduler;
struct Worker;

extern constinit thread_local Worker* worker_of_this_thread;

/// One thread that runs actors. What others read of it is atomic.
struct alignas(64) Worker {
  Scheduler* scheduler = nullptr;
  unsigned index = 0;
  // The actor woken last: it runs next, while what woke it is still in the cache. Atomic, because a
  // thief may take it when the owner is long in one turn.
  std::atomic<Cell*> next{nullptr};
  unsigned next_streak = 0;    // turns taken from `next` in a row
  bool injected_turn = false;  // the next turn looks at the injection queue first
  // Waking a parked worker for `next` alone pays only when this worker stays in its turn. So it is
  // tried ever more rarely, until a thief finds that it does pay.
  std::uint32_t speculation_countdown = 1;
  std::atomic<std::uint32_t> speculation_interval{1};
  RunQueue queue;
  // Counters that only this worker writes; they are summed when somebody reads them.
  struct Tally {
    std::atomic<std::uint64_t> spawned{0};
    std::atomic<std::uint64_t> ended{0};

    static void count(std::atomic<std::uint64_t>& counter) noexcept {
      // release: who reads the count sees what it counts.
      counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
  };
  Tally tally;
  Nanoseconds search_time = 0;  // how long it looks for work before it parks
  // Actors' numbers, reserved for those that are spawned here.
  std::uint64_t next_id = 0;
  std::uint64_t end_of_ids = 0;
  alignas(64) std::atomic<std::uint32_t> parked{0};  // futex: 1 while it sleeps
  // For the watchdog.
  std::atomic<std::uint64_t> turns{0};
  std::atomic<Cell*> current{nullptr};
  std::atomic<TurnContext*> context{nullptr};
  std::atomic<bool> exited{false};
  std::thread thread;
};

/// Work stealing with parking.
///
/// Runnable actors are in a worker's `next`, in its queue, or in the injection queue (from threads
/// that are no workers, and overflow). A worker that finds none searches for a while, then parks.
/// At most one wake-up is under way: whoever makes work visible and sees no searcher wakes one
/// parked worker, which becomes a searcher and, when it finds more than it needs, wakes the next.
///
/// No wake-up is lost: work is published before `searching_` and `parked_` are read, a worker marks
/// itself parked before it looks at all queues for the last time, all sequentially consistent; and
/// whoever gave up being a searcher looks again.
///
/// How long a worker searches adapts to the work, as the halt polling of Linux's KVM does: to be
/// woken costs ten times the search that would have found what woke it, so a worker that was parked
/// for a short time only searches for longer the next time, and one that slept for long goes back
/// to a short search. One worker at a time does that for all.
class Scheduler {
 public:
  /// `run` gives an actor a turn and says whether it wants another. `on_wake` is called by each
  /// worker that wakes. `longest_search`: see SystemOptions::spin.
  Scheduler(unsigned workers, Nanoseconds longest_search, bool (*run)(Cell&),
            void (*on_wake)(void*), void* context);
  /// Without workers: a simulation runs the actors.
  explicit Scheduler(Host& host) noexcept;
  ~Scheduler();

  /// Makes a runnable actor run. Any thread.
  void schedule(Cell& cell) noexcept;
  /// The worker that calls, or null: another thread, or another system's worker.
  Worker* this_worker() const noexcept;

  /// Lets the workers end; actors that are queued do not run any more. Waits until `deadline` for
  /// them (system clock); the threads that are still in a handler then are let go. True: all ended.
  bool stop(Nanoseconds deadline) noexcept;

  unsigned size() const noexcept { return static_cast<unsigned>(workers_.size()); }
  Worker& worker(unsigned index) noexcept { return *workers_[index]; }
  /// How many workers are parked.
  std::size_t parked() const noexcept;
  bool idle() const noexcept { return parked() == workers_.size(); }
  /// Wakes a worker, if one is parked, to look for work.
  void notify() noexcept;
  /// The actor that this worker runs is about to be freed: the watchdog must not look at it.
  static void forget_current() noexcept;

 private:
  void work(Worker& worker) noexcept;
  Cell* find_work(Worker& worker) noexcept;
  Cell* search(Worker& worker) noexcept;
  Cell* steal(Worker& thief) noexcept;
  bool park(Worker& worker) noexcept;
  void adapt_search(Worker& worker, Nanoseconds parked) noexcept;
  bool may_search(const Worker& worker, Nanoseconds spent) const noexcept;
  bool work_visible() const noexcept;
  void schedule_from_outside(Cell* cell) noexcept;
  void speculate(Worker& worker) noexcept;
  void push_local(Worker& worker, Cell* cell) noexcept;
  Cell* take_injected(Worker& worker) noexcept;

  Host* const host_ = nullptr;
  const Nanoseconds longest_search_ = 0;
  bool (*run_)(Cell&) = nullptr;
  void (*on_wake_)(void*) = nullptr;
  void* on_wake_context_ = nullptr;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<bool> stopping_{false};

  alignas(64) std::atomic<std::uint32_t> searching_{0};
  std::vector<std::atomic<std::uint64_t>> parked_;  // a bit a worker

  alignas(64) std::atomic<std::uint32_t> visitors_{0};  // threads in schedule_from_outside
  InjectionQueue injected_;
};

inline Worker* Scheduler::this_worker() const noexcept {
  Worker* worker = worker_of_this_thread;
  return worker && worker->scheduler == this ? worker : nullptr;
}

inline void Scheduler::schedule(Cell& cell) noexcept {
  Worker* worker = this_worker();
  if (!worker) [[unlikely]]
    return schedule_from_outside(&cell);
  // Others only ever take out: an empty slot stays empty until we fill it. The first actor that a
  // turn wakes gets it, the others queue, so that they run in order.
  if (worker->next.load(std::memory_order_relaxed)) return push_local(*worker, &cell);
  worker->next.store(&cell, std::memory_order_release);  // publishes the cell to a thief
  if (--worker->speculation_countdown == 0) [[unlikely]]
    speculate(*worker);
}

}  // namespace troupe::detail
