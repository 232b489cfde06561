#include "actor/turn.hpp"

#include <memory>
#include <utility>

#include "actor/children.hpp"
#include "actor/incarnation.hpp"
#include "actor/inspect.hpp"
#include "actor/locate.hpp"
#include "actor/overflow.hpp"
#include "actor/quantum.hpp"
#include "actor/relations.hpp"
#include "actor/wait_graph.hpp"
#include "base/error_text.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/detail/dispatch.hpp"

namespace troupe::detail {

constinit thread_local TurnContext turn{};

namespace {

template <class T>
T& as(Node& node) noexcept {
  return static_cast<T&>(node);
}

// Looks closely only when the coarse time is near the deadline.
bool is_late(const Request& request, const Clock& clock, Nanoseconds coarse_now) noexcept {
  const Nanoseconds deadline = request.deadline();
  return deadline != 0 && coarse_now + Clock::kCoarseTick >= deadline && clock.now() >= deadline;
}

void answer_start_watchers(Cell& cell) noexcept {
  Extras* extras = extras_if_any(cell);
  if (!extras) return;
  while (Request* watch = extras->start_watchers) {
    extras->start_watchers = static_cast<Request*>(watch->next.load(std::memory_order_relaxed));
    watch->answer = Answer::value;
    watch->emplace<Unit>();
    deliver(*watch);
  }
}

// A hook or an event's handler ran to its end.
bool hook_done(Cell& cell) {
  cell.hook_running = false;
  switch (cell.phase) {
    case Phase::starting:
      cell.phase = Phase::started;
      if (Extras* extras = extras_if_any(cell); extras && extras->reviver) revived(cell, *extras);
      answer_start_watchers(cell);
      return true;
    case Phase::started:
      cell.phase = Phase::running;
      return true;
    case Phase::stopping:
      return advance_end(cell);
    default:
      return true;
  }
}

// Runs a step that user code is part of: what it gives, unless it throws.
template <class Step>
bool guarded(Cell& cell, Step&& step) {
  return with_error_text(std::forward<Step>(step),
                         [&](std::string text) { return fail(cell, std::move(text)); });
}

// The same for a step that may belong to the start.
template <class Step>
bool guarded_hook(Cell& cell, Step&& step) {
  return guarded(cell, [&] {
    try {
      return step();
    } catch (const IgnoreStart&) {
      extras_of(cell).ignored = cell.phase == Phase::starting;
      throw;
    }
  });
}

template <class Hook>
bool run_hook(Cell& cell, Hook&& hook) {
  cell.hook_running = true;
  turn.message.store(nullptr, std::memory_order_relaxed);
  return guarded_hook(cell, [&] { return hook() == Outcome::suspended || hook_done(cell); });
}

// One step of the start: what was not done on the spawning thread.
bool start(Cell& cell) {
  const auto hook = cell.phase == Phase::starting ? cell.type->pre_start : cell.type->post_start;
  if (!hook) return hook_done(cell);
  return run_hook(cell, [&] { return hook(cell); });
}

// What the suspended handler waits for.
Waiter* waiter_of(const Cell& cell) noexcept {
  return cell.handler ? cell.handler->waiter : nullptr;
}

// The suspended handler has what it waited for.
bool resume(Cell& cell) {
  stop_waiting(cell);
  Waiter* waiter = std::exchange(cell.handler->waiter, nullptr);
  waiter->slot = nullptr;
  turn.message.store(cell.handler->message, std::memory_order_relaxed);
  turn.deadline = cell.handler->deadline;
  return guarded_hook(cell, [&] {
    resume_in_turn(waiter->handle);
    turn.deadline = 0;
    if (!cell.handler->self.done()) return true;
    finish_handler(cell);
    if (cell.hook_running) return hook_done(cell);
    finish_message(cell);
    if (cell.type->handled) cell.type->handled(cell, nullptr);
    return true;
  });
}

void watch(Cell& cell, Request& request) {
  if (request.type == &message_type<Inspect>) return answer_inspect(cell, request);
  if (request.type == &message_type<Locate>) return answer_locate(cell, request);
  Extras& extras = extras_of(cell);
  const bool start = request.type == &message_type<StartWatch>;
  // One that failed in its start may still be ending its children: never_ran is set by then.
  const bool between = cell.phase == Phase::starting || cell.phase == Phase::dormant;
  if (start && !between && !extras.never_ran) {
    request.answer = Answer::value;
    request.emplace<Unit>();
    deliver(request);
    return;
  }
  // As those hear who waited while it ended: a supervisor may ask too late about a first start.
  const bool over = start ? extras.never_ran : content_with_incarnation(request, extras.reason);
  if (cell.phase == Phase::dormant && over) {
    answer_end(request, extras.reason);
    return;
  }
  Request*& list = start ? extras.start_watchers : extras.end_watchers;
  request.next.store(list, std::memory_order_relaxed);
  list = &request;
}

// True: what the handler waits for has expired; not asked when it has what it waits for.
bool expire(Cell& cell, bool ready) {
  Extras& extras = extras_of(cell);
  const Nanoseconds now = cell.system->clock.now();
  bool expired = false;
  if (Waiter* waiter = waiter_of(cell); waiter && waiter->deadline != 0 && !ready) {
    const bool over = now >= waiter->deadline;
    // Even if it waits on it ends soon; and nobody looks any more at what is taken back below.
    if (over) stop_waiting(cell);
    if (over && !waiter->delays()) {
      waiter->expire();
      expired = true;
    } else {
      arm_deadline(cell, waiter->deadline);
    }
  }
  kill_overdue_child(cell, now);
  if (cell.idle_watched && cell.phase == Phase::running) {
    if (cell.handler) {
      extras.last_message = now;  // not idle, but in the middle of a message
    } else if (now - extras.last_message >= extras.receive_timeout) {
      extras.last_message = now;
      const MessageType* type = extras.receive_timeout_message;
      push_own(cell, *::new (pool_allocate(type->node_size)) Node(type));
    }
    arm_deadline(cell, extras.last_message + extras.receive_timeout);
  }
  return expired;
}

// The suspended handler waits on. True: not any more, as that would close a circle.
bool goes_on_in_circle(Cell& cell) {
  if (!go_on_waiting(cell)) return false;
  Waiter* waiter = waiter_of(cell);
  return waiter && waiter->closes_circle();
}

// Takes all signals, in the order of the priorities.
bool hear_signals(Cell& cell) {
  bool killed = false;
  bool ready = false;
  bool advance = false;
  bool time_over = false;
  Request* revive = nullptr;
  if (cell.handler) pause_waiting(cell);
  for (Node* node = take_signals(cell); node;) {
    Node& signal = *node;
    node = signal.next.load(std::memory_order_relaxed);
    switch (signal.type->kind) {
      case NodeKind::kill:
        killed = true;
        if (signal.type == &kill_for_good_type) extras_of(cell).fate = Fate::last;
        free_node(&signal);
        break;
      case NodeKind::stop: {
        auto& stop = as<StopSignal>(signal);
        if (stop.fate != Fate::by_rule) set_fate(cell, stop.fate);
        ask_to_stop(cell, std::move(stop.reason));
        destroy_node(&signal);
        break;
      }
      case NodeKind::relation: {
        auto& relation = as<RelationSignal>(signal);
        relation.hear(cell, relation);
        destroy_node(&signal);
        break;
      }
      case NodeKind::child_ended:
        advance = child_ended(cell, as<ChildEnded>(signal)) || advance;
        break;
      case NodeKind::expire:
        free_node(&signal);
        // Also where nobody looks at the time now, as at a kill: who arms it next must not be
        // misled.
        extras_of(cell).deadline_armed = 0;
        time_over = true;
        break;
      default: {
        auto& request = as<Request>(signal);
        if (request.answer == Answer::none) {
          if (request.type == &message_type<Revive>) {
            revive = &request;
          } else {
            watch(cell, request);
          }
          break;
        }
        --cell.outstanding;
        Waiter* waiter = waiter_of(cell);
        const Heard heard = waiter ? waiter->hear(request) : Heard::not_mine;
        if (heard == Heard::not_mine) destroy_node(&request);  // late: it goes nowhere
        ready = ready || heard == Heard::ready;
      }
    }
  }
  if (cell.phase == Phase::dormant) return hear_dormant(cell, revive);
  if (killed) return end_killed(cell);
  if (cell.stop_asked && cell.handler && cell.phase < Phase::stopping && stop_interrupts(cell)) {
    return end_interrupted(cell);
  }
  // After the rest: an answer that has come counts, even if the time has passed since.
  if (time_over) ready = expire(cell, ready) || ready;
  if (ready || (cell.handler && goes_on_in_circle(cell))) return resume(cell);
  if (advance && !cell.handler) return advance_end(cell);
  return true;
}

// How an actor that has ended for good did so.
IncarnationEnd end_of(const Cell& ended) {
  Extras* extras = extras_if_any(ended);
  return {reason_of_ended(ended), extras ? std::move(extras->last_state) : LastState()};
}

// The signal that waited longest for the handler to finish: a stop before events.
bool handle_pending(Cell& cell) {
  if (cell.stop_asked) {
    Extras* extras = extras_if_any(cell);
    if (ends_quietly(cell)) return end_quietly(cell, ExitKind::stopped);
    return begin_end(cell, extras ? std::move(extras->stop_reason) : ExitReason());
  }
  Extras& extras = extras_of(cell);
  auto& event = as<ChildEnded>(*extras.events);
  extras.events = event.next.load(std::memory_order_relaxed);
  cell.pending = extras.events != nullptr;
  AnyRef child = adopt_cell(event.child);  // the node's reference
  if (cell.type->child_exit) {
    const std::unique_ptr<IncarnationEnd> dormant(event.dormant);
    const std::uint32_t incarnation = event.incarnation;
    free_node(&event);
    // One that was dormant then may run by now: nothing of it is to be touched.
    IncarnationEnd end = dormant ? std::move(*dormant) : end_of(*cell_of(child));
    return run_hook(cell, [&] {
      return cell.type->child_exit(cell, {std::move(child), std::move(end.reason),
                                          std::move(end.state), incarnation, dormant != nullptr});
    });
  }
  free_node(&event);
  ExitReason reason = reason_of_ended(*cell_of(child));
  if (!has_failed(*cell_of(child))) {
    Extras* theirs = extras_if_any(*cell_of(child));
    return run_hook(cell, [&] {
      return cell.type->child_stopped(cell, {std::move(child), std::move(reason),
                                             theirs ? std::move(theirs->last_state) : LastState()});
    });
  }
  if (!cell.type->child_failed) {
    return begin_end(cell, {ExitKind::failed, child.name() + " failed: " + reason.text});
  }
  return run_hook(cell, [&] {
    return cell.type->child_failed(cell, {std::move(child), std::move(reason.text)});
  });
}

// These two are not inline: what is rare in handle_message would make it longer to unwind.
[[gnu::noinline]] bool drain(Cell& cell) {
  return guarded(cell, [&] {
    if (cell.type->drain && !cell.type->drain(cell)) return true;
    return begin_end(cell, {ExitKind::drained, {}});
  });
}

[[gnu::noinline]] void drop_late(Cell& cell, Node& request) {
  cell.system->expired_requests.fetch_add(1, std::memory_order_relaxed);
  cell.message_in_hand = true;
  fail_in_hand(cell, Answer::expired, {});
  if (cell.type->handled) cell.type->handled(cell, &request);
}

// False: its time is over; it was answered.
bool take_up(Cell& cell, Request& request) {
  const Clock& clock = cell.system->clock;
  const Nanoseconds now = clock.coarse_now();
  if (is_late(request, clock, now)) {
    drop_late(cell, request);
    return false;
  }
  request.started_at.store(now, std::memory_order_relaxed);
  turn.deadline = request.deadline();
  return true;
}

// Its place in a mailbox that counts is free.
inline void leave_place(Cell& cell) {
  if (cell.counts && bounded_queue_of(cell).begin_one()) [[unlikely]]
    use_progress(cell);
}

// As begin_message, for all but casts. Not inline, as it would make their case longer.
[[gnu::noinline]] bool begin_other(Cell& cell, Node& node, bool& again) {
  switch (node.type->kind) {
    case NodeKind::ticket:
      use_ticket(cell, as<Ticket>(node));
      return false;
    case NodeKind::drain:
      again = drain(cell);
      return false;
    case NodeKind::down:
      leave_place(cell);
      return take_down(node);
    case NodeKind::request:
      leave_place(cell);
      return take_up(cell, as<Request>(node));
    default:
      leave_place(cell);
      return true;
  }
}

// What comes before a message's handler. False: there is nothing to handle, and `again` says how it
// goes on.
[[gnu::always_inline]] inline bool begin_message(Cell& cell, Node& node, bool& again) {
  again = true;
  if (node.type->kind == NodeKind::cast) [[likely]] {
    leave_place(cell);
  } else if (!begin_other(cell, node, again)) {
    return false;
  }
  cell.message_in_hand = true;
  turn.message.store(node.type, std::memory_order_relaxed);
  return true;
}

bool handle_message(Cell& cell, Node& node) {
  bool again = true;
  if (!begin_message(cell, node, again)) return again;
  return guarded(cell, [&] {
    const Outcome outcome = cell.type->handle(cell, node);
    turn.deadline = 0;
    if (outcome == Outcome::done) finish_message(cell);
    return true;
  });
}

// What is rare in a turn: signals, hooks, a handler that waits. False: the actor was given up.
[[gnu::noinline]] bool take_step(Cell& cell) {
  // relaxed: take_signals acquires. A signal that is missed here makes go_idle fail.
  if (cell.signals.load(std::memory_order_relaxed) != kSignalsNone && !hear_signals(cell)) {
    return false;
  }
  if (cell.handler || cell.phase >= Phase::stopping) return !wait_for_signal(cell);
  if (cell.phase < Phase::running) return start(cell);
  if (cell.pending) return handle_pending(cell);
  return true;
}

bool needs_step(const Cell& cell) noexcept {
  return cell.handler || cell.phase != Phase::running || cell.pending;
}

// Asked when the next message was taken: signals that were sent before it come first. That acquired
// what its sender did, so relaxed is enough here; and take_signals acquires.
bool has_signals(const Cell& cell) noexcept {
  return cell.signals.load(std::memory_order_relaxed) != kSignalsNone;
}

// What an actor does in a turn; see run_turn.
bool take_turn(Cell& cell) {
  Quantum quantum;
  do {
    if (needs_step(cell)) [[unlikely]] {
      if (!take_step(cell)) return false;
      continue;
    }
    Node* node = next_message(cell);
    if (has_signals(cell)) [[unlikely]] {
      if (node) put_back(cell);
      if (!take_step(cell)) return false;
    } else if (node) {
      if (!handle_message(cell, *node)) return false;
    } else if (go_idle(cell)) {
      return false;
    }
  } while (!quantum.spent(cell));
  return true;
}

// Not inline, as what is rare would make the common case longer.
[[gnu::noinline]] void note_activity(Cell& cell) noexcept {
  extras_of(cell).last_message = cell.system->clock.now();
}

}  // namespace

void finish_message(Cell& cell) noexcept {
  if (cell.idle_watched) [[unlikely]]
    note_activity(cell);
  if (!cell.message_in_hand) return;
  cell.message_in_hand = false;
  Node& message = *cell.current();
  if (auto destroy = message.type->destroy) destroy(message);
}

void ask_to_stop(Cell& cell, ExitReason reason) {
  if (cell.stop_asked) return;  // the first one counts
  cell.ask_to_stop();
  if (!reason.text.empty() || reason.kind != ExitKind::stopped) {
    extras_of(cell).stop_reason = std::move(reason);
  }
}

void ask_to_exit(Cell& cell, ExitReason reason) {
  if (cell.phase >= Phase::stopping) return;
  Extras& extras = extras_of(cell);
  if (!cell.stop_asked) {
    extras.failed_in = "a linked actor";
    ask_to_stop(cell, std::move(reason));
  }
  extras.exit_asked = true;
}

void stop_self(Cell& cell, std::string reason) {
  ask_to_stop(cell, {ExitKind::stopped, std::move(reason)});
}

bool is_late(const Request& request) noexcept {
  const Clock clock = turn.cell ? turn.cell->system->clock : Clock();
  return is_late(request, clock, clock.coarse_now());
}

namespace {

template <class Take>
bool run_turn(Cell& cell, Take take) {
  turn.cell = &cell;
  const bool again = take(cell);
  // Dropped by an exception that the handler caught itself.
  if (turn.orphans) answer_orphans(Answer::no_reply, {});
  turn.cell = nullptr;
  turn.message.store(nullptr, std::memory_order_relaxed);
  return again;
}

}  // namespace

bool run_turn(Cell& cell) {
  return run_turn(cell, [](Cell& actor) { return take_turn(actor); });
}

bool run_failing_turn(Cell& cell, const std::string& why) {
  return run_turn(cell, [&](Cell& actor) {
    Node* node = next_message(actor);
    bool again = true;
    if (!node || !begin_message(actor, *node, again)) return again;
    return fail(actor, why);
  });
}

NextStep next_step(const Cell& cell) noexcept {
  // acquire: as who takes them.
  const bool signals = cell.signals.load(std::memory_order_acquire) > kSignalsWaiting;
  if (signals) return {NextStep::Kind::signals, nullptr};
  if (needs_step(cell)) return {NextStep::Kind::hook, nullptr};
  const Node* node = cell.front.load(std::memory_order_acquire);
  if (node && cell.consumed) node = node->next.load(std::memory_order_acquire);
  return {node ? NextStep::Kind::message : NextStep::Kind::nothing, node};
}

void finish_handler(Cell& cell) {
  struct Frame {
    PromiseBase* promise;
    ~Frame() {
      turn.ports_orphaned = promise->error != nullptr;
      promise->self.destroy();
      turn.ports_orphaned = false;
    }
  } frame{std::exchange(cell.handler, nullptr)};
  frame.promise->complete(cell, *frame.promise);
}

}  // namespace troupe::detail
