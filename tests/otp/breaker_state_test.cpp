#include "otp/breaker_state.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using troupe::CallError;
using troupe::CallErrorCode;
using troupe::CircuitBreakerOptions;
using troupe::CircuitState;
using troupe::detail::BreakerState;

namespace {

CallError error_of(CallErrorCode code) {
  CallError error;
  error.code = code;
  error.message = "Query";
  return error;
}
const CallError kError = error_of(CallErrorCode::timeout);
const std::string kErrorText = to_string(kError);

void fail(BreakerState& state, int times, std::int64_t now = 0) {
  for (int i = 0; i < times; ++i) state.fail(state.admit(now), now, kError);
}
void succeed(BreakerState& state, int times, std::int64_t now = 0) {
  for (int i = 0; i < times; ++i) state.succeed(state.admit(now));
}

/// Opened at 1000, for 500.
BreakerState opened(unsigned trials = 1) {
  BreakerState state({.failures = 2, .open_for = 500ns, .trials = trials});
  fail(state, 2, 1000);
  return state;
}

}  // namespace

TEST_CASE("a breaker opens after some failures in a row") {
  BreakerState state({.failures = 3});
  fail(state, 2);
  succeed(state, 1);
  fail(state, 2);
  CHECK(state.state() == CircuitState::closed);
  fail(state, 1);
  CHECK(state.state() == CircuitState::open);
  CHECK(state.cause() == "3 failures in a row, the last: " + kErrorText);
}

TEST_CASE("an open breaker lets nothing through and says why") {
  BreakerState state = opened();
  CHECK(state.admit(1000) == 0);
  CHECK(state.refusal(1000) ==
        "opened 0 ns ago, the next trial in 500 ns: 2 failures in a row, the last: " + kErrorText);
  CHECK(state.admit(1499) == 0);
  CHECK(state.refusal(1499) ==
        "opened 499 ns ago, the next trial in 1 ns: 2 failures in a row, the last: " + kErrorText);
  CHECK(state.state() == CircuitState::open);
  CHECK(state.stats().refused == 2);
}

TEST_CASE("after its time a breaker lets some calls through on trial") {
  BreakerState state = opened(2);
  CHECK(state.admit(1500) != 0);
  CHECK(state.state() == CircuitState::half_open);
  CHECK(state.admit(1501) != 0);
  CHECK(state.admit(1502) == 0);
  CHECK(state.refusal(1502) ==
        "opened 502 ns ago, with calls on trial: 2 failures in a row, the last: " + kErrorText);
}

TEST_CASE("a breaker closes when all calls on trial have succeeded") {
  BreakerState state = opened(3);
  const auto first = state.admit(1500);
  const auto second = state.admit(1500);
  state.succeed(first);
  state.succeed(second);
  CHECK(state.state() == CircuitState::half_open);
  state.succeed(state.admit(1500));
  CHECK(state.state() == CircuitState::closed);
  fail(state, 1);
  CHECK(state.state() == CircuitState::closed);  // counted from the beginning
}

TEST_CASE("a call on trial that fails opens the breaker for another time") {
  BreakerState state = opened(3);
  const auto first = state.admit(1500);
  const auto second = state.admit(1500);
  const auto third = state.admit(1500);
  state.succeed(first);
  state.fail(second, 1600, kError);
  CHECK(state.state() == CircuitState::open);
  CHECK(state.cause() == "a call on trial failed, the last: " + kErrorText);
  state.succeed(third);
  CHECK(state.admit(2099) == 0);
  CHECK(state.admit(2100) != 0);
  CHECK(state.stats().opened == 2);
}

TEST_CASE("a call on trial that comes to nothing is replaced by the next") {
  BreakerState state = opened();
  const auto lost = state.admit(1500);
  CHECK(state.admit(1600) == 0);
  state.abandon(lost);
  CHECK(state.state() == CircuitState::half_open);
  const auto next = state.admit(1700);
  CHECK(next != 0);
  CHECK(state.admit(1700) == 0);
  state.succeed(next);
  CHECK(state.state() == CircuitState::closed);
}

TEST_CASE("a call that began in an earlier state does not count") {
  BreakerState state({.failures = 2, .open_for = 500ns, .trials = 1});
  const auto early = state.admit(0);
  const auto other = state.admit(0);
  const auto lost = state.admit(0);
  fail(state, 2, 1000);
  state.succeed(early);
  CHECK(state.state() == CircuitState::open);
  const auto trial = state.admit(1500);
  state.fail(other, 1500, kError);
  state.abandon(lost);
  CHECK(state.state() == CircuitState::half_open);
  CHECK(state.admit(1500) == 0);  // the abandoned one was none of those on trial
  state.succeed(trial);
  CHECK(state.state() == CircuitState::closed);
  CHECK(state.stats().successes == 2);
  CHECK(state.stats().failures == 3);
}

TEST_CASE("a breaker opens at a rate of failures among the last calls") {
  BreakerState state({.failures = 0, .failure_rate = 0.5, .window = 4});
  fail(state, 3);
  CHECK(state.state() == CircuitState::closed);  // too few calls to judge
  succeed(state, 1);
  CHECK(state.state() == CircuitState::closed);  // looked at when a call fails
  succeed(state, 3);
  fail(state, 1);
  CHECK(state.state() == CircuitState::closed);  // the first ones are forgotten: 1 of 4
  fail(state, 1);
  CHECK(state.state() == CircuitState::open);
  CHECK(state.cause() == "2 of the last 4 calls failed, the last: " + kErrorText);
}

TEST_CASE("a window begins anew when the breaker closes") {
  BreakerState state(
      {.failures = 0, .failure_rate = 1, .window = 2, .open_for = 500ns, .trials = 1});
  fail(state, 2);
  REQUIRE(state.state() == CircuitState::open);
  state.succeed(state.admit(500));
  REQUIRE(state.state() == CircuitState::closed);
  fail(state, 1, 600);
  CHECK(state.state() == CircuitState::closed);
  fail(state, 1, 600);
  CHECK(state.state() == CircuitState::open);
}

TEST_CASE("a breaker that is open for no time tries the next call") {
  BreakerState state({.failures = 1, .open_for = 0ns});
  fail(state, 1, 1000);
  CHECK(state.state() == CircuitState::open);
  succeed(state, 1, 1000);
  CHECK(state.state() == CircuitState::closed);
}

TEST_CASE("a breaker refuses options that make no sense") {
  const auto problem = [](const CircuitBreakerOptions& options) -> std::string {
    try {
      BreakerState state(options);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "none";
  };
  CHECK(problem({}) == "none");
  CHECK(problem({.failure_rate = 0}) == "a circuit breaker's failure rate is more than 0");
  CHECK(problem({.failure_rate = 0.5, .window = 0}) ==
        "a circuit breaker's failure rate needs a window");
  CHECK(problem({.failures = 0}) == "a circuit breaker that nothing opens");
  CHECK(problem({.open_for = -1ns}) == "a circuit breaker is open for a negative time");
  CHECK(problem({.trials = 0}) == "a circuit breaker without trials never closes");
}
