#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::ExitKind;

namespace {

struct Suspend {};

class Worker : public troupe::Actor<Worker, Suspend> {
 public:
  Worker(Journal& journal, troupe::ActorRef<Ask> gate)
      : journal_(&journal), gate_(std::move(gate)) {}
  void post_stop() { journal_->add("post_stop"); }
  troupe::Task<> handle(Suspend) { (void)co_await gate_.call<Ask>().within(kForever); }

 private:
  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
};

struct Scene {
  Journal journal;
  World world;
  Gate gate{world.system};
  Worker::Reference worker = world.system.spawn<Worker>(journal, gate.ref());
};

enum class Way { stop, drain, kill };

troupe::EndOperation end_and_wait(const troupe::AnyRef& ref, Way way) {
  switch (way) {
    case Way::stop:
      return ref.stop_and_wait("asked");
    case Way::drain:
      return ref.drain_and_wait();
    default:
      return ref.kill_and_wait();
  }
}
ExitKind kind_of(Way way) {
  return way == Way::stop    ? ExitKind::stopped
         : way == Way::drain ? ExitKind::drained
                             : ExitKind::killed;
}
constexpr Way kWays[] = {Way::stop, Way::drain, Way::kill};

}  // namespace

TEST_CASE("every end can be waited for in a thread and in an actor") {
  for (const Way way : kWays) {
    for (const bool actor : {true, false}) {
      Scene scene;
      const troupe::AnyRef ref = scene.worker;
      if (actor) {
        CHECK(in_actor(scene.world.system, [ref, way]() -> troupe::Task<ExitKind> {
                auto operation = end_and_wait(ref, way);
                auto reason = co_await operation;
                co_return reason->kind;
              }) == kind_of(way));
      } else {
        CHECK(end_and_wait(ref, way).get()->kind == kind_of(way));
      }
      CHECK(scene.journal.text() == (way == Way::kill ? "" : "post_stop"));
    }
  }
}

TEST_CASE("waiting for an ended actor gives its reason at once") {
  Scene scene;
  REQUIRE(scene.worker.stop_and_wait("long ago").get());
  for (const Way way : kWays) {
    const auto reason = end_and_wait(scene.worker, way).within(kForever).get();
    REQUIRE(reason);
    CHECK(reason->kind == ExitKind::stopped);
    CHECK(reason->text == "long ago");
  }
  const troupe::AnyRef ref = scene.worker;
  CHECK(in_actor(scene.world.system, [ref]() -> troupe::Task<std::string> {
          auto reason = co_await ref.wait().within(kForever);
          co_return to_string(*reason);
        }) == "stopped: long ago");
}

TEST_CASE("many may wait for the same end") {
  for (const Way way : kWays) {
    Scene scene;
    scene.worker.cast<Suspend>();
    scene.gate.wait_asked();
    const troupe::AnyRef ref = scene.worker;
    auto wait_in_actor = [&] {
      return start_in_actor(scene.world.system, [ref, way]() -> troupe::Task<ExitKind> {
        auto operation = end_and_wait(ref, way);
        auto reason = co_await operation;
        co_return reason->kind;
      });
    };
    auto wait_in_thread = [&] {
      return in_thread([ref, way] { return end_and_wait(ref, way).get()->kind; });
    };
    auto a = wait_in_actor();
    auto b = wait_in_thread();
    auto c = wait_in_actor();
    auto d = in_thread([ref] { return ref.wait().get()->kind; });
    scene.gate.answer(0);
    for (auto* waiting : {&a, &b, &c, &d}) CHECK(waiting->get() == kind_of(way));
  }
}

TEST_CASE("waiting can time out and the end goes on") {
  Scene scene;
  scene.worker.cast<Suspend>();
  scene.gate.wait_asked();
  const auto early = scene.worker.stop_and_wait().within(5ms).get();
  REQUIRE_FALSE(early);
  CHECK(early.error().code == troupe::CallErrorCode::timeout);
  CHECK(early.error().target == scene.worker);
  const troupe::AnyRef ref = scene.worker;
  CHECK_FALSE(in_actor(scene.world.system, [ref]() -> troupe::Task<bool> {
    auto again = co_await ref.wait().within(5ms);
    co_return again.has_value();
  }));
  scene.gate.answer(0);
  CHECK(scene.worker.wait().get()->kind == ExitKind::stopped);
}

TEST_CASE("an actor that waits for its own end waits in vain") {
  World world;
  auto runner = world.system.spawn<Runner>();
  std::promise<bool> ended;
  runner.cast<Run>([runner, &ended]() -> troupe::Task<> {
    auto result = co_await runner.stop_and_wait().within(5ms);
    ended.set_value(result.has_value());
  });
  CHECK_FALSE(ended.get_future().get());
  CHECK(runner.wait().get()->kind == ExitKind::stopped);
}

TEST_CASE("ends of all kinds at once end an actor once") {
  for (int round = 0; round < 200; ++round) {
    Journal journal;
    World world;
    Gate gate(world.system);
    auto worker = world.system.spawn<Worker>(journal, gate);
    worker.cast<Suspend>();
    std::latch start(3);
    std::vector<std::future<bool>> ends;
    for (const Way way : kWays) {
      ends.push_back(in_thread([&start, worker, way] {
        start.arrive_and_wait();
        return end_and_wait(worker, way).within(kForever).get().has_value();
      }));
    }
    for (auto& end : ends) CHECK(end.get());
    CHECK(world.system.stats().ended == 1);
  }
}
