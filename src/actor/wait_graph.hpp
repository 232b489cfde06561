#pragma once

#include <vector>

#include "actor/extras.hpp"
#include "base/fence.hpp"
#include "troupe/call_error.hpp"

/// Who waits for whom: calls and blocked sends whose handlers are suspended. A wait that closes a
/// circle would never end, so whoever closes one is told instead.
///
/// An actor publishes its wait and then looks along the waits of others. Between the two is a full
/// fence; so of two that close a circle at the same time, at least one sees the other.
///
/// A wait is there while it is `firm` and there is no signal for its actor: an answer is one, so
/// who has been answered and does not know it yet waits for nobody. Before it takes its signals the
/// actor makes the wait `paused`, and firm again when the answer was not among them. Whoever cannot
/// tell because of that asks the actor to look itself when it is firm again (`look_again`), and
/// looks once more, as the actor may have been faster.
///
/// Who looks reads other actors' extras, whose cells it keeps from being freed (see CellGuard). It
/// looks twice: a circle whose every wait is the same one in both passes existed in between, and
/// what exists does not go away by itself.
///
/// No waits are: for a message whose handler has taken the reply port, as anybody may answer then;
/// for an actor that has closed its mailbox, as it answers at once; and for a request that a full
/// mailbox has refused or passed on. Where there is a bound the wait is `tentative` until it is
/// known what became of the request.
namespace troupe::detail {

class Pending;

enum class WaitState : std::uint64_t { none, tentative, firm, paused };

// Extras::waits, which only the actor itself writes: the number of its waits, behind whether this
// one is a group's, behind the state.
inline constexpr std::uint64_t kWaitState = 3;
inline constexpr std::uint64_t kWaitsForAll = 4;
inline constexpr std::uint64_t kOneWait = 8;
constexpr WaitState wait_state(std::uint64_t waits) noexcept {
  return static_cast<WaitState>(waits & kWaitState);
}
constexpr std::uint64_t wait_number(std::uint64_t waits) noexcept { return waits / kOneWait; }
constexpr std::uint64_t with_state(std::uint64_t waits, WaitState state) noexcept {
  return (waits & ~kWaitState) | static_cast<std::uint64_t>(state);
}
constexpr std::uint64_t next_wait(std::uint64_t waits, std::uint64_t kind) noexcept {
  return (waits | (kOneWait - 1)) + 1 + kind;
}

// The id of a single call's request says which wait it is; a group's has its place there.
inline constexpr std::uint32_t kSingleWait = 1u << 31;

/// The running actor waits for `target` from now on. Returns the request's id.
inline std::uint32_t start_waiting(Cell& caller, Cell& target, const MessageType& type,
                                   WaitState state) {
  Extras& extras = extras_of(caller);
  const std::uint64_t waits = next_wait(extras.waits.load(std::memory_order_relaxed), 0);
  // release, all three: whoever sees one of these sees that the wait before is over; and whoever
  // sees the last one sees the others. What is the same as for that wait tells nothing new.
  // relaxed: only we write them.
  if (extras.waits_with.load(std::memory_order_relaxed) != &type) {
    extras.waits_with.store(&type, std::memory_order_release);
  }
  if (extras.waits_for.load(std::memory_order_relaxed) != &target) {
    extras.waits_for.store(&target, std::memory_order_release);
  }
  extras.waits.store(with_state(waits, state), std::memory_order_release);
  return static_cast<std::uint32_t>(wait_number(waits)) | kSingleWait;
}

/// The same for all members of a group, which is tentative.
void start_waiting(Cell& caller, CallGroup& group);

/// A tentative wait is firm: an exchange.
inline void confirm_waiting(Cell& caller) noexcept {
  Extras& extras = *extras_if_any(caller);
  // seq_cst: before the actor looks.
  extras.waits.exchange(with_state(extras.waits.load(std::memory_order_relaxed), WaitState::firm),
                        std::memory_order_seq_cst);
}

void leave_group(Extras& extras) noexcept;

/// It waits no more; before what it waited for is let go.
inline void stop_waiting(Cell& caller) noexcept {
  Extras* extras = extras_if_any(caller);
  if (!extras) return;
  const std::uint64_t waits = extras->waits.load(std::memory_order_relaxed);
  // release: the reference to the other actor is given up after this.
  extras->waits.store(waits & ~(kWaitState | kWaitsForAll), std::memory_order_release);
  if (waits & kWaitsForAll) [[unlikely]]
    leave_group(*extras);
}

/// The actor is about to take its signals.
inline void pause_waiting(Cell& caller) noexcept {
  Extras* extras = extras_if_any(caller);
  if (!extras) return;
  const std::uint64_t waits = extras->waits.load(std::memory_order_relaxed);
  if (wait_state(waits) != WaitState::firm) return;
  // release: whoever finds no signals because they were taken sees this.
  extras->waits.store(with_state(waits, WaitState::paused), std::memory_order_release);
}

/// It has heard them, and is to be suspended again. True: it has to look.
bool go_on_waiting(Cell& caller) noexcept;

/// Whether a member of a group that is waited for has an answer to come, and from its target.
bool waits_still(const Pending& member) noexcept;

std::vector<WaitStep> find_circle(Cell& caller, Cell& target, const MessageType& type,
                                  const Pending* member);

/// Whether the running actor may close a circle by waiting for `target`, which may be itself:
/// hardly ever does an actor wait for one that waits. When its own wait is firm, and behind an
/// exchange.
inline bool may_close_circle(const Cell& target) noexcept {
  fence_after_exchange();
  const Extras* extras = extras_if_any(target);
  return extras && wait_state(extras->waits.load(std::memory_order_relaxed)) >= WaitState::firm;
}

/// The circle that it closes; empty when there is none.
inline std::vector<WaitStep> circle_closed(Cell& caller, Cell& target, const MessageType& type,
                                           const Pending* member = nullptr) {
  if (!may_close_circle(target)) return {};
  return find_circle(caller, target, type, member);
}

/// Whom the actor waits for; nobody when it waits for no answer, or for several. In its turn.
AnyRef awaited_by(const Cell& cell) noexcept;

/// As in "a waits for b (Get), b waits for a (Ask)".
std::string circle_text(const std::vector<WaitStep>& circle);

}  // namespace troupe::detail
