// Trees of short-lived actors: each spawns children, calls them, answers and ends.

#include <doctest/doctest.h>

#include <atomic>

#include "troupe/troupe.hpp"

using namespace std::chrono_literals;

namespace {

struct Fibonacci {
  using Reply = std::uint64_t;
  unsigned n;
};

std::atomic<std::int64_t> alive{0};

class Adder : public troupe::Actor<Adder, Fibonacci> {
 public:
  Adder() { alive.fetch_add(1, std::memory_order_relaxed); }
  ~Adder() { alive.fetch_sub(1, std::memory_order_relaxed); }

  troupe::Task<std::uint64_t> handle(Fibonacci m) {
    stop();
    if (m.n <= 2) co_return 1;
    auto left = spawn<Adder>();
    auto right = spawn<Adder>();
    auto first = co_await left.call<Fibonacci>(m.n - 1).within(1h);
    auto second = co_await right.call<Fibonacci>(m.n - 2).within(1h);
    co_return first.value() + second.value();
  }
};

}  // namespace

TEST_CASE("a tree of actors that spawn, call and end computes Fibonacci numbers") {
  for (unsigned workers : {1u, 2u, 4u}) {
    troupe::SystemOptions options;
    options.workers = workers;
    troupe::System system(options);
    auto root = system.spawn<Adder>();
    auto result = root.call<Fibonacci>(18u).within(1h).get();
    REQUIRE(result);
    CHECK(*result == 2584);
    REQUIRE(root.wait().within(1min).get());
    CHECK(alive == 0);
    CHECK(system.stats().spawned == system.stats().ended);
  }
}
