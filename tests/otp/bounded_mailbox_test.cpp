#include "actor/bounded.hpp"
#include "otp/scripted.hpp"

using namespace bounds;
using troupe::Supervisor;

namespace {

Sink::Reference child_of(const Supervisor::Reference& supervisor) {
  const auto info = supervisor.call<troupe::FindChild>("sink").within(kForever).get().value();
  return *troupe::ref_as<Sink>(info.value().ref);
}

troupe::ChildSpec sink_spec(Scene& scene, troupe::Mailbox mailbox) {
  return troupe::child<Sink>("sink", &scene.journal).mailbox(std::move(mailbox));
}

}  // namespace

TEST_CASE("a child has the mailbox that its specification says") {
  Scene scene;
  const auto supervisor = scene.world.system.spawn<Supervisor>(
      troupe::one_for_one().child(sink_spec(scene, bounded(3))));
  const auto sink = child_of(supervisor);
  Held held(sink);
  CHECK(scene.room(sink) == 3);
}

TEST_CASE("a dynamic supervisor's children have the mailbox that its specification says") {
  Scene scene;
  const auto supervisor =
      scene.world.system.spawn<troupe::DynamicSupervisor>(troupe::dynamic().mailbox(bounded(3)));
  const auto sink = troupe::start_child<Sink>(supervisor, &scene.journal).get().value();
  Held held(sink);
  CHECK(scene.room(sink) == 3);
}

TEST_CASE("a restart keeps what waits, and those who wait for room") {
  for (const bool by_request : {true, false}) {
    Scene scene;
    const auto supervisor = scene.world.system.spawn<Supervisor>(
        troupe::one_for_one().child(sink_spec(scene, bounded(3, Overflow::block))));
    const auto sink = child_of(supervisor);
    Held held(sink);
    std::future<troupe::CallResult<FailToAnswer>> failing;
    if (by_request) {
      failing = in_thread([&] { return sink.call<FailToAnswer>().within(kForever).get(); });
      await_waiting(sink, 1);
    } else {
      CHECK(sink.cast<Fail>() == CastResult::delivered);
    }
    Held second;
    CHECK(second.send(sink) == CastResult::delivered);
    CHECK(sink.cast<Item>(1) == CastResult::delivered);
    auto one = scene.send(sink, 2);
    await_blocked(sink, 1);
    auto two = scene.call(sink, 3);
    await_blocked(sink, 2);
    auto three = scene.send(sink, 4);
    await_blocked(sink, 3);
    held.release();
    second.await();  // in the new incarnation
    CHECK(one.get());
    CHECK(queue_of(sink).waiting() == 3);
    CHECK(queue_of(sink).blocked() == 1);
    second.release();
    CHECK(two.get().value() == 3);
    CHECK(three.get());
    CHECK(scene.journal.wait_count(4) == "1, 2, 3, 4");
    CHECK(scene.dead_letters() == 0);
    if (by_request) CHECK(failing.get().error().code == CallErrorCode::failed);
    Held again(sink);
    std::thread([&] { CHECK(scene.room(sink) == 3); }).join();  // no place was lost
  }
}

TEST_CASE("a kill of a permanent child keeps what waits, too") {
  Scene scene;
  const auto supervisor = scene.world.system.spawn<Supervisor>(
      troupe::one_for_one().child(sink_spec(scene, bounded(1, Overflow::block))));
  const auto sink = child_of(supervisor);
  Held held(sink);
  scene.cast(sink, 1, 1);
  auto blocked = scene.send(sink, 2);
  await_blocked(sink, 1);
  sink.kill();
  held.release();
  CHECK(blocked.get());
  CHECK(scene.journal.wait_count(2) == "1, 2");
}

TEST_CASE("who waits for room at a child that is ended for good learns it") {
  Scene scene;
  const auto supervisor = scene.world.system.spawn<Supervisor>(
      troupe::one_for_one().child(sink_spec(scene, bounded(1, Overflow::block))));
  const auto sink = child_of(supervisor);
  Held held(sink);
  scene.cast(sink, 1, 1);
  auto blocked = scene.send(sink, 2);
  await_blocked(sink, 1);
  auto ended = in_thread([&] {
    return supervisor.call<troupe::TerminateChild>("sink").within(kForever).get().has_value();
  });
  sink.stop();
  held.release();
  CHECK(ended.get());
  const auto outcome = blocked.get();
  // It may be let in if the stop before led to another incarnation.
  if (!outcome) CHECK(outcome.error().code == CallErrorCode::stopped);
}

TEST_CASE("a mailbox that cannot be is the child's error, not the supervisor's failure") {
  Scene scene;
  const auto gate = scene.world.system.spawn<Keeper>();
  const auto supervisor = scene.world.system.spawn<Supervisor>(troupe::one_for_one());
  const auto result =
      supervisor.call<troupe::StartChild>(sink_spec(scene, bounded(1, troupe::redirect(gate))))
          .within(kForever)
          .get();
  REQUIRE(result);
  REQUIRE_FALSE(*result);
  CHECK(to_string(result->error()).find("to which a full mailbox redirects, does not handle ") !=
        std::string::npos);
  CHECK(supervisor.call<troupe::ListChildren>().within(kForever).get());
}

namespace {

/// Starts once, and then not for some times.
class Moody : public troupe::Actor<Moody, Fail, Query> {
 public:
  explicit Moody(std::atomic<int>* starts) {
    if (const int start = (*starts)++; start > 0 && start < 5) throw std::runtime_error("moody");
  }
  void handle(Fail) { throw std::runtime_error("broken"); }
  int handle(Query m) { return m.value; }
};

}  // namespace

TEST_CASE("a supervisor's own messages find room in its full mailbox") {
  Scene scene;
  std::atomic<int> starts{0};
  const auto supervisor = scene.world.system.spawn<Supervisor>(
      bounded(1), troupe::one_for_one().intensity(100, 1s).child<Moody>("sink", &starts));
  const auto info = supervisor.call<troupe::FindChild>("sink").within(kForever).get().value();
  const auto child = *troupe::ref_as<Moody>(info.value().ref);
  std::atomic<bool> over{false};
  std::thread flood([&] {
    while (!over) (void)supervisor.call<troupe::ListChildren>().within(1us).get();
  });
  child.cast<Fail>();
  CHECK(child.call<Query>(1).within(kForever).get().value() == 1);
  over = true;
  flood.join();
  CHECK(starts == 6);
}

TEST_CASE("what a state machine has postponed does not take places when it comes again") {
  using namespace scripted;
  Script script;
  script.number = [](Scripted& machine, Number m) {
    if (machine.state() == Stage::first && m.value < 100) machine.postpone(m);
    if (m.value == 100) machine.become(Stage::second);
  };
  scripted::Journal journal;
  scripted::World world{3};
  const auto machine = world.system.spawn<Scripted>(bounded(10), script, journal);
  for (int i = 0; i < 20; ++i) {
    while (machine.cast<Number>(i) != CastResult::delivered) std::this_thread::yield();
  }
  journal.wait_count(20);  // all are postponed
  auto first = std::make_shared<Holding>();
  machine.cast<Do>([first] { first->hold(); });
  first->entered.wait();
  CHECK(machine.cast<Number>(100) == CastResult::delivered);
  auto second = std::make_shared<Holding>();
  machine.cast<Do>([second] { second->hold(); });
  for (int i = 0; i < 8; ++i) CHECK(machine.cast<Number>(200 + i) == CastResult::delivered);
  CHECK(machine.cast<Number>(0) == CastResult::full);
  first->leave.count_down();
  second->entered.wait();  // behind the twenty, with eight that wait
  CHECK(queue_of(machine).waiting() == 8);
  CHECK(machine.cast<Number>(208) == CastResult::delivered);
  CHECK(machine.cast<Number>(209) == CastResult::delivered);
  CHECK(machine.cast<Number>(0) == CastResult::full);
  second->leave.count_down();
  journal.wait_count(20 + 1 + 20 + 10);
  world.system.shutdown(kForever);
}
