#include <doctest/doctest.h>

#include <numeric>

#include "actor/timed.hpp"

using namespace timed;
using troupe::ExitKind;
using Clock = std::chrono::steady_clock;

TEST_CASE("send_after delivers a message and not too early") {
  Scene scene;
  const auto began = Clock::now();
  scene.await_arrivals(1, [](Timed& actor) { (void)actor.send_after<Number>(20ms, 5); });
  CHECK(Clock::now() - began >= 20ms);
  CHECK(scene.with([](Timed& actor) { return actor.numbers; }) == std::vector{5});
}

TEST_CASE("timers fire in the order of their times") {
  // The order is only certain when all were started in less time than lies between them.
  for (auto gap = 20ms;; gap *= 2) {
    Scene scene;
    bool certain = false;
    scene.await_arrivals(3, [&](Timed& actor) {
      const auto began = Clock::now();
      (void)actor.send_after<Number>(3 * gap, 3);
      (void)actor.send_after<Number>(1 * gap, 1);
      (void)actor.send_after<Number>(2 * gap, 2);
      certain = Clock::now() - began < gap;
    });
    if (!certain) continue;
    CHECK(scene.with([](Timed& actor) { return actor.numbers; }) == std::vector{1, 2, 3});
    break;
  }
}

TEST_CASE("timers of the same delay fire in the order they were started") {
  Scene scene;
  constexpr int kCount = 1000;
  scene.await_arrivals(kCount, [](Timed& actor) {
    for (int i = 0; i < kCount; ++i) (void)actor.send_after<Number>(1ms, i);
  });
  const auto numbers = scene.with([](Timed& actor) { return actor.numbers; });
  CHECK(numbers.size() == kCount);
  CHECK(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST_CASE("a delay of nothing or less is due at once") {
  Scene scene;
  scene.await_arrivals(3, [](Timed& actor) {
    (void)actor.send_after<Number>(0ns, 1);
    (void)actor.send_after<Number>(-1h, 2);
    (void)actor.send_after<Number>(std::chrono::nanoseconds::max(), 4);
    (void)actor.send_after<Number>(std::chrono::nanoseconds::min(), 3);
  });
  CHECK(scene.with([](Timed& actor) { return actor.numbers.size(); }) == 3);
}

TEST_CASE("cancel frees the message at once") {
  Scene scene;
  auto payload = std::make_shared<int>(1);
  const auto counts = scene.with([&](Timed& actor) {
    std::vector<long> seen;
    auto timer = actor.send_after<Held>(kForever, payload);
    seen.push_back(payload.use_count());
    seen.push_back(timer.cancel());
    seen.push_back(payload.use_count());
    seen.push_back(timer.cancel());
    return seen;
  });
  CHECK(counts == std::vector<long>{2, 1, 1, 0});
}

TEST_CASE("a timer that has fired cannot be cancelled") {
  Scene scene;
  troupe::TimerHandle timer;
  scene.await_arrivals(1, [&](Timed& actor) { timer = actor.send_after<Number>(1ms, 1); });
  CHECK_FALSE(timer.cancel());
  CHECK_FALSE(troupe::TimerHandle().cancel());
}

TEST_CASE("dropping a handle does not cancel") {
  Scene scene;
  auto payload = std::make_shared<int>(1);
  scene.await_arrivals(1, [&](Timed& actor) {
    {
      auto timer = actor.send_after<Held>(1ms, payload);
    }
  });
  CHECK(scene.with([&](Timed&) { return payload.use_count(); }) == 1);
}

TEST_CASE("send_every ticks until its handler cancels it") {
  Scene scene;
  auto payload = std::make_shared<int>(1);
  const auto began = Clock::now();
  scene.await_arrivals(5, [&](Timed& actor) {
    actor.wanted_ticks = 5;
    actor.ticker = actor.send_every<Tick>(2ms, payload);
  });
  CHECK(Clock::now() - began >= 10ms);
  // What was on its way when the handler cancelled may still come, but nothing after that.
  const auto ticks_later = [&] {
    scene.await_arrivals(1, [](Timed& actor) { (void)actor.send_after<Number>(20ms, 1); });
    return scene.with([](Timed& actor) { return actor.ticks; });
  };
  const int ticks = ticks_later();
  CHECK(ticks >= 5);
  CHECK(ticks_later() == ticks);
  CHECK(payload.use_count() == 1);
}

TEST_CASE("timers end with their actor and free their messages") {
  Scene scene;
  auto payload = std::make_shared<int>(1);
  scene.with([&](Timed& actor) {
    (void)actor.send_after<Held>(kForever, payload);
    (void)actor.send_every<Tick>(kForever, payload);
    (void)actor.stop_after(kForever);
    (void)actor.kill_after(kForever);
  });
  CHECK(payload.use_count() == 3);
  SUBCASE("when it stops") { CHECK(scene.timed.stop_and_wait().get()); }
  SUBCASE("when it is killed") { CHECK(scene.timed.kill_and_wait().get()); }
  SUBCASE("when it fails") {
    scene.timed.cast<Do>([] { throw std::runtime_error("broken"); });
    CHECK(scene.timed.wait().get());
  }
  CHECK(payload.use_count() == 1);
}

TEST_CASE("a handle may outlive its actor and its system") {
  troupe::TimerHandle once;
  troupe::TimerHandle often;
  {
    Scene scene;
    scene.with([&](Timed& actor) {
      once = actor.send_after<Number>(kForever, 1);
      often = actor.send_every<Number>(kForever, 1);
    });
    REQUIRE(scene.timed.stop_and_wait().get());
    CHECK_FALSE(once.cancel());
  }
  CHECK_FALSE(once.cancel());
  CHECK_FALSE(often.cancel());
}

TEST_CASE("stop_after and kill_after end the actor and not too early") {
  Scene scene;
  const auto began = Clock::now();
  ExitKind expected{};
  SUBCASE("stop_after") {
    scene.with([](Timed& actor) { (void)actor.stop_after(15ms); });
    expected = ExitKind::stopped;
  }
  SUBCASE("kill_after") {
    scene.with([](Timed& actor) { (void)actor.kill_after(15ms); });
    expected = ExitKind::killed;
  }
  SUBCASE("kill_after reaches a suspended handler") {
    scene.timed.cast<Run>([&scene]() -> troupe::Task<> {
      static_cast<Timed*>(cell_of(scene.timed)->object())->kill_after(15ms);
      co_await troupe::sleep_for(kForever);
    });
    expected = ExitKind::killed;
  }
  CHECK(scene.timed.wait().within(kForever).get()->kind == expected);
  CHECK(Clock::now() - began >= 15ms);
}

TEST_CASE("stop_after and kill_after can be cancelled") {
  for (auto delay = 20ms;; delay *= 2) {
    Scene scene;
    const bool cancelled = scene.with([delay](Timed& actor) {
      auto stop = actor.stop_after(delay);
      auto kill = actor.kill_after(delay);
      return stop.cancel() && kill.cancel();
    });
    if (!cancelled) continue;  // they were due already
    scene.await_arrivals(1, [delay](Timed& actor) { (void)actor.send_after<Number>(delay, 1); });
    CHECK(scene.timed.drain_and_wait().get()->kind == ExitKind::drained);
    break;
  }
}

TEST_CASE("a hundred thousand timers all fire and all can be cancelled") {
  constexpr int kCount = 100'000;
  Scene scene;
  auto payload = std::make_shared<int>(1);
  scene.await_arrivals(kCount, [](Timed& actor) {
    actor.numbers.reserve(kCount);
    for (int i = 0; i < kCount; ++i) {
      (void)actor.send_after<Number>(std::chrono::microseconds(i * 7919LL % 1000), i);
    }
  });
  auto numbers = scene.with([](Timed& actor) { return actor.numbers; });
  std::sort(numbers.begin(), numbers.end());
  std::vector<int> expected(kCount);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(numbers == expected);

  const int cancelled = scene.with([&](Timed& actor) {
    std::vector<troupe::TimerHandle> timers;
    for (int i = 0; i < kCount; ++i) {
      timers.push_back(
          actor.send_after<Held>(1h + std::chrono::nanoseconds(i * 7919LL % 1000), payload));
    }
    int count = 0;
    for (auto& timer : timers) count += timer.cancel();
    return count;
  });
  CHECK(cancelled == kCount);
  CHECK(payload.use_count() == 1);

  scene.with([&](Timed& actor) {
    for (int i = 0; i < kCount; ++i) (void)actor.send_after<Held>(kForever, payload);
  });
  CHECK(payload.use_count() == kCount + 1);
  REQUIRE(scene.timed.kill_and_wait().get());
  CHECK(payload.use_count() == 1);
}
