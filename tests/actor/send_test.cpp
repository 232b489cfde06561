#include "actor/bounded.hpp"

using namespace bounds;

namespace {

/// A full mailbox that blocks, and its actor in a handler.
struct Full : Scene {
  Sink::Reference sink;
  Held held;

  explicit Full(std::size_t capacity = 1)
      : sink(world.system.spawn<Sink>(
            troupe::named("sink").mailbox(bounded(capacity, Overflow::block)), &journal)) {
    REQUIRE(accepted(held.send(sink)));
    held.await();
    cast(sink, 1, static_cast<int>(capacity));
  }
};

void check(const Scene::Outcome& outcome, CallErrorCode code, CallStage stage,
           std::string_view text) {
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == code);
  CHECK(outcome.error().stage == stage);
  CHECK(outcome.error().sent);
  CHECK(outcome.error().message == troupe::detail::type_name<Item>());
  const std::string begin =
      "send " + std::string(outcome.error().message) + " to sink: " + std::string(text);
  CHECK(to_string(outcome.error()).substr(0, begin.size()) == begin);
}

}  // namespace

TEST_CASE("a send where there is room does not wait") {
  Scene scene;
  for (const auto& bound : {troupe::unbounded(), bounded(3, Overflow::block), bounded(3)}) {
    const auto sink = scene.spawn(bound);
    Held held(sink);
    CHECK(scene.send(sink, 1).get());
    CHECK(sink.send<Item>(2).get());
    CHECK(sink.send<Item>(3).within(0s).get());
  }
  CHECK(scene.journal.wait_count(9).size() == 9 * 3 - 2);
}

TEST_CASE("what cannot wait is refused by a full mailbox that blocks") {
  Full scene;
  CHECK(scene.sink.cast<Item>(2) == CastResult::full);
  auto blocked = scene.send(scene.sink, 3);
  await_blocked(scene.sink, 1);
  scene.held.release();
  CHECK(blocked.get());
  CHECK(scene.journal.wait_count(2) == "1, 3");
}

TEST_CASE("senders get room in the order in which they began to wait, whatever they are") {
  Full scene;
  std::vector<std::future<Scene::Outcome>> sends;
  std::vector<std::future<troupe::CallResult<Query>>> calls;
  std::string expected = "1";
  for (int i = 2; i < 22; ++i) {
    switch (i % 4) {
      case 0:
        sends.push_back(scene.send(scene.sink, i));
        break;
      case 1:
        sends.push_back(scene.send_from_thread(scene.sink, i));
        break;
      case 2:
        calls.push_back(scene.call(scene.sink, i));
        break;
      default:
        calls.push_back(scene.call_from_thread(scene.sink, i));
    }
    await_blocked(scene.sink, static_cast<std::uint64_t>(i - 1));
    expected += ", " + std::to_string(i);
  }
  scene.held.release();
  for (auto& send : sends) CHECK(send.get());
  for (auto& call : calls) CHECK(call.get());
  CHECK(scene.journal.wait_count(21) == expected);
  CHECK(scene.dead_letters() == 0);
}

TEST_CASE("a blocked sender is let in when a message is begun, and nobody overtakes it") {
  Scene scene;
  const auto sink = scene.spawn(bounded(2, Overflow::block));
  Held first(sink);
  Held second;
  REQUIRE(second.send(sink) == CastResult::delivered);
  REQUIRE(sink.cast<Item>(1) == CastResult::delivered);
  auto one = scene.send(sink, 2);
  await_blocked(sink, 1);
  auto another = scene.send(sink, 3);
  await_blocked(sink, 2);
  first.release();
  second.await();  // its place is the first one's
  CHECK(one.get());
  CHECK(queue_of(sink).blocked() == 1);
  CHECK(sink.cast<Item>(4) == CastResult::full);
  second.release();
  CHECK(another.get());
  CHECK(scene.journal.wait_count(3) == "1, 2, 3");
}

TEST_CASE("a send that waits too long goes nowhere") {
  Full scene;
  for (const bool in_actor : {true, false}) {
    const auto outcome =
        (in_actor ? scene.send(scene.sink, 2, 1ms) : scene.send_from_thread(scene.sink, 2, 1ms))
            .get();
    check(outcome, CallErrorCode::timeout, CallStage::blocked, "timed out after ");
    CHECK(to_string(outcome.error()).ends_with(": the mailbox was full)"));
    CHECK(to_string(outcome.error()).find("(blocked for ") != std::string::npos);
    CHECK(outcome.error().elapsed >= 1ms);
    CHECK(outcome.error().queued_for == outcome.error().elapsed);
  }
  CHECK(queue_of(scene.sink).blocked() == 0);
  scene.held.release();
  CHECK(scene.sink.call<Query>(9).within(kForever).get());
  CHECK(scene.journal.text() == "1, 9");
  CHECK(scene.dead_letters() == 0);
}

TEST_CASE("a call that waits too long for room says so") {
  Full scene;
  for (const bool in_actor : {true, false}) {
    const auto result =
        (in_actor ? scene.call(scene.sink, 2, 1ms) : scene.call_from_thread(scene.sink, 2, 1ms))
            .get();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == CallErrorCode::timeout);
    CHECK(result.error().stage == CallStage::blocked);
    CHECK(to_string(result.error()).find("timed out after ") != std::string::npos);
    CHECK(to_string(result.error()).ends_with(": the mailbox was full)"));
  }
  CHECK(queue_of(scene.sink).blocked() == 0);
}

TEST_CASE("calls to many at once wait for room one by one") {
  Full scene;
  const auto other = scene.spawn(bounded(1, Overflow::block));
  using Results = std::vector<troupe::CallResult<Query>>;
  const auto start = [&](std::chrono::nanoseconds within) {
    return start_in_actor(scene.world.system, [&, within]() -> troupe::Task<Results> {
      std::vector<troupe::ActorRef<Query>> targets{scene.sink, other};
      auto calls = troupe::call_all<Query>(targets, 2);
      co_return co_await std::move(calls).within(within);
    });
  };
  auto within = 1ms;
  Results results;
  do {  // the other one needs a moment, too
    results = start(within).get();
    CHECK_FALSE(results[0]);
    CHECK(results[0].error().stage == CallStage::blocked);
    within *= 2;
  } while (!results[1]);
  auto later = start(kForever);
  await_blocked(scene.sink, 1);
  scene.held.release();
  results = later.get();
  CHECK(results[0]);
  CHECK(results[1]);
}

namespace {

struct Pass {
  using Reply = bool;
};
struct Reached {
  using Reply = void;
};

/// Sends while it handles a request.
class Passer : public troupe::Actor<Passer, Pass, Reached> {
 public:
  Passer(Sink::Reference to, std::promise<Scene::Outcome>* outcome)
      : to_(std::move(to)), outcome_(outcome) {}
  troupe::Task<bool> handle(Pass) {
    auto sent = co_await to_.send<Item>(2);
    const bool there = sent.has_value();
    outcome_->set_value(std::move(sent));
    co_return there;
  }
  void handle(Reached) {}

 private:
  Sink::Reference to_;
  std::promise<Scene::Outcome>* outcome_;
};

}  // namespace

TEST_CASE("a send made while a request is handled does not outlast it") {
  Full scene;
  std::promise<Scene::Outcome> outcome;
  const auto passer = scene.world.system.spawn<Passer>(scene.sink, &outcome);
  auto sent = outcome.get_future();
  for (auto time = 5ms; sent.wait_for(0s) != std::future_status::ready; time *= 2) {
    CHECK_FALSE(passer.call<Pass>().within(time).get());
    REQUIRE(passer.call<Reached>().within(kForever).get());  // the other has ended, or was dropped
  }
  check(sent.get(), CallErrorCode::timeout, CallStage::blocked, "timed out after ");
  CHECK(queue_of(scene.sink).blocked() == 0);
}

TEST_CASE("blocked senders learn at once that the receiver has ended, and how") {
  struct Way {
    void (*end)(const Sink::Reference&);
    CallErrorCode code;
    const char* text;
  };
  const Way ways[] = {
      {[](const auto& sink) { sink.stop("enough"); }, CallErrorCode::stopped,
       "the actor stopped: enough after "},
      {[](const auto& sink) { sink.kill(); }, CallErrorCode::killed, "the actor was killed after "},
      {[](const auto&) {}, CallErrorCode::failed, "the actor failed: broken after "},
  };
  for (const Way& way : ways) {
    Scene scene;
    const auto sink = scene.world.system.spawn<Sink>(
        troupe::named("sink").mailbox(bounded(1, Overflow::block)), &scene.journal);
    Held held(sink);
    if (way.code == CallErrorCode::failed) {
      REQUIRE(accepted(sink.cast<Fail>()));
    } else {
      scene.cast(sink, 1, 1);
    }
    // Behind a failing message one is let in: then it is left in the queue.
    const bool first_is_let_in = way.code == CallErrorCode::failed;
    auto filler = scene.send(sink, 2);
    await_blocked(sink, 1);
    auto from_actor = scene.send(sink, 3);
    await_blocked(sink, 2);
    auto from_thread = scene.send_from_thread(sink, 4);
    await_blocked(sink, 3);
    auto call = scene.call(sink, 5);
    await_blocked(sink, 4);
    auto call_from_thread = scene.call_from_thread(sink, 6);
    await_blocked(sink, 5);
    way.end(sink);
    held.release();
    CHECK(filler.get().has_value() == first_is_let_in);
    check(from_actor.get(), way.code, CallStage::blocked, way.text);
    check(from_thread.get(), way.code, CallStage::blocked, way.text);
    for (auto* one : {&call, &call_from_thread}) {
      const auto result = one->get();
      REQUIRE_FALSE(result);
      CHECK(result.error().code == way.code);
      CHECK(result.error().stage == CallStage::blocked);
      CHECK(to_string(result.error()).find(way.text) != std::string::npos);
      CHECK(to_string(result.error()).ends_with(": the mailbox was full)"));
    }
    (void)end_of(sink);
    // 1 where it was, and what the three sends brought; senders of requests are told.
    CHECK(scene.dead_letters() == (first_is_let_in ? 3 : 4));
    const auto late = scene.send(sink, 7).get();
    check(late, CallErrorCode::stopped, CallStage::not_delivered, "the actor stopped after ");
    CHECK(to_string(late.error()).ends_with("(not delivered: it had ended)"));
  }
}

TEST_CASE("with other overflows a send is a cast whose refusal is an error") {
  Scene scene;
  for (const Overflow overflow : {Overflow::reject, Overflow::drop_newest, Overflow::drop_oldest}) {
    const auto sink = scene.world.system.spawn<Sink>(
        troupe::named("sink").mailbox(bounded(1, overflow)), &scene.journal);
    Held held(sink);
    CHECK(scene.send(sink, 1).get());
    const auto outcome = scene.send(sink, 2).get();
    if (overflow == Overflow::reject) {
      check(outcome, CallErrorCode::full, CallStage::not_delivered, "the mailbox is full after ");
    } else if (overflow == Overflow::drop_newest) {
      check(outcome, CallErrorCode::dropped, CallStage::not_delivered,
            "dropped from a full mailbox after ");
    } else {
      CHECK(outcome);
    }
    sink.kill();
    held.release();
    (void)end_of(sink);
  }
}

TEST_CASE("a sender that is killed while it waits takes its message with it") {
  std::atomic<int> living{0};
  Full scene;
  const auto sender = scene.world.system.spawn<Runner>();
  sender.cast<Run>([&]() -> troupe::Task<> {
    auto send = scene.sink.send<Cargo>(2, Tracked(living));
    (void)co_await send;
  });
  await_blocked(scene.sink, 1);
  auto behind = scene.send(scene.sink, 3);
  await_blocked(scene.sink, 2);
  CHECK(living == 1);
  (void)sender.kill_and_wait().within(kForever).get();
  CHECK(living == 0);
  CHECK(queue_of(scene.sink).blocked() == 1);
  scene.held.release();
  CHECK(behind.get());
  CHECK(scene.journal.wait_count(2) == "1, 3");
  CHECK(scene.dead_letters() == 0);
}

TEST_CASE("a sender that is stopped while it waits finishes its message first") {
  Full scene;
  Journal journal;
  const auto sender = scene.world.system.spawn<Sink>(&journal);
  sender.cast<Run>([&]() -> troupe::Task<> {
    const auto sent = co_await scene.sink.send<Item>(2);
    journal.add(sent ? "sent" : to_string(sent.error()));
  });
  await_blocked(scene.sink, 1);
  sender.stop();
  scene.held.release();
  CHECK(end_of(sender).kind == troupe::ExitKind::stopped);
  CHECK(journal.text() == "sent");
}

TEST_CASE("a caller that is killed while its request waits for room leaves no request behind") {
  Full scene;
  const auto caller = scene.world.system.spawn<Runner>();
  caller.cast<Run>([&]() -> troupe::Task<> {
    auto call = scene.sink.call<Query>(2);
    (void)co_await call;
  });
  await_blocked(scene.sink, 1);
  (void)caller.kill_and_wait().within(kForever).get();
  CHECK(queue_of(scene.sink).blocked() == 0);
  scene.held.release();
  CHECK(scene.sink.call<Query>(9).within(kForever).get());
  CHECK(scene.journal.text() == "1, 9");
}

TEST_CASE("by bytes a sender that gives up does not keep smaller ones waiting") {
  Scene scene;
  const auto sink = scene.spawn(bounded(10, Overflow::block).bytes(100));
  Held held(sink);
  REQUIRE(sink.cast<Sized>(1, 50u) == CastResult::delivered);
  const auto large = scene.world.system.spawn<Runner>();
  large.cast<Run>([&]() -> troupe::Task<> { (void)co_await sink.send<Sized>(2, 60u); });
  await_blocked(sink, 1);
  auto small = in_thread([&] { return sink.send<Sized>(3, 50u).get(); });
  await_blocked(sink, 2);
  (void)large.kill_and_wait().within(kForever).get();
  CHECK(small.get());  // while the actor is in its handler
  CHECK(queue_of(sink).waiting() == 2);
}

TEST_CASE("a send to oneself, or in a circle, says deadlock where it would wait") {
  Scene scene;
  const auto one = scene.spawn(troupe::named("one").mailbox(bounded(1, Overflow::block)));
  std::promise<std::string> text;
  one.cast<Run>([&]() -> troupe::Task<> {
    CHECK(one.cast<Item>(1) == CastResult::delivered);
    const auto sent = co_await one.send<Item>(2);
    CHECK(sent.error().code == CallErrorCode::deadlock);
    text.set_value(to_string(sent.error()));
  });
  CHECK(text.get_future().get().find("deadlock: one waits for one (") != std::string::npos);
  scene.journal.wait_count(1);
  CHECK(scene.dead_letters() == 0);
}

TEST_CASE("get() of a send belongs in a thread that is no actor's, co_await in an actor") {
  Full scene;
  const auto other = scene.world.system.spawn<Sink>(&scene.journal);
  const std::string text = in_handler<Sink>(other, [&](Sink&) -> std::string {
    try {
      (void)scene.sink.send<Item>(2).get();
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  });
  CHECK(text == "get() would block a worker: co_await the operation in an actor");
  CHECK(queue_of(scene.sink).blocked() == 0);
}

TEST_CASE("a message whose send is never awaited is not sent, and destroyed once") {
  std::atomic<int> living{0};
  Scene scene;
  const auto sink = scene.spawn(troupe::unbounded());
  {
    auto send = sink.send<Cargo>(1, Tracked(living));
    auto moved = std::move(send);
    CHECK(living == 1);
    (void)moved;
  }
  CHECK(living == 0);
  Held after(sink);
  CHECK(scene.journal.text().empty());
}
