#pragma once

#include <vector>

#include "actor/extras.hpp"
#include "base/fence.hpp"
#include "troupe/call_error.hpp"

/// Who waits for whom: calls and blocked sends whose handlers are suspended. A wait that closes a
/// circle would never end, so whoever closes one is told instead.
///
/// An actor publishes what it waits for before it sends the request, and looks along the waits of
/// others after that. Between the two is the exchange of the push, a full fence; so of two that
/// close a circle at the same time, at least one sees the other. Who looks reads other actors'
/// extras, whose cells it keeps from being freed (see CellGuard); and it looks twice: a circle
/// whose every wait is the same one in both passes existed in between, and what exists does not go
/// away by itself.
namespace troupe::detail {

/// The running actor waits for `target` from now on. Before the request is sent.
inline void start_waiting(Cell& caller, Cell& target, const MessageType& type) {
  Extras& extras = extras_of(caller);
  // relaxed: the store below publishes them.
  extras.waits.store(extras.waits.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  extras.waits_with.store(&type, std::memory_order_relaxed);
  // release: whoever sees it sees the number and the type.
  extras.waits_for.store(&target, std::memory_order_release);
}

/// The same for all members of a group.
void start_waiting(Cell& caller, CallGroup& group);

void leave_group(Extras& extras) noexcept;

/// It waits no more; before what it waited for is let go.
inline void stop_waiting(Cell& caller) noexcept {
  Extras* extras = extras_if_any(caller);
  if (!extras) return;
  // release: the reference to the other actor is given up after this.
  extras->waits_for.store(nullptr, std::memory_order_release);
  if (extras->waits_for_all.load(std::memory_order_relaxed)) [[unlikely]]
    leave_group(*extras);
}

/// Whether the running actor may close a circle by waiting for `target`: hardly ever does an actor
/// wait for one that waits itself. Behind the push of the request.
inline bool may_close_circle(const Cell& caller, const Cell& target) noexcept {
  fence_after_exchange();
  if (&target == &caller) return true;
  const Extras* extras = extras_if_any(target);
  return extras && (extras->waits_for.load(std::memory_order_relaxed) ||
                    extras->waits_for_all.load(std::memory_order_relaxed));
}

/// The circle that it closes; empty when there is none.
std::vector<WaitStep> find_circle(Cell& caller, Cell& target, const MessageType& type);

/// Whom the actor waits for; nobody when it waits for no answer, or for several.
AnyRef awaited_by(const Cell& cell) noexcept;

/// As in "a waits for b (Get), b waits for a (Ask)".
std::string circle_text(const std::vector<WaitStep>& circle);

}  // namespace troupe::detail
