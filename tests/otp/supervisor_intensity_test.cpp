#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;
using troupe::one_for_all;
using troupe::one_for_one;
using troupe::rest_for_one;

namespace {

/// Starts a supervisor as its child.
struct Begin {
  using Reply = Supervisor::Reference;
  troupe::SupervisorSpec spec;
};
class Boss : public troupe::Actor<Boss, Begin> {
 public:
  Supervisor::Reference handle(Begin m) { return spawn<Supervisor>(std::move(m.spec)); }
};
class Listener : public troupe::Actor<Listener, Begin> {
 public:
  explicit Listener(Journal* journal) : journal_(journal) {}
  Supervisor::Reference handle(Begin m) { return spawn<Supervisor>(std::move(m.spec)); }
  void handle(troupe::ChildFailed event) { journal_->add("heard: " + event.error); }

 private:
  Journal* journal_;
};

void fail(const troupe::ActorRef<Fail, GetCount>& child) {
  child.cast<Fail>();
  (void)child.call<GetCount>().within(kForever).get();
}

}  // namespace

TEST_CASE("the intensity is 1 in 5 s unless it is set") {
  CHECK(one_for_one().intensity() == 1);
  CHECK(one_for_one().period() == 5s);
}

TEST_CASE("as many restarts as the intensity are allowed within the period, and no more") {
  Stage stage;
  auto top = stage.spawn(one_for_one().intensity(2, 1h).child(stage.spec("a")));
  auto a = stage.child(top, "a");
  fail(a);
  fail(a);
  CHECK(stage.info(top, "a")->restarts == 2);
  a.cast<Fail>();
  const troupe::ExitReason end = end_of(top);
  CHECK(end.kind == ExitKind::shutdown);
  CHECK(end.text.starts_with("more than 2 restarts in "));
  CHECK(stage.journal.text() == "a starts, a stops, a starts, a stops, a starts, a stops");
  CHECK(stage.world.log.wait_for("gives up").text == "gives up: " + end.text);
}

TEST_CASE("an intensity of 0 allows no restart") {
  Stage stage;
  auto top = stage.spawn(one_for_one().intensity(0, 1h).child(stage.spec("a")));
  stage.child(top, "a").cast<Fail>();
  CHECK(end_of(top).kind == ExitKind::shutdown);
  CHECK(stage.journal.text() == "a starts, a stops");
}

TEST_CASE("restarts that are older than the period are forgotten") {
  Stage stage;
  auto top = stage.spawn(one_for_one().intensity(1, 1ns).child(stage.spec("a")));
  auto a = stage.child(top, "a");
  for (int i = 0; i < 10; ++i) fail(a);
  CHECK(stage.info(top, "a")->restarts == 10);
}

TEST_CASE("restarts of all children count towards the same intensity") {
  Stage stage;
  auto top =
      stage.spawn(one_for_one().intensity(1, 1h).child(stage.spec("a")).child(stage.spec("b")));
  auto b = stage.child(top, "b");
  fail(stage.child(top, "a"));
  b.cast<Fail>();
  CHECK(end_of(top).kind == ExitKind::shutdown);
}

TEST_CASE("the restart of a group counts once") {
  for (auto spec : {one_for_all(), rest_for_one()}) {
    Stage stage;
    auto top = stage.spawn(std::move(spec)
                               .intensity(1, 1h)
                               .child(stage.spec("a"))
                               .child(stage.spec("b"))
                               .child(stage.spec("c")));
    auto a = stage.child(top, "a");
    fail(a);
    CHECK(stage.states(top) == "a running, b running, c running");
    a.cast<Fail>();
    CHECK(end_of(top).kind == ExitKind::shutdown);
  }
}

TEST_CASE("a start that fails during a restart counts at each try") {
  for (auto spec : {one_for_one(), one_for_all(), rest_for_one()}) {
    Stage stage;
    Plan plan;
    auto top = stage.spawn(std::move(spec).intensity(3, 1h).child<Moody>("a", &plan));
    auto a = stage.child<Moody>(top, "a");
    plan.failing = 3;
    a.cast<Fail>();
    CHECK(end_of(top).kind == ExitKind::shutdown);
    CHECK(plan.starts == 4);
  }
}

TEST_CASE("a start that fails during a restart is tried again until it succeeds") {
  for (auto spec : {one_for_one(), one_for_all(), rest_for_one()}) {
    Stage stage;
    Plan plan;
    auto top = stage.spawn(std::move(spec).intensity(3, 1h).child<Moody>("a", &plan));
    auto a = stage.child<Moody>(top, "a");
    plan.failing = 2;
    a.cast<Fail>();
    CHECK(count_of(a) == 4);
    CHECK(stage.info(top, "a")->restarts == 1);
    CHECK(stage.states(top) == "a running");
  }
}

TEST_CASE("a supervisor that gives up ends its children in reverse order") {
  Stage stage;
  auto top = stage.spawn(one_for_one()
                             .intensity(0, 1h)
                             .child(stage.spec("a"))
                             .child(stage.spec("b"))
                             .child(stage.spec("c")));
  stage.child(top, "b").cast<Fail>();
  CHECK(end_of(top).kind == ExitKind::shutdown);
  CHECK(stage.journal.text() == "a starts, b starts, c starts, b stops, c stops, a stops");
}

TEST_CASE("a permanent supervisor that gives up is restarted by the one above") {
  Stage stage;
  auto inner_spec = one_for_one().intensity(0, 1h).child(stage.spec("a")).child(stage.spec("b"));
  auto top = stage.spawn(one_for_one().intensity(1, 1h).child<Supervisor>("inner", inner_spec));
  auto inner = stage.child<Supervisor>(top, "inner");
  auto a = stage.child(inner, "a");
  a.cast<Fail>();
  CHECK(stage.journal.wait_count(6) == "a starts, b starts, a stops, b stops, a starts, b starts");
  CHECK(stage.child(inner, "a") != a);
  CHECK(stage.child<Supervisor>(top, "inner") == inner);
  CHECK(stage.info(top, "inner")->restarts == 1);
}

TEST_CASE("a transient supervisor that gives up is not restarted") {
  Stage stage;
  auto inner_spec = one_for_one().intensity(0, 1h).child(stage.spec("a"));
  auto top =
      stage.spawn(one_for_one().child<Supervisor>("inner", inner_spec).restart(Restart::transient));
  auto inner = stage.child<Supervisor>(top, "inner");
  stage.child(inner, "a").cast<Fail>();
  CHECK(end_of(inner).kind == ExitKind::shutdown);
  CHECK(stage.states(top) == "inner stopped");
}

TEST_CASE("a parent that is no supervisor hears as of a failure when a supervisor gives up") {
  Stage stage;
  auto boss = stage.world.system.spawn<Listener>(&stage.journal);
  auto spec = one_for_one().intensity(0, 1h).child(stage.spec("a"));
  auto top = boss.call<Begin>(std::move(spec)).within(kForever).get().value();
  stage.child(top, "a").cast<Fail>();
  CHECK(stage.journal.wait_for("heard").starts_with("heard: more than 0 restarts in "));
}

TEST_CASE("a parent that does not listen fails when a supervisor gives up") {
  Stage stage;
  auto boss = stage.world.system.spawn<Boss>();
  auto spec = one_for_one().intensity(0, 1h).child(stage.spec("a"));
  auto top = boss.call<Begin>(std::move(spec)).within(kForever).get().value();
  stage.child(top, "a").cast<Fail>();
  const troupe::ExitReason end = end_of(boss);
  CHECK(end.kind == ExitKind::failed);
  CHECK(end.text.starts_with(top.name() + " failed: more than 0 restarts in "));
}

TEST_CASE("the limits multiply up the tree") {
  Stage stage;
  auto inner_spec = one_for_one().intensity(1, 1h).child(stage.spec("a"));
  auto top = stage.spawn(one_for_one().intensity(1, 1h).child<Supervisor>("inner", inner_spec));
  auto inner = stage.child<Supervisor>(top, "inner");
  // Every other failure is one too many for the inner supervisor, the fourth one for both.
  for (std::size_t starts = 1; starts <= 4; ++starts) {
    stage.journal.wait_count(2 * starts - 1);
    stage.child(inner, "a").cast<Fail>();
  }
  CHECK(end_of(top).kind == ExitKind::shutdown);
  CHECK(stage.journal.text() ==
        "a starts, a stops, a starts, a stops, a starts, a stops, a starts, a stops");
}

TEST_CASE("a failure that no supervisor may answer goes up through all of them") {
  Stage stage;
  auto low = one_for_one().intensity(0, 1h).child(stage.spec("a"));
  auto middle = one_for_one().intensity(0, 1h).child<Supervisor>("low", low);
  auto top = stage.spawn(
      one_for_one().intensity(0, 1h).child(stage.spec("z")).child<Supervisor>("middle", middle));
  auto a = stage.child(stage.child<Supervisor>(stage.child<Supervisor>(top, "middle"), "low"), "a");
  a.cast<Fail>();
  CHECK(end_of(top).kind == ExitKind::shutdown);
  CHECK(end_of(a).kind == ExitKind::failed);
  CHECK(stage.journal.text() == "z starts, a starts, a stops, z stops");
}
