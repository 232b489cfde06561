#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;

TEST_CASE("a supervisor starts its children in order and ends them in reverse order") {
  Stage stage;
  {
    auto top = stage.spawn(troupe::one_for_one()
                               .child<Child>("a", &stage.journal, "a")
                               .child<Child>("b", &stage.journal, "b")
                               .child<Child>("c", &stage.journal, "c"));
    CHECK(stage.journal.text() == "a starts, b starts, c starts");
    CHECK(top.stop_and_wait().get()->kind == troupe::ExitKind::stopped);
  }
  CHECK(stage.journal.text() == "a starts, b starts, c starts, c stops, b stops, a stops");
}

TEST_CASE(
    "one_for_one restarts the child that failed, and it keeps its reference and its messages") {
  Stage stage;
  auto top = stage.spawn(troupe::one_for_one()
                             .child<Child>("a", &stage.journal, "a")
                             .child<Child>("b", &stage.journal, "b"));
  auto a = stage.child(top, "a");
  a.cast<Count>();
  a.cast<Fail>();
  a.cast<Count>();
  CHECK(*a.call<GetCount>().get() == 1);
  CHECK(stage.journal.text() == "a starts, b starts, a stops, a starts");
}

TEST_CASE("one_for_all ends all in reverse order and starts them in order") {
  Stage stage;
  auto top = stage.spawn(troupe::one_for_all()
                             .child<Child>("a", &stage.journal, "a")
                             .child<Child>("b", &stage.journal, "b")
                             .child<Child>("c", &stage.journal, "c"));
  auto b = stage.child(top, "b");
  auto c = stage.child(top, "c");
  b.cast<Fail>();
  CHECK(*b.call<GetCount>().get() == 0);
  CHECK(*c.call<GetCount>().get() == 0);
  CHECK(stage.journal.text() ==
        "a starts, b starts, c starts, b stops, c stops, a stops, a starts, b starts, c starts");
}

TEST_CASE("a child's name is its actor's, and stays through a restart") {
  Stage stage;
  auto top = stage.spawn(
      troupe::one_for_one().child<Child>("a", &stage.journal, "a").named("the first of two"));
  auto a = stage.child(top, "a");
  CHECK(a.name() == "the first of two");
  a.cast<Fail>();
  CHECK(*a.call<GetCount>().get() == 0);
  CHECK(stage.world.system.find<GetCount>("the first of two") == a);
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
