#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::ExitKind;

namespace {

struct Count {};
struct Break {};
struct Finish {};

/// Leaves behind how often it was told to count; move-only.
class Counter : public troupe::Actor<Counter, Count, Break, Finish> {
 public:
  void handle(Count) { ++*count_; }
  void handle(Break) { throw std::runtime_error("broken"); }
  void handle(Finish) { stop("finished"); }
  std::unique_ptr<int> last_state() { return std::move(count_); }

 private:
  std::unique_ptr<int> count_ = std::make_unique<int>(0);
};

class Careless : public troupe::Actor<Careless, Count> {
 public:
  explicit Careless(Journal& journal) : journal_(&journal) {}
  void post_stop() { journal_->add("post_stop"); }
  ~Careless() { journal_->add("gone"); }
  void handle(Count) {}
  int last_state() { throw std::runtime_error("forgotten"); }

 private:
  Journal* journal_;
};

struct Add {
  using Reply = Counter::Reference;
};
struct AddCareless {
  using Reply = Careless::Reference;
};

class Parent : public troupe::Actor<Parent, Add, AddCareless> {
 public:
  explicit Parent(Journal& journal) : journal_(&journal) {}
  Counter::Reference handle(Add) { return spawn<Counter>(); }
  Careless::Reference handle(AddCareless) { return spawn<Careless>(*journal_); }
  void handle(troupe::ChildStopped m) {
    const bool was_there = static_cast<bool>(m.state);
    const bool wrong = m.state.take<int>().has_value() || m.state.take<std::string>().has_value();
    const bool kept = static_cast<bool>(m.state);
    auto state = m.state.take<std::unique_ptr<int>>();
    const bool again = m.state.take<std::unique_ptr<int>>().has_value() || m.state;
    journal_->add(troupe::format("{}: {}{}", m.reason, state ? std::to_string(**state) : "nothing",
                                 wrong || again || kept != was_there ? ", and more" : ""));
  }
  void handle(troupe::ChildFailed m) { journal_->add("failed: " + m.error); }

 private:
  Journal* journal_;
};

struct Scene {
  Journal journal;
  World world;
  Parent::Reference parent = world.system.spawn<Parent>(journal);

  Counter::Reference counter() {
    auto counter = *parent.call<Add>().within(kForever).get();
    for (int i = 0; i < 3; ++i) counter.cast<Count>();
    return counter;
  }
};

}  // namespace

TEST_CASE("an actor that ends in order leaves its last state to its parent, once and by its type") {
  Scene scene;
  auto counter = scene.counter();
  counter.drain();
  CHECK(scene.journal.wait_for("drained") == "drained: 3");
  scene.counter().cast<Finish>();
  CHECK(scene.journal.wait_for("finished") == "stopped: finished: 3");
}

TEST_CASE("an actor that is killed or fails leaves no last state") {
  Scene scene;
  scene.counter().kill();
  CHECK(scene.journal.wait_for("killed") == "killed: nothing");
  scene.counter().cast<Break>();
  CHECK(scene.journal.wait_for("failed") == "failed: broken");
}

TEST_CASE("a supervisor keeps the last state of a child that ended in order") {
  World world;
  auto supervisor = world.system.spawn<troupe::Supervisor>(
      troupe::one_for_one().child<Counter>("counter").restart(troupe::Restart::transient));
  const auto find = [&] {
    return **supervisor.call<troupe::FindChild>("counter").within(kForever).get();
  };
  auto counter = *troupe::ref_as<Counter>(find().ref);
  for (int i = 0; i < 3; ++i) counter.cast<Count>();
  counter.drain();
  while (find().state != troupe::ChildState::stopped) std::this_thread::yield();
  auto state = supervisor.call<troupe::TakeLastState>("counter").within(kForever).get();
  auto count = state->take<std::unique_ptr<int>>();
  REQUIRE(count.has_value());
  CHECK(**count == 3);
}

TEST_CASE("a last_state that throws is logged and does not disturb the end") {
  Scene scene;
  auto careless = *scene.parent.call<AddCareless>().within(kForever).get();
  careless.stop();
  CHECK(scene.journal.wait_for("stopped") == "stopped: nothing");
  CHECK(scene.journal.text() == "post_stop, gone, stopped: nothing");
  const auto record = scene.world.log.wait_for("last_state failed: forgotten");
  CHECK(record.level == troupe::LogLevel::error);
  CHECK(record.actor == careless.name());
  CHECK(careless.wait().get()->kind == ExitKind::stopped);
  CHECK(scene.world.system.stats().failures == 0);
}

TEST_CASE("a last state that nobody wants is destroyed with the actor") {
  std::atomic<int> living = 0;
  struct Leaver : troupe::Actor<Leaver, Count> {
    explicit Leaver(std::atomic<int>& living) : tracked(living) {}
    void handle(Count) {}
    Tracked last_state() { return std::move(tracked); }
    Tracked tracked;
  };
  World world;
  auto leaver = world.system.spawn<Leaver>(living);
  REQUIRE(leaver.stop_and_wait().get());
  leaver = {};
  while (living != 0) std::this_thread::yield();
}

TEST_CASE("a last state can be moved, and is empty at first") {
  troupe::LastState none;
  CHECK_FALSE(none);
  CHECK_FALSE(none.take<int>().has_value());
  std::atomic<int> living = 0;
  {
    troupe::LastState state(std::in_place_type<Tracked>, Tracked(living));
    troupe::LastState other(std::move(state));
    CHECK_FALSE(state);
    CHECK(other);
    state = std::move(other);
    CHECK(state);
    CHECK(living == 1);
    state = troupe::LastState(std::in_place_type<int>, 7);
    CHECK(living == 0);
    CHECK(state.take<int>() == 7);
  }
  CHECK(living == 0);
}
