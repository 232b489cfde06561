#include "actor/children.hpp"

#include <utility>

#include "actor/incarnation.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/detail/timers.hpp"

namespace troupe::detail {

namespace {

// Whether an event of a child that ended by itself is the parent's to see.
bool wants_to_hear(const Cell& parent, const ChildEnded& ended) {
  const Extras* theirs = extras_if_any(*ended.child);
  // An unstarted one's spawner was told, and nobody else is.
  if (theirs && theirs->unstarted) return false;
  if (parent.type->child_exit) {
    return ended.dormant || !theirs || theirs->fate == Fate::by_rule;
  }
  return has_failed(*ended.child) || parent.type->child_stopped;
}

void unlink_child(Extras& parent, Cell& child) {
  (child.older ? child.older->younger : parent.oldest_child) = child.younger;
  (child.younger ? child.younger->older : parent.youngest_child) = child.older;
  child.older = child.younger = nullptr;
}

// A child's end, now or within its time. Gives when it is to be killed.
Nanoseconds end_child(Cell& child, Nanoseconds now) {
  const Extras* theirs = extras_if_any(child);
  const Nanoseconds time = theirs ? theirs->shutdown_time : kDefaultShutdownTime;
  if (time <= 0) {
    send_signal(child, kill_for_good_type);
    return INT64_MAX;
  }
  send_stop(child, {ExitKind::shutdown, "its parent ends"}, Fate::last);
  return time >= INT64_MAX - now ? INT64_MAX : now + time;
}

}  // namespace

bool end_children(Cell& cell, Extras& extras) {
  Cell* child = nullptr;
  Nanoseconds now = 0;
  {
    ChildrenLock lock(cell);
    child = extras.youngest_child;
    if (!child) return false;
    now = cell.system->clock.now();
    // A child's cell stays until we have heard of its end: see ChildEnded.
    if (extras.abrupt) {
      if (!std::exchange(extras.children_killed, true)) {
        for (; child; child = child->older) send_signal(*child, kill_for_good_type);
      }
      return true;
    }
    if (extras.ends_children_together) {
      if (std::exchange(extras.children_asked, true)) return true;
      extras.ending_child_until = 0;
      for (; child; child = child->older) {
        const Nanoseconds until = end_child(*child, now);
        if (until != INT64_MAX) extras.ending_child_until = until;
      }
    } else {
      if (extras.ending_child) return true;
      extras.ending_child = child;
    }
  }
  if (child) extras.ending_child_until = end_child(*child, now);
  if (extras.ending_child_until != INT64_MAX) arm_deadline(cell, extras.ending_child_until);
  return true;
}

void tell_parent(Cell& cell, const Extras* extras) {
  Cell* parent = cell.parent;
  if (!parent) return;
  if (!parent->parent) {
    ChildrenLock lock(*parent);
    if (!cell.system->root_closed) {
      unlink_child(extras_of(*parent), cell);
      return;
    }
  }
  // The parent is alive: it does not end before it has heard of all its children.
  auto* ended = ::new (pool_allocate(sizeof(ChildEnded)))
      ChildEnded(cell, extras ? extras->incarnation : 1, nullptr);
  push_signal(*parent, *ended);
}

bool child_ended(Cell& cell, ChildEnded& ended) {
  Extras& extras = extras_of(cell);
  if (!ended.dormant) {
    {
      ChildrenLock lock(cell);
      unlink_child(extras, *ended.child);
    }
    if (extras.ending_child == ended.child) extras.ending_child = nullptr;
  }
  if (cell.phase == Phase::stopping) {
    destroy_node(&ended);
    return true;
  }
  if (!wants_to_hear(cell, ended)) {
    destroy_node(&ended);
    return false;
  }
  ended.next.store(nullptr, std::memory_order_relaxed);
  if (extras.events) {
    extras.last_event->next.store(&ended, std::memory_order_relaxed);
  } else {
    extras.events = &ended;
  }
  extras.last_event = &ended;
  cell.pending = true;
  return false;
}

bool is_child(Cell& parent, const Cell& cell) noexcept {
  return cell.parent == &parent &&
         (cell.older || cell.younger || extras_of(parent).oldest_child == &cell);
}

void move_child_after(Cell& parent, Cell& child, Cell* elder) {
  Extras& extras = extras_of(parent);
  unlink_child(extras, child);
  child.older = elder;
  child.younger = elder ? elder->younger : extras.oldest_child;
  (elder ? elder->younger : extras.oldest_child) = &child;
  (child.younger ? child.younger->older : extras.youngest_child) = &child;
}

void kill_overdue_child(Cell& cell, Nanoseconds now) {
  Extras& extras = extras_of(cell);
  if (!extras.ending_child && !extras.children_asked) return;
  if (extras.ending_child_until == INT64_MAX) return;
  const bool together = extras.children_asked;
  if (now < extras.ending_child_until) {
    arm_deadline(cell, extras.ending_child_until);
    return;
  }
  extras.ending_child_until = INT64_MAX;  // killed once; its end comes when its handler lets it
  Cell* child = together ? extras.youngest_child : extras.ending_child;
  for (; child; child = together ? child->older : nullptr) {
    cell.system->log(LogLevel::warning, child, "did not stop within its shutdown time: killed");
    send_signal(*child, kill_for_good_type);
  }
}

std::vector<AnyRef> children_of(const Cell& cell) {
  std::vector<AnyRef> children;
  if (const Extras* extras = extras_if_any(cell)) {
    for (Cell* child = extras->oldest_child; child; child = child->younger) {
      const Extras* theirs = extras_if_any(*child);
      if (theirs && theirs->unstarted) continue;
      retain(*child);
      children.push_back(adopt_cell(child));
    }
  }
  return children;
}

}  // namespace troupe::detail
