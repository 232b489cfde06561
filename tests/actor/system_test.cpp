#include <doctest/doctest.h>

#include <optional>

#include "actor/support.hpp"

using namespace support;
using troupe::LogLevel;
using troupe::LookUpError;

namespace {

struct Get {
  using Reply = int;
};
struct Note {};
struct Suspend {};
struct SuspendWithPort {
  using Reply = int;
};
struct Hog {
  std::latch* entered;
  std::atomic<bool>* leave;
};
struct Other {};
struct Break {};

class Member : public troupe::Actor<Member, Get, Note, Suspend, SuspendWithPort, Hog, Break> {
 public:
  Member() = default;
  Member(Journal& journal, std::string name, troupe::ActorRef<Ask> gate = {})
      : journal_(&journal), name_(std::move(name)), gate_(std::move(gate)) {}
  void post_stop() {
    if (journal_) journal_->add(name_);
  }
  int handle(Get) { return 1; }
  void handle(Note) { log().info("noted {}", 7); }
  troupe::Task<> handle(Suspend) { (void)co_await gate_.call<Ask>().within(kForever); }
  troupe::Task<> handle(SuspendWithPort, troupe::ReplyPort<int> port) {
    (void)co_await gate_.call<Ask>().within(kForever);
    port.send(1);
  }
  void handle(Hog m) {
    m.entered->count_down();
    while (!m.leave->load()) std::this_thread::yield();
  }
  void handle(Break) { throw std::runtime_error("broken"); }

 private:
  Journal* journal_ = nullptr;
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

TEST_CASE("several systems live side by side") {
  World one(1);
  World two(2);
  auto a = one.system.spawn<Member>(troupe::named("same"));
  auto b = two.system.spawn<Member>(troupe::named("same"));
  CHECK(one.system.workers() == 1);
  CHECK(two.system.workers() == 2);
  CHECK(*one.system.find<Get>("same") == a);
  CHECK(*two.system.find<Get>("same") == b);
  CHECK(*a.call<Get>().get() == 1);
  CHECK(one.system.shutdown(kForever).complete);
  CHECK(*b.call<Get>().get() == 1);
}

TEST_CASE("find is typed and checked") {
  World world;
  auto member = world.system.spawn<Member>(troupe::named("member"));
  CHECK(*world.system.find<>("member") == member);
  CHECK(*world.system.find<Get>("member") == member);
  CHECK((*world.system.find<Note, Get>("member") == member));
  CHECK(world.system.find<Other>("member").error() == LookUpError::other_messages);
  CHECK((world.system.find<Get, Other>("member").error() == LookUpError::other_messages));
  CHECK(world.system.find<Get>("nobody").error() == LookUpError::not_found);
  CHECK(world.system.find<Get>("").error() == LookUpError::not_found);
  CHECK(to_string(LookUpError::not_found) == "no living actor has this name");
  CHECK(*world.system.find<Get>("member")->call<Get>().get() == 1);
}

TEST_CASE("names are listed in order and unique among the living") {
  World world;
  for (const char* name : {"b", "c", "a"}) world.system.spawn<Member>(troupe::named(name));
  world.system.spawn<Member>();
  CHECK(world.system.names() == std::vector<std::string>{"a", "b", "c"});
  CHECK_THROWS_AS(world.system.spawn<Member>(troupe::named("a")), troupe::SpawnError);
  auto a = world.system.find<>("a");
  REQUIRE(a->kill_and_wait().get());
  CHECK(world.system.names() == std::vector<std::string>{"b", "c"});
  CHECK(world.system.try_spawn<Member>(troupe::named("a")));
  CHECK(a->name() == "a");
}

TEST_CASE("a name is free before anybody hears of the death") {
  World world(4);
  for (int round = 0; round < 300; ++round) {
    auto member = world.system.spawn<Member>(troupe::named("phoenix"));
    if (round % 3 == 0) {
      REQUIRE(member.stop_and_wait().get());
    } else if (round % 3 == 1) {
      REQUIRE(member.kill_and_wait().get());
    } else {
      member.cast<Break>();
      REQUIRE(member.wait().get());
    }
    REQUIRE(world.system.find<>("phoenix").error() == LookUpError::not_found);
  }
  struct Guardian : troupe::Actor<Guardian, Note> {
    explicit Guardian(std::promise<bool>& result)
        : result_(&result), child_(spawn<Member>(troupe::named("phoenix"))) {}
    void handle(Note) { child_.cast<Break>(); }
    void handle(troupe::ChildFailed) {
      result_->set_value(try_spawn<Member>(troupe::named("phoenix")).has_value());
    }
    std::promise<bool>* result_;
    Member::Reference child_;
  };
  std::promise<bool> reborn;
  world.system.spawn<Guardian>(reborn).cast<Note>();
  CHECK(reborn.get_future().get());
}

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
  auto late = world.system.try_spawn<Member>();
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
  auto waiting = world.system.spawn<Member>(
      troupe::named("waiting").shutdown_time(kForever), journal, "second", gate.ref());
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
  CHECK(world.system.stats().ended == 2);
}

TEST_CASE("a shutdown names who is in a handler that does not return and returns itself") {
  World world;
  std::latch entered(1);
  std::atomic<bool> leave = false;
  auto hog = world.system.spawn<Member>(troupe::named("hog"));
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
  auto actor = start_in_actor(elsewhere.system, [keeper]() -> troupe::Task<troupe::CallResult<Ask>> {
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

TEST_CASE("options that make no sense are refused") {
  auto refused = [](auto change) {
    auto options = World::options_for(1);
    change(options);
    CHECK_THROWS_AS(troupe::System{options}, std::invalid_argument);
  };
  refused([](auto& options) { options.workers = 2000; });
  refused([](auto& options) { options.blocking_threads = 0; });
  refused([](auto& options) { options.watchdog = -1ns; });
  refused([](auto& options) { options.shutdown_deadline = -1ns; });
  troupe::SystemOptions defaults;
  LogCollector log;
  defaults.log = &log;
  CHECK(troupe::System(defaults).workers() >= 1);
}

TEST_CASE("stats count what has happened") {
  World world;
  auto stats = [&] { return world.system.stats(); };
  CHECK(stats().spawned == 0);
  auto a = world.system.spawn<Member>(troupe::named("a"));
  auto b = world.system.spawn<Member>();
  CHECK(stats().spawned == 2);
  CHECK(stats().ended == 0);
  CHECK_FALSE(world.system.try_spawn<Member>(troupe::named("a")));
  CHECK(stats().spawned == 2);
  b.cast<Break>();
  REQUIRE(b.wait().get());
  CHECK(stats().failures == 1);
  CHECK(stats().ended == 1);
  b.cast<Note>();
  CHECK(stats().dead_letters == 1);
  REQUIRE(a.stop_and_wait().get());
  CHECK(stats().ended == 2);
  CHECK(stats().failures == 1);
}

TEST_CASE("log records carry level and system and actor") {
  auto options = World::options_for(1);
  options.name = "shop";
  World world(options);
  auto member = world.system.spawn<Member>(troupe::named("clerk"));
  member.cast<Note>();
  const auto record = world.log.wait_for("noted 7");
  CHECK(record.level == LogLevel::info);
  CHECK(record.system == "shop");
  CHECK(record.actor == "clerk");
  world.system.log().error("from {}", "outside");
  CHECK(world.log.wait_for("from outside").actor == "");
}

TEST_CASE("records below the level are not written") {
  auto options = World::options_for(1);
  options.log_level = LogLevel::warning;
  World world(options);
  const auto log = world.system.log();
  log.debug("debug");
  log.info("info");
  log.warning("warning");
  log.error("error");
  CHECK_FALSE(log.enabled(LogLevel::info));
  CHECK(log.enabled(LogLevel::warning));
  const auto records = world.log.records();
  REQUIRE(records.size() == 2);
  CHECK(records[0].text == "warning");
  CHECK(records[1].text == "error");
}

TEST_CASE("a log that is off writes nothing") {
  auto options = World::options_for(1);
  options.log_level = LogLevel::off;
  World world(options);
  world.system.log().error("error");
  auto member = world.system.spawn<Member>();
  member.cast<Break>();
  REQUIRE(member.wait().get());
  CHECK(world.log.records().empty());
}

TEST_CASE("a log record prints as a line") {
  troupe::LogRecord record;
  record.level = LogLevel::warning;
  record.system = "shop";
  record.actor = "clerk";
  record.text = "hello";
  CHECK(to_string(record).ends_with("warning [shop] clerk: hello"));
  record.actor.clear();
  CHECK(to_string(record).ends_with("warning [shop] hello"));
}

TEST_CASE("the watchdog reports who holds a worker") {
  auto options = World::options_for(2);
  options.watchdog = 20ms;
  World world(options);
  std::latch entered(1);
  std::atomic<bool> leave = false;
  auto hog = world.system.spawn<Member>(troupe::named("hog"));
  hog.cast<Hog>(&entered, &leave);
  const auto record = world.log.wait_for("has held worker");
  leave = true;
  CHECK(record.level == LogLevel::warning);
  CHECK(record.text.starts_with("hog has held worker "));
  CHECK(record.text.ends_with(" in Hog"));
  REQUIRE(hog.drain_and_wait().get());
}
