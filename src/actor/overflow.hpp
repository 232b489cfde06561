#pragma once

#include <string>

#include "runtime/bounded_queue.hpp"
#include "troupe/dead_letter.hpp"
#include "troupe/detail/mailbox.hpp"
#include "troupe/exit.hpp"

/// What becomes of messages that their receiver does not get, and of those that it gets later
/// because its mailbox is full.
namespace troupe::detail {

/// What the actor sends to itself, as by timers, and what is bounded by other means: it is counted,
/// and never refused. False: the actor has ended. Any thread.
bool push_own(Cell& cell, Node& node) noexcept;

/// Sends a message whose sender can wait for room. True: it does, in `sender`, until it is
/// admitted, until the actor ends, or until it is cancelled there. False: `result` says what became
/// of it.
bool push_or_block(Cell& cell, Node& node, BlockedSender& sender, CastResult& result) noexcept;

/// The ticket is in hand: takes what waits behind it. Always true.
bool use_ticket(Cell& cell, Ticket& ticket) noexcept;

/// The actor's mailbox has fewer messages than it had: blocked senders are let in. Any thread.
void use_progress(Cell& cell) noexcept;

/// A sender waits for room no more. True: its message was not admitted, and is the caller's again,
/// as is the permit. Any thread.
bool stop_blocking(Cell& cell, BlockedSender& sender) noexcept;

/// Closes the queue, too: what was in there takes its place among what was left in the mailbox.
/// Blocked senders are told why. Returns all.
Node* close_bounded_queue(Cell& cell, Node* left, const ExitReason& reason) noexcept;

/// Ends a message that nobody will handle: a request is answered, others are dead letters, what is
/// the framework's own just goes.
void drop_undelivered(Cell& receiver, Node& node, DeadLetterReason why, Answer answer,
                      const std::string& text, std::uint64_t ahead = 0) noexcept;

}  // namespace troupe::detail
