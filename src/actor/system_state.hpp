#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actor/blocking_pool.hpp"
#include "actor/events.hpp"
#include "actor/registry.hpp"
#include "base/clock.hpp"
#include "base/mix.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/timer_queue.hpp"
#include "troupe/detail/turn.hpp"
#include "troupe/system.hpp"

namespace troupe::detail {

class Groups;

/// What a System is made of. It outlives its System when a handler never returns: the thread that
/// is stuck in it holds it.
class SystemState {
 public:
  explicit SystemState(SystemOptions system_options);
  ~SystemState();

  Host* const host;  // null: the machine
  SystemOptions options;
  Clock clock;
  Registry registry;
  const std::shared_ptr<Groups> groups;        // shared with the handles on groups
  const std::shared_ptr<EventStreams> events;  // shared with the handles on subscriptions
  EventLog event_log;
  std::mutex root_children;  // guards the root's list of children, and root_closed
  bool root_closed = false;
  Cell* root = nullptr;

  // Workers take numbers from here kIdBatch at a time, and count on their own.
  static constexpr std::uint64_t kIdBatch = 256;
  alignas(64) std::atomic<std::uint64_t> next_id{1};
  std::atomic<std::uint64_t> spawned_outside{0};  // by threads that are no workers
  std::atomic<std::uint64_t> ended_outside{0};
  std::atomic<std::uint64_t> unstarted{0};  // of those that were counted as spawned
  std::atomic<std::uint64_t> failures{0};
  std::atomic<std::uint64_t> expired_requests{0};
  std::atomic<std::uint64_t> random_state;

  // Set when a shutdown's deadline has passed: whoever is killed in a handler is named.
  std::atomic<bool> overdue{false};
  std::mutex held_up_mutex;
  std::vector<HeldUp> held_up;

  // The watchdog's: what each worker was doing at the last tick. Only the timer thread's.
  struct Look {
    std::uint64_t turns = 0;
    Nanoseconds since = 0;
    bool reported = false;
  };
  std::vector<Look> looks;
  unsigned ticks = 0;
  unsigned idle_ticks = 0;
  std::atomic<bool> ready{false};  // everything below is made

  BlockingPool blocking;
  TimerQueue timers;
  Scheduler scheduler;  // last: its threads use all of the above

  /// A number for an actor that this thread spawns; counts it.
  std::uint64_t count_spawned() noexcept;
  void count_ended() noexcept;
  /// How many actors may run at a time.
  unsigned workers() const noexcept { return host ? 1 : scheduler.size(); }

  /// A random number, not for secrets. Any thread.
  std::uint64_t random() noexcept {
    // relaxed: each number is drawn once, in whatever order.
    return mix(random_state.fetch_add(kMixStep, std::memory_order_relaxed));
  }

  /// Reports handlers that hold a worker, and rescues what waits behind them. False: all is quiet.
  bool tick();
  /// Who runs on a worker now, if it is still in that turn.
  std::optional<HeldUp> running_on(Worker& worker, std::uint64_t turns);
  /// The message whose handler this actor, which the caller holds, runs just now; empty when it
  /// runs none.
  std::string handler_of(const Cell& cell);
  void hold_up(const Cell& cell, std::string_view handler);
  void log(LogLevel level, const Cell* actor, std::string text) noexcept;
  void log(LogLevel level, std::string actor, std::string text) noexcept;
};

/// Keeps an actor's cell from being freed while another thread reads it, without holding it; one
/// cell and one thread at a time in the process.
class CellGuard {
 public:
  CellGuard() noexcept;
  ~CellGuard();
  CellGuard(const CellGuard&) = delete;
  CellGuard& operator=(const CellGuard&) = delete;

  /// From now on the cell, and not the one before. Effective if whatever made it certain that the
  /// cell is alive is found unchanged after this.
  void keep(Cell& cell) noexcept;
  void let_go() noexcept;
};

/// The systems that there are: what is sent to an actor that has ended must not touch one that is
/// gone. Do little under the lock, and nothing of the user's.
class LiveSystems {
 public:
  static std::unique_lock<std::mutex> lock();
  /// Under the lock.
  static bool has(const SystemState* system) noexcept;
};

/// Calls `function` with the system, if it is still there.
template <class Function>
void with_live_system(SystemState* system, Function&& function) {
  // A system outlives its actors' turns.
  if (turn.cell && turn.cell->system == system) return function(*system);
  const auto lock = LiveSystems::lock();
  if (LiveSystems::has(system)) function(*system);
}

/// A reference to an actor that is held already.
inline AnyRef ref_to(Cell& cell) noexcept {
  retain(cell);
  return adopt_cell(&cell);
}

/// The name, or Class#id.
std::string name_of(const Cell& cell);

}  // namespace troupe::detail
