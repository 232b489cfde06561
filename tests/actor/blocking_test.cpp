#include <doctest/doctest.h>

#include <numeric>
#include <optional>

#include "actor/support.hpp"

using namespace support;
using troupe::blocking;
using troupe::Task;

namespace {

int add(int a, int b) { return a + b; }
int fail() { throw std::runtime_error("disk on fire"); }
void open_latch(std::latch* latch) { latch->count_down(); }
std::size_t length(std::string text, std::unique_ptr<int> extra) {
  return text.size() + static_cast<std::size_t>(*extra);
}
int hold(std::latch* entered, std::latch* leave) {
  entered->count_down();
  leave->wait();
  return 7;
}

struct Echo : troupe::Actor<Echo, Ask> {
  int handle(Ask) { return 3; }
};

/// Opens a latch when the last of it is gone.
struct Result {
  explicit Result(std::latch* latch) : latch_(latch, [](std::latch* l) { l->count_down(); }) {}
  std::shared_ptr<std::latch> latch_;
};

}  // namespace

TEST_CASE("blocking gives a function's result and its exception") {
  World world;
  std::latch ran(1);
  CHECK(in_actor(world.system, [&ran]() -> Task<std::string> {
          const int sum = co_await blocking(add, 1, 2);
          co_await blocking(open_latch, &ran);
          std::string caught;
          try {
            (void)co_await blocking(fail);
          } catch (const std::runtime_error& error) {
            caught = error.what();
          }
          co_return std::to_string(sum) + caught;
        }) == "3disk on fire");
  CHECK(ran.try_wait());
}

TEST_CASE("blocking passes arguments by value and what can only be moved") {
  World world;
  CHECK(in_actor(world.system, []() -> Task<std::size_t> {
          std::string text = "four";
          auto extra = std::make_unique<int>(10);
          const std::size_t first = co_await blocking(length, text, std::move(extra));
          int factor = 2;
          auto work = [factor](std::vector<int> numbers) {
            return factor * std::accumulate(numbers.begin(), numbers.end(), 0);
          };
          const std::vector<int> numbers(3, 2);
          const int second = co_await blocking(work, numbers);
          co_return first + static_cast<std::size_t>(second);
        }) == 26);
}

TEST_CASE("blocking runs on a thread of its own") {
  World world;
  CHECK(in_actor(world.system, []() -> Task<bool> {
    const auto here = std::this_thread::get_id();
    const auto there = co_await blocking([] { return std::this_thread::get_id(); });
    co_return here != there;
  }));
}

TEST_CASE("the only worker goes on while a function blocks") {
  World world(1);
  const troupe::ActorRef<Ask> echo = world.system.spawn<Echo>();
  std::latch entered(1);
  std::latch leave(1);
  auto blocked = start_in_actor(
      world.system, [&]() -> Task<int> { co_return co_await blocking(hold, &entered, &leave); });
  entered.wait();
  CHECK(*echo.call<Ask>().within(kForever).get() == 3);
  leave.count_down();
  CHECK(blocked.get() == 7);
}

TEST_CASE("more functions than threads take turns") {
  auto options = World::options_for(2);
  options.blocking_threads = 2;
  World world(options);
  std::vector<std::future<int>> results;
  for (int i = 0; i < 50; ++i) {
    results.push_back(start_in_actor(
        world.system, [i]() -> Task<int> { co_return co_await blocking(add, i, 1); }));
  }
  for (int i = 0; i < 50; ++i) CHECK(results[static_cast<std::size_t>(i)].get() == i + 1);
}

TEST_CASE("as many functions block at once as there may be threads") {
  auto options = World::options_for(1);
  options.blocking_threads = 8;
  World world(options);
  std::latch all(8);
  std::vector<std::future<void>> results;
  for (int i = 0; i < 8; ++i) {
    results.push_back(start_in_actor(world.system, [&all]() -> Task<> {
      co_await blocking([](std::latch* latch) { latch->arrive_and_wait(); }, &all);
    }));
  }
  for (auto& result : results) result.get();
}

TEST_CASE("an actor killed while a function blocks ends at once and the result is dropped") {
  World world;
  std::latch entered(1);
  std::latch leave(1);
  std::latch gone(1);
  auto runner = world.system.spawn<Runner>();
  runner.cast<Run>([&]() -> Task<> {
    auto work = [&entered, &leave](Result result) {
      entered.count_down();
      leave.wait();
      return result;
    };
    (void)co_await blocking(work, Result(&gone));
  });
  entered.wait();
  CHECK(runner.kill_and_wait().within(kForever).get()->kind == troupe::ExitKind::killed);
  CHECK_FALSE(gone.try_wait());
  leave.count_down();
  gone.wait();
}

TEST_CASE("an actor stopped while a function blocks finishes its handler") {
  Journal journal;
  World world;
  std::latch entered(1);
  std::latch leave(1);
  auto runner = world.system.spawn<Runner>();
  runner.cast<Run>([&]() -> Task<> {
    const int result = co_await blocking(hold, &entered, &leave);
    journal.add(std::to_string(result));
  });
  entered.wait();
  runner.stop();
  leave.count_down();
  CHECK(runner.wait().within(kForever).get()->clean());
  CHECK(journal.text() == "7");
}

TEST_CASE("a function may outlive its system") {
  std::latch entered(1);
  std::latch leave(1);
  std::latch gone(1);
  {
    auto options = World::options_for(1);
    options.shutdown_deadline = 10ms;
    World world(options);
    world.system.spawn<Runner>().cast<Run>([&]() -> Task<> {
      auto work = [&entered, &leave](Result) {
        entered.count_down();
        leave.wait();
      };
      co_await blocking(work, Result(&gone));
    });
    entered.wait();
  }
  leave.count_down();
  gone.wait();
}
