#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::ExitKind;

namespace {

struct Break {};
struct Suspend {};
struct Hold {
  std::latch* entered;
  std::latch* leave;
};

/// A child that tells what becomes of it; its post_stop waits for the gate when it has one.
class Child : public troupe::Actor<Child, Break, Suspend, Hold> {
 public:
  Child(Journal& journal, std::string name, troupe::ActorRef<Ask> gate = {},
        troupe::ActorRef<Ask> stop_gate = {})
      : journal_(&journal),
        name_(std::move(name)),
        gate_(std::move(gate)),
        stop_gate_(std::move(stop_gate)) {}
  ~Child() { journal_->add(name_ + " gone"); }
  troupe::Task<> post_stop() {
    journal_->add(name_ + " stops");
    if (stop_gate_) (void)co_await stop_gate_.call<Ask>().within(kForever);
  }
  void handle(Break) { throw std::runtime_error("broken"); }
  troupe::Task<> handle(Suspend) {
    Trace trace(*journal_, name_ + " unwinds");
    (void)co_await gate_.call<Ask>().within(kForever);
  }
  void handle(Hold m) {
    m.entered->count_down();
    m.leave->wait();
  }

 private:
  Journal* journal_;
  std::string name_;
  troupe::ActorRef<Ask> gate_;
  troupe::ActorRef<Ask> stop_gate_;
};

struct AddChild {
  using Reply = Child::Reference;
  std::string name;
  troupe::ActorRef<Ask> gate = {};
  troupe::ActorRef<Ask> stop_gate = {};
  std::chrono::nanoseconds time = kForever;
};
struct Children {
  using Reply = std::vector<troupe::AnyRef>;
};
struct Tick {};

/// The children's parent; derived classes add what they handle of the children's ends.
template <class Self>
class ParentOf : public troupe::Actor<Self, AddChild, Children, Tick, Suspend> {
 public:
  ParentOf(Journal& journal, troupe::ActorRef<Ask> gate)
      : journal_(&journal), gate_(std::move(gate)) {}
  void post_stop() { journal_->add("parent stops"); }

  Child::Reference handle(AddChild m) {
    return this->template spawn<Child>(troupe::shutdown_time(m.time), *journal_, m.name, m.gate,
                                       m.stop_gate);
  }
  std::vector<troupe::AnyRef> handle(Children) { return this->children(); }
  void handle(Tick) { ++ticks_; }
  troupe::Task<> handle(Suspend) { (void)co_await gate_.template call<Ask>().within(kForever); }

 protected:
  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
  int ticks_ = 0;
};

class Parent : public ParentOf<Parent> {
 public:
  using ParentOf::ParentOf;
};

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

template <class P>
struct Family {
  Journal journal;
  World world;
  Gate gate{world.system};
  Gate stop_gate{world.system};
  typename P::Reference parent = world.system.spawn<P>(journal, gate.ref());

  Child::Reference add(std::string name, troupe::ActorRef<Ask> child_gate = {},
                       troupe::ActorRef<Ask> child_stop_gate = {},
                       std::chrono::nanoseconds time = kForever) {
    auto child = parent.template call<AddChild>(std::move(name), std::move(child_gate),
                                                std::move(child_stop_gate), time);
    return *child.within(kForever).get();
  }
};

/// A parent of a parent of a child that fails.
struct Grow {
  using Reply = Child::Reference;
};
class Inner : public troupe::Actor<Inner, Grow> {
 public:
  explicit Inner(Journal& journal) : journal_(&journal) {}
  void post_stop() { journal_->add("inner stops"); }
  Child::Reference handle(Grow) { return spawn<Child>(*journal_, "grandchild"); }

 private:
  Journal* journal_;
};
class Top : public troupe::Actor<Top, Grow> {
 public:
  explicit Top(Journal& journal) : journal_(&journal), inner_(spawn<Inner>(journal)) {}
  void post_stop() { journal_->add("top stops"); }
  void handle(Grow m, troupe::ReplyPort<Child::Reference> port) {
    inner_.forward<Grow>(m, std::move(port));
  }

 private:
  Journal* journal_;
  Inner::Reference inner_;
};

}  // namespace

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
  const char* const expected =
      "c stops, c gone, b stops, b gone, a stops, a gone, parent stops";
  Family<Parent> family;
  for (const char* name : {"a", "b", "c"}) family.add(name);
  SUBCASE("when it stops") { CHECK(family.parent.stop_and_wait().get()); }
  SUBCASE("when it is drained") { CHECK(family.parent.drain_and_wait().get()); }
  CHECK(family.journal.text() == expected);
}

TEST_CASE("a child that does not stop in its time is killed and the next one is asked") {
  Family<Parent> family;
  auto a = family.add("a");
  auto b = family.add("b", {}, family.stop_gate, 10ms);
  auto c = family.add("c");
  REQUIRE(family.parent.stop_and_wait("closing").within(kForever).get());
  CHECK(family.journal.text() == "c stops, c gone, b stops, b gone, a stops, a gone, parent stops");
  CHECK(b.wait().get()->kind == ExitKind::killed);
  CHECK(a.wait().get()->kind == ExitKind::stopped);
  const auto record = family.world.log.wait_for("shutdown time");
  CHECK(record.level == troupe::LogLevel::warning);
  CHECK(record.actor == b.name());
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
  CHECK(reason->text.starts_with("Inner#"));
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
