#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;
using troupe::child;
using troupe::one_for_all;
using troupe::one_for_one;

namespace {

std::string error_of(Stage& stage, troupe::SupervisorSpec spec) {
  auto spawned = stage.world.system.try_spawn<Supervisor>(std::move(spec));
  REQUIRE_FALSE(spawned);
  CHECK(spawned.error().code() == troupe::SpawnErrorCode::start_failed);
  return spawned.error().what();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class Younger : public troupe::Actor<Younger, GetCount> {
 public:
  explicit Younger(troupe::ActorRef<GetCount> elder) : elder_(std::move(elder)) {}
  troupe::Task<int> handle(GetCount) {
    const auto count = co_await elder_.call<GetCount>().within(kForever);
    co_return count.value();
  }

 private:
  troupe::ActorRef<GetCount> elder_;
};

}  // namespace

TEST_CASE("a supervisor starts its children in order before spawn returns") {
  Stage stage;
  auto top = stage.spawn(
      one_for_one().child(stage.spec("a")).child(stage.spec("b")).child(stage.spec("c")));
  CHECK(stage.journal.text() == "a starts, b starts, c starts");
  CHECK(stage.states(top) == "a running, b running, c running");
  CHECK(top.stop_and_wait().get()->kind == ExitKind::stopped);
  CHECK(stage.journal.text() == "a starts, b starts, c starts, c stops, b stops, a stops");
}

TEST_CASE("when a start fails, those started before are ended in reverse, and spawn tells why") {
  Stage stage;
  Plan plan;
  plan.failing = 1;
  const std::string error = error_of(stage, one_for_one()
                                                .child(stage.spec("a"))
                                                .child(stage.spec("b"))
                                                .child<Moody>("c", &plan)
                                                .child(stage.spec("d")));
  CHECK(has(error, "child 'c'"));
  CHECK(has(error, "not today"));
  CHECK(stage.journal.wait_count(4) == "a starts, b starts, b stops, a stops");
  CHECK(has(stage.world.log.wait_for("start_error").text, "child 'c' ("));
}

TEST_CASE("a child's name that is taken is a failed start") {
  Stage stage;
  auto other = stage.world.system.spawn<Child>(troupe::named("x"), &stage.journal, "other");
  CHECK(has(error_of(stage, one_for_one().child(stage.spec("a")).named("x")), "'x' is taken"));
}

TEST_CASE("two children of one id are refused before anything starts") {
  Stage stage;
  CHECK(has(error_of(stage, one_for_one().child(stage.spec("a")).child(stage.spec("a"))),
            "two children have the id 'a'"));
  CHECK(stage.journal.text().empty());
}

TEST_CASE("specifications that make no sense are refused") {
  Stage stage;
  const auto refused = [&](troupe::ChildSpec spec) {
    return error_of(stage, one_for_one().child(std::move(spec)));
  };
  CHECK(has(error_of(stage, one_for_one().intensity(1, 0s)), "period"));
  CHECK(has(refused(stage.spec("a").shutdown(-1s)), "negative shutdown time"));
  CHECK(has(refused(stage.spec("a").backoff(-1s, 1s)), "negative back-off"));
  CHECK(has(refused(stage.spec("a").backoff(2s, 1s)), "maximum is below its minimum"));
  CHECK(has(refused(stage.spec("a").backoff({.minimum = 1s, .maximum = 2s, .factor = 0.5})),
            "factor below 1"));
  CHECK(has(refused(stage.spec("a").backoff({.minimum = 1s, .maximum = 2s, .jitter = 1.5})),
            "jitter"));
  CHECK_THROWS_AS((void)one_for_one().restart(Restart::transient), std::logic_error);
}

TEST_CASE("a child that throws IgnoreStart is kept stopped, unless it is temporary") {
  Stage stage;
  Plan plan;
  plan.ignore = true;
  auto top = stage.spawn(one_for_one()
                             .child<Moody>("a", &plan)
                             .child<Moody>("b", &plan)
                             .restart(Restart::temporary)
                             .child(stage.spec("c")));
  CHECK(stage.states(top) == "a stopped, c running");
  CHECK_FALSE(stage.info(top, "a")->ref);
  plan.ignore = false;
  CHECK(top.call<troupe::RestartChild>("a").get().value().has_value());
  CHECK(stage.states(top) == "a running, c running");
}

TEST_CASE("a child that throws IgnoreStart in a restart ends for good and is kept stopped") {
  Stage stage;
  Plan plan;
  auto top = stage.spawn(one_for_one().child<Moody>("a", &plan).named("a"));
  auto before = stage.child<Moody>(top, "a");
  plan.ignore = true;
  before.cast<Fail>();
  (void)end_of(before);
  stage.await_state(top, "a", ChildState::stopped);
  CHECK(stage.world.system.names().empty());
  plan.ignore = false;
  const auto again = top.call<troupe::RestartChild>("a").get().value();
  REQUIRE(again);
  CHECK(*again != before);
}

TEST_CASE("a coroutine pre_start holds up the children after it, and the supervisor is starting") {
  Stage stage;
  auto top = stage.spawn(
      one_for_one().child<Slow>("a", &stage.journal, "a", stage.gate.ref()).child(stage.spec("b")));
  stage.gate.wait_asked();
  CHECK(inspect(top).get()->state == troupe::ActorState::starting);
  CHECK(stage.journal.text().empty());
  stage.gate.answer(0);
  REQUIRE(started(top).within(kForever).get());
  CHECK(stage.journal.text() == "a starts, b starts");
  CHECK(stage.states(top) == "a running, b running");
}

TEST_CASE("a coroutine pre_start that fails ends the supervisor, and started tells why") {
  Stage stage;
  auto top = stage.spawn(
      one_for_one().child(stage.spec("a")).child<Slow>("b", &stage.journal, "b", stage.gate.ref()));
  stage.gate.wait_asked();
  stage.gate.answer(kFailStart);
  const auto running = started(top).within(kForever).get();
  REQUIRE_FALSE(running);
  CHECK(running.error().reason == "child 'b': too slow");
  CHECK(end_of(top).kind == ExitKind::failed);
  CHECK(stage.journal.text() == "a starts, a stops");
}

TEST_CASE("a coroutine pre_start may throw IgnoreStart") {
  Stage stage;
  auto top = stage.spawn(
      one_for_one().child<Slow>("a", &stage.journal, "a", stage.gate.ref()).child(stage.spec("b")));
  stage.gate.wait_asked();
  stage.gate.answer(kIgnoreStart);
  REQUIRE(started(top).within(kForever).get());
  CHECK(stage.states(top) == "a stopped, b running");
}

TEST_CASE("a child that is killed in its pre_start has not started") {
  Stage stage;
  auto top =
      stage.spawn(one_for_one().child<Slow>("a", &stage.journal, "a", stage.gate.ref()).named("a"));
  stage.gate.wait_asked();
  stage.world.system.find<GetCount>("a")->kill();
  const auto running = started(top).within(kForever).get();
  REQUIRE_FALSE(running);
  CHECK(has(running.error().reason, "child 'a': the actor was killed"));
}

TEST_CASE("a supervisor under a supervisor is started and ended in its place") {
  Stage stage;
  auto inner = one_for_one().child(stage.spec("b")).child(stage.spec("c"));
  auto top = stage.spawn(one_for_one()
                             .child(stage.spec("a"))
                             .child<Supervisor>("inner", inner)
                             .child(stage.spec("d")));
  CHECK(stage.journal.text() == "a starts, b starts, c starts, d starts");
  stop(top);
  CHECK(stage.journal.text() ==
        "a starts, b starts, c starts, d starts, d stops, c stops, b stops, a stops");
}

TEST_CASE("a supervisor waits for a slow child of a supervisor below it") {
  Stage stage;
  auto inner = one_for_one().child<Slow>("a", &stage.journal, "a", stage.gate.ref());
  auto top = stage.spawn(one_for_one().child<Supervisor>("inner", inner).child(stage.spec("b")));
  stage.gate.wait_asked();
  CHECK(stage.journal.text().empty());
  stage.gate.answer(0);
  REQUIRE(started(top).within(kForever).get());
  CHECK(stage.journal.text() == "a starts, b starts");
}

TEST_CASE("a sibling's reference reaches it after its restart, too") {
  Stage stage;
  auto top = stage.spawn(one_for_one()
                             .child(stage.spec("elder"))
                             .child<Younger>("younger", troupe::sibling<Child>("elder")));
  auto elder = stage.child(top, "elder");
  auto younger = stage.child<Younger>(top, "younger");
  elder.cast<Count>();
  CHECK(count_of(younger) == 1);
  elder.cast<Fail>();
  CHECK(count_of(younger) == 0);
}

TEST_CASE("a sibling that is missing, younger or of another class is a failed start") {
  Stage stage;
  const auto younger = child<Younger>("y", troupe::sibling<Child>("elder"));
  CHECK(has(error_of(stage, one_for_one().child(younger)),
            "needs its sibling 'elder', which does not run before it"));
  CHECK(has(error_of(stage, one_for_one().child(younger).child(stage.spec("elder"))),
            "which does not run before it"));
  Plan plan;
  const std::string error =
      error_of(stage, one_for_one().child<Moody>("elder", &plan).child(younger));
  CHECK(has(error, "its sibling 'elder' is no "));
  CHECK(has(error, "Child, but a "));
  CHECK(has(error, "Moody"));
}

TEST_CASE("a child that is about to be made again survives that its supervisor is stopped") {
  Stage stage(1);
  Plan plan;
  auto top = stage.spawn(one_for_all()
                             .child<Moody>("stopper", &plan)
                             .restart(Restart::transient)
                             .child(stage.spec("a"))
                             .child<Younger>("b", troupe::sibling<Child>("a"))
                             .child(stage.spec("c")));
  auto stopper = stage.child<Moody>(top, "stopper");
  auto a = stage.child(top, "a");
  stop(stopper);
  plan.on_start = [&] { top.stop("enough"); };
  a.cast<Fail>();
  CHECK(end_of(top).text == "enough");
}
