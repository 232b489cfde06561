#include <doctest/doctest.h>

#include "actor/timed.hpp"

using namespace timed;
using Clock = std::chrono::steady_clock;

TEST_CASE("sleep_for suspends for that long while the mailbox waits") {
  Scene scene;
  const auto slept = in_actor(scene.world.system, []() -> troupe::Task<Clock::duration> {
    const auto began = Clock::now();
    co_await troupe::sleep_for(15ms);
    co_await troupe::sleep_for(0ns);
    co_await troupe::sleep_for(-1h);
    co_return Clock::now() - began;
  });
  CHECK(slept >= 15ms);
  const auto began = Clock::now();
  scene.timed.cast<Run>([]() -> troupe::Task<> { co_await troupe::sleep_for(10ms); });
  scene.with([](Timed&) {});
  CHECK(Clock::now() - began >= 10ms);
}

TEST_CASE("receive_timeout comes after so long without a message and again") {
  Scene scene;
  const auto began = Clock::now();
  scene.await_arrivals(3, [](Timed& actor) { actor.receive_timeout(10ms); });
  CHECK(Clock::now() - began >= 30ms);
  scene.with([](Timed& actor) { actor.receive_timeout(0ns); });
  const int before = scene.with([](Timed& actor) { return actor.timeouts; });
  scene.await_arrivals(1, [](Timed& actor) { (void)actor.send_after<Number>(40ms, 1); });
  CHECK(scene.with([](Timed& actor) { return actor.timeouts; }) == before);
}

TEST_CASE("messages put a receive_timeout off") {
  // Certain only when no two messages were further apart than the timeout.
  for (auto step = 10ms;; step *= 2) {
    Scene scene;
    bool certain = true;
    auto before = Clock::now();
    scene.with([step](Timed& actor) { actor.receive_timeout(10 * step); });
    for (int i = 0; i < 15; ++i) {
      scene.await_arrivals(1, [step](Timed& actor) { (void)actor.send_after<Number>(step, 1); });
      const auto now = Clock::now();
      certain = certain && now - before < 5 * step;
      before = now;
    }
    const int timeouts = scene.with([](Timed& actor) { return actor.timeouts; });
    certain = certain && Clock::now() - before < 5 * step;
    if (!certain) continue;
    CHECK(timeouts == 0);
    break;
  }
}

TEST_CASE("a handler that takes long is not idle time") {
  Scene scene;
  scene.with([](Timed& actor) { actor.receive_timeout(100ms); });
  std::promise<int> seen;
  auto* actor = static_cast<Timed*>(cell_of(scene.timed)->object());
  scene.timed.cast<Run>([&]() -> troupe::Task<> {
    actor->timeouts = 0;
    co_await troupe::sleep_for(400ms);
    // Behind whatever came while the handler waited.
    scene.timed.cast<Do>([&] { seen.set_value(actor->timeouts); });
  });
  CHECK(seen.get_future().get() == 0);
}
