#pragma once

#include "base/host.hpp"
#include "troupe/detail/mailbox.hpp"

/// The consumer's side of the mailbox and the signal lane. Only for the turn that runs the actor.
namespace troupe::detail {

/// What is about to be sent to an actor, if it is a simulation's.
inline void tell_host(Cell& cell, Node& node) noexcept {
  if (cell.observed() && host_of_this_thread) host_of_this_thread->sent(cell, node);
}

/// The next message, now the current one; the one before it is freed. Null: none, or its producer
/// is about to link it.
inline Node* next_message(Cell& cell) noexcept {
  // acquire: pairs with the producer's store; the message is visible.
  Node* front = cell.front.load(std::memory_order_acquire);
  if (!cell.consumed) {
    cell.consumed = front != nullptr;
    return front;
  }
  Node* next = front->next.load(std::memory_order_acquire);  // as above
  if (!next) return nullptr;
  // The one after it may still be in the producer's cache: let it travel meanwhile.
  __builtin_prefetch(next->next.load(std::memory_order_relaxed));
  cell.front.store(next, std::memory_order_relaxed);
  free_node(front);
  return next;
}

/// Undoes next_message: the next call gives the same message.
inline void put_back(Cell& cell) noexcept { cell.consumed = false; }

/// Makes `front` the producers' again, as they may write it as soon as the head says idle, busy or
/// closed. Returns the consumed node that was there, or null.
inline Node* leave_front(Cell& cell) noexcept {
  Node* consumed = cell.current();
  if (consumed) cell.front.store(nullptr, std::memory_order_relaxed);
  cell.consumed = false;
  return consumed;
}

/// The rest of go_idle, when it fails. Always false.
bool stay_busy(Cell& cell, std::uintptr_t head) noexcept;

/// Gives the actor up until somebody sends to it: true, and the cell is no longer ours. False:
/// there is something to do.
inline bool go_idle(Cell& cell) noexcept {
  Node* consumed = leave_front(cell);
  std::uintptr_t expected = consumed ? reinterpret_cast<std::uintptr_t>(consumed) : kMailboxBusy;
  // release: our writes to the actor happen before the turn of whoever schedules it next.
  // acquire on failure: the signal that was announced.
  if (cell.head.compare_exchange_strong(expected, kMailboxIdle, std::memory_order_acq_rel,
                                        std::memory_order_acquire)) [[likely]] {
    // Another worker may run the actor now, and it may end there.
    if (consumed) free_node(consumed);
    return true;
  }
  if (consumed) {
    cell.front.store(consumed, std::memory_order_relaxed);
    cell.consumed = true;
  }
  return stay_busy(cell, expected);
}

/// How many messages wait behind the one in hand, counted up to `limit`.
std::uint64_t count_messages(Cell& cell, std::uint64_t limit) noexcept;

/// Gives the actor up until a signal comes: true, and the cell is no longer ours. False: one came.
bool wait_for_signal(Cell& cell) noexcept;

/// All signals, oldest first, linked by `next`; null: none.
Node* take_signals(Cell& cell) noexcept;

/// Puts the messages from `first` to `last`, linked by `next`, right behind `place`: the message in
/// hand, or one that is still to come and that was put there in this way. Null: in front of all; no
/// message is in hand then. The mailbox must be open.
void insert_messages(Cell& cell, Node* place, Node* first, Node* last) noexcept;

/// Whether the actor has refused messages. In its own turn.
inline bool is_closed(const Cell& cell) noexcept {
  return cell.closing.load(std::memory_order_relaxed);  // relaxed: this thread wrote it
}

/// Refuses messages from now on and returns those that were queued, oldest first. The message in
/// hand must have been handled or detached.
Node* close_mailbox(Cell& cell) noexcept;

/// A producer's push met a closed mailbox: closes it again and returns the nodes that came in
/// between, its own first.
Node* reclaim_closed(Cell& cell, Node& mine) noexcept;

/// A link that a producer is about to store.
Node* await_link(std::atomic<Node*>& link) noexcept;
/// All links from `first` to `last`; the last one is null then.
void await_links(Node* first, Node* last) noexcept;

/// Refuses signals from now on, unless there are any: then false.
bool close_empty_signals(Cell& cell) noexcept;

/// Refuses signals from now on and returns those that came, oldest first.
Node* close_signals(Cell& cell) noexcept;

}  // namespace troupe::detail
