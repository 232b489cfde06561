#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::Task;

namespace {

Task<int> value(int number) { co_return number; }
Task<> nothing() { co_return; }
Task<int> thrower(std::string text) {
  throw std::runtime_error(text);
  co_return 0;
}
Task<int> sum_to(int depth) {
  if (depth == 0) co_return 0;
  co_return depth + co_await sum_to(depth - 1);
}
/// The same, but the bottom waits for the gate.
Task<int> sum_to_gate(int depth, troupe::ActorRef<Ask> gate) {
  if (depth == 0) co_return *(co_await gate.call<Ask>().within(kForever));
  co_return depth + co_await sum_to_gate(depth - 1, gate);
}
Task<std::unique_ptr<int>> owned(int number) { co_return std::make_unique<int>(number); }

struct NoDefault {
  explicit NoDefault(int n) : number(n) {}
  int number;
};
Task<NoDefault> no_default(int number) { co_return NoDefault(number); }

}  // namespace

TEST_CASE("a task gives its value to who awaits it") {
  World world;
  CHECK(in_actor(world.system, []() -> Task<int> {
          const int one = co_await value(1);
          co_await nothing();
          auto two = co_await owned(2);
          auto three = co_await no_default(3);
          co_return one + *two + three.number;
        }) == 6);
}

TEST_CASE("a task starts when it is awaited") {
  Journal journal;
  World world;
  in_actor(world.system, [&journal]() -> Task<> {
    auto say = [](Journal* to, std::string text) -> Task<> {
      to->add(text);
      co_return;
    };
    Task<> first = say(&journal, "first");
    Task<> second = say(&journal, "second");
    {
      Task<> never = say(&journal, "never");
    }
    journal.add("begin");
    co_await second;
    co_await first;
  });
  CHECK(journal.text() == "begin, second, first");
}

TEST_CASE("a task's exception appears where it is awaited") {
  World world;
  CHECK(in_actor(world.system, []() -> Task<std::string> {
          std::string caught;
          try {
            (void)co_await thrower("one");
          } catch (const std::runtime_error& error) {
            caught += error.what();
          }
          try {
            (void)co_await thrower(" two");
          } catch (const std::runtime_error& error) {
            caught += error.what();
          }
          caught += std::to_string(co_await value(3));
          co_return caught;
        }) == "one two3");
}

TEST_CASE("a task moves and is destroyed with what it owns") {
  World world;
  std::atomic<int> living = 0;
  in_actor(world.system, [&living]() -> Task<> {
    auto keep = [](Tracked tracked) -> Task<> {
      (void)tracked;
      co_return;
    };
    Task<> first = keep(Tracked(living));
    Task<> second = std::move(first);
    first = keep(Tracked(living));
    first = Task<>();
    co_await second;
    Task<> unstarted = keep(Tracked(living));
    (void)unstarted;
  });
  CHECK(living == 0);
}

TEST_CASE("a million synchronous awaits do not grow the stack") {
  World world;
  CHECK(in_actor(world.system, []() -> Task<std::int64_t> {
          std::int64_t sum = 0;
          for (int i = 0; i < 1'000'000; ++i) sum += co_await value(1);
          co_return sum;
        }) == 1'000'000);
}

TEST_CASE("tasks nest a thousand deep without and with a suspension") {
  World world;
  Gate gate(world.system);
  CHECK(in_actor(world.system, []() -> Task<int> { co_return co_await sum_to(1000); }) == 500'500);
  auto result = start_in_actor(
      world.system, [gate]() -> Task<int> { co_return co_await sum_to_gate(1000, gate.ref()); });
  gate.wait_asked();
  gate.answer(7);
  CHECK(result.get() == 500'507);
}

TEST_CASE("a task may suspend again and again") {
  struct Echo : troupe::Actor<Echo, Ask> {
    int handle(Ask) { return 1; }
  };
  World world;
  const troupe::ActorRef<Ask> echo = world.system.spawn<Echo>();
  CHECK(in_actor(world.system, [echo]() -> Task<int> {
          auto ask = [](troupe::ActorRef<Ask> to) -> Task<int> {
            co_return *(co_await to.call<Ask>().within(kForever));
          };
          int sum = 0;
          for (int i = 0; i < 10'000; ++i) sum += co_await ask(echo);
          co_return sum;
        }) == 10'000);
}

TEST_CASE("an actor's coroutine resumes in the same actor and one at a time") {
  std::atomic<int> inside = 0;
  std::atomic<int> overlaps = 0;
  World world(4);
  struct Step {
    std::atomic<int>* inside;
    std::atomic<int>* overlaps;
  };
  struct Careful : troupe::Actor<Careful, Step> {
    Task<> handle(Step m) {
      for (int i = 0; i < 20; ++i) {
        if (++*m.inside != 1) ++*m.overlaps;
        --*m.inside;
        co_await troupe::sleep_for(std::chrono::nanoseconds(1));
      }
    }
  };
  auto careful = world.system.spawn<Careful>();
  for (int i = 0; i < 20; ++i) careful.cast<Step>(&inside, &overlaps);
  CHECK(careful.drain_and_wait().get());
  CHECK(overlaps == 0);
}
