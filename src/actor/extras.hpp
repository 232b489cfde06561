#pragma once

#include <string>

#include "base/clock.hpp"
#include "runtime/timer_queue.hpp"
#include "troupe/detail/cell.hpp"
#include "troupe/detail/pool.hpp"
#include "troupe/exit.hpp"

namespace troupe::detail {

/// A child told its parent that it has ended. Why is in the child.
struct ChildEnded : Node {
  Cell* child;  // held
  explicit ChildEnded(Cell& ended);
};

/// A stop signal.
struct StopSignal : Node {
  ExitReason reason;
  explicit StopSignal(ExitReason why);
};

/// Waits for an actor's end; answered with its reason.
struct EndWatch {
  using Reply = ExitReason;
  static constexpr NodeKind kSignal = NodeKind::watch;
  NodeKind ask;  // what to ask of the actor besides: stop, drain, kill; watch: nothing
  std::string reason;
};
/// Waits for the end of an actor's coroutine pre_start.
struct StartWatch {
  using Reply = void;
  static constexpr NodeKind kSignal = NodeKind::watch;
};

inline constexpr Nanoseconds kDefaultShutdownTime = 5'000'000'000;

extern const MessageType kill_type;
extern const MessageType drain_type;
extern const MessageType expire_type;

/// What only some actors have; made when first needed, by the spawning thread or in the actor's own
/// turn. Only `name` is read by other threads; it is set before the actor has a reference.
struct Extras {
  std::string name;
  Nanoseconds shutdown_time = kDefaultShutdownTime;

  // Children; the root's are guarded by the system's mutex.
  Cell* oldest_child = nullptr;
  Cell* youngest_child = nullptr;

  // Signals that wait for the handler to finish.
  ExitReason stop_reason;
  Node* events = nullptr;  // ChildEnded, oldest first
  Node* last_event = nullptr;

  // Requests to answer at the end, or when the actor runs.
  Request* end_watchers = nullptr;
  Request* start_watchers = nullptr;

  // Ending.
  ExitReason reason;
  std::string_view failed_in;          // the message or hook that failed
  Cell* ending_child = nullptr;        // who was asked to stop and has not ended yet
  Nanoseconds ending_child_until = 0;  // when it is killed
  std::uint64_t dropped = 0;           // messages left in the mailbox
  bool children_killed = false;
  bool constructed = true;
  bool unstarted = false;  // its start failed
  bool post_stop_done = false;

  // Time.
  Timer* timers = nullptr;  // guarded by the timer queue
  bool has_had_timers = false;
  Timer* deadline_timer = nullptr;
  Nanoseconds deadline_armed = 0;  // when it will fire; 0: not armed
  Nanoseconds receive_timeout = 0;
  Nanoseconds last_message = 0;
  const MessageType* receive_timeout_message = nullptr;
  std::uint64_t state_machine_timeouts = 0;  // how many were started: their generations

  static void* operator new(std::size_t size) { return pool_allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { pool_free(memory, size); }
  ~Extras();
};

/// Why an actor has ended.
ExitReason reason_of_ended(const Cell& cell);

/// The cell's extras, made if it has none.
Extras& extras_of(Cell& cell);
inline Extras* extras_if_any(const Cell& cell) noexcept {
  // acquire: other threads read the name.
  return cell.extras.load(std::memory_order_acquire);
}

}  // namespace troupe::detail
