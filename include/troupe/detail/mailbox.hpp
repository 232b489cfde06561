#pragma once

#include "troupe/cast_result.hpp"
#include "troupe/detail/cell.hpp"
#include "troupe/detail/export.hpp"
#include "troupe/detail/message.hpp"

/// The two lanes of an actor: messages and signals.
///
/// Messages: an intrusive multi-producer single-consumer queue (after Vyukov), whose head word also
/// holds the actor's scheduling state. It needs no stub node: the producer that finds the queue
/// empty leaves its node in `cell.front`.
///
///   idle     empty, and the actor is not scheduled: whoever exchanges this away schedules it
///   busy     empty, and the actor is scheduled or running
///   closed   the actor has ended or is ending: nothing is delivered any more
///   else     the last node; the actor is scheduled or running
///
/// Signals: a stack that the consumer takes whole and reverses. `waiting` in its head word means:
/// the actor is parked in the middle of a handler or while it ends; whoever replaces the word
/// schedules it. To an actor that is not, a signal's sender then turns the mailbox word: idle into
/// busy, and schedules; any other word gets the bit `signaled`, which makes the consumer's
/// compare-exchange to idle fail. So the consumer needs no second look after it went idle, at a
/// time when the cell may already be another worker's, or gone.
namespace troupe::detail {

inline constexpr std::uintptr_t kMailboxIdle = 1;
inline constexpr std::uintptr_t kMailboxBusy = 2;
inline constexpr std::uintptr_t kMailboxClosed = 3;
inline constexpr std::uintptr_t kMailboxSignaled = 4;  // a bit; nodes are aligned to 16

inline constexpr std::uintptr_t kSignalsNone = 0;
inline constexpr std::uintptr_t kSignalsWaiting = 1;
inline constexpr std::uintptr_t kSignalsClosed = 3;

/// The slow path of a push: the actor has ended. Takes the chain back and disposes of it.
TROUPE_EXPORT void push_closed(Cell& cell, Node& node) noexcept;

/// The slow path for an actor whose mailbox is special.
TROUPE_EXPORT CastResult push_specially(Cell& cell, Node& node) noexcept;

enum class Linked : std::uint8_t {
  behind,  // the actor is scheduled or running
  idle,    // the caller schedules it
  closed,  // the caller must soon hand the node to push_closed
};

/// The first half of a push, which leaves scheduling to the caller.
inline Linked link_message(Cell& cell, Node& node) noexcept {
  // The node is private until the exchange; its next is null from construction.
  // acq_rel: release publishes the payload; acquire orders this push after the one it found, so
  // that the link below is written to a node whose construction is visible.
  const std::uintptr_t previous =
      cell.head.exchange(reinterpret_cast<std::uintptr_t>(&node), std::memory_order_acq_rel) &
      ~kMailboxSignaled;  // the consumer meets our node instead, and looks at the signals anyway
  if (previous > kMailboxClosed) {
    // release: pairs with the consumer's acquire load of next.
    reinterpret_cast<Node*>(previous)->next.store(&node, std::memory_order_release);
    return Linked::behind;
  }
  if (previous == kMailboxClosed) [[unlikely]] {
    return Linked::closed;
  }
  // Only one producer finds the queue empty until the consumer has emptied it again.
  cell.front.store(&node, std::memory_order_release);
  return previous == kMailboxIdle ? Linked::idle : Linked::behind;
}

/// The same for an actor whose mailbox is special: where it counts what is sent, the message has a
/// place among that.
TROUPE_EXPORT Linked link_specially(Cell& cell, Node& node) noexcept;

/// Delivers a message of the framework's or of the actor's own, which no bound holds up, except
/// when the mailbox was closed: false, and the caller must soon hand the node to push_closed, where
/// it may run destructors of users' messages.
inline bool push_unless_closed(Cell& cell, Node& node) noexcept {
  const Linked linked = cell.special ? link_specially(cell, node) : link_message(cell, node);
  if (linked == Linked::closed) [[unlikely]] {
    return false;
  }
  if (linked == Linked::idle) schedule(cell);
  return true;
}

/// The same. False: the actor has ended, and the node was disposed of as a dead letter (a request
/// was answered). Never blocks; any thread.
inline bool push_unbounded(Cell& cell, Node& node) noexcept {
  if (push_unless_closed(cell, node)) [[likely]] {
    return true;
  }
  push_closed(cell, node);
  return false;
}

/// Delivers a message that a user sends, or does with it what the mailbox's overflow says: the node
/// is disposed of in any case. Never blocks; any thread.
inline CastResult push_message(Cell& cell, Node& node) noexcept {
  if (cell.special) [[unlikely]] {
    return push_specially(cell, node);
  }
  return push_unbounded(cell, node) ? CastResult::delivered : CastResult::closed;
}

/// Delivers a signal. False: the actor has ended; the node remains the caller's. Any thread.
TROUPE_EXPORT bool push_signal(Cell& cell, Node& node) noexcept;

}  // namespace troupe::detail
