#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;
using troupe::child;
using troupe::one_for_one;
using Code = troupe::SupervisionErrorCode;

namespace {

/// Leaves what it has counted behind.
class Thrifty : public troupe::Actor<Thrifty, Fail, Quit, Count, GetCount> {
 public:
  int last_state() const { return count_; }
  void handle(Fail) { throw std::runtime_error("broken"); }
  void handle(Quit) { stop(); }
  void handle(Count) { ++count_; }
  int handle(GetCount) const { return count_; }

 private:
  int count_ = 0;
};

/// Asks a supervisor.
struct Desk : Stage {
  Supervisor::Reference top;

  explicit Desk(troupe::SupervisorSpec spec = one_for_one()) : top(spawn(std::move(spec))) {}

  template <class M, class... Args>
  typename M::Reply ask(Args&&... args) {
    return std::move(top.call<M>(std::forward<Args>(args)...).within(kForever).get()).value();
  }
  auto start(troupe::ChildSpec spec) { return ask<troupe::StartChild>(std::move(spec)); }
  auto terminate(std::string id) { return ask<troupe::TerminateChild>(std::move(id)); }
  auto restart(std::string id) { return ask<troupe::RestartChild>(std::move(id)); }
  auto forget(std::string id) { return ask<troupe::DeleteChild>(std::move(id)); }
  std::string states() { return Stage::states(top); }

  /// A child whose restart is put off for an hour.
  troupe::AnyRef put_off(std::string id) {
    auto added = start(spec(id).backoff(1h, 1h));
    troupe::ref_as<Child>(*added)->cast<Fail>();
    await_state(top, id, ChildState::restarting);
    return *added;
  }
};

}  // namespace

TEST_CASE("StartChild adds a child after all others") {
  Desk desk;
  const auto a = desk.start(desk.spec("a"));
  const auto b = desk.start(desk.spec("b"));
  REQUIRE(a);
  REQUIRE(b);
  CHECK(troupe::ref_as<Child>(*a)->call<GetCount>().get() == 0);
  CHECK(desk.states() == "a running, b running");
  stop(desk.top);
  CHECK(desk.journal.text() == "a starts, b starts, b stops, a stops");
}

TEST_CASE("StartChild waits for a coroutine pre_start") {
  Desk desk;
  auto answer =
      in_thread([&] { return desk.start(child<Slow>("a", &desk.journal, "a", desk.gate.ref())); });
  desk.gate.wait_asked();
  desk.gate.answer(0);
  const auto a = answer.get();
  REQUIRE(a);
  CHECK(desk.journal.text() == "a starts");
}

TEST_CASE("StartChild refuses an id that is there already") {
  Desk desk;
  const auto a = desk.start(desk.spec("a"));
  const auto running = desk.start(desk.spec("a"));
  CHECK(running.error().code == Code::already_started);
  CHECK(running.error().child == *a);
  const auto b = desk.put_off("b");
  const auto restarting = desk.start(desk.spec("b"));
  CHECK(restarting.error().code == Code::already_started);
  CHECK(restarting.error().child == b);
  REQUIRE(desk.terminate("a"));
  CHECK(desk.start(desk.spec("a")).error().code == Code::already_present);
}

TEST_CASE("StartChild forgets a child whose start fails") {
  Desk desk;
  Plan plan;
  plan.failing = 1;
  const auto failed = desk.start(child<Moody>("a", &plan));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Code::start_failed);
  CHECK(failed.error().text.ends_with("pre_start failed: not today"));
  CHECK(desk.states().empty());
  CHECK(desk.start(child<Moody>("a", &plan)));
}

TEST_CASE("StartChild forgets a child whose coroutine pre_start fails") {
  Desk desk;
  const auto slow = [&] {
    return desk.start(child<Slow>("a", &desk.journal, "a", desk.gate.ref()).named("a"));
  };
  auto answer = in_thread(slow);
  desk.gate.wait_asked();
  desk.gate.answer(kFailStart);
  const auto failed = answer.get();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Code::start_failed);
  CHECK(failed.error().text == "too slow");
  CHECK(desk.states().empty());
  CHECK(desk.world.system.names().empty());
}

TEST_CASE("StartChild of one that throws IgnoreStart keeps it stopped, unless it is temporary") {
  Desk desk;
  Plan plan;
  plan.ignore = true;
  const auto a = desk.start(child<Moody>("a", &plan));
  REQUIRE(a);
  CHECK_FALSE(*a);
  const auto b = desk.start(child<Moody>("b", &plan).restart(Restart::temporary));
  REQUIRE(b);
  CHECK_FALSE(*b);
  CHECK(desk.states() == "a stopped");
}

TEST_CASE("StartChild refuses a specification that makes no sense") {
  Desk desk;
  const auto refused = desk.start(desk.spec("a").restart(Restart::transient).significant());
  CHECK(refused.error().code == Code::invalid_spec);
  CHECK(to_string(refused.error()) ==
        "the specification makes no sense: "
        "child 'a' is significant, but the supervisor has no auto_shutdown");
  CHECK(desk.start(desk.spec("a").shutdown(-1s)).error().code == Code::invalid_spec);
  CHECK(desk.states().empty());
}

TEST_CASE("TerminateChild ends a child for good and keeps its specification") {
  Desk desk;
  const auto a = desk.start(desk.spec("a"));
  CHECK(desk.terminate("a"));
  CHECK(end_of(*a).kind == ExitKind::shutdown);
  CHECK(desk.states() == "a stopped");
  CHECK(desk.terminate("a"));
  CHECK(desk.terminate("b").error().code == Code::not_found);
}

TEST_CASE("TerminateChild forgets a temporary child") {
  Desk desk;
  REQUIRE(desk.start(desk.spec("a").restart(Restart::temporary)));
  CHECK(desk.terminate("a"));
  CHECK(desk.states().empty());
  CHECK(desk.terminate("a").error().code == Code::not_found);
}

TEST_CASE("TerminateChild of a child whose restart is put off cancels the restart") {
  Desk desk;
  const auto a = desk.put_off("a");
  CHECK(desk.terminate("a"));
  CHECK(end_of(a).kind == ExitKind::failed);
  CHECK(desk.states() == "a stopped");
  CHECK(desk.restart("a"));
  CHECK(desk.states() == "a running");
}

TEST_CASE("TerminateChild of a child whose restart fails again and again cancels the restart") {
  Plan plan;
  Desk desk(one_for_one().intensity(UINT32_MAX, 1h));
  REQUIRE(desk.start(child<Moody>("a", &plan)));
  plan.failing = INT32_MAX;
  desk.child<Moody>(desk.top, "a").cast<Fail>();
  desk.await_state(desk.top, "a", ChildState::restarting);
  CHECK(desk.terminate("a"));
  const int starts = plan.starts;
  CHECK(desk.states() == "a stopped");
  CHECK(desk.states() == "a stopped");
  CHECK(plan.starts == starts);
}

TEST_CASE("TerminateChild goes on when its caller's time is over") {
  Desk desk;
  REQUIRE(
      desk.start(child<Lingering>("a", &desk.journal, "a", desk.gate.ref()).shutdown(kForever)));
  do {
    CHECK_FALSE(desk.top.call<troupe::TerminateChild>("a").within(1ms).get());
  } while (desk.gate.asked() == 0);
  desk.gate.answer(0);
  CHECK(desk.forget("a"));
  CHECK(desk.journal.text() == "a starts, a lingers, a stops");
}

TEST_CASE("RestartChild starts a stopped child as a new actor") {
  Desk desk;
  const auto before = desk.start(desk.spec("a").named("a"));
  REQUIRE(desk.terminate("a"));
  const auto after = desk.restart("a");
  REQUIRE(after);
  CHECK(*after != *before);
  CHECK(desk.info(desk.top, "a")->ref == *after);
  CHECK(*desk.world.system.find<GetCount>("a") == *after);
}

TEST_CASE("RestartChild is for stopped children") {
  Desk desk;
  const auto a = desk.start(desk.spec("a"));
  const auto running = desk.restart("a");
  CHECK(running.error().code == Code::running);
  CHECK(running.error().child == *a);
  const auto b = desk.put_off("b");
  const auto restarting = desk.restart("b");
  CHECK(restarting.error().code == Code::restarting);
  CHECK(restarting.error().child == b);
  CHECK(desk.restart("c").error().code == Code::not_found);
}

TEST_CASE("RestartChild keeps the specification of a child whose start fails") {
  Desk desk;
  Plan plan;
  REQUIRE(desk.start(child<Moody>("a", &plan)));
  REQUIRE(desk.terminate("a"));
  plan.failing = 1;
  const auto failed = desk.restart("a");
  CHECK(failed.error().code == Code::start_failed);
  CHECK(failed.error().text.ends_with("not today"));
  CHECK(desk.states() == "a stopped");
  CHECK(desk.restart("a"));
}

TEST_CASE("DeleteChild forgets a stopped child and no other") {
  Desk desk;
  const auto a = desk.start(desk.spec("a"));
  const auto running = desk.forget("a");
  CHECK(running.error().code == Code::running);
  CHECK(running.error().child == *a);
  desk.put_off("b");
  CHECK(desk.forget("b").error().code == Code::restarting);
  CHECK(desk.forget("c").error().code == Code::not_found);
  REQUIRE(desk.terminate("a"));
  CHECK(desk.forget("a"));
  CHECK(desk.states() == "b restarting");
  CHECK(desk.start(desk.spec("a")));
}

TEST_CASE("CountChildren counts specifications, running children, supervisors and workers") {
  Desk desk;
  REQUIRE(desk.start(desk.spec("a")));
  REQUIRE(desk.start(desk.spec("b")));
  REQUIRE(desk.start(child<Supervisor>("s", one_for_one())));
  desk.put_off("c");
  REQUIRE(desk.terminate("b"));
  const troupe::ChildCounts counts = desk.ask<troupe::CountChildren>();
  CHECK(counts.specs == 4);
  CHECK(counts.active == 2);
  CHECK(counts.supervisors == 1);
  CHECK(counts.workers == 3);
}

TEST_CASE("FindChild tells of one child what ListChildren tells of all") {
  Desk desk;
  const auto a = desk.start(desk.spec("a").restart(Restart::transient));
  desk.child(desk.top, "a").cast<Fail>();
  (void)count_of(desk.child(desk.top, "a"));
  REQUIRE(desk.start(child<Supervisor>("s", one_for_one())));
  CHECK_FALSE(desk.ask<troupe::FindChild>("b"));
  const auto list = desk.ask<troupe::ListChildren>();
  REQUIRE(list.size() == 2);
  for (const troupe::ChildInfo& info : {list[0], *desk.ask<troupe::FindChild>("a")}) {
    CHECK(info.id == "a");
    CHECK(info.ref == *a);
    CHECK(info.state == ChildState::running);
    CHECK(info.restart == Restart::transient);
    CHECK_FALSE(info.supervisor);
    CHECK(info.restarts == 1);
  }
  CHECK(list[1].id == "s");
  CHECK(list[1].supervisor);
}

TEST_CASE("GetChildSpec gives a copy of the specification") {
  Desk desk;
  const troupe::Backoff backoff{.minimum = 1s, .maximum = 9s, .factor = 3, .jitter = 0.5};
  REQUIRE(desk.start(
      desk.spec("a").restart(Restart::transient).shutdown(7s).named("name").backoff(backoff)));
  CHECK_FALSE(desk.ask<troupe::GetChildSpec>("b"));
  auto spec = desk.ask<troupe::GetChildSpec>("a");
  REQUIRE(spec);
  CHECK(spec->id() == "a");
  CHECK(spec->name() == "name");
  CHECK(spec->type() == Child::actor_class().name);
  CHECK(spec->restart() == Restart::transient);
  CHECK(spec->shutdown() == 7s);
  CHECK_FALSE(spec->significant());
  CHECK_FALSE(spec->supervisor());
  CHECK(spec->backoff().maximum == 9s);
  CHECK(spec->backoff().factor == 3);
  // It can be started elsewhere, when its name is free.
  REQUIRE(desk.terminate("a"));
  auto other = desk.spawn(one_for_one().child(*spec));
  CHECK(desk.child(other, "a").name() == "name");
}

TEST_CASE("TakeLastState gives what the child left behind when it last ended in order, once") {
  Desk desk;
  REQUIRE(desk.start(child<Thrifty>("a")));
  auto a = desk.child<Thrifty>(desk.top, "a");
  CHECK_FALSE(desk.ask<troupe::TakeLastState>("a"));
  CHECK_FALSE(desk.ask<troupe::TakeLastState>("b"));
  a.cast<Count>();
  a.cast<Quit>();
  CHECK(count_of(a) == 0);
  auto state = desk.ask<troupe::TakeLastState>("a");
  CHECK_FALSE(state.take<std::string>());
  CHECK(state.take<int>() == 1);
  CHECK_FALSE(state.take<int>());
  CHECK_FALSE(desk.ask<troupe::TakeLastState>("a"));
}

TEST_CASE("a child that fails leaves no state behind, one that is terminated does") {
  Desk desk(one_for_one().intensity(3, 1h));
  REQUIRE(desk.start(child<Thrifty>("a")));
  auto a = desk.child<Thrifty>(desk.top, "a");
  a.cast<Count>();
  a.cast<Fail>();
  a.cast<Count>();
  a.cast<Count>();
  CHECK(count_of(a) == 2);
  CHECK_FALSE(desk.ask<troupe::TakeLastState>("a"));
  REQUIRE(desk.terminate("a"));
  CHECK(desk.ask<troupe::TakeLastState>("a").take<int>() == 2);
}

TEST_CASE("ref_as gives a typed reference when the class is right") {
  Desk desk;
  const auto a = desk.start(desk.spec("a")).value();
  CHECK(troupe::ref_as<Child>(a) == a);
  CHECK_FALSE(troupe::ref_as<Moody>(a));
  CHECK_FALSE(troupe::ref_as<Child>(troupe::AnyRef()));
}

TEST_CASE("a child is found by its id and class") {
  Stage stage;
  auto top = stage.spawn(troupe::one_for_one().child<Child>("a", &stage.journal, "a"));
  auto a = troupe::find_child<Child>(top, "a").get();
  REQUIRE(a);
  CHECK(*a->call<GetCount>().get() == 0);
  CHECK(to_string(troupe::find_child<Child>(top, "b").get().error()) == "no such child");
  CHECK(to_string(troupe::find_child<troupe::Supervisor>(top, "a").get().error()) ==
        "no such child: 'a' is no troupe::Supervisor but a otp_support::Child");
  REQUIRE(top.stop_and_wait().get());
  CHECK(troupe::find_child<Child>(top, "a").get().error().code ==
        troupe::SupervisionErrorCode::no_answer);
}
