#include <exception>
#include <optional>
#include <utility>

#include "actor/children.hpp"
#include "actor/groups.hpp"
#include "actor/incarnation.hpp"
#include "actor/inspect.hpp"
#include "actor/locate.hpp"
#include "actor/overflow.hpp"
#include "actor/relations.hpp"
#include "actor/turn.hpp"
#include "actor/wait_graph.hpp"
#include "base/error_text.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

// What was queued is not handled: callers are told, the rest are dead letters.
std::uint64_t drop_messages(Cell& cell, Node* node, const ExitReason& reason) {
  std::uint64_t dropped = 0;
  while (node) {
    Node& message = *node;
    node = message.next.load(std::memory_order_relaxed);
    const NodeKind kind = message.type->kind;
    drop_undelivered(cell, message, DeadLetterReason::left, answer_for(reason.kind), reason.text,
                     dropped);
    dropped += kind == NodeKind::request || kind == NodeKind::cast;
  }
  return dropped;
}

// No messages from now on, and no groups: whoever hears of the end finds the actor in none, and who
// picks a member gets one that takes messages. Returns what was queued.
Node* refuse_messages(Cell& cell, const ExitReason& reason) {
  Node* left = close_mailbox(cell);
  if (cell.counted()) left = close_bounded_queue(cell, left, reason);
  // relaxed: the exchange that closed the mailbox orders it; see Groups::admit.
  if (cell.in_groups.load(std::memory_order_relaxed)) cell.system->groups->leave_all(cell);
  return left;
}

// The same; the class may take some of what was queued.
Node* take_left(Cell& cell, const ExitReason& reason) {
  Node* left = refuse_messages(cell, reason);
  const Extras* extras = extras_if_any(cell);
  if (!cell.type->closing || (extras && extras->unstarted)) return left;
  return cell.type->closing(cell, left);
}

// Counts a failure, logs it, and tells those who subscribe to that.
void report_crash(Cell& cell, const Extras& extras) {
  if (extras.ignored) return;
  SystemState& system = *cell.system;
  system.failures.fetch_add(1, std::memory_order_relaxed);
  if (system.host) system.host->note(cell, Host::Noted::failed, extras.reason.text);
  const bool wanted = system.events->wanted(EventKind::crash);
  if (!wanted && system.options.log_level > LogLevel::error) return;
  CrashReport report;
  report.actor = ref_to(cell);
  report.type = cell.type->name;
  report.incarnation = extras.incarnation;
  report.failed_in = extras.failed_in;
  report.error = extras.reason.text;
  report.queued =
      is_closed(cell) ? extras.dropped : count_messages(cell, CrashReport::kMostCounted);
  for (Cell* parent = cell.parent; parent && parent->parent; parent = parent->parent) {
    report.ancestors.push_back(ref_to(*parent));
  }
  system.log(LogLevel::error, &cell, to_string(report));
  if (wanted) system.events->publish(report);
}

// The handler of the message in hand does not finish: its caller is told.
void drop_in_hand(Cell& cell, Answer answer, const std::string& text) {
  if (!cell.message_in_hand) return;
  if (cell.current()->type->kind == NodeKind::request) {
    fail_in_hand(cell, answer, text);
  } else {
    finish_message(cell);
  }
}

// A suspended handler does not finish: its frames unwind where they wait, and what they own is
// released.
void unwind_handler(Cell& cell, Answer answer, const std::string& text) {
  if (cell.handler) {
    stop_waiting(cell);
    if (Waiter* waiter = cell.handler->waiter) waiter->slot = nullptr;
    turn.ports_orphaned = true;
    std::exchange(cell.handler, nullptr)->self.destroy();
    turn.ports_orphaned = false;
    if (turn.orphans) answer_orphans(answer, text);
  }
  cell.hook_running = false;
  drop_in_hand(cell, answer, text);
}

std::string_view message_in_turn() {
  const MessageType* type = turn.message.load(std::memory_order_relaxed);
  return type ? type->name : "a message";
}

// Links and monitors that came before the lane was closed are as good as earlier ones.
void hear_last_relations(Cell& cell, Node* signals, const ExitReason& reason) {
  for (Node* node = signals; node; node = node->next.load(std::memory_order_relaxed)) {
    if (node->type->kind != NodeKind::relation) continue;
    if (!extras_if_any(cell)) {
      auto* extras = new Extras;
      extras->reason = reason;
      // release: others may ask for the reason now.
      cell.extras.store(extras, std::memory_order_release);
    }
    auto& relation = static_cast<RelationSignal&>(*node);
    relation.hear(cell, relation);
  }
}

void dispose_of_signals(Cell& cell, Node* node, const ExitReason& reason) {
  while (node) {
    Node& signal = *node;
    node = signal.next.load(std::memory_order_relaxed);
    switch (signal.type->kind) {
      case NodeKind::kill:
      case NodeKind::stop:
      case NodeKind::child_ended:
      case NodeKind::expire:
      case NodeKind::relation:
        destroy_node(&signal);
        break;
      default: {
        auto& request = static_cast<Request&>(signal);
        if (request.answer == Answer::none) {
          answer_ended(cell, request, reason);
        } else {
          destroy_node(&request);
          release(cell);
        }
      }
    }
  }
}

// Tells those that monitor the actor or are linked to it, and ends its hearing. In this order:
// whoever finds the lane closed, or waited for the end, knows that they were told.
void close_lane(Cell& cell, const ExitReason& reason) {
  do {
    Node* const signals = take_signals(cell);
    hear_last_relations(cell, signals, reason);
    tell_relations(cell, reason);
    dispose_of_signals(cell, signals, reason);
  } while (!close_empty_signals(cell));
}

void take_last_state(Cell& cell) {
  with_error_text(
      [&] {
        extras_of(cell).last_state = cell.type->last_state(cell);
        return true;
      },
      [&](const std::string& text) {
        cell.system->log(LogLevel::error, &cell, "last_state failed: " + text);
        return false;
      });
}

void answer_watchers(Request* watchers, const ExitReason& reason) {
  while (watchers) {
    Request& watch = *watchers;
    watchers = static_cast<Request*>(watch.next.load(std::memory_order_relaxed));
    answer_end(watch, reason);
  }
}

// The user's object goes, and what else is an incarnation's.
void end_incarnation(Cell& cell, Extras* extras, const ExitReason& reason) {
  if (!extras || extras->constructed) {
    if (cell.type->last_state && reason.clean()) take_last_state(cell);
    turn.ports_orphaned = true;
    cell.type->destroy(cell);
    turn.ports_orphaned = false;
    if (turn.orphans) answer_orphans(answer_for(reason.kind), reason.text);
  }
  if (!extras) return;
  extras->constructed = false;
  cell.idle_watched = false;
  if (extras->has_had_timers) cell.system->timers.cancel_all(extras->timers);
  if (extras->relations) end_watching(cell);
  answer_watchers(std::exchange(extras->start_watchers, nullptr), reason);
}

// The last step: nobody can reach the actor any more.
void finish_for_good(Cell& cell, Extras* extras, const ExitReason& reason) {
  SystemState& system = *cell.system;
  const bool unstarted = extras && extras->unstarted;
  Request* for_end = nullptr;
  Request* for_start = nullptr;  // of a next incarnation
  if (extras) {
    if (!is_closed(cell)) drop_messages(cell, refuse_messages(cell, reason), reason);
    // An unstarted one's name was given back at once.
    if (!extras->name.empty() && !unstarted) system.registry.remove(extras->name);
    if (extras->deadline_timer) system.timers.cancel(*extras->deadline_timer);
    for_end = std::exchange(extras->end_watchers, nullptr);
    for_start = std::exchange(extras->start_watchers, nullptr);
    if (extras->reviver) answer_reviver(*extras, Answer::closed, reason.text);
  }
  // Whoever waits for the end hears of it no earlier than the statistics and the parent.
  if (cell.parent && !unstarted) system.count_ended();
  if (system.host) system.host->note(cell, Host::Noted::ended, {});
  cell.phase = Phase::ended;
  cell.exit_kind = static_cast<std::uint8_t>(reason.kind) & 7;
  tell_parent(cell, extras);
  // Each request that is still under way comes back to this cell, and holds it until then.
  // relaxed: we hold it ourselves.
  if (cell.outstanding != 0) {
    cell.references.fetch_add(cell.outstanding, std::memory_order_relaxed);
  }
  close_lane(cell, reason);
  answer_watchers(for_start, reason);
  answer_watchers(for_end, reason);
  turn.cell = nullptr;
  Scheduler::forget_current();
  release(cell);
}

}  // namespace

Answer answer_for(ExitKind kind) noexcept {
  switch (kind) {
    case ExitKind::killed:
      return Answer::killed;
    case ExitKind::failed:
      return Answer::failed;
    default:
      return Answer::stopped;
  }
}

std::string text_of(const std::exception_ptr& error) {
  return with_error_text([&]() -> std::string { std::rethrow_exception(error); },
                         [](std::string text) { return text; });
}

bool end_quietly(Cell& cell, ExitKind kind) {
  const ExitReason reason{kind, {}};
  cell.phase = Phase::stopping;
  if (Node* left = take_left(cell, reason)) drop_messages(cell, left, reason);
  end_incarnation(cell, nullptr, reason);
  finish_for_good(cell, nullptr, reason);
  return false;
}

bool finish_end(Cell& cell) {
  Extras& extras = extras_of(cell);
  const ExitReason reason = extras.reason;
  if (cell.phase != Phase::dormant) end_incarnation(cell, &extras, reason);
  if (may_revive(extras, reason)) return become_dormant(cell, extras);
  finish_for_good(cell, &extras, reason);
  return false;
}

bool begin_end(Cell& cell, ExitReason reason) {
  if (reason.clean() && ends_quietly(cell)) return end_quietly(cell, reason.kind);
  const bool had_started = cell.phase >= Phase::started;
  cell.phase = Phase::stopping;
  cell.pending = false;
  Extras& extras = extras_of(cell);
  extras.reason = std::move(reason);
  if (!had_started) extras.post_stop_done = extras.never_ran = true;
  while (Node* event = extras.events) {
    extras.events = event->next.load(std::memory_order_relaxed);
    destroy_node(event);
  }
  if (!cell.parent) {
    ChildrenLock lock(cell);
    cell.system->root_closed = true;
  }
  // As long as there may be another incarnation, the messages are for that one.
  if (extras.restart == Restart::temporary || extras.fate == Fate::last) {
    extras.dropped = drop_messages(cell, take_left(cell, extras.reason), extras.reason);
  }
  if (extras.reason.kind == ExitKind::failed && !extras.unstarted) {
    if (extras.failed_in.empty()) extras.failed_in = "a child";
    report_crash(cell, extras);
  }
  if (extras.has_had_timers) cell.system->timers.cancel_all(extras.timers);
  return advance_end(cell);
}

bool advance_end(Cell& cell) {
  Extras& extras = extras_of(cell);
  while (!end_children(cell, extras)) {
    if (extras.abrupt || extras.post_stop_done || !cell.type->post_stop) return finish_end(cell);
    extras.post_stop_done = true;
    cell.hook_running = true;
    turn.message.store(nullptr, std::memory_order_relaxed);
    const std::optional<bool> over = with_error_text(
        [&]() -> std::optional<bool> {
          if (cell.type->post_stop(cell) == Outcome::suspended) return true;
          return std::nullopt;
        },
        [&](std::string text) -> std::optional<bool> { return fail(cell, std::move(text)); });
    if (over) return *over;
    cell.hook_running = false;  // and again: the hook may have spawned
  }
  return true;
}

bool fail(Cell& cell, std::string text) {
  turn.deadline = 0;
  Extras& extras = extras_of(cell);
  switch (cell.phase) {
    case Phase::starting:
      extras.failed_in = extras.constructed ? "pre_start" : "its constructor";
      break;
    case Phase::started:
      extras.failed_in = "post_start";
      break;
    case Phase::stopping:
      extras.failed_in = "post_stop";
      break;
    default:
      extras.failed_in = cell.hook_running ? "a child event" : message_in_turn();
  }
  cell.hook_running = false;
  if (turn.orphans) answer_orphans(Answer::failed, text);
  drop_in_hand(cell, Answer::failed, text);
  if (cell.phase != Phase::stopping) return begin_end(cell, {ExitKind::failed, std::move(text)});
  extras.reason = {ExitKind::failed, std::move(text)};
  report_crash(cell, extras);
  return advance_end(cell);
}

bool end_killed(Cell& cell) {
  if (cell.handler && cell.system->overdue.load(std::memory_order_relaxed)) {
    const MessageType* message = cell.handler->message;
    cell.system->hold_up(cell, message ? message->name : "a hook");
  }
  unwind_handler(cell, Answer::killed, {});
  Extras& extras = extras_of(cell);
  extras.abrupt = true;
  if (cell.phase != Phase::stopping) return begin_end(cell, {ExitKind::killed, {}});
  extras.reason.kind = ExitKind::killed;
  return advance_end(cell);
}

bool stop_interrupts(const Cell& cell) noexcept {
  const Extras* extras = extras_if_any(cell);
  return cell.type->stop_interrupts || (extras && extras->exit_asked);
}

bool end_interrupted(Cell& cell) {
  Extras& extras = extras_of(cell);
  unwind_handler(cell, answer_for(extras.stop_reason.kind), extras.stop_reason.text);
  return begin_end(cell, std::move(extras.stop_reason));
}

void dispose_of_unlinked(Cell& cell) {
  const ExitReason reason{ExitKind::stopped, "it was not started"};
  drop_messages(cell, refuse_messages(cell, reason), reason);
  close_lane(cell, reason);
  release(cell);
}

void answer_ended(Cell& ended, Request& request, const ExitReason& reason) noexcept {
  if (request.type == &message_type<Inspect>) return answer_inspect_ended(ended, request);
  if (request.type == &message_type<Locate>) return answer_locate_ended(request);
  if (request.type == &message_type<Revive>) {
    fail_request(request, Answer::closed, reason.text);
    return deliver(request);
  }
  answer_end(request, reason);
}

void answer_end(Request& watch, const ExitReason& reason) noexcept {
  if (watch.type == &message_type<StartWatch>) {
    fail_request(watch, answer_for(reason.kind), reason.text);
  } else {
    watch.payload<EndWatch>().~EndWatch();
    watch.emplace<ExitReason>(reason);
    watch.answer = Answer::value;
  }
  deliver(watch);
}

}  // namespace troupe::detail
