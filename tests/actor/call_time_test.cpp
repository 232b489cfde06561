#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::CallErrorCode;
using troupe::CallStage;

namespace {

struct Work {
  using Reply = int;
};
struct WorkByPort {
  using Reply = int;
};
struct WorkOnAll {
  using Reply = int;
};
struct WorkDeep {
  using Reply = int;
};
struct Quick {
  using Reply = int;
};
struct Inner {
  using Reply = troupe::CallError;
};

/// Asks the gate, with all the time in the world, while it handles a request.
class Middle : public troupe::Actor<Middle, Work, WorkByPort, WorkOnAll, WorkDeep, Quick, Inner> {
 public:
  explicit Middle(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}

  troupe::Task<int> handle(Work) { co_return co_await ask(); }
  troupe::Task<> handle(WorkByPort, troupe::ReplyPort<int> port) { port.send(co_await ask()); }
  troupe::Task<int> handle(WorkOnAll) {
    const std::vector<troupe::ActorRef<Ask>> both{gate_, gate_};
    auto results = co_await troupe::call_all<Ask>(both).within(kForever);
    if (!results[0]) inner_ = results[0].error();
    co_return 0;
  }
  troupe::Task<int> handle(WorkDeep) { co_return co_await deeper(); }
  int handle(Quick) { return ++quick_; }
  troupe::CallError handle(Inner) const { return inner_; }

 private:
  troupe::Task<int> ask() {
    auto result = co_await gate_.call<Ask>().within(kForever);
    if (!result) inner_ = result.error();
    co_return result.value_or(-1);
  }
  troupe::Task<int> deeper() { co_return co_await ask(); }

  troupe::ActorRef<Ask> gate_;
  troupe::CallError inner_;
  int quick_ = 0;
};

/// Passes a request on with a nested call of its own.
class Outer : public troupe::Actor<Outer, Work, Inner> {
 public:
  explicit Outer(troupe::ActorRef<Work> next) : next_(std::move(next)) {}
  troupe::Task<int> handle(Work) {
    auto result = co_await next_.call<Work>().within(kForever);
    if (!result) inner_ = result.error();
    co_return result.value_or(-1);
  }
  troupe::CallError handle(Inner) const { return inner_; }

 private:
  troupe::ActorRef<Work> next_;
  troupe::CallError inner_;
};

template <class M>
troupe::CallError error_in_actor(World& world, const auto& ref, std::chrono::nanoseconds time) {
  return in_actor(world.system, [ref, time]() -> troupe::Task<troupe::CallError> {
    auto result = co_await ref.template call<M>().within(time);
    co_return result.error();
  });
}

void check_times(const troupe::CallError& error, std::chrono::nanoseconds timeout) {
  CHECK(error.code == CallErrorCode::timeout);
  CHECK(error.elapsed >= timeout);
  CHECK(error.elapsed < 1min);
  CHECK(error.queued_for + error.running_for <= error.elapsed);
}

/// A request that waits too long in the queue is dropped there. Gives it more time until it was
/// taken up first.
template <class Function>
troupe::CallError error_when_taken_up(std::chrono::nanoseconds& time, Function call) {
  for (time = 20ms;; time *= 2) {
    const troupe::CallError error = call();
    CHECK(error.code == CallErrorCode::timeout);
    if (error.stage == CallStage::running) return error;
  }
}

}  // namespace

TEST_CASE("a call times out while its request is queued") {
  World world;
  Gate gate(world.system);
  auto middle = world.system.spawn<Middle>(gate);
  middle.cast<Work>();
  gate.wait_asked();
  troupe::CallError error;
  SUBCASE("of an actor") { error = error_in_actor<Quick>(world, middle, 15ms); }
  SUBCASE("of a thread") { error = middle.call<Quick>().within(15ms).get().error(); }
  check_times(error, 15ms);
  CHECK(error.stage == CallStage::queued);
  CHECK(error.queued_for == error.elapsed);
  CHECK(error.target == middle);
  CHECK(error.message == "Quick");
  CHECK(to_string(error).starts_with("call Quick to " + middle.name() + ": timed out after "));
  CHECK(to_string(error).find("(queued for ") != std::string::npos);
  gate.answer(0);
}

TEST_CASE("a call times out while its request runs") {
  World world;
  Gate gate(world.system);
  troupe::CallError error;
  std::chrono::nanoseconds time{};
  SUBCASE("of an actor") {
    error = error_when_taken_up(time, [&] { return error_in_actor<Ask>(world, gate.ref(), time); });
  }
  SUBCASE("of a thread") {
    error = error_when_taken_up(time,
                                [&] { return gate.ref().call<Ask>().within(time).get().error(); });
  }
  check_times(error, time);
  CHECK(error.running_for > 0ns);
  CHECK(error.message == "support::Ask");
  CHECK(to_string(error).find("running for ") != std::string::npos);
}

TEST_CASE("no time at all times out at once") {
  World world;
  Gate gate(world.system);
  for (const std::chrono::nanoseconds time : {0ns, -5ns, std::chrono::nanoseconds::min()}) {
    CHECK(gate.ref().call<Ask>().within(time).get().error().code == CallErrorCode::timeout);
    CHECK(error_in_actor<Ask>(world, gate.ref(), time).code == CallErrorCode::timeout);
  }
}

TEST_CASE("the longest time there is does not overflow") {
  World world;
  Gate gate(world.system);
  auto result = in_thread(
      [gate] { return gate.ref().call<Ask>().within(std::chrono::nanoseconds::max()).get(); });
  auto other = start_in_actor(world.system, [gate]() -> troupe::Task<int> {
    co_return *(co_await gate.ref().call<Ask>().within(std::chrono::nanoseconds::max()));
  });
  gate.wait_asked(2);
  gate.answer(1, 0);
  gate.answer(1, 1);
  CHECK(*result.get() == 1);
  CHECK(other.get() == 1);
}

TEST_CASE("a late reply goes nowhere and the next call gets its own") {
  World world;
  Gate gate(world.system);
  std::chrono::nanoseconds time{};
  SUBCASE("of an actor") {
    auto runner = world.system.spawn<Runner>();
    std::promise<void> late;
    std::promise<int> next;
    runner.cast<Run>([&]() -> troupe::Task<> {
      for (time = 20ms;; time *= 2) {
        auto first = co_await gate.ref().call<Ask>().within(time);
        if (first.error().stage == CallStage::running) break;
      }
      late.set_value();
      auto second = co_await gate.ref().call<Ask>().within(kForever);
      auto third = co_await gate.ref().call<Ask>().within(kForever);
      next.set_value(10 * *second + *third);
    });
    late.get_future().get();
    gate.wait_asked(2);
    gate.answer(1, 0);
    gate.answer(2, 1);
    gate.wait_asked(3);
    gate.answer(3, 2);
    CHECK(next.get_future().get() == 23);
  }
  SUBCASE("of a thread") {
    error_when_taken_up(time, [&] { return gate.ref().call<Ask>().within(time).get().error(); });
    auto second = in_thread([gate] { return *gate.ref().call<Ask>().within(kForever).get(); });
    gate.wait_asked(2);
    gate.answer(1, 0);
    gate.answer(2, 1);
    CHECK(second.get() == 2);
  }
  SUBCASE("of an actor that has ended") {
    auto runner = world.system.spawn<Runner>();
    runner.cast<Run>(
        [gate]() -> troupe::Task<> { (void)co_await gate.ref().call<Ask>().within(kForever); });
    gate.wait_asked();
    REQUIRE(runner.kill_and_wait().get());
    gate.answer(1);
    gate.wait_asked();
  }
}

TEST_CASE("a request whose time is over is dropped unrun and counted") {
  World world;
  Gate gate(world.system);
  auto middle = world.system.spawn<Middle>(gate);
  middle.cast<Work>();
  gate.wait_asked();
  CHECK(middle.call<Quick>().within(1ms).get().error().code == CallErrorCode::timeout);
  CHECK(error_in_actor<Quick>(world, middle, 1ms).code == CallErrorCode::timeout);
  CHECK(world.system.stats().expired_requests == 0);
  gate.answer(0);
  CHECK(*middle.call<Quick>().within(kForever).get() == 1);
  CHECK(world.system.stats().expired_requests == 2);
}

TEST_CASE("a nested call ends with the time of the request it serves") {
  World world;
  Gate gate(world.system);
  auto middle = world.system.spawn<Middle>(gate);
  std::chrono::nanoseconds time{};
  SUBCASE("in a handler that returns the reply") {
    error_when_taken_up(time, [&] { return middle.call<Work>().within(time).get().error(); });
  }
  SUBCASE("in a handler that has the port") {
    error_when_taken_up(time, [&] { return middle.call<WorkByPort>().within(time).get().error(); });
  }
  SUBCASE("in call_all") {
    error_when_taken_up(time, [&] { return middle.call<WorkOnAll>().within(time).get().error(); });
  }
  SUBCASE("in a task below the handler") {
    error_when_taken_up(time, [&] { return middle.call<WorkDeep>().within(time).get().error(); });
  }
  SUBCASE("of an actor's request") {
    error_when_taken_up(time, [&] { return error_in_actor<Work>(world, middle, time); });
  }
  const auto inner = middle.call<Inner>().within(kForever).get();
  REQUIRE(inner);
  CHECK(inner->code == CallErrorCode::timeout);
  CHECK(inner->message == "support::Ask");
  CHECK(inner->elapsed < 1min);
}

TEST_CASE("the time of a request reaches calls two actors further") {
  World world;
  Gate gate(world.system);
  auto middle = world.system.spawn<Middle>(gate);
  auto outer = world.system.spawn<Outer>(middle);
  for (auto time = 20ms;; time *= 2) {
    CHECK_FALSE(outer.call<Work>().within(time).get());
    const auto inner = middle.call<Inner>().within(kForever).get();
    if (inner->message.empty()) continue;  // it was too late for the innermost call
    CHECK(inner->code == CallErrorCode::timeout);
    CHECK(outer.call<Inner>().within(kForever).get()->code == CallErrorCode::timeout);
    break;
  }
}

TEST_CASE("a nested call in a cast's handler has its own time") {
  World world;
  Gate gate(world.system);
  auto middle = world.system.spawn<Middle>(gate);
  CHECK_FALSE(middle.call<Work>().within(5ms).get());
  CHECK(*middle.call<Quick>().within(kForever).get() == 1);
  const std::size_t asked = gate.asked();
  middle.cast<Work>();
  gate.wait_asked(asked + 1);
  gate.answer(0, asked);
  CHECK(*middle.call<Quick>().within(kForever).get() == 2);
}
