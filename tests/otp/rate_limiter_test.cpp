#include <doctest/doctest.h>

#include "otp/resilience_support.hpp"

using namespace resilience;
using troupe::RateLimiter;

namespace {

/// Lets `burst` through, and then nobody within the lifetime of a test.
RateLimiter slow(std::uint64_t burst, std::size_t max_waiting = ~std::size_t{0}) {
  return RateLimiter({.calls = 1, .per = 1h, .burst = burst, .max_waiting = max_waiting});
}

/// An actor that waits for its turn and writes when it has come.
troupe::AnyRef waiter(World& world, const RateLimiter& limit, Journal& journal, std::string name) {
  auto actor = world.system.spawn<Runner>();
  actor.cast<Run>([limit, &journal, name]() -> troupe::Task<> {
    const bool turn = co_await limit.acquire().within(troupe::forever);
    journal.add(name + (turn ? "" : " refused"));
  });
  return actor;
}

}  // namespace

TEST_CASE("a rate limiter lets a burst through at once") {
  World world;
  auto shaky = world.system.spawn<Shaky>(0);
  const RateLimiter limit = slow(3);
  CHECK(limit.call<Try>(shaky).get() == 1);
  CHECK(limit.try_acquire());
  in_actor(world.system, [&]() -> troupe::Task<> {
    const auto second = co_await limit.call<Try>(shaky);
    CHECK(second == 2);
  });
  CHECK_FALSE(limit.try_acquire());
  CHECK(limit.waiting() == 0);
}

TEST_CASE("a rate limiter refuses at once a call whose turn would come too late") {
  World world;
  auto shaky = world.system.spawn<Shaky>(0);
  const RateLimiter limit({.calls = 1, .per = 1h, .max_wait = 3min});
  CHECK(limit.try_acquire());
  CallError error;
  const auto call_in_actor = [&](std::chrono::nanoseconds time) {
    return in_actor(world.system, [&limit, &shaky, time]() -> troupe::Task<CallError> {
      auto result = co_await limit.call<Try>(shaky).within(time);
      co_return result.error();
    });
  };
  SUBCASE("of an actor") { error = call_in_actor(10h); }
  SUBCASE("of a thread") { error = limit.call<Try>(shaky).within(10h).get().error(); }
  check_refusal(error, CallErrorCode::limited, shaky, "resilience::Try");
  CHECK(error.reason.starts_with("1 per 3600 s: its turn would come in 3"));
  CHECK(error.reason.ends_with(" s, and it can wait for 180 s"));
  CHECK(error.elapsed < 1min);

  // The call's own time may be the shorter one.
  error = call_in_actor(2min);
  CHECK(error.code == CallErrorCode::limited);
  CHECK(error.reason.ends_with(" s, and it can wait for 120 s"));
  CHECK(limit.call<Try>(shaky).within(0ns).get().error().code == CallErrorCode::limited);
  CHECK(shaky.call<Tries>().get() == 0);
}

TEST_CASE("when too many wait at a rate limiter, a call fails at once") {
  Journal journal;
  World world;
  auto shaky = world.system.spawn<Shaky>(0);
  const RateLimiter limit = slow(1, 2);
  CHECK(limit.try_acquire());
  const auto first = waiter(world, limit, journal, "a");
  const auto second = waiter(world, limit, journal, "b");
  wait_until([&] { return limit.waiting() == 2; });
  const auto error = limit.call<Try>(shaky).within(troupe::forever).get().error();
  check_refusal(error, CallErrorCode::limited, shaky, "resilience::Try");
  CHECK(error.reason == "1 per 3600 s: 2 wait already");
  CHECK_FALSE(limit.acquire().within(troupe::forever).get());
  first.kill_and_wait().get();
  second.kill_and_wait().get();
}

TEST_CASE("those who wait at a rate limiter are let through in order") {
  Journal journal;
  World world(1);  // so that what is written first came first
  const RateLimiter limit({.calls = 1, .per = 5ms});
  CHECK(limit.try_acquire());
  std::size_t entered = 0;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    waiter(world, limit, journal, name);
    ++entered;
    // Whoever has come waits or has written; in this order nobody is counted twice.
    wait_until([&] {
      const std::size_t written = journal.entries().size();
      return written + limit.waiting() == entered;
    });
  }
  CHECK(journal.wait_count(5) == "a, b, c, d, e");
  CHECK(limit.waiting() == 0);
}

TEST_CASE("a rate limiter keeps to its rate") {
  Journal journal;
  World world(2);
  const RateLimiter limit({.calls = 1'000, .burst = 1});
  const auto begin = world.system.now();
  for (int i = 0; i < 20; ++i) waiter(world, limit, journal, "x");
  for (int i = 0; i < 10; ++i) CHECK(limit.acquire().get());
  journal.wait_count(20);
  CHECK(world.system.now() - begin >= 29ms);
}

TEST_CASE("nobody overtakes those who wait at a rate limiter") {
  Journal journal;
  World world;
  // A token comes while somebody waits, and is his.
  const RateLimiter limit({.calls = 1, .per = 30ms});
  CHECK(limit.try_acquire());
  waiter(world, limit, journal, "a");
  wait_until([&] { return limit.waiting() == 1 || !journal.entries().empty(); });
  while (journal.entries().empty()) {
    if (limit.try_acquire()) {
      CHECK(journal.wait_count(1) == "a");  // then it came after a's turn
    }
  }
}

TEST_CASE("a waiter that is killed gives its place at a rate limiter to the next") {
  Journal journal;
  World world;
  const RateLimiter limit({.calls = 1, .per = 40ms});
  CHECK(limit.try_acquire());
  const auto first = waiter(world, limit, journal, "a");
  wait_until([&] { return limit.waiting() == 1 || !journal.entries().empty(); });
  const auto second = waiter(world, limit, journal, "b");
  auto third = in_thread([&] { return limit.acquire().get(); });
  first.kill_and_wait().get();
  journal.wait_for("b");
  CHECK(third.get());
  CHECK(limit.waiting() == 0);
}

TEST_CASE("a killed waiter's place in the middle of the queue is closed up") {
  Journal journal;
  World world;
  const RateLimiter limit = slow(1);
  CHECK(limit.try_acquire());
  std::vector<troupe::AnyRef> actors;
  for (std::size_t i = 0; i < 5; ++i) {
    actors.push_back(waiter(world, limit, journal, "never"));
    wait_until([&] { return limit.waiting() == i + 1; });
  }
  for (const std::size_t victim : {2, 4, 0, 1, 3}) {
    const std::size_t before = limit.waiting();
    actors[victim].kill_and_wait().get();
    CHECK(limit.waiting() == before - 1);
  }
  CHECK(journal.text().empty());
}

TEST_CASE("a turn that would not come in time is refused, for actors and threads") {
  World world;
  const RateLimiter limit({.calls = 1, .per = 1h});
  CHECK(limit.try_acquire());
  CHECK_FALSE(limit.acquire().within(10ms).get());
  CHECK_FALSE(limit.acquire().get());
  const bool turn = in_actor(world.system, [&]() -> troupe::Task<bool> {
    const bool first = co_await limit.acquire();
    const bool second = co_await limit.acquire().within(1ms);
    co_return first || second;
  });
  CHECK_FALSE(turn);
}

TEST_CASE("a turn at a rate limiter is blocked on in threads only, and awaited in actors only") {
  World world;
  const RateLimiter limit = slow(1);
  in_actor(world.system, [&]() -> troupe::Task<> {
    CHECK_THROWS_AS(limit.acquire().get(), std::logic_error);
    co_return;
  });
  CHECK_THROWS_AS(limit.acquire().await_ready(), std::logic_error);
  CHECK(limit.try_acquire());
}

TEST_CASE("a plain handler can try a rate limiter") {
  struct Poke {};
  class Plain : public troupe::Actor<Plain, Poke> {
   public:
    Plain(RateLimiter limit, Journal* journal) : limit_(std::move(limit)), journal_(journal) {}
    void handle(Poke) { journal_->add(limit_.try_acquire() ? "yes" : "no"); }

   private:
    RateLimiter limit_;
    Journal* journal_;
  };
  Journal journal;
  World world;
  auto plain = world.system.spawn<Plain>(slow(2), &journal);
  for (int i = 0; i < 3; ++i) plain.cast<Poke>();
  CHECK(journal.wait_count(3) == "yes, yes, no");
}

TEST_CASE("a rate limiter refuses options that make no sense") {
  CHECK(problem_with([] { RateLimiter({.calls = 0}); }) ==
        "a rate limiter that lets no calls through");
  CHECK(problem_with([] { RateLimiter({.calls = 1, .per = 0ns}); }) ==
        "a rate limiter needs a time for its calls");
  CHECK(problem_with([] { RateLimiter({.max_wait = -1ns}); }) ==
        "a rate limiter's longest wait is negative");
}
