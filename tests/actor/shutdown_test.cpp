#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;

namespace {

struct Note {};
struct Suspend {};
struct SuspendWithPort {
  using Reply = int;
};
struct Hog {
  std::latch* entered;
  std::atomic<bool>* leave;
};

class Member : public troupe::Actor<Member, Suspend, SuspendWithPort, Hog> {
 public:
  Member(Journal& journal, std::string name, troupe::ActorRef<Ask> gate = {})
      : journal_(&journal), name_(std::move(name)), gate_(std::move(gate)) {}
  void post_stop() { journal_->add(name_); }
  troupe::Task<> handle(Suspend) { (void)co_await gate_.call<Ask>().within(kForever); }
  troupe::Task<> handle(SuspendWithPort, troupe::ReplyPort<int> port) {
    (void)co_await gate_.call<Ask>().within(kForever);
    port.send(1);
  }
  void handle(Hog m) {
    m.entered->count_down();
    while (!m.leave->load()) std::this_thread::yield();
  }

 private:
  Journal* journal_;
  std::string name_;
  troupe::ActorRef<Ask> gate_;
};

/// Tries to shut its system down.
struct ShutDown {
  using Reply = bool;
  troupe::System* system;
};
class Rebel : public troupe::Actor<Rebel, ShutDown> {
 public:
  bool handle(ShutDown m) {
    try {
      m.system->shutdown(kForever);
    } catch (const std::logic_error&) {
      return true;
    }
    return false;
  }
};

}  // namespace

TEST_CASE("a shutdown stops the newest first") {
  Journal journal;
  World world;
  for (const char* name : {"a", "b", "c"}) world.system.spawn<Member>(journal, name);
  const auto report = world.system.shutdown(kForever);
  CHECK(report.complete);
  CHECK(report.held_up.empty());
  CHECK(journal.text() == "c, b, a");
  CHECK(world.system.stats().ended == 3);
  CHECK(world.system.shutdown(kForever).complete);
  auto late = world.system.try_spawn<Member>(journal, "d");
  REQUIRE_FALSE(late);
  CHECK(late.error().code() == troupe::SpawnErrorCode::shutting_down);
}

TEST_CASE("the destructor shuts the system down") {
  Journal journal;
  {
    World world;
    for (const char* name : {"a", "b", "c"}) world.system.spawn<Member>(journal, name);
  }
  CHECK(journal.text() == "c, b, a");
}

TEST_CASE("a shutdown kills who waits in a handler for ever and names it") {
  Journal journal;
  World elsewhere;
  Gate gate(elsewhere.system);
  World world;
  world.system.spawn<Member>(journal, "first");
  auto waiting = world.system.spawn<Member>(troupe::named("waiting").shutdown_time(kForever),
                                            journal, "second", gate.ref());
  std::string message;
  SUBCASE("with its message") {
    message = "Suspend";
    waiting.cast<Suspend>();
  }
  SUBCASE("with a port") {
    message = "SuspendWithPort";
    waiting.cast<SuspendWithPort>();
  }
  gate.wait_asked();
  const auto began = std::chrono::steady_clock::now();
  const auto report = world.system.shutdown(20ms);
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  CHECK_FALSE(report.complete);
  REQUIRE(report.held_up.size() == 1);
  CHECK(report.held_up[0].actor == "waiting");
  CHECK(report.held_up[0].handler == message);
  CHECK(waiting.wait().get()->kind == troupe::ExitKind::killed);
  CHECK(world.log.wait_for("held up").text.find("waiting") != std::string::npos);
}

TEST_CASE("a shutdown names who is in a handler that does not return and returns itself") {
  Journal journal;
  World world;
  std::latch entered(1);
  std::atomic<bool> leave = false;
  auto hog = world.system.spawn<Member>(troupe::named("hog"), journal, "hog");
  hog.cast<Hog>(&entered, &leave);
  entered.wait();
  const auto began = std::chrono::steady_clock::now();
  const auto report = world.system.shutdown(20ms);
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  CHECK_FALSE(report.complete);
  REQUIRE(report.held_up.size() == 1);
  CHECK(report.held_up[0].actor == "hog");
  CHECK(report.held_up[0].handler == "Hog");
  leave = true;
  CHECK(hog.wait().within(kForever).get()->kind == troupe::ExitKind::killed);
}

TEST_CASE("a shutdown names a child that holds up its parent") {
  struct Parent : troupe::Actor<Parent, Note> {
    Parent(Journal& journal, troupe::ActorRef<Ask> gate) {
      spawn<Member>(troupe::named("child").shutdown_time(kForever), journal, "child", gate)
          .cast<Suspend>();
    }
    void handle(Note) {}
  };
  Journal journal;
  World elsewhere;
  Gate gate(elsewhere.system);
  World world;
  auto parent = world.system.spawn<Parent>(troupe::shutdown_time(kForever), journal, gate.ref());
  gate.wait_asked();
  const auto report = world.system.shutdown(20ms);
  CHECK_FALSE(report.complete);
  REQUIRE(report.held_up.size() == 1);
  CHECK(report.held_up[0].actor == "child");
  CHECK(parent.wait().within(kForever).get());
}

TEST_CASE("callers learn of a shutdown at once") {
  World elsewhere;
  World world;
  auto keeper = world.system.spawn<Keeper>();
  auto thread = in_thread([keeper] { return keeper.call<Ask>().within(kForever).get(); });
  auto actor =
      start_in_actor(elsewhere.system, [keeper]() -> troupe::Task<troupe::CallResult<Ask>> {
        co_return co_await keeper.call<Ask>().within(kForever);
      });
  REQUIRE(keeper.call<AwaitAsked>(2u).within(kForever).get());
  CHECK(world.system.shutdown(kForever).complete);
  CHECK(thread.get().error().code == troupe::CallErrorCode::stopped);
  CHECK(actor.get().error().code == troupe::CallErrorCode::stopped);
}

TEST_CASE("two shutdowns at once both return") {
  Journal journal;
  World world;
  for (int i = 0; i < 100; ++i) world.system.spawn<Member>(journal, "x");
  auto other = in_thread([&] { return world.system.shutdown(kForever).complete; });
  CHECK(world.system.shutdown(kForever).complete);
  CHECK(other.get());
}

TEST_CASE("an actor cannot shut its own system down") {
  World world;
  auto rebel = world.system.spawn<Rebel>();
  CHECK(*rebel.call<ShutDown>(&world.system).within(kForever).get());
}
