#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;
using troupe::AutoShutdown;
using troupe::one_for_all;
using troupe::one_for_one;

namespace {

troupe::ChildSpec significant(Stage& stage, std::string id, Restart restart = Restart::transient) {
  return stage.spec(std::move(id)).restart(restart).significant();
}
troupe::SupervisorSpec any() { return one_for_one().auto_shutdown(AutoShutdown::any_significant); }
troupe::SupervisorSpec all() { return one_for_one().auto_shutdown(AutoShutdown::all_significant); }

void check_ended(const troupe::AnyRef& top) {
  const troupe::ExitReason end = end_of(top);
  CHECK(end.kind == ExitKind::shutdown);
  CHECK(end.text == "a significant child has ended");
}

}  // namespace

TEST_CASE("any_significant ends the supervisor with the first significant child") {
  Stage stage;
  auto top = stage.spawn(
      any().child(stage.spec("a")).child(significant(stage, "b")).child(significant(stage, "c")));
  stage.child(top, "b").cast<Quit>();
  check_ended(top);
  CHECK(stage.journal.text() == "a starts, b starts, c starts, b stops, c stops, a stops");
}

TEST_CASE("all_significant ends the supervisor with the last significant child") {
  Stage stage;
  auto top = stage.spawn(
      all().child(stage.spec("a")).child(significant(stage, "b")).child(significant(stage, "c")));
  auto b = stage.child(top, "b");
  auto c = stage.child(top, "c");
  b.cast<Quit>();
  (void)end_of(b);
  CHECK(stage.states(top) == "a running, b stopped, c running");
  c.cast<Quit>();
  check_ended(top);
}

TEST_CASE("a significant temporary child counts however it ends") {
  Stage stage;
  auto top = stage.spawn(any().child(significant(stage, "a", Restart::temporary)));
  stage.child(top, "a").cast<Fail>();
  check_ended(top);
}

TEST_CASE("a significant transient child that fails is restarted, and that is no end") {
  Stage stage;
  auto top = stage.spawn(any().child(significant(stage, "a")));
  auto a = stage.child(top, "a");
  a.cast<Fail>();
  CHECK(count_of(a) == 0);
  CHECK(stage.states(top) == "a running");
  a.cast<Quit>();
  check_ended(top);
}

TEST_CASE("the end of a child that is not significant does not end the supervisor") {
  Stage stage;
  auto top = stage.spawn(
      any().child(significant(stage, "a")).child(stage.spec("b")).restart(Restart::transient));
  stop(stage.child(top, "b"));
  CHECK(stage.states(top) == "a running, b stopped");
}

TEST_CASE("TerminateChild of a significant child does not end the supervisor") {
  Stage stage;
  auto top = stage.spawn(
      all().child(significant(stage, "a")).child(significant(stage, "b", Restart::temporary)));
  CHECK(top.call<troupe::TerminateChild>("a").get().value());
  CHECK(stage.states(top) == "a stopped, b running");
  // It is not waited for either.
  stage.child(top, "b").cast<Quit>();
  check_ended(top);
}

TEST_CASE("a significant child that ends because of a sibling does not end the supervisor") {
  Stage stage;
  auto top = stage.spawn(one_for_all()
                             .auto_shutdown(AutoShutdown::any_significant)
                             .child(stage.spec("a"))
                             .child(significant(stage, "b"))
                             .child(significant(stage, "c", Restart::temporary)));
  auto a = stage.child(top, "a");
  a.cast<Fail>();
  CHECK(count_of(a) == 0);
  CHECK(stage.states(top) == "a running, b running");
}

TEST_CASE("a significant child is refused where it can have no effect") {
  Stage stage;
  const auto error_of = [&](troupe::SupervisorSpec spec) {
    return std::string(stage.world.system.try_spawn<Supervisor>(std::move(spec)).error().what());
  };
  CHECK(error_of(any().child(stage.spec("a").significant()))
            .ends_with("child 'a': a permanent child cannot be significant"));
  CHECK(error_of(one_for_one().child(significant(stage, "a")))
            .ends_with("child 'a' is significant, but the supervisor has no auto_shutdown"));
}
