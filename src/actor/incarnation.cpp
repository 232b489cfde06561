#include "actor/incarnation.hpp"

#include <utility>

#include "actor/relations.hpp"
#include "base/error_text.hpp"
#include "runtime/mailbox.hpp"

namespace troupe::detail {

void answer_reviver(Extras& extras, Answer answer, const std::string& text) {
  Request& request = *std::exchange(extras.reviver, nullptr);
  if (extras.ignored) {
    request.answer = Answer::value;
    request.emplace<bool>(false);
  } else {
    fail_request(request, answer, text);
  }
  deliver(request);
}

namespace {

// As new, but for what belongs to the actor and not to its incarnation.
void renew(Cell& cell, Extras& extras) {
  ++extras.incarnation;
  extras.fate = Fate::by_rule;
  extras.failed_in = {};
  extras.gave_up = extras.abrupt = extras.children_asked = extras.post_stop_done = false;
  extras.never_ran = false;
  extras.exit_asked = extras.constructed = extras.ignored = false;
  extras.children_killed = false;
  extras.stop_reason = {};
  extras.last_state = {};
  cell.pending = cell.stop_asked = false;
  cell.phase = Phase::starting;
}

}  // namespace

bool may_revive(const Extras& extras, const ExitReason& reason) noexcept {
  if (extras.restart == Restart::temporary || extras.unstarted || extras.fate == Fate::last) {
    return false;
  }
  return extras.fate == Fate::next || extras.restart == Restart::permanent || !reason.clean();
}

void set_fate(Cell& cell, Fate fate) {
  Extras& extras = extras_of(cell);
  if (extras.fate != Fate::last) extras.fate = fate;
}

bool content_with_incarnation(Request& end_watch, const ExitReason& reason) noexcept {
  const EndWatch& watch = end_watch.payload<EndWatch>();
  if (watch.ask == NodeKind::watch || watch.fate == Fate::last) return false;
  // A drain waits in the mailbox, for whichever incarnation comes to it.
  return watch.ask != NodeKind::drain || reason.kind == ExitKind::drained;
}

bool become_dormant(Cell& cell, Extras& extras) {
  cell.phase = Phase::dormant;
  Request* waiting = std::exchange(extras.end_watchers, nullptr);
  while (waiting) {
    Request& watch = *waiting;
    waiting = static_cast<Request*>(watch.next.load(std::memory_order_relaxed));
    if (content_with_incarnation(watch, extras.reason)) {
      answer_end(watch, extras.reason);
    } else {
      watch.next.store(extras.end_watchers, std::memory_order_relaxed);
      extras.end_watchers = &watch;
    }
  }
  if (extras.reviver) {
    const std::string& text = extras.reason.text;
    answer_reviver(extras, Answer::failed, text.empty() ? to_string(extras.reason) : text);
  } else if (extras.fate == Fate::by_rule) {
    // The supervisor is alive: it does not end before it has heard of all its children's last ends.
    auto* how = new IncarnationEnd{extras.reason, std::move(extras.last_state)};
    push_signal(*cell.parent, *::new (pool_allocate(sizeof(ChildEnded)))
                                  ChildEnded(cell, extras.incarnation, how));
  }
  return true;
}

bool hear_dormant(Cell& cell, Request* revive) {
  Extras& extras = extras_of(cell);
  if (extras.fate == Fate::last) {
    if (revive) {
      extras.reviver = revive;
      answer_reviver(extras, Answer::stopped, {});
    }
    return finish_end(cell);
  }
  // Whoever asks for an end now has it already.
  cell.pending = cell.stop_asked = false;
  if (!revive) return true;
  const Construct construct = revive->payload<Revive>().construct;
  renew(cell, extras);
  extras.reviver = revive;
  Cell* outer = std::exchange(cell_under_construction, &cell);
  turn.message.store(nullptr, std::memory_order_relaxed);
  return with_error_text(
      [&] {
        try {
          construct.make(cell.object(), construct.context);
        } catch (const IgnoreStart&) {
          cell_under_construction = outer;
          extras.ignored = true;
          throw;
        } catch (...) {
          cell_under_construction = outer;
          throw;
        }
        cell_under_construction = outer;
        extras.constructed = true;
        return true;
      },
      [&](std::string text) { return fail(cell, std::move(text)); });
}

void revived(Cell& cell, Extras& extras) {
  Request& request = *std::exchange(extras.reviver, nullptr);
  request.answer = Answer::value;
  request.emplace<bool>(true);
  deliver(request);
  tell_of_restart(cell, std::exchange(extras.reason, {}));
}

bool has_failed(const Cell& ended) noexcept {
  // A dormant actor may have a turn meanwhile, which writes what lies beside exit_kind.
  if (const Extras* extras = extras_if_any(ended)) {
    return extras->reason.kind == ExitKind::failed || extras->gave_up;
  }
  return static_cast<ExitKind>(ended.exit_kind) == ExitKind::failed;
}

}  // namespace troupe::detail
