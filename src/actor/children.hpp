#pragma once

#include <mutex>

#include "actor/turn.hpp"

/// A parent and its children: their list, their ends, the parent's end. A list is touched in the
/// parent's turns only, but for the root's, which has a mutex.
namespace troupe::detail {

/// The root's children come and go on every thread, other actors' only in the parent's turn.
class ChildrenLock {
 public:
  explicit ChildrenLock(Cell& parent)
      : mutex_(parent.parent ? nullptr : &parent.system->root_children) {
    if (mutex_) mutex_->lock();
  }
  ~ChildrenLock() {
    if (mutex_) mutex_->unlock();
  }

 private:
  std::mutex* mutex_;
};

/// Whether it is in the parent's list: it has not ended, or the parent has not heard of that.
bool is_child(Cell& parent, const Cell& cell) noexcept;
/// Puts a child into another place in the order of its siblings; null: the first one.
void move_child_after(Cell& parent, Cell& child, Cell* elder);
/// A child ended; takes the node over.
bool child_ended(Cell& cell, ChildEnded& ended);
/// Asks the youngest child to stop, or all together, or all to die. False: there are no children.
bool end_children(Cell& cell, Extras& extras);
/// The child that was asked to stop had its time.
void kill_overdue_child(Cell& cell, Nanoseconds now);

/// The actor has ended: its parent takes it from the list, and may want to hear of it.
void tell_parent(Cell& cell, const Extras* extras);

}  // namespace troupe::detail
