#include "troupe/circuit_breaker.hpp"

#include <doctest/doctest.h>

#include "otp/resilience_support.hpp"

using namespace resilience;
using troupe::CircuitBreaker;
using troupe::CircuitChanged;
using troupe::CircuitState;

namespace {

/// Writes the changes.
class Listener : public troupe::Actor<Listener, CircuitChanged> {
 public:
  explicit Listener(Journal* journal) : journal_(journal) {}
  void handle(CircuitChanged m) {
    journal_->add(m.breaker + ": " + std::string(to_string(m.from)) + " -> " +
                  std::string(to_string(m.to)) + " (" + m.reason + ")");
  }

 private:
  Journal* journal_;
};

/// Opens a breaker that opens at the first failure.
void open(World& world, const CircuitBreaker& breaker) {
  auto shaky = world.system.spawn<Shaky>(1);
  REQUIRE(breaker.call<Try>(shaky).get().error().code == CallErrorCode::failed);
  REQUIRE(breaker.state() == CircuitState::open);
}

}  // namespace

TEST_CASE("an open breaker fails calls at once and sends nothing") {
  World world;
  const CircuitBreaker breaker({.failures = 2, .open_for = 1h});
  auto shaky = world.system.spawn<Shaky>(2);
  CHECK(breaker.call<Try>(shaky).get().error().reason == "shaky 1");
  const auto second = breaker.call<Try>(shaky).get().error();
  CallError error;
  SUBCASE("of an actor") {
    error = in_actor(world.system, [&]() -> troupe::Task<CallError> {
      auto result = co_await breaker.call<Try>(shaky).within(1s);
      co_return result.error();
    });
  }
  SUBCASE("of a thread") { error = breaker.call<Try>(shaky).get().error(); }
  check_refusal(error, CallErrorCode::open, shaky, "resilience::Try");
  CHECK(error.elapsed == 0ns);
  CHECK(error.reason.starts_with("opened "));
  CHECK(error.reason.find(" ago, the next trial in 3") != std::string::npos);
  CHECK(error.reason.ends_with(" s: 2 failures in a row, the last: " + to_string(second)));
  CHECK(shaky.call<Tries>().get() == 2);
  CHECK(breaker.stats().refused == 1);
}

TEST_CASE("a breaker that works again closes") {
  World world;
  const CircuitBreaker breaker({.failures = 2, .open_for = 0ns, .trials = 2});
  auto shaky = world.system.spawn<Shaky>(3);
  const auto answers = in_actor(world.system, [&]() -> troupe::Task<std::string> {
    std::string text;
    for (int i = 0; i < 5; ++i) {
      auto result = co_await breaker.call<Try>(shaky);
      text += (result ? std::to_string(*result) : result.error().reason) + " " +
              std::string(to_string(breaker.state())) + ", ";
    }
    co_return text;
  });
  CHECK(answers == "shaky 1 closed, shaky 2 open, shaky 3 open, 4 half-open, 5 closed, ");
  const auto stats = breaker.stats();
  CHECK(stats.successes == 2);
  CHECK(stats.failures == 3);
  CHECK(stats.opened == 2);
  CHECK(stats.refused == 0);
  CHECK(stats.state == CircuitState::closed);
}

TEST_CASE("a breaker tells its listeners of each change, in order") {
  Journal journal;
  World world;
  const CircuitBreaker breaker({.name = "db", .failures = 1, .open_for = 0ns});
  auto gone = world.system.spawn<Listener>(&journal);
  breaker.notify(gone);
  gone.stop_and_wait().get();
  auto listener = world.system.spawn<Listener>(&journal);
  breaker.notify(listener);
  auto shaky = world.system.spawn<Shaky>(2);
  const auto first = breaker.call<Try>(shaky).get().error();
  const auto second = breaker.call<Try>(shaky).get().error();
  CHECK(breaker.call<Try>(shaky).get() == 3);
  const std::string once = " (1 failure in a row, the last: " + to_string(first) + ")";
  const std::string again = " (a call on trial failed, the last: " + to_string(second) + ")";
  CHECK(journal.wait_count(5) == "db: closed -> open" + once + ", db: open -> half-open" + once +
                                     ", db: half-open -> open" + again + ", db: open -> half-open" +
                                     again + ", db: half-open -> closed" + again);
}

TEST_CASE("an empty reference does not listen to a breaker") {
  CHECK(problem_with([] { CircuitBreaker().notify(troupe::ActorRef<CircuitChanged>()); }) ==
        "a listener that is an empty reference");
}

TEST_CASE("only those errors count that a breaker is told to count") {
  World world;
  auto ended = world.system.spawn<Shaky>(0);
  ended.stop_and_wait().get();
  auto shaky = world.system.spawn<Shaky>(2);
  SUBCASE("by their codes") {
    const CircuitBreaker breaker({.failures = 1, .counts = {CallErrorCode::timeout}});
    CHECK_FALSE(breaker.call<Try>(ended).get());
    CHECK_FALSE(breaker.call<Try>(shaky).get());
    CHECK(breaker.state() == CircuitState::closed);
    CHECK(breaker.stats().failures == 0);
    CHECK(breaker.stats().successes == 0);
    Gate gate(world.system);  // does not answer
    CHECK_FALSE(breaker.call<Ask>(gate.ref()).within(1ms).get());
    CHECK(breaker.state() == CircuitState::open);
  }
  SUBCASE("by a function") {
    const std::string second = "shaky 2";
    const CircuitBreaker breaker({.failures = 1, .counts = [second](const CallError& error) {
                                    return error.reason == second;
                                  }});
    CHECK_FALSE(breaker.call<Try>(ended).get());
    CHECK_FALSE(breaker.call<Try>(shaky).get());
    CHECK(breaker.state() == CircuitState::closed);
    CHECK_FALSE(breaker.call<Try>(shaky).get());
    CHECK(breaker.state() == CircuitState::open);
  }
  SUBCASE("by default all that are the callee's") {
    const CircuitBreaker outer({.failures = 1, .open_for = 1h});
    const CircuitBreaker inner({.failures = 1, .open_for = 1h});
    open(world, inner);
    CHECK(outer.call<Try>(inner.around(shaky)).get().error().code == CallErrorCode::open);
    CHECK(outer.state() == CircuitState::closed);
    CHECK(outer.call<Try>(ended).get().error().code == CallErrorCode::stopped);
    CHECK(outer.state() == CircuitState::open);
  }
}

TEST_CASE("an error that does not count does not use up a trial") {
  World world;
  const CircuitBreaker breaker({.failures = 1, .open_for = 0ns, .counts = {CallErrorCode::failed}});
  open(world, breaker);
  auto ended = world.system.spawn<Shaky>(0);
  ended.stop_and_wait().get();
  CHECK(breaker.call<Try>(ended).get().error().code == CallErrorCode::stopped);
  CHECK(breaker.state() == CircuitState::half_open);
  auto sound = world.system.spawn<Shaky>(0);
  CHECK(breaker.call<Try>(sound).get() == 1);
  CHECK(breaker.state() == CircuitState::closed);
}

TEST_CASE("a caller that is killed with its call on trial does not leave the breaker half-open") {
  World world;
  Gate gate(world.system);
  const CircuitBreaker breaker({.failures = 1, .open_for = 0ns});
  open(world, breaker);
  auto caller = world.system.spawn<Runner>();
  caller.cast<Run>(
      [&]() -> troupe::Task<> { co_await breaker.call<Ask>(gate.ref()).within(kForever); });
  gate.wait_asked();
  CHECK(breaker.state() == CircuitState::half_open);
  const auto refused = breaker.call<Ask>(gate.ref()).get().error();
  check_refusal(refused, CallErrorCode::open, gate.ref(), "support::Ask");
  CHECK(refused.reason.find(" ago, with calls on trial: 1 failure in a row, the last: call ") !=
        std::string::npos);
  caller.kill_and_wait().get();
  auto shaky = world.system.spawn<Shaky>(0);
  CHECK(breaker.call<Try>(shaky).get() == 1);
  CHECK(breaker.state() == CircuitState::closed);
}

TEST_CASE("actors on several workers share a breaker") {
  World world(3);
  const CircuitBreaker breaker({.failures = 40, .open_for = 1h});
  auto shaky = world.system.spawn<Shaky>(1'000);
  std::vector<std::future<void>> done;
  for (int actor = 0; actor < 4; ++actor) {
    done.push_back(start_in_actor(world.system, [&]() -> troupe::Task<> {
      for (int call = 0; call < 10; ++call) co_await breaker.call<Try>(shaky);
    }));
  }
  for (auto& each : done) each.get();
  CHECK(breaker.state() == CircuitState::open);
  CHECK(shaky.call<Tries>().get() == 40);
}

TEST_CASE("states of a breaker have names") {
  CHECK(to_string(CircuitState::closed) == "closed");
  CHECK(to_string(CircuitState::open) == "open");
  CHECK(to_string(CircuitState::half_open) == "half-open");
}
