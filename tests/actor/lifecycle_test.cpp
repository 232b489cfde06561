#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;

namespace {

struct Note {
  std::string text;
};
struct Sync {
  using Reply = void;
};
struct Break {};
struct Suspend {};

class Recorder : public troupe::Actor<Recorder, Note, Sync, Break, Suspend> {
 public:
  Recorder(Journal& journal, troupe::ActorRef<Ask> gate = {})
      : journal_(&journal), gate_(std::move(gate)) {
    journal_->add("constructor");
    self().cast<Note>("own message");
  }
  ~Recorder() { journal_->add("destructor"); }
  void pre_start() { journal_->add("pre_start"); }
  void post_start() { journal_->add("post_start"); }
  void post_stop() { journal_->add("post_stop"); }

  void handle(Note m) { journal_->add(m.text); }
  void handle(Sync) {}
  void handle(Break) { throw std::runtime_error("broken"); }
  troupe::Task<> handle(Suspend) { (void)co_await gate_.call<Ask>().within(kForever); }

 private:
  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
};

constexpr std::string_view kStart = "constructor, pre_start, post_start, own message";

/// All of its hooks are coroutines that wait for the gate.
class Slow : public troupe::Actor<Slow, Note> {
 public:
  Slow(Journal& journal, troupe::ActorRef<Ask> gate) : journal_(&journal), gate_(std::move(gate)) {}
  ~Slow() { journal_->add("destructor"); }
  troupe::Task<> pre_start() { co_await step("pre_start"); }
  troupe::Task<> post_start() { co_await step("post_start"); }
  troupe::Task<> post_stop() { co_await step("post_stop"); }
  void handle(Note m) { journal_->add(m.text); }

 private:
  troupe::Task<> step(std::string name) {
    journal_->add("begin " + name);
    const auto answer = co_await gate_.call<Ask>().within(kForever);
    if (answer.value_or(0) < 0) throw std::runtime_error("broken " + name);
    journal_->add("end " + name);
  }
  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
};

enum class Where { post_start, post_stop };

class Thrower : public troupe::Actor<Thrower, Note> {
 public:
  Thrower(Journal& journal, Where where) : journal_(&journal), where_(where) {}
  ~Thrower() { journal_->add("destructor"); }
  void post_start() { at(Where::post_start); }
  void post_stop() {
    journal_->add("post_stop");
    at(Where::post_stop);
  }
  void handle(Note m) { journal_->add(m.text); }

 private:
  void at(Where here) {
    if (where_ == here) throw std::runtime_error("no way");
  }
  Journal* journal_;
  Where where_;
};

}  // namespace

TEST_CASE("an actor that is stopped has gone through its whole life in order") {
  Journal journal;
  World world;
  auto recorder = world.system.spawn<Recorder>(journal);
  recorder.cast<Note>("handler");
  REQUIRE(recorder.call<Sync>().within(kForever).get());
  REQUIRE(recorder.stop_and_wait().get());
  CHECK(journal.text() == std::string(kStart) + ", handler, post_stop, destructor");
}

TEST_CASE("an actor that is drained has gone through its whole life in order") {
  Journal journal;
  World world;
  auto recorder = world.system.spawn<Recorder>(journal);
  recorder.cast<Note>("handler");
  REQUIRE(recorder.drain_and_wait().get());
  CHECK(journal.text() == std::string(kStart) + ", handler, post_stop, destructor");
}

TEST_CASE("an actor that fails runs post_stop") {
  Journal journal;
  World world;
  auto recorder = world.system.spawn<Recorder>(journal);
  recorder.cast<Break>();
  REQUIRE(recorder.wait().get());
  CHECK(journal.text() == std::string(kStart) + ", post_stop, destructor");
}

TEST_CASE("an actor that is killed does not run post_stop") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto recorder = world.system.spawn<Recorder>(journal, gate);
  SUBCASE("idle") { REQUIRE(recorder.call<Sync>().within(kForever).get()); }
  SUBCASE("in a suspended handler") {
    recorder.cast<Suspend>();
    gate.wait_asked();
  }
  REQUIRE(recorder.kill_and_wait().get());
  CHECK(journal.text() == std::string(kStart) + ", destructor");
}

TEST_CASE("hooks may be coroutines and messages wait for them") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto slow = world.system.spawn<Slow>(journal, gate);
  slow.cast<Note>("first");
  gate.wait_asked(1);
  CHECK(journal.text() == "begin pre_start");
  gate.answer(0, 0);
  gate.wait_asked(2);
  gate.answer(0, 1);
  journal.wait_for("first");
  slow.stop();
  gate.wait_asked(3);
  gate.answer(0, 2);
  REQUIRE(slow.wait().get());
  CHECK(journal.text() ==
        "begin pre_start, end pre_start, begin post_start, end post_start, first, "
        "begin post_stop, end post_stop, destructor");
}

TEST_CASE("a stop during a coroutine pre_start takes effect after it") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto slow = world.system.spawn<Slow>(journal, gate);
  slow.cast<Note>("never");
  gate.wait_asked(1);
  slow.stop("changed my mind");
  for (std::size_t i = 0; i < 3; ++i) {
    gate.wait_asked(i + 1);
    gate.answer(0, i);
  }
  CHECK(slow.wait().get()->text == "changed my mind");
  CHECK(journal.text() ==
        "begin pre_start, end pre_start, begin post_start, end post_start, "
        "begin post_stop, end post_stop, destructor");
}

TEST_CASE("an exception in post_start is a failure") {
  Journal journal;
  World world;
  auto thrower = world.system.spawn<Thrower>(journal, Where::post_start);
  thrower.cast<Note>("never");
  const auto reason = thrower.wait().get();
  CHECK(reason->kind == troupe::ExitKind::failed);
  CHECK(reason->text == "no way");
  CHECK(journal.text() == "post_stop, destructor");
  CHECK(world.log.wait_for("failed in post_start").level == troupe::LogLevel::error);
}

TEST_CASE("an exception in post_stop is a failure and the actor ends all the same") {
  Journal journal;
  World world;
  auto thrower = world.system.spawn<Thrower>(journal, Where::post_stop);
  const auto reason = thrower.stop_and_wait("bye").get();
  CHECK(reason->kind == troupe::ExitKind::failed);
  CHECK(reason->text == "no way");
  CHECK(journal.text() == "post_stop, destructor");
  CHECK(world.log.wait_for("failed in post_stop").level == troupe::LogLevel::error);
}

TEST_CASE("an exception in a coroutine hook is a failure") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto slow = world.system.spawn<Slow>(journal, gate);
  gate.wait_asked(1);
  gate.answer(0, 0);
  gate.wait_asked(2);
  gate.answer(-1, 1);
  gate.wait_asked(3);
  gate.answer(-1, 2);
  const auto reason = slow.wait().get();
  CHECK(reason->kind == troupe::ExitKind::failed);
  CHECK(reason->text == "broken post_stop");
  CHECK(journal.text() ==
        "begin pre_start, end pre_start, begin post_start, begin post_stop, destructor");
}
