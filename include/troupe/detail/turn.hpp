#pragma once

#include <coroutine>
#include <cstdint>

#include "troupe/detail/cell.hpp"
#include "troupe/detail/duration.hpp"

/// A turn: one actor's time on a worker.
namespace troupe::detail {

struct TurnContext {
  Cell* cell;                           // the actor whose code runs on this thread; null: none
  std::coroutine_handle<> resume_next;  // what a finished task wants resumed
  // The message in hand, or null; relaxed: for the watchdog's reports only.
  std::atomic<const MessageType*> message;
  std::int64_t deadline;  // of the request that is handled; 0: none
  // Reply ports that are dropped because their actor fails or ends: the requests wait here until
  // the reason can be told.
  bool ports_orphaned;
  Request* orphans;
  bool one_step;  // a simulation's: a turn ends after one message, hook or resumption
};

extern TROUPE_EXPORT constinit thread_local TurnContext turn;

enum class Heard : std::uint8_t { not_mine, more, ready };

/// What a suspended handler waits for; lives in its coroutine's frame and unregisters itself when
/// the frame is destroyed. All of it runs in the actor's turns.
struct Waiter {
  Waiter** slot = nullptr;  // where it is registered: in the handler's promise; null: nowhere
  std::coroutine_handle<> handle;
  std::int64_t deadline = 0;  // ns on the system's clock; 0: none

  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// An answer arrived: takes the node if it is one of ours. `ready`: the handler can go on.
  virtual Heard hear(Request&) noexcept { return Heard::not_mine; }
  /// Asked when the deadline has passed. True: it waits on, until the deadline that it has now.
  virtual bool delays() noexcept { return false; }
  /// The deadline has passed, and the handler goes on.
  virtual void expire() noexcept {}
  /// Asked where the wait is published to others. True: it would close a circle of waits, and is
  /// over.
  virtual bool closes_circle() { return false; }

 protected:
  ~Waiter() {
    if (slot) *slot = nullptr;
  }
};

/// Suspends the running handler until `waiter` has heard enough or its deadline has passed.
TROUPE_EXPORT void begin_wait(Waiter& waiter, std::coroutine_handle<> handle);

/// The actor whose handler runs on this thread. Throws std::logic_error when there is none.
TROUPE_EXPORT Cell& current_actor(const char* what);

/// Resumes a coroutine of the running actor, then whoever awaited what it finished.
inline void resume_in_turn(std::coroutine_handle<> handle) {
  do {
    turn.resume_next = {};
    handle.resume();
    handle = turn.resume_next;
  } while (handle);
}

/// How long it is from now to a deadline, not less than zero; for ever when that is 0.
TROUPE_EXPORT std::chrono::nanoseconds time_left(std::int64_t deadline) noexcept;

// -- what the actor that runs can do with the message in hand ---

/// Takes the current message out of the mailbox, so that the node can travel on.
TROUPE_EXPORT void detach_current(Cell& cell) noexcept;

/// Hands a finished request back to whoever sent it; drops it when nobody wants the answer.
inline void deliver(Request& request) noexcept {
  if (request.deliver) {
    request.deliver(request);
  } else {
    destroy_node(&request);
  }
}

/// Whether the time of a request is over: its caller has gone on, or is about to. Asked before a
/// reply that comes later than from a plain handler.
TROUPE_EXPORT bool is_late(const Request& request) noexcept;

/// The handler of the request in hand takes the right to reply, and may give it to anybody: who
/// waits for the answer does not wait for this actor any more.
TROUPE_EXPORT void keep_request(Request& request) noexcept;

/// A reply port was dropped without a reply.
TROUPE_EXPORT void drop_port(Request& request) noexcept;

/// Answers the request in hand with an error.
TROUPE_EXPORT void fail_in_hand(Cell& cell, Answer answer, std::string text) noexcept;

/// `deliver` for requests that an actor sent: the node goes to its signal lane.
TROUPE_EXPORT void deliver_to_actor(Request& request) noexcept;

}  // namespace troupe::detail
