#pragma once

#include <coroutine>
#include <cstdint>
#include <string>
#include <string_view>

#include "troupe/detail/guarded_call.hpp"
#include "troupe/detail/shared_state.hpp"
#include "troupe/error_filter.hpp"

namespace troupe {

enum class CircuitState : unsigned char {
  closed,     ///< calls go through
  open,       ///< calls fail at once
  half_open,  ///< a few go through, on trial
};
TROUPE_EXPORT std::string_view to_string(CircuitState state) noexcept;

/// Told to those who listen to a CircuitBreaker.
struct CircuitChanged {
  std::string breaker;  ///< its name
  CircuitState from;
  CircuitState to;
  std::string reason;  ///< why it opened, in full; also when it is half-open or closed again
};

/// When a CircuitBreaker opens and closes. Of both ways to open, the first to come counts.
struct CircuitBreakerOptions {
  std::string name = "circuit breaker";  ///< for CircuitChanged
  unsigned failures = 5;                 ///< so many in a row open it; 0: however many
  /// This share of failures among the last `window` calls opens it, once there were so many: looked
  /// at when a call fails. More than 1: never.
  double failure_rate = 2;
  unsigned window = 100;
  std::chrono::nanoseconds open_for = std::chrono::seconds(10);
  unsigned trials = 1;  ///< so many calls are let through then; when all of them succeed, it closes
  /// What is a failure. Other errors count neither as failures nor as successes.
  ErrorFilter counts = {CallErrorCode::timeout, CallErrorCode::stopped,  CallErrorCode::killed,
                        CallErrorCode::failed,  CallErrorCode::no_reply, CallErrorCode::full,
                        CallErrorCode::dropped};
};

/// What has happened at a CircuitBreaker so far.
struct CircuitStats {
  CircuitState state = CircuitState::closed;
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;
  std::uint64_t refused = 0;  ///< calls that were not let through
  std::uint64_t opened = 0;   ///< times
};

namespace detail {

class Breaker;

/// One call's way through a breaker.
class TROUPE_EXPORT BreakerEntry : public std::suspend_never {
 public:
  /// Asks to be let in.
  BreakerEntry(const SharedHandle& breaker, std::chrono::nanoseconds timeout);
  BreakerEntry(const BreakerEntry&) = delete;
  BreakerEntry& operator=(const BreakerEntry&) = delete;
  /// Without `finish`, nothing is known of the call: if it was on trial, another one will be.
  ~BreakerEntry();

  bool admitted() const noexcept { return ticket_ != 0; }
  CallError refusal(AnyRef target, std::string_view message) const;
  std::chrono::nanoseconds time_left() const noexcept { return timeout_; }
  /// Null: it succeeded.
  void finish(const CallError* error);

 private:
  Breaker& breaker_;
  std::chrono::nanoseconds timeout_;
  std::string refusal_;
  std::uint64_t ticket_;  // 0: none, or used
};

}  // namespace detail

/// Spares a callee that fails, and its callers the wait: after some failures it lets no calls
/// through for a while, then a few on trial. (The pattern is Nygard's, from "Release It!".)
///
///   troupe::CircuitBreaker breaker_{{.failures = 5, .open_for = 10s}};
///   auto row = co_await breaker_.call<Query>(database_, key).within(200ms);
///
/// A call that is not let through fails at once, CallErrorCode::open, and nothing is sent; its
/// reason says since when and why the breaker is open. A call counts when it ends, and only if the
/// breaker has not changed its state since it began. One whose caller ends first does not count; if
/// it was on trial, the next call is in its place.
///
/// A handle: copies are the same breaker, in whichever actors and threads. Any thread; nothing here
/// waits. The time is the callers' systems': let all of them be of one system.
class TROUPE_EXPORT CircuitBreaker : public detail::SharedHandle,
                                     public detail::Guard<CircuitBreaker, detail::BreakerEntry> {
 public:
  /// Throws std::invalid_argument for options that make no sense.
  explicit CircuitBreaker(CircuitBreakerOptions options = CircuitBreakerOptions());

  /// It becomes half-open with the first call after `open_for`, not by itself.
  CircuitState state() const noexcept;
  CircuitStats stats() const noexcept;

  /// From now on the listener is sent a CircuitChanged for each change of the state, in order. Ends
  /// with the listener. Throws std::invalid_argument when the reference is empty.
  template <class Class, class... Messages>
  void notify(const Ref<Class, Messages...>& listener) const {
    static_assert(detail::one_of<CircuitChanged, Messages...>,
                  "list troupe::CircuitChanged among the listener's messages");
    add_listener(listener);
  }

 private:
  void add_listener(AnyRef listener) const;
};

}  // namespace troupe
