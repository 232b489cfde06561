#include "actor/bounded.hpp"

using namespace bounds;

namespace {

class Watcher : public troupe::Actor<Watcher, troupe::HighWater> {
 public:
  explicit Watcher(Journal* journal) : journal_(journal) {}
  void handle(troupe::HighWater m) {
    journal_->add(m.actor.name() + (m.over ? " over " : " below ") + std::to_string(m.waiting));
  }

 private:
  Journal* journal_;
};

struct Levels : Scene {
  Journal levels;
  Watcher::Reference watcher = world.system.spawn<Watcher>(&levels);
  troupe::EventSubscription subscription = world.system.subscribe<troupe::HighWater>(watcher);

  Sink::Reference sink(troupe::Mailbox mailbox) {
    return world.system.spawn<Sink>(troupe::named("sink").mailbox(std::move(mailbox)), &journal);
  }
};

}  // namespace

TEST_CASE("high water is told once when the mark is reached, and once when less than half waits") {
  Levels scene;
  const auto sink = scene.sink(troupe::unbounded().high_water(4));
  Held held[4];
  REQUIRE(accepted(held[0].send(sink)));
  held[0].await();
  scene.cast(sink, 1, 3);
  CHECK(scene.levels.text().empty());
  REQUIRE(accepted(held[1].send(sink)));
  CHECK(scene.levels.wait_count(1) == "sink over 4");
  scene.cast(sink, 5, 4);  // 8 wait: nothing new
  REQUIRE(accepted(held[2].send(sink)));
  scene.cast(sink, 9, 2);
  REQUIRE(accepted(held[3].send(sink)));
  scene.cast(sink, 11, 1);
  held[0].release();
  held[1].await();
  held[1].release();
  held[2].await();  // 4 wait
  CHECK(scene.levels.text() == "sink over 4");
  held[2].release();
  held[3].await();  // 1 waits
  CHECK(scene.levels.wait_count(2) == "sink over 4, sink below 1");
  scene.cast(sink, 12, 3);
  CHECK(scene.levels.wait_count(3) == "sink over 4, sink below 1, sink over 4");
  held[3].release();
  CHECK(scene.levels.wait_count(4) == "sink over 4, sink below 1, sink over 4, sink below 1");
}

TEST_CASE("a mark of one is told in order") {
  Levels scene;
  const auto sink = scene.sink(bounded(10).high_water(1));
  for (int i = 0; i < 50; ++i) {
    Held held(sink);
    scene.cast(sink, i, 1);
    held.release();
    scene.journal.wait_count(static_cast<std::size_t>(i + 1));
  }
  sink.drain();
  (void)end_of(sink);
  const auto told = scene.levels.wait_count(2);
  (void)scene.watcher.drain_and_wait().within(kForever).get();
  const auto entries = scene.levels.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(entries[i] == (i % 2 == 0 ? "sink over 1" : "sink below 0"));
  }
}

TEST_CASE("the log tells of high water, too") {
  Levels scene;
  const auto sink = scene.sink(bounded(4).high_water(2));
  Held held(sink);
  scene.cast(sink, 1, 2);
  const Record over = scene.world.log.wait_for("high water");
  CHECK(over.level == troupe::LogLevel::warning);
  CHECK(over.actor == "sink");
  CHECK(over.text == "high water: 2 messages wait");
  held.release();
  const Record below = scene.world.log.wait_for("high water is over");
  CHECK(below.level == troupe::LogLevel::info);
  CHECK(below.actor == "sink");
  CHECK(below.text == "high water is over: 0 messages wait");
}

TEST_CASE("blocked senders that are let in raise the water by bytes") {
  Levels scene;
  const auto sink = scene.sink(bounded(10, Overflow::block).bytes(100).high_water(3));
  Held held(sink);
  REQUIRE(sink.cast<Sized>(1, 100u) == CastResult::delivered);
  std::vector<std::future<Scene::Outcome>> sends;
  for (int i = 2; i <= 4; ++i) {
    sends.push_back(in_thread([&, i] { return sink.send<Sized>(i, 10u).get(); }));
    await_blocked(sink, static_cast<std::uint64_t>(i - 1));
  }
  held.release();
  for (auto& send : sends) CHECK(send.get());
  CHECK(scene.levels.wait_count(2) == "sink over 3, sink below 1");
}

TEST_CASE("an event that does not fit is no dead letter, but what it displaces is one") {
  Scene scene;
  const auto subscriber = scene.spawn(bounded(1, Overflow::drop_oldest));
  scene.world.system.subscribe<DeadLetter>(subscriber);
  const auto sink = scene.world.system.spawn<Sink>(troupe::named("sink"), &scene.journal);
  (void)sink.stop_and_wait().within(kForever).get();
  Held held(subscriber);
  scene.cast(subscriber, 1, 1);
  CHECK(sink.cast<Item>(2) == CastResult::closed);  // its event displaces 1
  CHECK(scene.dead_letters() == 2);
  CHECK(sink.cast<Item>(3) == CastResult::closed);  // its event displaces the other one
  CHECK(scene.dead_letters() == 3);
  held.release();
  CHECK(scene.journal.wait_count(1).ends_with(" to sink (closed)"));
}
