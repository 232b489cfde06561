#include "actor/bounded.hpp"
#include "actor/overflow.hpp"

using namespace bounds;

TEST_CASE("a full mailbox that rejects tells the sender, and takes as many as it says") {
  Scene scene;
  const auto sink = scene.spawn(bounded(3));
  Held held(sink);  // in hand: not counted
  CHECK(scene.cast(sink, 1, 5) == "delivered, delivered, delivered, full, full");
  held.release();
  CHECK(scene.journal.wait_count(3) == "1, 2, 3");
  CHECK(scene.dead_letters() == 2);
}

TEST_CASE("a place is free as soon as its message is begun, for each message that was taken") {
  Scene scene;
  const auto sink = scene.spawn(bounded(20));
  Held first(sink);
  Held second;
  Held third;
  CHECK(scene.cast(sink, 1, 2) == "delivered, delivered");
  REQUIRE(second.send(sink) == CastResult::delivered);
  CHECK(scene.cast(sink, 3, 7).find("full") == std::string::npos);
  REQUIRE(third.send(sink) == CastResult::delivered);
  first.release();
  second.await();  // 8 wait
  CHECK(scene.room(sink) == 12);
  second.release();
  third.await();  // 12 wait
  CHECK(scene.room(sink) == 8);
}

TEST_CASE("a mailbox that drops the newest keeps what it has, and says so") {
  Scene scene;
  const auto sink = scene.spawn(bounded(2, Overflow::drop_newest));
  Held held(sink);
  CHECK(scene.cast(sink, 1, 4) == "delivered, delivered, dropped, dropped");
  held.release();
  CHECK(scene.journal.wait_count(2) == "1, 2");
  CHECK(scene.dead_letters() == 2);
}

TEST_CASE("a mailbox that drops the oldest has the newest") {
  Scene scene;
  const auto sink = scene.spawn(bounded(3, Overflow::drop_oldest));
  Held held(sink);
  CHECK(scene.cast(sink, 1, 7) ==
        "delivered, delivered, delivered, delivered, displacing another, delivered, displacing "
        "another, delivered, displacing another, delivered, displacing another");
  held.release();
  CHECK(scene.journal.wait_count(3) == "5, 6, 7");
  CHECK(scene.dead_letters() == 4);
}

TEST_CASE("what an actor has taken in advance is not dropped") {
  Scene scene;
  const auto sink = scene.spawn(bounded(16, Overflow::drop_oldest));
  Held first(sink);
  Held second;
  REQUIRE(second.send(sink) == CastResult::delivered);
  scene.cast(sink, 1, 15);  // it takes two at a time: the holding one and 1
  first.release();
  second.await();
  CHECK(sink.cast<Item>(16) == CastResult::delivered);
  CHECK(sink.cast<Item>(17) == CastResult::displaced);
  second.release();
  CHECK(scene.journal.wait_count(16) == "1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17");
}

TEST_CASE("one place is enough for each overflow") {
  for (const Overflow overflow :
       {Overflow::reject, Overflow::drop_newest, Overflow::drop_oldest, Overflow::block}) {
    Scene scene;
    const auto sink = scene.spawn(bounded(1, overflow));
    for (int i = 0; i < 100; ++i) {
      Held held(sink);
      CHECK(sink.cast<Item>(i) == CastResult::delivered);
      CHECK(sink.cast<Item>(-1) == (overflow == Overflow::drop_newest   ? CastResult::dropped
                                    : overflow == Overflow::drop_oldest ? CastResult::displaced
                                                                        : CastResult::full));
      held.release();
      scene.journal.wait_count(static_cast<std::size_t>(i + 1));
    }
  }
}

TEST_CASE("a request that a full mailbox has no room for says so at once") {
  Scene scene;
  const auto sink =
      scene.world.system.spawn<Sink>(troupe::named("sink").mailbox(bounded(1)), &scene.journal);
  Held held(sink);
  scene.cast(sink, 1, 1);
  for (const bool in_actor : {true, false}) {
    const auto result = (in_actor ? scene.call(sink, 2) : scene.call_from_thread(sink, 2)).get();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == CallErrorCode::full);
    CHECK(result.error().stage == CallStage::not_delivered);
    CHECK(result.error().ahead == 1);
    const std::string text = to_string(result.error());
    CHECK(text.starts_with("call " + std::string(result.error().message) +
                           " to sink: the mailbox is full: 1 of at most 1 messages wait after "));
    CHECK(text.ends_with("(not delivered)"));
  }
  CHECK(scene.dead_letters() == 0);  // its sender was told
}

TEST_CASE("a request that is displaced says so") {
  Scene scene;
  const auto sink = scene.spawn(bounded(1, Overflow::drop_oldest));
  Held held(sink);
  Mailbox mailbox(sink);
  auto call = scene.call(sink, 1);
  mailbox.wait_for_message();
  CHECK(sink.cast<Item>(2) == CastResult::displaced);
  const auto result = call.get();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == CallErrorCode::dropped);
  CHECK(result.error().stage == CallStage::queued);
  CHECK(to_string(result.error()).find("dropped from a full mailbox after ") != std::string::npos);
  CHECK(scene.dead_letters() == 0);
}

TEST_CASE("a forwarded request and call_and_forward do not wait for room") {
  Scene scene;
  const auto sink = scene.spawn(bounded(1, Overflow::block));
  Held held(sink);
  scene.cast(sink, 1, 1);
  Journal replies;
  const auto receiver = scene.world.system.spawn<Sink>(&replies);
  sink.call_and_forward<Query>(receiver, [](int value) { return Item{value}; }, 2);
  CHECK(queue_of(sink).blocked() == 0);
  held.release();
  CHECK(scene.journal.wait_count(1) == "1");
  Held again(sink);
  sink.call_and_forward<Query>(receiver, [](int value) { return Item{value}; }, 3);
  again.release();
  CHECK(replies.wait_count(1) == "3");
}

namespace {

class Relay : public troupe::Actor<Relay, Query> {
 public:
  explicit Relay(Sink::Reference to) : to_(std::move(to)) {}
  void handle(Query m, troupe::ReplyPort<int> port) { to_.forward(m, std::move(port)); }

 private:
  Sink::Reference to_;
};

}  // namespace

TEST_CASE("the caller of a request that is passed on to a full mailbox hears where it ended") {
  Scene scene;
  const auto sink = scene.spawn(bounded(1, Overflow::block));
  Held held(sink);
  scene.cast(sink, 1, 1);
  const auto relay = scene.world.system.spawn<Relay>(sink);
  const auto result = relay.call<Query>(2).within(kForever).get();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == CallErrorCode::full);
  CHECK(result.error().ended_at == sink);
}

TEST_CASE("an output port's values are dropped by a full mailbox, unless a policy bounds them") {
  Scene scene;
  troupe::OutputPort<int> port;
  const auto sink = scene.spawn(bounded(1));
  port.subscribe(sink, [](int value) { return Item{value}; });
  Held held(sink);
  for (int i = 1; i <= 3; ++i) port.publish(i);
  CHECK(scene.dead_letters() == 2);
  held.release();
  CHECK(scene.journal.wait_count(1) == "1");
  Held again(sink);
  port.publish(4);  // it is still subscribed
  again.release();
  CHECK(scene.journal.wait_count(2) == "1, 4");
}

TEST_CASE("a broadcast counts the members that have the message") {
  Scene scene;
  troupe::Group<Item> group(scene.world.system, "sinks");
  const auto rejects = scene.spawn(bounded(1));
  const auto drops = scene.spawn(bounded(1, Overflow::drop_oldest));
  const auto free = scene.spawn(troupe::unbounded());
  for (const auto& sink : {rejects, drops, free}) group.join(sink);
  Held one(rejects);
  Held two(drops);
  CHECK(group.broadcast<Item>(1) == 3);
  CHECK(group.broadcast<Item>(2) == 2);
}

TEST_CASE("what the framework sends is neither counted nor refused") {
  Scene scene;
  const auto sink = scene.spawn(bounded(2));
  const auto other = scene.world.system.spawn<Sink>(&scene.journal);
  troupe::Group<Item> group(scene.world.system, "sinks");
  group.monitor(sink);
  in_handler<Sink>(sink, [&](Sink& actor) { actor.monitor(other); });
  Held held(sink);
  CHECK(scene.cast(sink, 1, 3) == "delivered, delivered, full");
  group.join(other);
  (void)other.stop_and_wait().within(kForever).get();
  sink.drain();
  CHECK(scene.room(sink) == 0);
  held.release();
  CHECK(end_of(sink).kind == troupe::ExitKind::drained);
  CHECK(scene.journal.text() == "1, 2, joined, left, down");
}

TEST_CASE("what is sent after the framework's message comes after it") {
  Scene scene;
  const auto sink = scene.spawn(bounded(10));
  troupe::Group<Item> group(scene.world.system, "sinks");
  group.monitor(sink);
  Held held(sink);
  scene.cast(sink, 1, 1);
  group.join(sink);
  scene.cast(sink, 2, 2);
  sink.drain();
  scene.cast(sink, 4, 2);
  held.release();
  CHECK(end_of(sink).kind == troupe::ExitKind::drained);
  CHECK(scene.journal.text() == "1, joined, 2, 3");
  CHECK(scene.dead_letters() == 2);
}

TEST_CASE("signals are not held up by a full mailbox") {
  Scene scene;
  const auto sink = scene.spawn(bounded(1));
  const auto other = scene.spawn(bounded(1));
  Held held(sink);
  Held held_too(other);
  scene.cast(sink, 1, 1);
  scene.cast(other, 2, 1);
  sink.stop();
  other.kill();
  held.release();
  held_too.release();
  CHECK(end_of(sink).kind == troupe::ExitKind::stopped);
  CHECK(end_of(other).kind == troupe::ExitKind::killed);
  CHECK(scene.journal.text().empty());
  CHECK(scene.dead_letters() == 2);
}

TEST_CASE("what an actor's timer sends it takes a place, and is never refused") {
  Scene scene;
  const auto sink = scene.spawn(bounded(2));
  Held held;
  in_handler<Sink>(sink, [&](Sink& actor) {
    const auto self = actor.self();
    REQUIRE(held.send(self) == CastResult::delivered);
    REQUIRE(self.cast<Item>(1) == CastResult::delivered);
    for (int i = 2; i <= 4; ++i) {
      auto* node = troupe::detail::make_node<Item>(i);
      CHECK(troupe::detail::push_own(*cell_of(self), *node));
    }
    CHECK(self.cast<Item>(5) == CastResult::full);
  });
  held.await();  // 4 wait
  CHECK(sink.cast<Item>(6) == CastResult::full);
  held.release();
  CHECK(scene.journal.wait_count(4) == "1, 2, 3, 4");
  Held again(sink);
  in_thread([&] { CHECK(scene.room(sink) == 2); }).get();
}

TEST_CASE("a timer's message is in a full mailbox, too") {
  Scene scene;
  const auto sink = scene.spawn(bounded(1));
  Held held;
  in_handler<Sink>(sink, [&](Sink& actor) {
    REQUIRE(held.send(actor.self()) == CastResult::delivered);
    actor.send_after<Item>(1us, 1);
  });
  held.await();
  await_waiting(sink, 1);
  CHECK(sink.cast<Item>(2) == CastResult::full);
  held.release();
  CHECK(scene.journal.wait_count(1) == "1");
}

TEST_CASE("requests that are late, fail, or give their port away do not keep their places") {
  Scene scene;
  const auto sink = scene.spawn(bounded(4));
  Held first(sink);
  Held second;
  for (int i = 0; i < 3; ++i) {
    const auto late = sink.call<Query>(i).within(1us).get();
    REQUIRE_FALSE(late);
  }
  REQUIRE(second.send(sink) == CastResult::delivered);
  CHECK(sink.cast<Item>(1) == CastResult::full);
  first.release();
  second.await();  // nothing waits
  CHECK(scene.room(sink) == 4);
  CHECK(scene.world.system.stats().expired_requests == 3);
}

TEST_CASE("dead letters of a full mailbox say why, and from whom") {
  Scene scene;
  const auto spawn = [&](std::string name, Overflow overflow) {
    return scene.world.system.spawn<Sink>(
        troupe::named(std::move(name)).mailbox(bounded(1, overflow)), &scene.journal);
  };
  const auto rejects = spawn("rejects", Overflow::reject);
  const auto newest = spawn("newest", Overflow::drop_newest);
  const auto oldest = spawn("oldest", Overflow::drop_oldest);
  Held held[3];
  int i = 0;
  for (const auto& sink : {rejects, newest, oldest}) {
    REQUIRE(accepted(held[i].send(sink)));
    held[i++].await();
    scene.cast(sink, 1, 1);
  }
  scene.collect_letters();
  for (const auto& sink : {rejects, newest, oldest}) sink.cast<Item>(2);
  const std::string item(troupe::detail::type_name<Item>());
  CHECK(scene.letters.wait_count(3) == item + " to rejects (full), " + item +
                                           " to newest (dropped), " + item +
                                           " to oldest (displaced)");
  const auto sender = scene.world.system.spawn<Sink>(troupe::named("sender"), &scene.journal);
  in_handler<Sink>(sender, [&](Sink&) { rejects.cast<Item>(3); });
  CHECK(scene.letters.wait_for("from") == item + " to rejects (full), from sender");
}

TEST_CASE("what is left in a full mailbox when its actor ends is dropped once") {
  std::atomic<int> living{0};
  {
    Scene scene;
    const auto sink = scene.spawn(bounded(20));
    Held held(sink);
    for (int i = 0; i < 10; ++i) sink.cast<Cargo>(i, Tracked(living));
    Held again;
    REQUIRE(again.send(sink) == CastResult::delivered);
    for (int i = 10; i < 30; ++i) sink.cast<Cargo>(i, Tracked(living));
    held.release();
    again.await();
    for (int i = 30; i < 50; ++i) sink.cast<Cargo>(i, Tracked(living));
    CHECK(living == 20);
    sink.kill();
    again.release();
    CHECK(end_of(sink).kind == troupe::ExitKind::killed);
    CHECK(living == 0);
    CHECK(sink.cast<Item>(1) == CastResult::closed);
    CHECK(scene.dead_letters() == 11 + 9 + 20 + 1);
  }
}
