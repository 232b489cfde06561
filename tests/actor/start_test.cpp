#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;

namespace {

struct Note {};

/// Its pre_start waits for the gate and fails when that answers with less than nothing.
class Slow : public troupe::Actor<Slow, Note> {
 public:
  Slow(Journal& journal, troupe::ActorRef<Ask> gate) : journal_(&journal), gate_(std::move(gate)) {}
  ~Slow() { journal_->add("destructor"); }
  troupe::Task<> pre_start() {
    journal_->add("pre_start");
    const auto answer = co_await gate_.call<Ask>().within(kForever);
    if (answer.value_or(0) < 0) throw std::runtime_error("broken pre_start");
  }
  void post_stop() { journal_->add("post_stop"); }
  void handle(Note) {}

 private:
  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
};

enum class Where { nowhere, constructor, pre_start };

class Thrower : public troupe::Actor<Thrower, Note> {
 public:
  Thrower(Journal& journal, Where where) : journal_(&journal), where_(where) {
    at(Where::constructor);
  }
  ~Thrower() { journal_->add("destructor"); }
  void pre_start() { at(Where::pre_start); }
  void post_stop() { journal_->add("post_stop"); }
  void handle(Note) {}

 private:
  void at(Where here) {
    if (where_ == here) throw std::runtime_error("no way");
  }
  Journal* journal_;
  Where where_;
};

/// Waits for the gate before it ends.
class Lingerer : public troupe::Actor<Lingerer, Note> {
 public:
  explicit Lingerer(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}
  troupe::Task<> post_stop() { (void)co_await gate_.call<Ask>().within(kForever); }
  void handle(Note) {}

 private:
  troupe::ActorRef<Ask> gate_;
};

/// Fails in its pre_start when it has a child already, which has to end before it.
class Hasty : public troupe::Actor<Hasty, Note> {
 public:
  explicit Hasty(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}
  troupe::Task<> pre_start() {
    spawn<Lingerer>(gate_);
    (void)co_await gate_.call<Ask>().within(kForever);
    throw std::runtime_error("too hasty");
  }
  void handle(Note) {}

 private:
  troupe::ActorRef<Ask> gate_;
};

/// Its constructor spawns two children and then throws.
class BadParent : public troupe::Actor<BadParent, Note> {
 public:
  BadParent(Journal& journal, std::vector<troupe::AnyRef>& children) {
    children.push_back(spawn<Thrower>(journal, Where::nowhere));
    children.push_back(spawn<Thrower>(journal, Where::nowhere));
    throw std::runtime_error("no family");
  }
  void handle(Note) {}
};

struct Sync {
  using Reply = void;
};
class Threads : public troupe::Actor<Threads, Sync> {
 public:
  Threads(std::vector<std::thread::id>& ids) : ids_(&ids) { add(); }
  void pre_start() { add(); }
  void post_start() { add(); }
  void handle(Sync) {}

 private:
  void add() { ids_->push_back(std::this_thread::get_id()); }
  std::vector<std::thread::id>* ids_;
};

/// A parent that tries to make children which cannot start.
struct Try {
  using Reply = std::string;
};
class Trier : public troupe::Actor<Trier, Try> {
 public:
  explicit Trier(Journal& journal) : journal_(&journal) {}
  std::string handle(Try) {
    auto one = try_spawn<Thrower>(*journal_, Where::constructor);
    auto two = try_spawn<Thrower>(*journal_, Where::pre_start);
    return troupe::format("{} {} {}", one.has_value(), two.has_value(), children().size());
  }
  void handle(troupe::ChildFailed) { journal_->add("ChildFailed"); }
  void handle(troupe::ChildStopped) { journal_->add("ChildStopped"); }

 private:
  Journal* journal_;
};

}  // namespace

TEST_CASE("constructor and pre_start run on the spawning thread and post_start does not") {
  std::vector<std::thread::id> ids;
  World world;
  auto threads = world.system.spawn<Threads>(ids);
  REQUIRE(threads.call<Sync>().within(kForever).get());
  REQUIRE(ids.size() == 3);
  CHECK(ids[0] == std::this_thread::get_id());
  CHECK(ids[1] == std::this_thread::get_id());
  CHECK(ids[2] != std::this_thread::get_id());
}

TEST_CASE("started waits for a coroutine pre_start") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto slow = world.system.spawn<Slow>(journal, gate);
  const troupe::AnyRef ref = slow;
  auto in_an_actor = start_in_actor(world.system, [ref, &journal]() -> troupe::Task<bool> {
    auto result = co_await started(ref).within(kForever);
    journal.add("heard");
    co_return result.has_value();
  });
  gate.wait_asked();
  CHECK_FALSE(started(slow).within(1ms).get());
  gate.answer(0);
  CHECK(started(slow).within(kForever).get());
  CHECK(in_an_actor.get());
  CHECK(started(slow).within(kForever).get());
}

TEST_CASE("started fails when the actor ends before it runs") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto slow = world.system.spawn<Slow>(journal, gate);
  auto pending = in_thread([slow] { return started(slow).within(kForever).get(); });
  gate.wait_asked(1);
  SUBCASE("by a failure of pre_start") {
    gate.answer(-1);
    const auto result = pending.get();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == troupe::CallErrorCode::failed);
    CHECK(result.error().reason == "broken pre_start");
  }
  SUBCASE("by a kill") {
    slow.kill();
    const auto result = pending.get();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == troupe::CallErrorCode::killed);
  }
  CHECK(slow.wait().get());
  CHECK_FALSE(started(slow).within(kForever).get());
  CHECK(journal.text() == "pre_start, destructor");
}

TEST_CASE("started waits for the end of an actor whose pre_start has failed, and tells why") {
  World world;
  Gate gate(world.system);
  auto hasty = world.system.spawn<Hasty>(gate);
  gate.wait_asked(1);
  gate.answer(0, 0);
  gate.wait_asked(2);  // by its child's post_stop: it is ending
  const auto too_soon = started(hasty).within(10ms).get();
  REQUIRE_FALSE(too_soon);
  CHECK(too_soon.error().code == troupe::CallErrorCode::timeout);
  auto pending = in_thread([hasty] { return started(hasty).within(kForever).get(); });
  gate.answer(0, 1);
  const auto result = pending.get();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == troupe::CallErrorCode::failed);
  CHECK(result.error().reason == "too hasty");
}

TEST_CASE("spawn throws when the constructor throws") {
  Journal journal;
  World world;
  try {
    world.system.spawn<Thrower>(troupe::named("bad"), journal, Where::constructor);
    FAIL("spawned");
  } catch (const troupe::SpawnError& error) {
    CHECK(error.code() == troupe::SpawnErrorCode::start_failed);
    CHECK(std::string(error.what()) == "cannot spawn Thrower: its constructor failed: no way");
    CHECK(to_string(error) == error.what());
  }
  CHECK(journal.text() == "");
}

TEST_CASE("spawn throws when pre_start throws and the object is destroyed") {
  Journal journal;
  World world;
  try {
    world.system.spawn<Thrower>(journal, Where::pre_start);
    FAIL("spawned");
  } catch (const troupe::SpawnError& error) {
    CHECK(error.code() == troupe::SpawnErrorCode::start_failed);
    CHECK(std::string(error.what()) == "cannot spawn Thrower: pre_start failed: no way");
  }
  journal.wait_for("destructor");
  CHECK(journal.text() == "destructor");
}

TEST_CASE("try_spawn returns the error") {
  Journal journal;
  World world;
  auto bad = world.system.try_spawn<Thrower>(journal, Where::constructor);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code() == troupe::SpawnErrorCode::start_failed);
  auto good = world.system.try_spawn<Thrower>(troupe::named("one"), journal, Where::nowhere);
  REQUIRE(good);
  auto taken = world.system.try_spawn<Thrower>(troupe::named("one"), journal, Where::nowhere);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code() == troupe::SpawnErrorCode::name_taken);
  CHECK(to_string(taken.error()) == "cannot spawn Thrower: the name 'one' is taken");
  CHECK(journal.text() == "");
}

TEST_CASE("a failed start is told to the spawner alone") {
  Journal journal;
  World world;
  auto trier = world.system.spawn<Trier>(journal);
  CHECK(*trier.call<Try>().within(kForever).get() == "false false 0");
  journal.wait_for("destructor");
  REQUIRE(trier.stop_and_wait().get());
  CHECK(journal.text() == "destructor");
  CHECK(world.log.records().empty());
  CHECK(world.system.stats().failures == 0);
}

TEST_CASE("children spawned in a constructor that throws are ended") {
  Journal journal;
  World world;
  std::vector<troupe::AnyRef> children;
  CHECK_THROWS_AS(world.system.spawn<BadParent>(journal, children), troupe::SpawnError);
  REQUIRE(children.size() == 2);
  for (const auto& child : children) CHECK(child.wait().within(kForever).get());
}

TEST_CASE("an actor cannot be made on its own") {
  Journal journal;
  CHECK_THROWS_AS(Thrower(journal, Where::nowhere), std::logic_error);
}
