#include <doctest/doctest.h>

#include "otp/resilience_support.hpp"

using namespace resilience;
using troupe::Bulkhead;

namespace {

/// Actors that call through a bulkhead and keep what they get.
struct Scene {
  Journal journal;  // outlives the actors
  World world{2};
  Gate gate{world.system};

  /// An actor that calls, and then writes what came of it.
  troupe::AnyRef caller(const Bulkhead& bulkhead, std::string name,
                        std::chrono::nanoseconds time = kForever) {
    auto actor = world.system.spawn<Runner>();
    actor.cast<Run>([this, bulkhead, name, time]() -> troupe::Task<> {
      auto result = co_await bulkhead.call<Ask>(gate.ref()).within(time);
      journal.add(name + " " + (result ? std::to_string(*result) : to_string(result.error())));
    });
    return actor;
  }
  void wait_waiting(const Bulkhead& bulkhead, std::size_t count) {
    wait_until([&] { return bulkhead.waiting() == count; });
  }
};

}  // namespace

TEST_CASE("a bulkhead lets so many calls be under way at once, the others wait in order") {
  Scene scene;
  const Bulkhead bulkhead{{.calls = 2}};
  scene.caller(bulkhead, "a");
  scene.gate.wait_asked(1);
  scene.caller(bulkhead, "b");
  scene.gate.wait_asked(2);
  scene.caller(bulkhead, "c");
  scene.wait_waiting(bulkhead, 1);
  scene.caller(bulkhead, "d");
  scene.wait_waiting(bulkhead, 2);
  CHECK(bulkhead.active() == 2);
  CHECK(scene.gate.asked() == 2);
  scene.gate.answer(1, 0);
  scene.gate.wait_asked(3);
  CHECK(bulkhead.active() == 2);
  CHECK(bulkhead.waiting() == 1);
  scene.gate.answer(2, 1);
  scene.gate.wait_asked(4);
  CHECK(bulkhead.waiting() == 0);
  scene.gate.answer(3, 2);
  CHECK(scene.journal.wait_for("c") == "c 3");
  scene.gate.answer(4, 3);
  CHECK(scene.journal.wait_for("d") == "d 4");
  wait_until([&] { return bulkhead.active() == 0; });
}

TEST_CASE("when too many wait at a bulkhead, a call fails at once") {
  Scene scene;
  const Bulkhead bulkhead{{.calls = 1, .max_waiting = 1}};
  scene.caller(bulkhead, "a");
  scene.gate.wait_asked();
  scene.caller(bulkhead, "b");
  scene.wait_waiting(bulkhead, 1);
  CallError error;
  SUBCASE("of an actor") {
    error = in_actor(scene.world.system, [&]() -> troupe::Task<CallError> {
      auto result = co_await bulkhead.call<Ask>(scene.gate.ref()).within(kForever);
      co_return result.error();
    });
  }
  SUBCASE("of a thread") { error = bulkhead.call<Ask>(scene.gate.ref()).get().error(); }
  check_refusal(error, CallErrorCode::limited, scene.gate.ref(), "support::Ask");
  CHECK(error.reason == "at most 1 at once: 1 wait already");
  CHECK(error.elapsed < 1min);
  scene.gate.answer(1, 0);
  scene.gate.wait_asked(2);
  scene.gate.answer(2, 1);
  CHECK(scene.journal.wait_for("b") == "b 2");
}

TEST_CASE("a bulkhead where nobody may wait refuses what is too much") {
  Scene scene;
  const Bulkhead nowhere{{.max_waiting = 0}};
  const Bulkhead never{{.max_wait = 0ns}};
  scene.caller(nowhere, "a");
  scene.caller(never, "b");
  scene.gate.wait_asked(2);
  const auto first = nowhere.call<Ask>(scene.gate.ref()).get().error();
  CHECK(first.reason == "at most 1 at once: 0 wait already");
  const auto second = never.call<Ask>(scene.gate.ref()).get().error();
  check_refusal(second, CallErrorCode::limited, scene.gate.ref(), "support::Ask");
  CHECK(second.reason == "at most 1 at once: its turn did not come within 0 ns");
  scene.gate.answer(1, 0);
  scene.gate.answer(1, 1);
}

TEST_CASE("who waits at a bulkhead for too long gives up its place") {
  Scene scene;
  const Bulkhead patient{{.calls = 1}};
  const Bulkhead impatient{{.calls = 1, .max_wait = 15ms}};
  scene.caller(patient, "a");
  scene.caller(impatient, "b");
  scene.gate.wait_asked(2);
  const auto call = [&](const Bulkhead& bulkhead, std::chrono::nanoseconds time) {
    return bulkhead.call<Ask>(scene.gate.ref()).within(time).get().error();
  };
  const auto call_in_actor = [&](const Bulkhead& bulkhead, std::chrono::nanoseconds time) {
    return in_actor(scene.world.system, [&scene, bulkhead, time]() -> troupe::Task<CallError> {
      auto result = co_await bulkhead.call<Ask>(scene.gate.ref()).within(time);
      co_return result.error();
    });
  };
  for (const bool actor : {false, true}) {
    const auto late = actor ? call_in_actor(patient, 20ms) : call(patient, 20ms);
    check_refusal(late, CallErrorCode::timeout, scene.gate.ref(), "support::Ask");
    CHECK(late.reason == "at most 1 at once: its turn did not come in time");
    CHECK(late.elapsed >= 20ms);
    const auto tired = actor ? call_in_actor(impatient, kForever) : call(impatient, kForever);
    check_refusal(tired, CallErrorCode::limited, scene.gate.ref(), "support::Ask");
    CHECK(tired.reason == "at most 1 at once: its turn did not come within 15 ms");
    CHECK(tired.elapsed >= 15ms);
  }
  CHECK(patient.waiting() == 0);
  CHECK(impatient.waiting() == 0);
  scene.gate.answer(1, 0);
  scene.gate.answer(1, 1);
}

TEST_CASE("no time at all is over before a place is free") {
  Scene scene;
  const Bulkhead bulkhead{{.calls = 1}};
  scene.caller(bulkhead, "a");
  scene.gate.wait_asked();
  for (const std::chrono::nanoseconds time : {0ns, -5ns, std::chrono::nanoseconds::min()}) {
    const auto error = bulkhead.call<Ask>(scene.gate.ref()).within(time).get().error();
    CHECK(error.code == CallErrorCode::timeout);
    CHECK(error.stage == CallStage::not_delivered);
  }
  scene.gate.answer(1);
}

TEST_CASE("the time for a call through a bulkhead includes its wait") {
  Scene scene;
  const Bulkhead bulkhead{{.calls = 1}};
  scene.caller(bulkhead, "a");
  scene.gate.wait_asked();
  // Gets its turn, and then no answer.
  scene.caller(bulkhead, "b", 40ms);
  wait_until([&] { return bulkhead.waiting() == 1 || scene.journal.entries().size() == 1; });
  scene.gate.answer(1);
  CHECK(scene.journal.wait_for("b").find("timed out") != std::string::npos);
  CHECK(scene.journal.wait_for("a") == "a 1");
  wait_until([&] { return bulkhead.active() == 0; });
}

TEST_CASE("a wait at a bulkhead ends with the time of the request that is handled") {
  struct Work {
    using Reply = int;
  };
  class Middle : public troupe::Actor<Middle, Work> {
   public:
    Middle(Bulkhead bulkhead, troupe::ActorRef<Ask> gate, Journal* journal)
        : bulkhead_(std::move(bulkhead)), gate_(std::move(gate)), journal_(journal) {}
    troupe::Task<int> handle(Work) {
      auto result = co_await bulkhead_.call<Ask>(gate_).within(kForever);
      journal_->add(std::string(to_string(result.error().code)) + ", " + result.error().reason);
      co_return 0;
    }

   private:
    Bulkhead bulkhead_;
    troupe::ActorRef<Ask> gate_;
    Journal* journal_;
  };
  Scene scene;
  const Bulkhead bulkhead{{.calls = 1}};
  scene.caller(bulkhead, "a");
  scene.gate.wait_asked();
  auto middle = scene.world.system.spawn<Middle>(bulkhead, scene.gate.ref(), &scene.journal);
  // A request that is not taken up in time is never seen.
  for (std::chrono::nanoseconds time = 20ms; scene.journal.entries().empty(); time *= 2) {
    CHECK(middle.call<Work>().within(time).get().error().code == CallErrorCode::timeout);
    middle.drain_and_wait().get();
    if (!scene.journal.entries().empty()) break;
    middle = scene.world.system.spawn<Middle>(bulkhead, scene.gate.ref(), &scene.journal);
  }
  CHECK(scene.journal.entries().front() ==
        "timed out, at most 1 at once: its turn did not come in time");
  scene.gate.answer(1);
}

TEST_CASE("a caller that is killed gives its place back") {
  Scene scene;
  const Bulkhead bulkhead{{.calls = 1}};
  auto active = scene.caller(bulkhead, "a");
  scene.gate.wait_asked();
  auto waiting = scene.caller(bulkhead, "b");
  scene.wait_waiting(bulkhead, 1);
  scene.caller(bulkhead, "c");
  scene.wait_waiting(bulkhead, 2);
  waiting.kill_and_wait().get();
  CHECK(bulkhead.waiting() == 1);
  CHECK(bulkhead.active() == 1);
  active.kill_and_wait().get();
  scene.gate.wait_asked(2);
  CHECK(bulkhead.active() == 1);
  CHECK(bulkhead.waiting() == 0);
  scene.gate.answer(7, 1);
  CHECK(scene.journal.wait_for("c") == "c 7");
  CHECK(scene.journal.text() == "c 7");
}

TEST_CASE("a caller that is killed when it was let in gives its place to the next") {
  Scene scene;  // where the calls go
  World busy(1);
  const Bulkhead bulkhead{{.calls = 1}};
  auto first = in_thread([&] { return bulkhead.call<Ask>(scene.gate.ref()).get(); });
  scene.gate.wait_asked();
  auto waiting = busy.system.spawn<Runner>();
  waiting.cast<Run>([&]() -> troupe::Task<> {
    co_await bulkhead.call<Ask>(scene.gate.ref()).within(kForever);
    scene.journal.add("waiting goes on");
  });
  scene.wait_waiting(bulkhead, 1);
  auto next = in_thread([&] { return bulkhead.call<Ask>(scene.gate.ref()).get(); });
  scene.wait_waiting(bulkhead, 2);
  // The only worker is held, so that the grant and the kill are heard at the same time.
  std::latch entered(1);
  std::latch leave(1);
  busy.system.spawn<Runner>().cast<Run>([&]() -> troupe::Task<> {
    entered.count_down();
    leave.wait();
    co_return;
  });
  entered.wait();
  scene.gate.answer(1, 0);
  CHECK(first.get() == 1);
  CHECK(bulkhead.active() == 1);
  CHECK(bulkhead.waiting() == 1);
  waiting.kill();
  leave.count_down();
  scene.gate.wait_asked(2);
  scene.gate.answer(2, 1);
  CHECK(next.get() == 2);
  CHECK(waiting.wait().get()->kind == troupe::ExitKind::killed);
  CHECK(bulkhead.active() == 0);
  CHECK(scene.journal.text().empty());
}

TEST_CASE("a place that becomes free as the time is over is not lost") {
  Scene scene;
  World busy(1);
  const Bulkhead bulkhead{{.calls = 1}};
  auto first = in_thread([&] { return bulkhead.call<Ask>(scene.gate.ref()).get(); });
  scene.gate.wait_asked();
  troupe::Bulkhead copy = bulkhead;
  auto waiting = start_in_actor(busy.system, [&, copy]() -> troupe::Task<CallError> {
    auto result = co_await copy.call<Ask>(scene.gate.ref()).within(30ms);
    co_return result.error();
  });
  wait_until(
      [&] { return bulkhead.waiting() == 1 || waiting.wait_for(0s) == std::future_status::ready; });
  std::latch entered(1);
  std::latch leave(1);
  busy.system.spawn<Runner>().cast<Run>([&]() -> troupe::Task<> {
    entered.count_down();
    leave.wait();
    co_return;
  });
  entered.wait();
  // If the worker was held in time, the waiter has been let in but has not heard of it.
  scene.gate.answer(1, 0);
  CHECK(first.get() == 1);
  leave.count_down();
  CHECK(waiting.get().code == CallErrorCode::timeout);
  CHECK(bulkhead.active() == 0);
  CHECK(bulkhead.waiting() == 0);
}

TEST_CASE("a stop waits for the handler that waits at a bulkhead") {
  Scene scene;
  const Bulkhead bulkhead{{.calls = 1}};
  scene.caller(bulkhead, "a");
  scene.gate.wait_asked();
  auto waiting = scene.caller(bulkhead, "b");
  scene.wait_waiting(bulkhead, 1);
  waiting.stop();
  scene.gate.answer(1, 0);
  scene.gate.wait_asked(2);
  scene.gate.answer(2, 1);
  CHECK(waiting.wait().get()->kind == troupe::ExitKind::stopped);
  CHECK(scene.journal.wait_for("b") == "b 2");
}

TEST_CASE("a call that fails leaves its bulkhead, and its error is the call's own") {
  Scene scene;
  const Bulkhead bulkhead{{.calls = 1}};
  auto shaky = scene.world.system.spawn<Shaky>(1);
  CHECK(bulkhead.call<Try>(shaky).get().error().reason == "shaky 1");
  CHECK(bulkhead.call<Try>(shaky).get() == 2);
  shaky.stop_and_wait().get();
  CHECK(bulkhead.call<Try>(shaky).get().error().code == CallErrorCode::stopped);
  CHECK(bulkhead.active() == 0);
}

TEST_CASE("threads and actors of several systems share a bulkhead") {
  Scene scene;
  World other;
  const Bulkhead bulkhead{{.calls = 1}};
  auto thread = in_thread([&] { return bulkhead.call<Ask>(scene.gate.ref()).get(); });
  scene.gate.wait_asked();
  auto actor = start_in_actor(other.system, [&]() -> troupe::Task<int> {
    co_return *co_await bulkhead.call<Ask>(scene.gate.ref());
  });
  scene.wait_waiting(bulkhead, 1);
  auto last = in_thread([&] { return bulkhead.call<Ask>(scene.gate.ref()).get(); });
  scene.wait_waiting(bulkhead, 2);
  scene.gate.answer(1, 0);
  CHECK(thread.get() == 1);
  scene.gate.wait_asked(2);
  scene.gate.answer(2, 1);
  CHECK(actor.get() == 2);
  scene.gate.wait_asked(3);
  scene.gate.answer(3, 2);
  CHECK(last.get() == 3);
}

TEST_CASE("messages of all kinds go through a bulkhead") {
  World world;
  const Bulkhead bulkhead{{.calls = 1}};
  auto porter = world.system.spawn<Porter>();
  std::atomic<int> living{0};
  in_actor(world.system, [&]() -> troupe::Task<> {
    auto carried = co_await bulkhead.call<Carry>(porter, Tracked(living), 5).within(kForever);
    CHECK(carried == 5);
    auto owned = co_await bulkhead.call<Own>(porter, std::make_unique<int>(6));
    CHECK(owned == 6);
    auto nothing = co_await bulkhead.call<Nothing>(porter);
    CHECK(nothing.has_value());
    auto named = bulkhead.call<Carry>(porter, Tracked(living), 7);
    named.within(kForever);
    const auto result = co_await named;
    CHECK(result == 7);
    auto unused = bulkhead.call<Carry>(porter, Tracked(living), 8);
  });
  porter.stop_and_wait().get();
  CHECK(living == 0);
}

TEST_CASE("a bulkhead is not blocked on in an actor, nor awaited elsewhere") {
  World world;
  const Bulkhead bulkhead{{.calls = 1}};
  auto porter = world.system.spawn<Porter>();
  in_actor(world.system, [&]() -> troupe::Task<> {
    CHECK_THROWS_AS(bulkhead.call<Nothing>(porter).get(), std::logic_error);
    co_return;
  });
  auto call = bulkhead.call<Nothing>(porter);
  CHECK_THROWS_AS(static_cast<void>(call.operator co_await()), std::logic_error);
}

TEST_CASE("a bulkhead refuses options that make no sense") {
  CHECK(problem_with([] { Bulkhead({.calls = 0}); }) == "a bulkhead that lets no calls through");
  CHECK(problem_with([] { Bulkhead({.calls = 1, .max_wait = -1ns}); }) ==
        "a bulkhead's longest wait is negative");
}
