#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;
using troupe::one_for_all;
using troupe::one_for_one;
using troupe::rest_for_one;

namespace {

/// Three children, and what happens when the second one fails.
std::string failure_of_b(troupe::SupervisorSpec spec, std::size_t events) {
  Stage stage;
  auto top = stage.spawn(
      std::move(spec).child(stage.spec("a")).child(stage.spec("b")).child(stage.spec("c")));
  stage.child(top, "b").cast<Fail>();
  const std::string text = stage.journal.wait_count(3 + events);
  CHECK(stage.states(top) == "a running, b running, c running");
  CHECK(stage.journal.text() == text);
  return text.substr(std::string("a starts, b starts, c starts, ").size());
}

/// What becomes of a child of this kind when `end` ends it.
template <class End>
ChildState fate_of(Restart restart, End end) {
  Stage stage;
  auto top = stage.spawn(one_for_one().child(stage.spec("a")).restart(restart));
  auto a = stage.child(top, "a");
  end(a);
  // An end for good is told to the supervisor before it is told to those who wait.
  const auto info = stage.info(top, "a").value();
  if (info.state != ChildState::stopped) {
    CHECK(count_of(a) == 0);
    stage.await_state(top, "a", ChildState::running);
    CHECK(stage.info(top, "a")->restarts == 1);
    return ChildState::running;
  }
  (void)end_of(a);
  CHECK(info.restarts == 0);
  return info.state;
}

void drain(const troupe::AnyRef& ref) { (void)ref.drain_and_wait().within(kForever).get().value(); }
void kill(const troupe::AnyRef& ref) { (void)ref.kill_and_wait().within(kForever).get().value(); }
void quit(const ChildRef& ref) {
  ref.cast<Quit>();
  (void)end_of(ref);
}
void quit_and_go_on(const ChildRef& ref) {
  ref.cast<Quit>();
  (void)ref.call<GetCount>().within(kForever).get();
}
void fail(const ChildRef& ref) {
  (void)ref.call<Break>().within(kForever).get();
  // Behind the failure: whoever answers is the next incarnation.
  (void)ref.call<GetCount>().within(kForever).get();
}

}  // namespace

TEST_CASE("one_for_one restarts the child that failed and no other") {
  CHECK(failure_of_b(one_for_one(), 2) == "b stops, b starts");
}

TEST_CASE("one_for_all ends the others in reverse order and starts all in order") {
  CHECK(failure_of_b(one_for_all(), 6) ==
        "b stops, c stops, a stops, a starts, b starts, c starts");
}

TEST_CASE("rest_for_one ends those that were started later in reverse order and starts them") {
  CHECK(failure_of_b(rest_for_one(), 4) == "b stops, c stops, b starts, c starts");
}

TEST_CASE("rest_for_one restarts the last child alone and all for the first one") {
  Stage stage;
  auto top = stage.spawn(rest_for_one()
                             .intensity(2, 1h)
                             .child(stage.spec("a"))
                             .child(stage.spec("b"))
                             .child(stage.spec("c")));
  stage.child(top, "c").cast<Fail>();
  CHECK(stage.journal.wait_count(5) == "a starts, b starts, c starts, c stops, c starts");
  stage.child(top, "a").cast<Fail>();
  CHECK(stage.journal.wait_count(11) ==
        "a starts, b starts, c starts, c stops, c starts, "
        "a stops, c stops, b stops, a starts, b starts, c starts");
}

TEST_CASE("a temporary child is not restarted because of a sibling and is forgotten") {
  Stage stage;
  auto top = stage.spawn(one_for_all()
                             .child(stage.spec("a"))
                             .child(stage.spec("t"))
                             .restart(Restart::temporary)
                             .child(stage.spec("c")));
  stage.child(top, "c").cast<Fail>();
  CHECK(stage.journal.wait_count(8) ==
        "a starts, t starts, c starts, c stops, t stops, a stops, a starts, c starts");
  CHECK(stage.states(top) == "a running, c running");
}

TEST_CASE("a temporary child is forgotten however it ends, and its siblings go on") {
  Stage stage;
  auto top = stage.spawn(
      one_for_all().child(stage.spec("a")).child(stage.spec("t")).restart(Restart::temporary));
  auto t = stage.child(top, "t");
  t.cast<Fail>();
  CHECK(end_of(t).kind == ExitKind::failed);
  CHECK(stage.states(top) == "a running");
  CHECK(stage.journal.text() == "a starts, t starts, t stops");
}

TEST_CASE("a transient child is restarted only if it did not end in order") {
  CHECK(fate_of(Restart::transient, quit) == ChildState::stopped);
  CHECK(fate_of(Restart::transient, stop) == ChildState::stopped);
  CHECK(fate_of(Restart::transient, drain) == ChildState::stopped);
  CHECK(fate_of(Restart::transient, kill) == ChildState::running);
  CHECK(fate_of(Restart::transient, fail) == ChildState::running);
}

TEST_CASE("a permanent child is always restarted") {
  CHECK(fate_of(Restart::permanent, quit_and_go_on) == ChildState::running);
  CHECK(fate_of(Restart::permanent, stop) == ChildState::running);
  CHECK(fate_of(Restart::permanent, drain) == ChildState::running);
  CHECK(fate_of(Restart::permanent, kill) == ChildState::running);
  CHECK(fate_of(Restart::permanent, fail) == ChildState::running);
}

TEST_CASE("a transient child that has stopped is started again with its group, as a new actor") {
  Stage stage;
  auto top = stage.spawn(one_for_all()
                             .child(stage.spec("a"))
                             .child(stage.spec("b"))
                             .restart(Restart::transient)
                             .child(stage.spec("c")));
  auto b = stage.child(top, "b");
  stop(b);
  CHECK(stage.states(top) == "a running, b stopped, c running");
  stage.child(top, "a").cast<Fail>();
  CHECK(stage.journal.wait_count(9) ==
        "a starts, b starts, c starts, b stops, a stops, c stops, a starts, b starts, c starts");
  CHECK(stage.states(top) == "a running, b running, c running");
  CHECK(stage.child(top, "b") != b);
  stop(top);
  CHECK(stage.journal.wait_count(12).ends_with("c stops, b stops, a stops"));
}

TEST_CASE("a child that fails while its group is being restarted is restarted once") {
  Stage stage;
  auto top = stage.spawn(one_for_all()
                             .intensity(1, 1h)
                             .child(stage.spec("a"))
                             .child<Lingering>("b", &stage.journal, "b", stage.gate.ref())
                             .child(stage.spec("c")));
  auto a = stage.child(top, "a");
  stage.child(top, "c").cast<Fail>();
  stage.gate.wait_asked();
  a.cast<Fail>();  // its supervisor hears of that when it is running again
  stage.journal.wait_for("a stops");
  stage.gate.answer(0);
  CHECK(stage.journal.wait_count(10) ==
        "a starts, b starts, c starts, c stops, b lingers, a stops, b stops, "
        "a starts, b starts, c starts");
  CHECK(stage.states(top) == "a running, b running, c running");
  CHECK(stage.info(top, "a")->restarts == 1);
  CHECK(stage.journal.entries().size() == 10);
  top.kill();
}
