#include "troupe/retry.hpp"

#include <doctest/doctest.h>

#include "otp/resilience_support.hpp"

using namespace resilience;
using troupe::Backoff;
using troupe::retry;
using troupe::detail::RetryPolicy;
using troupe::detail::RetryProgress;

namespace {

constexpr std::uint64_t kMiddle = 1ull << 63;  // no jitter

CallError error_of(CallErrorCode code, std::string reason = {}) {
  CallError error;
  error.code = code;
  error.reason = std::move(reason);
  return error;
}

RetryPolicy policy(std::uint32_t attempts) {
  return {.attempts = attempts,
          .backoff = {.minimum = 100ns, .maximum = 300ns, .jitter = 0.5},
          .in_all = 1000ns};
}

}  // namespace

// -- what is done when, given the time ---

TEST_CASE("the pauses of a retry grow, up to the longest") {
  const RetryPolicy four = policy(5);
  RetryProgress progress(four, 10'000, 0);
  CallError error = error_of(CallErrorCode::failed, "broken");
  std::vector<std::int64_t> pauses;
  while (progress.again(error, 10'050, kMiddle)) pauses.push_back(progress.pause().count());
  CHECK(pauses == std::vector<std::int64_t>{100, 200, 300, 300});
  CHECK(error.reason == "5 of 5 attempts: broken");
  CHECK(error.elapsed == 50ns);
}

TEST_CASE("the pauses of a retry are spread") {
  const RetryPolicy two = policy(2);
  CallError error = error_of(CallErrorCode::failed);
  RetryProgress least(two, 0, 0);
  RetryProgress most(two, 0, 0);
  CHECK(least.again(error, 0, 0));
  CHECK(least.pause() == 50ns);
  CHECK(most.again(error, 0, UINT64_MAX));
  CHECK(most.pause().count() == doctest::Approx(150).epsilon(0.01));
}

TEST_CASE("a retry ends when there is no time for another attempt") {
  const RetryPolicy many = policy(100);
  SUBCASE("in all") {
    RetryProgress progress(many, 10'000, 0);
    CallError error = error_of(CallErrorCode::timeout);
    CHECK(progress.again(error, 10'899, kMiddle));
    CHECK(progress.time_for_attempt(500ns, 10'999) == 1ns);
    CHECK_FALSE(progress.again(error, 10'800, kMiddle));  // the pause alone is 200
    CHECK(error.reason == "2 of 100 attempts, no time for another one");
  }
  SUBCASE("before the deadline of the request that is handled") {
    RetryProgress progress(many, 10'000, 10'300);
    CallError error = error_of(CallErrorCode::failed, "broken");
    CHECK(progress.time_for_attempt(500ns, 10'000) == 300ns);
    CHECK(progress.time_for_attempt(200ns, 10'000) == 200ns);
    CHECK(progress.again(error, 10'199, kMiddle));
    CHECK_FALSE(progress.again(error, 10'200, kMiddle));
    CHECK(error.reason == "2 of 100 attempts, no time for another one: broken");
  }
}

TEST_CASE("a retry without a limit of time does not overflow") {
  RetryPolicy endless = policy(3);
  endless.in_all = troupe::forever;
  RetryProgress progress(endless, INT64_MAX - 10, 0);
  CallError error = error_of(CallErrorCode::failed);
  CHECK(progress.again(error, INT64_MAX - 5, kMiddle));
  CHECK(progress.time_for_attempt(troupe::forever, INT64_MAX - 5) == troupe::forever);
}

TEST_CASE("errors that another attempt does not mend end a retry") {
  const auto again = [](const RetryPolicy& policy, CallErrorCode code) {
    RetryProgress progress(policy, 0, 0);
    CallError error = error_of(code, "why");
    const bool more = progress.again(error, 0, kMiddle);
    if (!more) CHECK(error.reason == "1 of 3 attempts: why");
    return more;
  };
  RetryPolicy three = policy(3);
  for (const auto code : {CallErrorCode::timeout, CallErrorCode::stopped, CallErrorCode::killed,
                          CallErrorCode::failed, CallErrorCode::no_reply, CallErrorCode::full,
                          CallErrorCode::dropped, CallErrorCode::limited}) {
    CHECK(again(three, code));
  }
  CHECK_FALSE(again(three, CallErrorCode::deadlock));
  CHECK_FALSE(again(three, CallErrorCode::open));
  three.on = three.on.with(CallErrorCode::open);
  CHECK(again(three, CallErrorCode::open));
  CHECK(again(three, CallErrorCode::timeout));
  three.on = {CallErrorCode::full, CallErrorCode::dropped};
  CHECK(again(three, CallErrorCode::full));
  CHECK_FALSE(again(three, CallErrorCode::timeout));
  three.on = [](const CallError& error) { return error.reason == "why"; };
  CHECK(again(three, CallErrorCode::deadlock));
}

// -- in actors and threads ---

TEST_CASE("a call is tried again until it succeeds") {
  World world;
  auto shaky = world.system.spawn<Shaky>(3);
  SUBCASE("by an actor") {
    const auto result = in_actor(world.system, [&]() -> troupe::Task<CallResult<Try>> {
      co_return co_await retry(4).backoff(1us, 2us).call<Try>(shaky).within(kForever);
    });
    CHECK(result == 4);
  }
  SUBCASE("by a thread") {
    CHECK(retry(4).backoff(1us, 2us).call<Try>(shaky).within(kForever).get() == 4);
  }
  SUBCASE("without pauses") { CHECK(retry(4).backoff(0ns, 0ns).call<Try>(shaky).get() == 4); }
}

TEST_CASE("a call that fails each time says how often, and what the last attempt said") {
  World world;
  auto shaky = world.system.spawn<Shaky>(100);
  const auto error = in_actor(world.system, [&]() -> troupe::Task<CallError> {
    auto result = co_await retry(3).backoff(1ms, 1ms).call<Try>(shaky);
    co_return result.error();
  });
  CHECK(error.code == CallErrorCode::failed);
  CHECK(error.target == shaky);
  CHECK(error.message == "resilience::Try");
  CHECK(error.reason == "3 of 3 attempts: shaky 3");
  CHECK(error.elapsed >= 1ms);  // two pauses of at least half a millisecond
  CHECK(to_string(error).starts_with("call resilience::Try to " + shaky.name() +
                                     ": the actor failed: 3 of 3 attempts: shaky 3 after "));
  CHECK(shaky.call<Tries>().get() == 3);
}

TEST_CASE("a retry of a call to an actor that has ended says so") {
  World world;
  auto shaky = world.system.spawn<Shaky>(0);
  shaky.stop_and_wait().get();
  const auto error = retry(2).backoff(1us, 1us).call<Try>(shaky).get().error();
  CHECK(error.code == CallErrorCode::stopped);
  CHECK(error.stage == CallStage::not_delivered);
  CHECK(error.reason == "2 of 2 attempts");
}

TEST_CASE("each attempt has the time of a call") {
  World world;
  Gate gate(world.system);
  const auto error = retry(3).backoff(1us, 1us).call<Ask>(gate.ref()).within(5ms).get().error();
  CHECK(error.code == CallErrorCode::timeout);
  CHECK(error.reason == "3 of 3 attempts");
  CHECK(error.elapsed >= 15ms);
}

TEST_CASE("a retry ends with the time that it has in all") {
  World world;
  Gate gate(world.system);
  const auto error = in_actor(world.system, [&]() -> troupe::Task<CallError> {
    auto result =
        co_await retry(1'000).backoff(1ms, 1ms).in_all(30ms).call<Ask>(gate.ref()).within(10ms);
    co_return result.error();
  });
  CHECK(error.code == CallErrorCode::timeout);
  CHECK(error.reason.ends_with(" of 1000 attempts, no time for another one"));
}

TEST_CASE("a retry ends with the time of the request that is handled") {
  struct Work {
    using Reply = int;
  };
  class Middle : public troupe::Actor<Middle, Work> {
   public:
    Middle(troupe::ActorRef<Try> shaky, Journal* journal)
        : shaky_(std::move(shaky)), journal_(journal) {}
    troupe::Task<int> handle(Work) {
      auto result = co_await retry(1'000'000).backoff(1ms, 1ms).call<Try>(shaky_).within(kForever);
      journal_->add(result.error().reason);
      co_return 0;
    }

   private:
    troupe::ActorRef<Try> shaky_;
    Journal* journal_;
  };
  Journal journal;
  World world;
  auto shaky = world.system.spawn<Shaky>(1'000'000'000);
  // A request that is not taken up in time is never seen.
  for (std::chrono::nanoseconds time = 20ms; journal.entries().empty(); time *= 2) {
    auto middle = world.system.spawn<Middle>(shaky, &journal);
    CHECK(middle.call<Work>().within(time).get().error().code == CallErrorCode::timeout);
    middle.drain_and_wait().get();
  }
  CHECK(journal.text().find(" of 1000000 attempts, no time for another one") != std::string::npos);
}

TEST_CASE("a killed actor is not tried again for") {
  World world;
  Gate gate(world.system);
  auto caller = world.system.spawn<Runner>();
  std::atomic<int> living{0};
  caller.cast<Run>([&]() -> troupe::Task<> {
    Tracked tracked(living);
    co_await retry(100).backoff(1h, 1h).call<Ask>(gate.ref()).within(kForever);
  });
  gate.wait_asked();
  gate.drop(0);  // now it pauses
  SUBCASE("in a pause") {}
  caller.kill_and_wait().get();
  CHECK(living == 0);
  CHECK(gate.asked() == 1);
}

TEST_CASE("a stop waits for a retry to end") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto caller = world.system.spawn<Runner>();
  caller.cast<Run>([&]() -> troupe::Task<> {
    auto result = co_await retry(2).backoff(1ms, 1ms).call<Ask>(gate.ref()).within(kForever);
    journal.add(std::to_string(result.value_or(-1)));
  });
  gate.wait_asked(1);
  caller.stop();
  gate.drop(0);
  gate.wait_asked(2);
  gate.answer(7, 1);
  CHECK(caller.wait().get()->kind == troupe::ExitKind::stopped);
  CHECK(journal.text() == "7");
}

TEST_CASE("the arguments are copied for each attempt, and each copy is destroyed once") {
  struct Haul {
    Tracked load;
    std::string what;
    using Reply = std::string;
  };
  class Hauler : public troupe::Actor<Hauler, Haul> {
   public:
    void handle(Haul m, troupe::ReplyPort<std::string> port) {
      if (++calls_ < 3) return port.fail("not yet");
      port.send(m.what);
    }

   private:
    int calls_ = 0;
  };
  World world;
  std::atomic<int> living{0};
  auto hauler = world.system.spawn<Hauler>();
  in_actor(world.system, [&]() -> troupe::Task<> {
    std::string what = "a piece of text that is too long for its own buffer";
    auto result = co_await retry(3).backoff(1us, 1us).call<Haul>(hauler, Tracked(living), what);
    CHECK(result == what);
    auto unused = retry(3).call<Haul>(hauler, Tracked(living), what);
  });
  hauler.stop_and_wait().get();
  CHECK(living == 0);
}

TEST_CASE("a retry that is made once can be kept and narrowed") {
  World world;
  const troupe::Retry kept = retry(3).backoff(1us, 1us);
  auto shaky = world.system.spawn<Shaky>(4);
  CHECK(kept.on(CallErrorCode::timeout).call<Try>(shaky).get().error().reason ==
        "1 of 3 attempts: shaky 1");
  const std::string enough = "shaky 3";
  const auto picks = [enough](const CallError& error) { return error.reason != enough; };
  const auto error = in_actor(world.system, [&]() -> troupe::Task<CallError> {
    auto result = co_await kept.on(picks).call<Try>(shaky);
    co_return result.error();
  });
  CHECK(error.reason == "2 of 3 attempts: shaky 3");
  CHECK(kept.on(CallErrorCode::failed, CallErrorCode::timeout).call<Try>(shaky).get() == 5);
}

TEST_CASE("retries, breakers, limiters and bulkheads go around one another") {
  World world;
  auto shaky = world.system.spawn<Shaky>(2);
  const troupe::CircuitBreaker breaker({.failures = 3, .open_for = 1h});
  const troupe::Bulkhead bulkhead({.calls = 1});
  const troupe::RateLimiter limit({.calls = 1'000'000});
  const auto guarded = breaker.around(limit.around(bulkhead.around(shaky)));
  SUBCASE("in an actor") {
    const auto result = in_actor(world.system, [&]() -> troupe::Task<CallResult<Try>> {
      co_return co_await retry(3).backoff(1us, 1us).call<Try>(guarded).within(10s);
    });
    CHECK(result == 3);
  }
  SUBCASE("in a thread") {
    CHECK(retry(3).backoff(1us, 1us).call<Try>(guarded).within(10s).get() == 3);
  }
  SUBCASE("the other way round") {
    const auto result = in_actor(world.system, [&]() -> troupe::Task<CallResult<Try>> {
      co_return co_await bulkhead.call<Try>(retry(3).backoff(1us, 1us).around(shaky)).within(10s);
    });
    CHECK(result == 3);
  }
  SUBCASE("and an open breaker ends the retry") {
    auto broken = world.system.spawn<Shaky>(100);
    const auto broken_behind = breaker.around(bulkhead.around(broken));
    const auto error = retry(10).backoff(1us, 1us).call<Try>(broken_behind).get().error();
    CHECK(error.code == CallErrorCode::open);
    CHECK(error.target == broken);
    CHECK(error.reason.starts_with("4 of 10 attempts: opened "));
    CHECK(retry(3)
              .also_on(CallErrorCode::open)
              .backoff(1us, 1us)
              .call<Try>(broken_behind)
              .get()
              .error()
              .reason.starts_with("3 of 3 attempts: opened "));
  }
  CHECK(bulkhead.active() == 0);
}

TEST_CASE("a retry is not blocked on in an actor, nor awaited elsewhere") {
  World world;
  auto shaky = world.system.spawn<Shaky>(0);
  in_actor(world.system, [&]() -> troupe::Task<> {
    CHECK_THROWS_AS(retry(2).call<Try>(shaky).get(), std::logic_error);
    co_return;
  });
  auto call = retry(2).call<Try>(shaky);
  CHECK_THROWS_AS(static_cast<void>(call.operator co_await()), std::logic_error);
}

TEST_CASE("a retry refuses what makes no sense") {
  CHECK(problem_with([] { retry(0); }) == "a retry without attempts");
  CHECK(problem_with([] { retry(1).backoff(-1ns, 1ns); }) == "a retry's back-off is negative");
  CHECK(problem_with([] { retry(1).backoff(2ns, 1ns); }) ==
        "a retry's longest back-off is below its shortest");
  CHECK(problem_with([] { retry(1).backoff(Backoff{.factor = 0.5}); }) ==
        "a retry's back-off has a factor below 1");
  CHECK(problem_with([] { retry(1).backoff(Backoff{.jitter = 1.5}); }) ==
        "a retry's back-off has a jitter not from 0 to 1");
  CHECK(problem_with([] { retry(1).in_all(-1ns); }) == "a retry's time is negative");
}
