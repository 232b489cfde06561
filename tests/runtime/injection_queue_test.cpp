#include "runtime/injection_queue.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace troupe::detail;

namespace {

struct Crowd {
  std::vector<std::unique_ptr<Cell>> cells;

  explicit Crowd(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i) {
      cells.push_back(std::make_unique<Cell>(std::uintptr_t{0}, nullptr, i, nullptr, nullptr));
    }
  }
  Cell& operator[](std::size_t i) { return *cells[i]; }
};

std::vector<std::uint64_t> take(InjectionQueue& queue, std::size_t most, std::size_t sharers = 1) {
  std::vector<Cell*> out(most);
  out.resize(queue.take(out.data(), most, sharers));
  std::vector<std::uint64_t> ids;
  for (Cell* cell : out) ids.push_back(cell->id);
  return ids;
}

using Ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("what was pushed first is taken first") {
  Crowd crowd(5);
  InjectionQueue queue;
  CHECK(queue.empty());
  CHECK(take(queue, 10).empty());
  for (int i = 0; i < 3; ++i) queue.push(crowd[i]);
  CHECK_FALSE(queue.empty());
  CHECK(take(queue, 1) == Ids{0});
  queue.push(crowd[3]);  // while some of the older ones are still there
  queue.push(crowd[4]);
  CHECK(take(queue, 10) == Ids{1, 2});
  CHECK_FALSE(queue.empty());
  CHECK(take(queue, 10) == Ids{3, 4});
  CHECK(queue.empty());
  CHECK(queue.looks_empty());
}

TEST_CASE("many that are pushed at once keep their order") {
  Crowd crowd(4);
  InjectionQueue queue;
  queue.push(crowd[0]);
  Cell* three[] = {&crowd[1], &crowd[2], &crowd[3]};
  queue.push(three, 3);
  CHECK(take(queue, 10) == Ids{0, 1, 2, 3});
}

TEST_CASE("each of several sharers takes its share, rounded up") {
  Crowd crowd(10);
  InjectionQueue queue;
  for (int i = 0; i < 10; ++i) queue.push(crowd[i]);
  CHECK(take(queue, 10, 3) == Ids{0, 1, 2, 3});
  CHECK(take(queue, 1, 3) == Ids{4});
  CHECK(take(queue, 10, 3) == Ids{5, 6});
  CHECK(take(queue, 10, 3) == Ids{7});
}

TEST_CASE("with many who push and many who take, each is taken exactly once") {
  constexpr std::size_t kEach = 20'000;
  constexpr std::size_t kThreads = 3;
  Crowd crowd(kThreads * kEach);
  InjectionQueue queue;
  std::vector<std::atomic<int>> times(crowd.cells.size());
  std::atomic<std::size_t> taken{0};
  std::atomic<bool> in_order{true};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kEach; ++i) queue.push(crowd[t * kEach + i]);
    });
    threads.emplace_back([&] {
      std::vector<std::uint64_t> next(kThreads, 0);
      while (taken.load() < crowd.cells.size()) {
        for (std::uint64_t id : take(queue, 64, 2)) {
          times[id].fetch_add(1, std::memory_order_relaxed);
          taken.fetch_add(1);
          // Of each thread that pushes, whoever takes sees older ones before younger ones.
          if (id < next[id / kEach]) in_order = false;
          next[id / kEach] = id + 1;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(in_order);
  for (auto& count : times) REQUIRE(count == 1);
  CHECK(queue.empty());
}
