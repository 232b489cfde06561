#pragma once

#include <atomic>
#include <string>

#include "base/clock.hpp"
#include "runtime/timer_queue.hpp"
#include "troupe/detail/cell.hpp"
#include "troupe/detail/pool.hpp"
#include "troupe/detail/spawn.hpp"
#include "troupe/exit.hpp"

namespace troupe::detail {

/// How an incarnation ended, for a supervisor that hears of it when the next one may run already.
struct IncarnationEnd {
  ExitReason reason;
  LastState state;
};

/// A child told its parent that it has ended.
struct ChildEnded : Node {
  Cell* child;  // held
  std::uint32_t incarnation;
  // Owned. Null: it has ended for good, and how is in the child. Otherwise it waits to be made
  // again, or to be ended for good.
  IncarnationEnd* dormant;
  ChildEnded(Cell& ended, std::uint32_t which, IncarnationEnd* how);
};

/// What comes after an incarnation.
enum class Fate : std::uint8_t {
  by_rule,  // the child specification decides
  last,     // nothing: the supervisor ends the actor for good
  next,     // another one: the supervisor restarts it with its siblings
};

/// A stop signal.
struct StopSignal : Node {
  ExitReason reason;
  Fate fate;
  explicit StopSignal(ExitReason why, Fate then = Fate::by_rule);
};

/// Waits for an actor's end; answered with its reason. One that asks for the end is content with
/// the end of the incarnation, unless it asks for the last one.
struct EndWatch {
  using Reply = ExitReason;
  static constexpr NodeKind kNodeKind = NodeKind::watch;
  NodeKind ask;  // what to ask of the actor besides: stop, drain, kill; watch: nothing
  std::string reason;
  Fate fate = Fate::by_rule;
};
/// Waits for the end of an actor's coroutine pre_start.
struct StartWatch {
  using Reply = void;
  static constexpr NodeKind kNodeKind = NodeKind::watch;
};
/// Makes a dormant actor's next incarnation; answered when its pre_start is over.
struct Revive {
  using Reply = bool;  // false: the actor was not to be started, see IgnoreStart
  static constexpr NodeKind kNodeKind = NodeKind::watch;
  Construct construct;
};

inline constexpr Nanoseconds kDefaultShutdownTime = 5'000'000'000;

extern const MessageType kill_type;
extern const MessageType kill_for_good_type;  // with Fate::last
extern const MessageType drain_type;
extern const MessageType expire_type;

struct Relations;
class CallGroup;

/// What only some actors have; made when first needed, by the spawning thread or in the actor's own
/// turn. Only `name` is read by other threads; it is set before the actor has a reference.
struct Extras {
  std::string name;
  Nanoseconds shutdown_time = kDefaultShutdownTime;  // not above 0: killed at once

  // Supervision.
  Restart restart = Restart::temporary;
  Fate fate = Fate::by_rule;  // of this incarnation
  bool gave_up = false;       // a supervisor that failed in its task; its reason is an orderly one
  bool ends_children_together = false;
  std::uint32_t incarnation = 1;
  Request* reviver = nullptr;  // a Revive to answer when pre_start is over
  LastState last_state;

  Relations* relations = nullptr;  // links and monitors

  // What the suspended handler waits for, for others to follow: see wait_graph.hpp.
  std::atomic<Cell*> waits_for{nullptr};
  std::atomic<const MessageType*> waits_with{nullptr};
  std::atomic<CallGroup*> waits_for_all{nullptr};  // call_all's; guarded by the guard of cells
  std::atomic<std::uint64_t> waits{0};      // a WaitState, and how many waits there have been
  std::atomic<std::uint64_t> kept_wait{0};  // the last one whose request's handler took its port
  std::atomic<bool> look_again{false};      // somebody could not tell whether it still waits

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
  bool abrupt = false;                 // killed: no post_stop, children are killed too
  bool children_asked = false;         // all at once
  bool children_killed = false;
  bool exit_asked = false;  // by a link: a suspended handler does not delay it
  bool ignored = false;     // the start was given up by IgnoreStart
  bool constructed = true;
  bool unstarted = false;         // its start failed
  bool started_at_spawn = false;  // a coroutine pre_start that was over when spawn returned
  bool post_stop_done = false;
  bool never_ran = false;  // this incarnation has ended before its pre_start was over

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
Extras& make_extras(Cell& cell);
inline Extras& extras_of(Cell& cell) {
  // relaxed: only the actor's own thread makes them.
  if (Extras* extras = cell.extras.load(std::memory_order_relaxed)) [[likely]] {
    return *extras;
  }
  return make_extras(cell);
}
inline Extras* extras_if_any(const Cell& cell) noexcept {
  // acquire: other threads read the name.
  return cell.extras.load(std::memory_order_acquire);
}

}  // namespace troupe::detail
