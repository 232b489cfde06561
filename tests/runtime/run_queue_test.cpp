#include "runtime/run_queue.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace troupe::detail;

namespace {

// The queue never looks at what it carries: numbers stand for actors.
Cell* item(std::uintptr_t number) { return reinterpret_cast<Cell*>((number + 1) * 64); }
std::uintptr_t number(Cell* item) { return reinterpret_cast<std::uintptr_t>(item) / 64 - 1; }

using Half = std::array<Cell*, RunQueue::kCapacity / 2>;

}  // namespace

TEST_CASE("the owner takes items in the order it put them") {
  RunQueue queue;
  CHECK(queue.empty());
  CHECK(queue.pop() == nullptr);
  for (std::uintptr_t i = 0; i < 10; ++i) CHECK(queue.push(item(i)));
  CHECK_FALSE(queue.empty());
  for (std::uintptr_t i = 0; i < 10; ++i) CHECK(queue.pop() == item(i));
  CHECK(queue.pop() == nullptr);
  CHECK(queue.empty());
}

TEST_CASE("a full queue refuses, and takes again what one pop makes room for") {
  RunQueue queue;
  for (std::uintptr_t i = 0; i < RunQueue::kCapacity; ++i) REQUIRE(queue.push(item(i)));
  CHECK_FALSE(queue.push(item(999)));
  CHECK(queue.pop() == item(0));
  CHECK(queue.push(item(RunQueue::kCapacity)));
  CHECK_FALSE(queue.push(item(999)));
  for (std::uintptr_t i = 1; i <= RunQueue::kCapacity; ++i) REQUIRE(queue.pop() == item(i));
}

TEST_CASE("a thief takes the older half, rounded up") {
  Half half;
  for (std::uint32_t count : {0u, 1u, 2u, 5u, 100u, RunQueue::kCapacity}) {
    CAPTURE(count);
    RunQueue queue;
    for (std::uintptr_t i = 0; i < count; ++i) REQUIRE(queue.push(item(i)));
    const std::uint32_t taken = queue.take_half(half);
    CHECK(taken == (count + 1) / 2);
    for (std::uint32_t i = 0; i < taken; ++i) REQUIRE(half[i] == item(i));
    for (std::uint32_t i = taken; i < count; ++i) REQUIRE(queue.pop() == item(i));
    CHECK(queue.empty());
  }
}

TEST_CASE("the order holds when the ring has gone round many times") {
  RunQueue queue;
  Half half;
  std::uintptr_t put = 0;
  std::uintptr_t taken = 0;
  while (put < 100'000) {
    for (std::uintptr_t i = 0; i < 1 + put % 97; ++i) REQUIRE(queue.push(item(put++)));
    if (put % 3 == 0) {
      const std::uint32_t count = queue.take_half(half);
      for (std::uint32_t i = 0; i < count; ++i) REQUIRE(half[i] == item(taken++));
    }
    while (Cell* one = queue.pop()) REQUIRE(one == item(taken++));
  }
  CHECK(taken == put);
}

TEST_CASE("with thieves at work, each item is taken exactly once") {
  constexpr std::uintptr_t kItems = 300'000;
  RunQueue queue;
  std::vector<std::atomic<int>> times(kItems);
  std::atomic<std::uintptr_t> taken{0};
  std::atomic<bool> over{false};
  const auto take = [&](Cell* one) {
    times[number(one)].fetch_add(1, std::memory_order_relaxed);
    taken.fetch_add(1, std::memory_order_relaxed);
  };
  std::vector<std::jthread> thieves;
  for (int i = 0; i < 3; ++i) {
    thieves.emplace_back([&] {
      Half half;
      while (!over) {
        const std::uint32_t count = queue.take_half(half);
        for (std::uint32_t j = 0; j < count; ++j) take(half[j]);
        if (count == 0) std::this_thread::yield();
      }
    });
  }
  for (std::uintptr_t next = 0; next < kItems;) {
    for (std::uintptr_t burst = next % 300 + 1; burst > 0 && next < kItems; --burst) {
      if (!queue.push(item(next))) break;
      ++next;
    }
    for (std::uintptr_t pops = next % 7; pops > 0; --pops) {
      if (Cell* one = queue.pop()) take(one);
    }
  }
  while (Cell* one = queue.pop()) take(one);
  while (taken < kItems) std::this_thread::yield();
  over = true;
  thieves.clear();
  CHECK(taken == kItems);
  std::uintptr_t wrong = 0;
  for (auto& count : times) wrong += count != 1;
  CHECK(wrong == 0);
}
