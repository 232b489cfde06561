#include <doctest/doctest.h>

#include "otp/resilience_support.hpp"
#include "stress/support.hpp"

using namespace resilience;

// Actors on several workers, and some threads, go through one helper, while actors are killed at
// random. Whoever is not killed gets to its end, or a place or a waiter was lost and the test
// hangs.

namespace {

constexpr int kCallers = 12;
constexpr int kCalls = 40;
constexpr int kKills = 150;
constexpr int kThreads = 2;

struct Toss {
  Tracked load;
  std::uint32_t luck;
  using Reply = std::uint32_t;
};

/// Answers, fails or lets others work first.
class Tosser : public troupe::Actor<Tosser, Toss> {
 public:
  explicit Tosser(std::uint32_t bad_luck) : bad_luck_(bad_luck) {}
  troupe::Task<> handle(Toss m, troupe::ReplyPort<std::uint32_t> port) {
    if (m.luck % 3 == 0) co_await troupe::yield();
    if (m.luck % 100 < bad_luck_) {
      port.fail("bad luck");
    } else if (m.luck % 100 < bad_luck_ + 2) {
      port = {};
    } else {
      port.send(m.luck);
    }
  }

 private:
  std::uint32_t bad_luck_;
};

class Storm {
 public:
  explicit Storm(std::uint32_t bad_luck) : world_(2 + random_.below(3)), bad_luck_(bad_luck) {
    for (int i = 0; i < 3; ++i) tossers_.push_back(world_.system.spawn<Tosser>(bad_luck_));
  }

  troupe::ActorRef<Toss> tosser(std::uint32_t luck) const {
    return tossers_[luck % tossers_.size()];
  }
  std::atomic<int>& living() { return living_; }
  troupe::System& system() { return world_.system; }

  /// `call(luck)` is a Task that calls once, `call_here(luck)` the same in a thread.
  template <class Call, class CallHere>
  void blow(Call call, CallHere call_here) {
    std::vector<std::future<void>> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.push_back(in_thread([call_here, random = stress::Random(random_.next())]() mutable {
        for (int i = 0; i < kCalls; ++i) call_here(static_cast<std::uint32_t>(random.next() >> 40));
      }));
    }
    std::vector<troupe::AnyRef> callers(kCallers);
    std::uint64_t before = steps_;
    for (auto& caller : callers) caller = start(call);
    for (int kill = 0; kill < kKills; ++kill) {
      // Somebody was started after `before`, and takes more steps than these.
      const std::uint64_t enough = before + random_.below(8);
      wait_until([&] { return steps_ >= enough; });
      auto& victim = callers[random_.below(kCallers)];
      if (random_.below(4) == 0) {
        victim.kill_and_wait().get();
      } else {
        victim.kill();
      }
      before = steps_;
      victim = start(call);
    }
    for (auto& caller : callers) caller.wait().within(kForever).get();
    for (auto& thread : threads) thread.get();
    for (auto& tosser : tossers_) tosser.drain_and_wait().get();
    wait_until([&] { return world_.system.top_level().empty(); });
    CHECK(living_ == 0);
  }

 private:
  template <class Call>
  troupe::AnyRef start(Call call) {
    auto caller = world_.system.spawn<Runner>();
    caller.cast<Run>(
        [this, call, random = stress::Random(random_.next())]() mutable -> troupe::Task<> {
          for (int i = 0; i < kCalls; ++i, ++steps_) {
            co_await call(static_cast<std::uint32_t>(random.next() >> 40));
          }
        });
    caller.drain();
    return caller;
  }

  stress::Random random_{stress::seed()};
  std::atomic<int> living_{0};
  std::atomic<std::uint64_t> steps_{0};
  World world_;
  std::uint32_t bad_luck_;
  std::vector<Tosser::Reference> tossers_;
};

/// Mostly long enough.
std::chrono::nanoseconds time_for(std::uint32_t luck) {
  return luck % 7 == 0 ? std::chrono::nanoseconds(luck % 300'000) : kForever;
}

}  // namespace

TEST_CASE("no place at a bulkhead is lost in a storm of kills") {
  Storm storm(10);
  const troupe::Bulkhead bulkhead({.calls = 3});
  const troupe::Bulkhead narrow({.calls = 1, .max_waiting = 4, .max_wait = 1ms});
  const auto pick = [&](std::uint32_t luck) { return luck % 5 == 0 ? narrow : bulkhead; };
  storm.blow(
      [&, pick](std::uint32_t luck) -> troupe::Task<> {
        auto result = co_await pick(luck)
                          .call<Toss>(storm.tosser(luck), Tracked(storm.living()), luck)
                          .within(time_for(luck));
        if (result && *result != luck) std::abort();
        if (bulkhead.active() > 3 || narrow.active() > 1) std::abort();
      },
      [&, pick](std::uint32_t luck) {
        auto result = pick(luck)
                          .call<Toss>(storm.tosser(luck), Tracked(storm.living()), luck)
                          .within(time_for(luck))
                          .get();
        if (result && *result != luck) std::abort();
      });
  CHECK(bulkhead.active() == 0);
  CHECK(bulkhead.waiting() == 0);
  CHECK(narrow.active() == 0);
  CHECK(narrow.waiting() == 0);
}

TEST_CASE("no waiter at a rate limiter is lost in a storm of kills") {
  Storm storm(10);
  const troupe::RateLimiter limit({.calls = 50'000, .burst = 4});
  std::atomic<std::uint64_t> passed{0};
  const auto begin = storm.system().now();
  storm.blow(
      [&](std::uint32_t luck) -> troupe::Task<> {
        if (luck % 2 == 0) {
          const bool turn = co_await limit.acquire().within(time_for(luck));
          passed += turn;
        } else {
          auto result = co_await limit.call<Toss>(storm.tosser(luck), Tracked(storm.living()), luck)
                            .within(time_for(luck));
          passed += result.has_value();
        }
      },
      [&](std::uint32_t luck) {
        passed += limit.acquire().within(time_for(luck)).get();
        passed += limit.try_acquire();
      });
  const std::chrono::duration<double> time = storm.system().now() - begin;
  CHECK(static_cast<double>(passed) <= 5 + 50'000 * time.count());
  CHECK(limit.waiting() == 0);
}

TEST_CASE("no breaker stays half-open in a storm of kills") {
  Storm storm(30);
  const troupe::CircuitBreaker breaker(
      {.failures = 3, .failure_rate = 0.5, .window = 20, .open_for = 20us, .trials = 2});
  storm.blow(
      [&](std::uint32_t luck) -> troupe::Task<> {
        auto result = co_await breaker.call<Toss>(storm.tosser(luck), Tracked(storm.living()), luck)
                          .within(time_for(luck));
        if (result && *result != luck) std::abort();
      },
      [&](std::uint32_t luck) {
        breaker.call<Toss>(storm.tosser(luck), Tracked(storm.living()), luck).get();
      });
  CHECK(breaker.stats().opened > 0);
  auto sound = storm.system().spawn<Shaky>(0);
  wait_until([&] {
    breaker.call<Try>(sound).get();
    return breaker.state() == troupe::CircuitState::closed;
  });
}

TEST_CASE("all of them around one another lose nothing in a storm of kills") {
  Storm storm(20);
  const troupe::CircuitBreaker breaker({.failures = 4, .open_for = 20us});
  const troupe::RateLimiter limit({.calls = 100'000, .burst = 10});
  const troupe::Bulkhead bulkhead({.calls = 3});
  const auto retry =
      troupe::retry(5).backoff(1us, 50us).also_on(CallErrorCode::open).in_all(kForever);
  storm.blow(
      [&](std::uint32_t luck) -> troupe::Task<> {
        auto guarded = breaker.around(limit.around(bulkhead.around(storm.tosser(luck))));
        auto result = co_await retry.call<Toss>(guarded, Tracked(storm.living()), luck)
                          .within(time_for(luck));
        if (result && *result != luck) std::abort();
      },
      [&](std::uint32_t luck) {
        auto guarded = breaker.around(limit.around(bulkhead.around(storm.tosser(luck))));
        retry.call<Toss>(guarded, Tracked(storm.living()), luck).within(time_for(luck)).get();
      });
  CHECK(bulkhead.active() == 0);
  CHECK(bulkhead.waiting() == 0);
  CHECK(limit.waiting() == 0);
}
