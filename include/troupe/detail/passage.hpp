#pragma once

#include <cstdint>
#include <string_view>

#include "troupe/call_error.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/shared_state.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe::detail {

class Turnstile;
struct ThreadAtTurnstile;

/// One call's, or one thread's, way through a turnstile: see src/actor/turnstile.hpp. It lives in
/// its waiter's coroutine or on its stack; destroyed, it leaves the queue, or gives back what it
/// was let in with.
class TROUPE_EXPORT Passage : Waiter {
 public:
  /// The turnstile must outlive it. `timeout`: of the whole call.
  Passage(const SharedHandle& turnstile, std::chrono::nanoseconds timeout) noexcept;
  ~Passage();

  /// Where no actor runs, blocks until it is let in or refused.
  bool await_ready();
  /// False: let in or refused at once.
  bool await_suspend(std::coroutine_handle<> handle);
  void await_resume() noexcept;

  bool admitted() const noexcept { return state_ == State::passed; }
  /// Why it was not let in.
  CallError refusal(AnyRef target, std::string_view message) const;
  /// What is left of the timeout.
  std::chrono::nanoseconds time_left() const noexcept;
  /// What it came for is done.
  void finish(const CallError*) noexcept { leave(); }

  std::chrono::nanoseconds timeout;

 private:
  friend Turnstile;
  enum class State : std::uint8_t {
    outside,
    queued,
    passed,
    full,       // refused: too many wait
    too_far,    // refused: its turn would come too late
    impatient,  // refused: it waited for as long as the turnstile allows
    late,       // refused: its caller's time is over
  };

  Heard hear(Request& request) noexcept override;
  void expire() noexcept override;
  void enter(std::int64_t now);
  void leave() noexcept;
  void take_back_wake() noexcept;

  Turnstile& turnstile_;
  bool inside_ = false;  // there is something to leave or to give back; only its waiter's
  // What follows is its waiter's own until it is in the queue, and again from when the waiter has
  // seen that it is not; in between, the turnstile's mutex guards it.
  State state_ = State::outside;
  bool told_ = false;  // the wake-up was sent
  bool waited_ = false;
  bool impatient_ = false;  // the turnstile's limit comes before the caller's
  std::int64_t began_ = 0;
  std::int64_t limit_ = 0;     // waits until then at most
  std::int64_t distance_ = 0;  // when too far: when its turn would come, from the beginning
  Cell* cell_ = nullptr;       // null: a thread's
  Request* wake_ = nullptr;    // an actor's: sent when there is something to look at
  ThreadAtTurnstile* thread_ = nullptr;
  Passage* previous_ = nullptr;
  Passage* next_ = nullptr;
};

}  // namespace troupe::detail
