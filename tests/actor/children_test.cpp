#include <doctest/doctest.h>

#include "actor/family.hpp"

using namespace family;
using troupe::ExitKind;

TEST_CASE("children are listed oldest first and leave the list when they end") {
  Family<Parent> family;
  auto a = family.add("a");
  auto b = family.add("b");
  auto c = family.add("c");
  CHECK((*family.parent.call<Children>().get() == std::vector<troupe::AnyRef>{a, b, c}));
  REQUIRE(b.stop_and_wait().get());
  CHECK((*family.parent.call<Children>().get() == std::vector<troupe::AnyRef>{a, c}));
  REQUIRE(a.kill_and_wait().get());
  REQUIRE(c.drain_and_wait().get());
  CHECK(family.parent.call<Children>().get()->empty());
}

TEST_CASE("a parent ends its children newest first and before itself") {
  const char* const expected = "c stops, c gone, b stops, b gone, a stops, a gone, parent stops";
  Family<Parent> family;
  for (const char* name : {"a", "b", "c"}) family.add(name);
  SUBCASE("when it stops") { CHECK(family.parent.stop_and_wait().get()); }
  SUBCASE("when it is drained") { CHECK(family.parent.drain_and_wait().get()); }
  CHECK(family.journal.text() == expected);
}

TEST_CASE("a child that does not stop in its time is killed and the next one is asked") {
  for (auto time = 10ms;; time *= 2) {
    Family<Parent> family;
    auto a = family.add("a");
    auto b = family.add("b", {}, family.stop_gate, time);
    auto c = family.add("c");
    REQUIRE(family.parent.stop_and_wait("closing").within(kForever).get());
    CHECK(b.wait().get()->kind == ExitKind::killed);
    CHECK(a.wait().get()->kind == ExitKind::shutdown);
    const auto record = family.world.log.wait_for("shutdown time");
    CHECK(record.level == troupe::LogLevel::warning);
    CHECK(record.actor == b.name());
    if (family.stop_gate.asked() == 0) continue;  // killed before it had begun to stop
    CHECK(family.journal.text() ==
          "c stops, c gone, b stops, b gone, a stops, a gone, parent stops");
    break;
  }
}

TEST_CASE("a child gets its whole shutdown time") {
  Family<Parent> family;
  auto child = family.add("a", {}, family.stop_gate, kForever);
  family.parent.stop();
  family.stop_gate.wait_asked();
  CHECK_FALSE(family.parent.wait().within(5ms).get());
  family.stop_gate.answer(0);
  CHECK(family.parent.wait().within(kForever).get());
  CHECK(child.wait().get()->clean());
}

TEST_CASE("a kill reaches children and grandchildren") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto top = world.system.spawn<Top>(journal);
  auto grandchild = *top.call<Grow>().within(kForever).get();
  REQUIRE(top.kill_and_wait().within(kForever).get());
  CHECK(grandchild.wait().get()->kind == ExitKind::killed);
  CHECK(journal.text() == "grandchild gone");
}

TEST_CASE("a kill unwinds suspended children and waits for running ones") {
  Family<Parent> family;
  auto a = family.add("a", family.gate);
  auto b = family.add("b");
  a.cast<Suspend>();
  family.gate.wait_asked();
  std::latch entered(1);
  std::latch leave(1);
  b.cast<Hold>(&entered, &leave);
  entered.wait();
  family.parent.kill();
  CHECK(a.wait().within(kForever).get()->kind == ExitKind::killed);
  CHECK(family.journal.text() == "a unwinds, a gone");
  CHECK_FALSE(family.parent.wait().within(1ms).get());
  leave.count_down();
  CHECK(family.parent.wait().within(kForever).get()->kind == ExitKind::killed);
  CHECK(family.journal.text() == "a unwinds, a gone, b gone");
}

TEST_CASE("a parent that stops while a child starts waits for it in its time") {
  struct Starter : troupe::Actor<Starter, Tick> {
    Starter(Journal& journal, troupe::ActorRef<Ask> gate)
        : journal_(&journal), gate_(std::move(gate)) {}
    ~Starter() { journal_->add("child gone"); }
    troupe::Task<> pre_start() {
      (void)co_await gate_.call<Ask>().within(kForever);
      journal_->add("child started");
    }
    void post_stop() { journal_->add("child stops"); }
    void handle(Tick) {}
    Journal* journal_;
    troupe::ActorRef<Ask> gate_;
  };
  struct Maker : troupe::Actor<Maker, Tick> {
    Maker(Journal& journal, troupe::ActorRef<Ask> gate, std::chrono::nanoseconds time)
        : journal_(&journal) {
      spawn<Starter>(troupe::shutdown_time(time), journal, gate);
    }
    void post_stop() { journal_->add("parent stops"); }
    void handle(Tick) {}
    Journal* journal_;
  };
  Journal journal;
  World world;
  Gate gate(world.system);
  SUBCASE("and stops it when it has started") {
    auto maker = world.system.spawn<Maker>(journal, gate, kForever);
    gate.wait_asked();
    maker.stop();
    gate.answer(0);
    REQUIRE(maker.wait().within(kForever).get());
    CHECK(journal.text() == "child started, child stops, child gone, parent stops");
  }
  SUBCASE("and kills it when that is over") {
    auto maker = world.system.spawn<Maker>(journal, gate, 5ms);
    gate.wait_asked();
    REQUIRE(maker.stop_and_wait().within(kForever).get());
    CHECK(journal.text() == "child gone, parent stops");
  }
}

TEST_CASE("children spawned in post_stop are ended too") {
  struct Late : troupe::Actor<Late, Tick> {
    explicit Late(Journal& journal) : journal_(&journal) {}
    void post_stop() { spawn<Child>(*journal_, "late"); }
    void handle(Tick) {}
    Journal* journal_;
  };
  Journal journal;
  World world;
  auto late = world.system.spawn<Late>(journal);
  REQUIRE(late.stop_and_wait().within(kForever).get());
  CHECK(journal.text() == "late stops, late gone");
}
