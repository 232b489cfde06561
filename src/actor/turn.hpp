#pragma once

#include "actor/extras.hpp"
#include "actor/system_state.hpp"
#include "troupe/detail/turn.hpp"

/// An actor's turns and its end. All of it runs in the actor's own turn unless it says otherwise.
/// Functions that can end the actor give false when they did: the cell is not to be touched then.
namespace troupe::detail {

/// The scheduler's entry: messages, signals and hooks until there is nothing to do or the quantum
/// is over (true).
bool run_turn(Cell& cell);

// -- for a simulation, whose turns are one step each ---

/// A turn in which the next message's handler fails.
bool run_failing_turn(Cell& cell, const std::string& why);

/// What an actor that can run does next. `node`: the message.
struct NextStep {
  enum class Kind : std::uint8_t { signals, hook, message, nothing };
  Kind kind;
  const Node* node;
};
NextStep next_step(const Cell& cell) noexcept;

/// Sees to it that an `expire` signal comes at `when` or earlier. Almost always there is one on the
/// way already, from an earlier call with the same timeout: then this costs a comparison.
void arm_deadline(Cell& cell, Nanoseconds when);

/// What begin_wait began is over before the handler was suspended.
void end_wait(Waiter& waiter) noexcept;

/// The message in hand is over: ends its payload, unless that was done.
void finish_message(Cell& cell) noexcept;

/// The actor ends after the message in hand.
void ask_to_stop(Cell& cell, ExitReason reason);
/// The same, because a linked actor has ended: a suspended handler is not waited for.
void ask_to_exit(Cell& cell, ExitReason reason);

// -- ending (ending.cpp) ---

/// The whole end of an actor that has no extras and nothing to do at its end. Always false.
inline bool ends_quietly(const Cell& cell) noexcept {
  return !extras_if_any(cell) && !cell.type->post_stop && !cell.type->last_state;
}
bool end_quietly(Cell& cell, ExitKind kind);
/// Begins the end: no messages any more, children first.
bool begin_end(Cell& cell, ExitReason reason);
/// Goes on with it as far as it can go now.
bool advance_end(Cell& cell);
/// An exception with this text left a handler or a hook.
bool fail(Cell& cell, std::string text);
/// A kill signal came.
bool end_killed(Cell& cell);
/// Whether a stop ends a suspended handler, and that end.
bool stop_interrupts(const Cell& cell) noexcept;
bool end_interrupted(Cell& cell);
/// The children have ended and post_stop is over: the last step, or a supervised actor's last but
/// one.
bool finish_end(Cell& cell);
/// Ends a cell that never got its place among the children. On the spawning thread.
void dispose_of_unlinked(Cell& cell);
/// Answers the requests whose ports went down with an exception.
void answer_orphans(Answer answer, const std::string& text);

/// What the callers of an actor that ends so are told.
Answer answer_for(ExitKind kind) noexcept;

std::string text_of(const std::exception_ptr& error);

// -- signals from anywhere ---

/// A bare signal: kill_type or expire_type. Disposes of it when the actor has ended.
void send_signal(Cell& cell, const MessageType& type) noexcept;
void send_stop(Cell& cell, ExitReason reason, Fate fate = Fate::by_rule);
/// Answers what was asked of an actor that has ended.
void answer_ended(Cell& ended, Request& request, const ExitReason& reason) noexcept;
/// Answers a watch.
void answer_end(Request& watch, const ExitReason& reason) noexcept;

}  // namespace troupe::detail
