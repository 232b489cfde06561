#pragma once

#include "troupe/detail/mailbox.hpp"

/// The consumer's side of the mailbox and the signal lane. Only for the turn that runs the actor.
namespace troupe::detail {

/// The next message, now `cell.current`; the one before it is freed. Null: none, or its producer is
/// about to link it.
Node* next_message(Cell& cell) noexcept;

/// Gives the actor up until somebody sends to it: true, and the cell is no longer ours. False:
/// there is something to do.
bool go_idle(Cell& cell) noexcept;

/// Gives the actor up until a signal comes: true, and the cell is no longer ours. False: one came.
bool wait_for_signal(Cell& cell) noexcept;

/// All signals, oldest first, linked by `next`; null: none.
Node* take_signals(Cell& cell) noexcept;

/// Refuses messages from now on and returns those that were queued, oldest first. The message in
/// hand must have been handled or detached.
Node* close_mailbox(Cell& cell) noexcept;

/// A producer's push met a closed mailbox: closes it again and returns the nodes that came in
/// between, its own first.
Node* reclaim_closed(Cell& cell, Node& mine) noexcept;

/// Refuses signals from now on and returns those that came, oldest first.
Node* close_signals(Cell& cell) noexcept;

}  // namespace troupe::detail
