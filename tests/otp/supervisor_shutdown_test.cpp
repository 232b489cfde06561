#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;
using troupe::child;
using troupe::forever;
using troupe::kBrutalKill;
using troupe::one_for_all;
using troupe::one_for_one;

namespace {

class FailsToStop : public troupe::Actor<FailsToStop, GetCount> {
 public:
  FailsToStop(Journal* journal, std::string name) : journal_(journal), name_(std::move(name)) {}
  void post_stop() {
    journal_->add(name_ + " fails");
    throw std::runtime_error("stuck");
  }
  int handle(GetCount) const { return 0; }

 private:
  Journal* journal_;
  std::string name_;
};

/// Fails as soon as it has started: before its supervisor is told of the start.
class Brief : public troupe::Actor<Brief, Fail> {
 public:
  explicit Brief(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}
  troupe::Task<> pre_start() {
    (void)co_await gate_.call<Ask>().within(kForever);
    self().cast<Fail>();
  }
  void handle(Fail) { throw std::runtime_error("broken"); }

 private:
  troupe::ActorRef<Ask> gate_;
};

auto terminate(const Supervisor::Reference& supervisor, std::string id) {
  return supervisor.call<troupe::TerminateChild>(std::move(id)).within(kForever).get().value();
}
void restart(const Supervisor::Reference& supervisor, std::string id) {
  REQUIRE(supervisor.call<troupe::RestartChild>(std::move(id)).within(kForever).get().value());
}

}  // namespace

TEST_CASE("a worker has 5 s to stop and a supervisor as long as it takes, unless set otherwise") {
  Stage stage;
  CHECK(stage.spec("a").shutdown() == 5s);
  CHECK(child<Supervisor>("s", one_for_one()).shutdown() == forever);
  CHECK(stage.spec("a").shutdown(1s).shutdown() == 1s);
  CHECK(child<Supervisor>("s", one_for_one()).shutdown(1s).shutdown() == 1s);
}

TEST_CASE("a supervisor that ends stops its children in reverse order, strictly one at a time") {
  Stage stage;
  troupe::SupervisorSpec spec = one_for_one();
  for (const std::string id : {"a", "b", "c"}) {
    spec.add(child<Lingering>(id, &stage.journal, id, stage.gate.ref()).shutdown(forever));
  }
  auto top = stage.spawn(std::move(spec));
  const std::size_t before = stage.journal.entries().size();
  top.stop();
  const std::string ids = "cba";
  for (std::size_t i = 0; i < 3; ++i) {
    stage.gate.wait_asked(i + 1);
    CHECK(stage.gate.asked() == i + 1);
    CHECK(stage.journal.entries().size() == before + 2 * i + 1);
    stage.gate.answer(0, i);
  }
  CHECK(end_of(top).kind == ExitKind::stopped);
  CHECK(
      stage.journal.text().ends_with("c lingers, c stops, b lingers, b stops, a lingers, a stops"));
}

TEST_CASE("a group's restart stops its children in reverse order, strictly one at a time") {
  Stage stage;
  auto top = stage.spawn(one_for_all()
                             .child<Lingering>("a", &stage.journal, "a", stage.gate.ref())
                             .child<Lingering>("b", &stage.journal, "b", stage.gate.ref())
                             .child(stage.spec("c")));
  stage.child(top, "c").cast<Fail>();
  for (std::size_t i = 0; i < 2; ++i) {
    stage.gate.wait_asked(i + 1);
    CHECK(stage.gate.asked() == i + 1);
    stage.gate.answer(0, i);
  }
  CHECK(stage.journal.wait_count(11) ==
        "a starts, b starts, c starts, c stops, b lingers, b stops, a lingers, a stops, "
        "a starts, b starts, c starts");
  top.kill();
}

TEST_CASE("a child that is suspended for ever is killed when its shutdown time is over") {
  Stage stage;
  auto top = stage.spawn(one_for_one().child(stage.spec("a")).shutdown(1ms).child(stage.spec("b")));
  stage.child(top, "a").cast<Suspend>();
  stage.journal.wait_for("a waits");
  stop(top);
  CHECK(stage.journal.text() == "a starts, b starts, a waits, b stops, a unwinds");
}

TEST_CASE("a child that is terminated is killed when its shutdown time is over") {
  Stage stage;
  auto top = stage.spawn(one_for_one().child(stage.spec("a")).shutdown(1ms));
  auto a = stage.child(top, "a");
  a.cast<Suspend>();
  stage.journal.wait_for("a waits");
  CHECK(terminate(top, "a"));
  CHECK(end_of(a).kind == ExitKind::killed);
  CHECK(stage.journal.text() == "a starts, a waits, a unwinds");
  stage.world.log.wait_for("did not stop within its shutdown time: killed");
}

TEST_CASE("a child that its supervisor restarts is killed when its shutdown time is over") {
  Stage stage;
  auto top = stage.spawn(one_for_all().child(stage.spec("a")).shutdown(1ms).child(stage.spec("b")));
  auto a = stage.child(top, "a");
  a.cast<Suspend>();
  a.cast<Count>();
  stage.journal.wait_for("a waits");
  stage.child(top, "b").cast<Fail>();
  CHECK(count_of(a) == 1);
  CHECK(stage.journal.wait_count(7) ==
        "a starts, b starts, a waits, b stops, a unwinds, a starts, b starts");
}

TEST_CASE("a child that is busy is waited for also after it was killed") {
  Stage stage;
  std::latch entered(1), leave(1);
  auto top = stage.spawn(one_for_one().child(stage.spec("a")).shutdown(1ms));
  auto a = stage.child(top, "a");
  a.cast<Hold>(&entered, &leave);
  entered.wait();
  auto terminated = in_thread([top] { return terminate(top, "a"); });
  stage.world.log.wait_for("did not stop within its shutdown time: killed");
  CHECK(inspect(top).get()->state == troupe::ActorState::waiting);
  leave.count_down();
  CHECK(terminated.get());
  CHECK(end_of(a).kind == ExitKind::killed);
  CHECK(stage.journal.text() == "a starts");
}

TEST_CASE("kBrutalKill ends a child without post_stop") {
  SUBCASE("with its supervisor") {
    Stage stage;
    auto top = stage.spawn(one_for_one().child(stage.spec("a")).shutdown(kBrutalKill));
    stop(top);
    CHECK(stage.journal.text() == "a starts");
  }
  SUBCASE("by request") {
    Stage stage;
    auto top = stage.spawn(one_for_one().child(stage.spec("a")).shutdown(kBrutalKill));
    auto a = stage.child(top, "a");
    CHECK(terminate(top, "a"));
    CHECK(end_of(a).kind == ExitKind::killed);
    CHECK(stage.journal.text() == "a starts");
  }
  SUBCASE("for a restart of its group, which counts once") {
    Stage stage;
    auto top = stage.spawn(one_for_all()
                               .child(stage.spec("a"))
                               .shutdown(kBrutalKill)
                               .child(stage.spec("b"))
                               .shutdown(kBrutalKill)
                               .child(stage.spec("c")));
    stage.child(top, "c").cast<Fail>();
    CHECK(stage.journal.wait_count(7) ==
          "a starts, b starts, c starts, c stops, a starts, b starts, c starts");
    CHECK(stage.states(top) == "a running, b running, c running");
    CHECK(stage.journal.entries().size() == 7);
  }
}

TEST_CASE("a child that fails in post_stop is reported, and the shutdown goes on") {
  Stage stage;
  auto top = stage.spawn(one_for_one()
                             .child(stage.spec("a"))
                             .child<FailsToStop>("b", &stage.journal, "b")
                             .child(stage.spec("c")));
  CHECK(top.stop_and_wait().within(kForever).get()->kind == ExitKind::stopped);
  CHECK(stage.journal.text() == "a starts, c starts, c stops, b fails, a stops");
  stage.world.log.wait_for("failed in post_stop: stuck");
}

TEST_CASE("a child that fails in post_stop is reported, and its group's restart goes on") {
  Stage stage;
  auto top = stage.spawn(one_for_all()
                             .child(stage.spec("a"))
                             .child<FailsToStop>("b", &stage.journal, "b")
                             .child(stage.spec("c")));
  stage.child(top, "c").cast<Fail>();
  CHECK(stage.journal.wait_count(7) ==
        "a starts, c starts, c stops, b fails, a stops, a starts, c starts");
  CHECK(stage.states(top) == "a running, b running, c running");
  const std::string report = stage.world.log.wait_for("shutdown_error").text;
  CHECK(report.starts_with("shutdown_error: child 'b' ("));
  CHECK(report.ends_with("failed: stuck"));
}

TEST_CASE("children end in the order of their specifications, also those that were started anew") {
  Stage stage;
  auto top = stage.spawn(
      one_for_one().child(stage.spec("a")).child(stage.spec("b")).child(stage.spec("c")));
  for (const std::string id : {"b", "a", "b"}) {
    REQUIRE(terminate(top, id));
    restart(top, id);
  }
  REQUIRE(top.call<troupe::StartChild>(stage.spec("d")).get().value());
  REQUIRE(terminate(top, "c"));
  restart(top, "c");
  stop(top);
  CHECK(stage.journal.text().ends_with("c starts, d stops, c stops, b stops, a stops"));
}

TEST_CASE("a killed supervisor takes its children along without post_stop") {
  Stage stage;
  auto inner = one_for_one().child(stage.spec("b"));
  auto top = stage.spawn(one_for_one().child(stage.spec("a")).child<Supervisor>("inner", inner));
  (void)top.kill_and_wait().within(kForever).get();
  CHECK(stage.journal.text() == "a starts, b starts");
}

TEST_CASE("a supervisor's shutdown is not held up by a child that cannot be restarted") {
  Stage stage;
  Plan plan;
  auto top = stage.spawn(
      one_for_one().intensity(UINT32_MAX, 1h).child<Moody>("a", &plan).child(stage.spec("b")));
  plan.failing = INT32_MAX;
  stage.child<Moody>(top, "a").cast<Fail>();
  stage.await_state(top, "a", ChildState::restarting);
  while (plan.starts < 10) CHECK(stage.states(top) == "a restarting, b running");
  stop(top);
  CHECK(stage.journal.text() == "b starts, b stops");
}

TEST_CASE("a supervisor ends at once while a child hangs in the pre_start of a restart") {
  for (const bool kill : {false, true}) {
    CAPTURE(kill);
    Stage stage;
    auto top = stage.spawn(one_for_one()
                               .child(stage.spec("a"))
                               .child<Slow>("b", &stage.journal, "b", stage.gate.ref())
                               .shutdown(kBrutalKill));
    stage.gate.wait_asked();
    stage.gate.answer(0);
    REQUIRE(started(top).within(kForever).get());
    stage.child<Slow>(top, "b").cast<Fail>();
    stage.gate.wait_asked(2);
    if (kill) {
      CHECK(top.kill_and_wait().within(kForever).get()->kind == ExitKind::killed);
    } else {
      CHECK(top.stop_and_wait().within(kForever).get()->kind == ExitKind::stopped);
    }
    CHECK(stage.journal.text() ==
          std::string("a starts, b starts, b stops") + (kill ? "" : ", a stops"));
  }
}

TEST_CASE("a supervisor does not wait for the end of a child that failed as soon as it started") {
  Stage stage(1);
  auto top =
      stage.spawn(one_for_one()
                      .child(child<Brief>("brief", stage.gate.ref()).restart(Restart::temporary))
                      .child(stage.spec("b")));
  stage.gate.wait_asked();
  stage.gate.answer(0);
  REQUIRE(started(top).within(kForever).get());
  stop(top);
}
