#pragma once

#include "actor/turn.hpp"

/// What a supervised actor goes through between the end of one incarnation and the start of the
/// next. It is dormant then: its object is gone, its cell, name and mailbox stay, and it hears
/// signals only. It is made again by a Revive, or ended by a stop or a kill with Fate::last.
namespace troupe::detail {

/// Whether there may be another incarnation after this one, if it ends for this reason.
bool may_revive(const Extras& extras, const ExitReason& reason) noexcept;

/// A supervisor's decision: the last one stands, but for Fate::last.
void set_fate(Cell& cell, Fate fate);

/// Whether the end of an incarnation is what a wait is for.
bool content_with_incarnation(Request& end_watch, const ExitReason& reason) noexcept;

/// The object is gone: tells the supervisor and waits. Always true: the turn goes on.
bool become_dormant(Cell& cell, Extras& extras);

/// Goes on after the signals were heard. `revive`: null, or the request to be made again.
bool hear_dormant(Cell& cell, Request* revive);

/// The start that was asked for has failed.
void answer_reviver(Extras& extras, Answer answer, const std::string& text);

/// pre_start is over: tells whoever asked for the start, and whoever monitors the actor.
void revived(Cell& cell, Extras& extras);

/// Whether a parent that is no supervisor should hear of an ended child as of a failure.
bool has_failed(const Cell& ended) noexcept;

}  // namespace troupe::detail
