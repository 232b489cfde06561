#include <doctest/doctest.h>

#include "actor/family.hpp"

using namespace family;
using troupe::ExitKind;

namespace {

class Listener : public ParentOf<Listener> {
 public:
  using ParentOf::handle;
  using ParentOf::ParentOf;
  void handle(troupe::ChildFailed event) {
    journal_->add(troupe::format("{} failed: {} at {}, {} left", event.child, event.error, ticks_,
                                 children().size()));
  }
  void handle(troupe::ChildStopped event) {
    journal_->add(troupe::format("{} {}", event.child, to_string(event.reason)));
  }
};

class SlowListener : public ParentOf<SlowListener> {
 public:
  using ParentOf::handle;
  using ParentOf::ParentOf;
  troupe::Task<> handle(troupe::ChildFailed event) {
    journal_->add("begin " + event.error);
    (void)co_await gate_.call<Ask>().within(kForever);
    journal_->add("end " + event.error);
  }
};

}  // namespace

TEST_CASE("a parent that listens hears how its children end and goes on") {
  Family<Listener> family;
  auto a = family.add("a");
  auto b = family.add("b");
  auto c = family.add("c");
  auto d = family.add("d");
  a.cast<Break>();
  CHECK(family.journal.wait_for(a.name()) == a.name() + " failed: broken at 0, 3 left");
  b.stop("tired");
  CHECK(family.journal.wait_for(b.name()) == b.name() + " stopped: tired");
  c.kill();
  CHECK(family.journal.wait_for(c.name()) == c.name() + " killed");
  d.drain();
  CHECK(family.journal.wait_for(d.name()) == d.name() + " drained");
  CHECK(family.parent.call<Children>().get()->empty());
  CHECK(family.world.system.stats().failures == 1);
}

TEST_CASE("a parent that listens with a coroutine hears of one end after the other") {
  Family<SlowListener> family;
  auto a = family.add("a");
  auto b = family.add("b");
  a.cast<Break>();
  family.gate.wait_asked(1);
  b.cast<Break>();
  REQUIRE(b.wait().get());
  family.gate.answer(0, 0);
  family.gate.wait_asked(2);
  family.gate.answer(0, 1);
  family.journal.wait_for("end broken");
  REQUIRE(family.parent.drain_and_wait().get());
  const auto lines = family.journal.entries();
  CHECK(std::count(lines.begin(), lines.end(), "begin broken") == 2);
  CHECK(std::count(lines.begin(), lines.end(), "end broken") == 2);
}

TEST_CASE("a failure that nobody listens to goes up to the top") {
  Journal journal;
  World world;
  auto top = world.system.spawn<Top>(troupe::named("top"), journal);
  auto grandchild = *top.call<Grow>().within(kForever).get();
  grandchild.cast<Break>();
  const auto reason = top.wait().within(kForever).get();
  CHECK(reason->kind == ExitKind::failed);
  CHECK(reason->text.find(grandchild.name() + " failed: broken") != std::string::npos);
  CHECK(reason->text.starts_with("family::Inner#"));
  CHECK(journal.text() == "grandchild stops, grandchild gone, inner stops, top stops");
  CHECK(world.system.stats().failures == 3);
  CHECK(world.log.wait_for("failed in a child").level == troupe::LogLevel::error);
}

TEST_CASE("a clean end of a child does not bother a parent that does not listen") {
  Family<Parent> family;
  REQUIRE(family.add("a").stop_and_wait().get());
  REQUIRE(family.add("b").kill_and_wait().get());
  CHECK(family.parent.call<Children>().within(kForever).get()->empty());
}

TEST_CASE("a child's failure is heard before a million messages") {
  Family<Listener> family;
  auto child = family.add("a");
  family.parent.cast<Suspend>();
  family.gate.wait_asked();
  for (int i = 0; i < 1'000'000; ++i) family.parent.cast<Tick>();
  child.cast<Break>();
  REQUIRE(child.wait().within(kForever).get());
  family.gate.answer(0);
  CHECK(family.journal.wait_for("failed") == child.name() + " failed: broken at 0, 0 left");
  REQUIRE(family.parent.kill_and_wait().get());
}

TEST_CASE("a child's failure in the midst of messages is heard before the next one") {
  struct Probe : troupe::Actor<Probe, Tick, Hold, AddChild> {
    explicit Probe(Journal& journal) : journal_(&journal) {}
    void handle(Tick) { ++ticks_; }
    void handle(Hold m) {
      m.entered->count_down();
      m.leave->wait();
    }
    Child::Reference handle(AddChild m) { return spawn<Child>(*journal_, m.name); }
    void handle(troupe::ChildFailed) { journal_->add("heard at " + std::to_string(ticks_)); }
    Journal* journal_;
    int ticks_ = 0;
  };
  Journal journal;
  World world;
  auto probe = world.system.spawn<Probe>(journal);
  auto child = *probe.call<AddChild>("a").within(kForever).get();
  std::latch entered(1);
  std::latch leave(1);
  for (int i = 0; i < 7; ++i) probe.cast<Tick>();
  probe.cast<Hold>(&entered, &leave);
  for (int i = 0; i < 100; ++i) probe.cast<Tick>();
  entered.wait();
  child.cast<Break>();
  REQUIRE(child.wait().within(kForever).get());
  leave.count_down();
  REQUIRE(probe.drain_and_wait().get());
  CHECK(journal.text() == "a stops, a gone, heard at 7");
}

TEST_CASE("a stop comes before a child's failure and that before messages") {
  Family<Listener> family;
  auto child = family.add("a");
  family.parent.cast<Suspend>();
  family.gate.wait_asked();
  family.parent.cast<Tick>();
  child.cast<Break>();
  REQUIRE(child.wait().get());
  family.parent.stop("first");
  family.gate.answer(0);
  CHECK(family.parent.wait().get()->text == "first");
  CHECK(family.journal.text() == "a stops, a gone, parent stops");
}
