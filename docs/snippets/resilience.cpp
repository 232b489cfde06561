#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "check.hpp"

using namespace std::chrono_literals;
using troupe::CallErrorCode;

struct Price {
  std::string symbol;
  using Reply = std::int64_t;
};

/// Fails so many times, then answers.
class Pricer : public troupe::Actor<Pricer, Price> {
 public:
  explicit Pricer(int failures) : failures_(failures) {}
  void handle(Price m, troupe::ReplyPort<std::int64_t> port) {
    if (failures_-- > 0) return port.fail("no price for " + m.symbol);
    port.send(4'200);
  }

 private:
  int failures_;
};

struct Quote {
  std::string symbol;
  using Reply = std::int64_t;
};

class Trader : public troupe::Actor<Trader, Quote> {
 public:
  explicit Trader(troupe::ActorRef<Price> pricer) : pricer_(std::move(pricer)) {}

  troupe::Task<std::int64_t> handle(Quote m) {
    auto price =
        co_await troupe::retry(4).backoff(1ms, 20ms).call<Price>(pricer_, m.symbol).within(1s);
    if (!price) log().warning("no quote: {}", price.error());
    co_return price.value_or(0);
  }

 private:
  troupe::ActorRef<Price> pricer_;
};

class Broker : public troupe::Actor<Broker, Quote, troupe::CircuitChanged> {
 public:
  explicit Broker(troupe::ActorRef<Price> pricer) : pricer_(std::move(pricer)) {
    breaker_.notify(self());
  }

  troupe::Task<std::int64_t> handle(Quote m) {
    auto price = co_await breaker_.call<Price>(pricer_, m.symbol).within(200ms);
    if (!price && price.error().code == CallErrorCode::open) co_return last_;  // at once
    if (price) last_ = *price;
    co_return last_;
  }
  void handle(troupe::CircuitChanged m) {
    log().info("{}: {} -> {}: {}", m.breaker, m.from, m.to, m.reason);
    if (m.to == troupe::CircuitState::open) stop();
  }

 private:
  troupe::ActorRef<Price> pricer_;
  troupe::CircuitBreaker breaker_{{.name = "prices", .failures = 3, .open_for = 10s}};
  std::int64_t last_ = 0;
};

class Feed : public troupe::Actor<Feed, Quote> {
 public:
  Feed(troupe::ActorRef<Price> pricer, troupe::RateLimiter limit)
      : pricer_(std::move(pricer)), limit_(std::move(limit)) {}

  troupe::Task<std::int64_t> handle(Quote m) {
    auto price = co_await limit_.call<Price>(pricer_, m.symbol).within(3s);  // waits for its turn
    co_return price.value_or(-1);
  }

 private:
  troupe::ActorRef<Price> pricer_;
  troupe::RateLimiter limit_;
};

class Desk : public troupe::Actor<Desk, Quote> {
 public:
  Desk(troupe::ActorRef<Price> pricer, troupe::Bulkhead bulkhead)
      : pricer_(std::move(pricer)), bulkhead_(std::move(bulkhead)) {}

  troupe::Task<std::int64_t> handle(Quote m) {
    auto price = co_await bulkhead_.call<Price>(pricer_, m.symbol);
    co_return price.value_or(-1);
  }

 private:
  troupe::ActorRef<Price> pricer_;
  troupe::Bulkhead bulkhead_;
};

class CarefulTrader : public troupe::Actor<CarefulTrader, Quote> {
 public:
  explicit CarefulTrader(troupe::ActorRef<Price> pricer) : pricer_(std::move(pricer)) {}

  troupe::Task<std::int64_t> handle(Quote m) {
    auto guarded = breaker_.around(bulkhead_.around(pricer_));  // used as a reference is
    auto price = co_await retry_.call<Price>(guarded, m.symbol).within(500ms);
    co_return price.value_or(-1);
  }

 private:
  troupe::ActorRef<Price> pricer_;
  troupe::Retry retry_ = troupe::retry(3).backoff(1ms, 50ms).in_all(2s);
  troupe::CircuitBreaker breaker_{{.failures = 10}};
  troupe::Bulkhead bulkhead_{{.calls = 8}};
};

int main() {
  troupe::System system;
  {
    auto trader = system.spawn<Trader>(system.spawn<Pricer>(3));
    check(system.call<Quote>(trader, "ABC").get() == 4'200);
    auto in_vain = system.spawn<Trader>(system.spawn<Pricer>(4));
    check(system.call<Quote>(in_vain, "ABC").get() == 0);
  }
  {
    auto broker = system.spawn<Broker>(system.spawn<Pricer>(3));
    for (int call = 0; call < 3; ++call) check(system.call<Quote>(broker, "ABC").get() == 0);
    check(broker.wait().get().has_value());
  }
  {
    auto pricer = system.spawn<Pricer>(0);
    troupe::RateLimiter limit{{.calls = 100, .burst = 10, .max_wait = 2s}};
    auto first = system.spawn<Feed>(pricer, limit);
    auto second = system.spawn<Feed>(pricer, limit);
    check(system.call<Quote>(first, "ABC").get() == 4'200);
    check(system.call<Quote>(second, "ABC").get() == 4'200);
    check(limit.call<Price>(pricer, "ABC").get() == 4'200);
    if (limit.try_acquire()) pricer.call<Price>("ABC").get();
    check(limit.acquire().get());
  }
  {
    auto pricer = system.spawn<Pricer>(0);
    troupe::Bulkhead bulkhead{{.calls = 4, .max_waiting = 16}};
    auto desk = system.spawn<Desk>(pricer, bulkhead);
    check(system.call<Quote>(desk, "ABC").get() == 4'200);
    check(bulkhead.active() == 0);
  }
  {
    auto trader = system.spawn<CarefulTrader>(system.spawn<Pricer>(2));
    check(system.call<Quote>(trader, "ABC").get() == 4'200);
  }
}
