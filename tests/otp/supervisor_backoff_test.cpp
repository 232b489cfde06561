#include <doctest/doctest.h>

#include <map>

#include "otp/supervised_child.hpp"
#include "otp/support.hpp"

using namespace otp_support;
using troupe::Backoff;
using troupe::one_for_all;
using troupe::one_for_one;
using troupe::rest_for_one;
using troupe::detail::Intensity;
using troupe::detail::Nanoseconds;
using troupe::detail::Pause;

namespace {

constexpr std::uint64_t kMiddle = 1ull << 63;  // no jitter
constexpr std::uint64_t kLeast = 0;
constexpr std::uint64_t kMost = UINT64_MAX;

constexpr Backoff kBackoff{
    .minimum = 100ns, .maximum = 1000ns, .factor = 3, .jitter = 0.1, .reset_after = 5000ns};

}  // namespace

TEST_CASE("the first pause is the minimum, and each further one is longer, up to the maximum") {
  Pause pause;
  std::vector<Nanoseconds> pauses;
  for (Nanoseconds now = 10'000; pauses.size() < 5; now += 10) {
    pause.started(now);
    pauses.push_back(pause.next(kBackoff, now + 1, kMiddle));
  }
  CHECK(pauses == std::vector<Nanoseconds>{100, 300, 900, 1000, 1000});
}

TEST_CASE("pauses begin again with the minimum when the child has run for long enough") {
  Pause pause;
  pause.started(10'000);
  CHECK(pause.next(kBackoff, 10'001, kMiddle) == 100);
  pause.started(20'000);
  CHECK(pause.next(kBackoff, 24'999, kMiddle) == 300);
  pause.started(30'000);
  CHECK(pause.next(kBackoff, 35'000, kMiddle) == 100);
}

TEST_CASE("a start that failed is no time that the child has run") {
  Pause pause;
  pause.started(10'000);
  CHECK(pause.next(kBackoff, 10'001, kMiddle) == 100);
  CHECK(pause.next(kBackoff, 90'000, kMiddle) == 300);
}

TEST_CASE("the jitter spreads a pause in either direction") {
  CHECK(Pause().next(kBackoff, 0, kLeast) == 90);
  CHECK(Pause().next(kBackoff, 0, kMost) == doctest::Approx(110).epsilon(0.01));
  for (std::uint64_t random = 1; random != 0; random <<= 1) {
    const Nanoseconds pause = Pause().next(kBackoff, 0, random);
    CHECK(pause >= 90);
    CHECK(pause <= 110);
  }
}

TEST_CASE("a back-off of zero is none, and one without end does not overflow") {
  CHECK(Pause().next({}, 10'000, kMost) == 0);
  const Backoff endless{.minimum = troupe::forever, .maximum = troupe::forever};
  CHECK(Pause().next(endless, 10'000, kMost) > Nanoseconds(1) << 60);
}

TEST_CASE("an intensity allows so many restarts within the period") {
  Intensity intensity(2, 100);
  CHECK(intensity.allows(1000));
  CHECK(intensity.allows(1050));
  CHECK_FALSE(intensity.allows(1100));
  CHECK_FALSE(Intensity(0, 100).allows(0));
}

TEST_CASE("an intensity forgets restarts that are older than the period") {
  Intensity intensity(2, 100);
  CHECK(intensity.allows(1000));
  CHECK(intensity.allows(1090));
  CHECK(intensity.allows(1101));
  CHECK(intensity.allows(1191));
  CHECK_FALSE(intensity.allows(1192));
}

TEST_CASE("a child's restart is put off, and then it runs again") {
  Stage stage;
  constexpr Backoff kShort{.minimum = 5ms, .maximum = 5ms};
  auto top =
      stage.spawn(one_for_one().intensity(UINT32_MAX, 1h).child(stage.spec("a").backoff(kShort)));
  auto a = stage.child(top, "a");
  bool seen = false;
  for (std::uint32_t restarts = 1; !seen; ++restarts) {
    const auto before = stage.world.system.now();
    a.cast<Fail>();
    do {
      seen = seen || stage.states(top) == "a restarting";
    } while (stage.info(top, "a")->restarts < restarts);
    CHECK(stage.world.system.now() - before >= 4ms);
    CHECK(count_of(a) == 0);
  }
  CHECK(stage.states(top) == "a running");
}

TEST_CASE("who waits for the start of a child that is not restarted after all is told so") {
  Stage stage;
  auto top = stage.spawn(one_for_one().child(stage.spec("a").backoff(1h, 1h)));
  const troupe::AnyRef a = stage.child(top, "a");
  stage.child(top, "a").cast<Fail>();
  stage.await_state(top, "a", ChildState::restarting);
  std::promise<std::expected<void, troupe::CallError>> told;
  const troupe::AnyRef asker = stage.world.system.spawn<Runner>();
  troupe::ref_as<Runner>(asker).value().cast<Run>([&told, a]() -> troupe::Task<> {
    told.set_value(co_await troupe::started(a).within(kForever));
  });
  while (inspect(asker).get()->state != troupe::ActorState::waiting) std::this_thread::yield();
  REQUIRE(top.call<troupe::TerminateChild>("a").get().value());
  const auto result = told.get_future().get();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == troupe::CallErrorCode::failed);
  CHECK(result.error().reason == "broken");
}

TEST_CASE("a group waits for the child whose restart is put off") {
  const std::map<std::string, troupe::SupervisorSpec> expected = {
      {"a running, b restarting, c restarting", rest_for_one()},
      {"a restarting, b restarting, c restarting", one_for_all()}};
  for (const auto& [states, strategy] : expected) {
    Stage stage;
    auto spec = strategy;
    auto top = stage.spawn(std::move(spec)
                               .child(stage.spec("a"))
                               .child(stage.spec("b").backoff(1h, 1h))
                               .child(stage.spec("c")));
    stage.child(top, "b").cast<Fail>();
    stage.await_state(top, "b", ChildState::restarting);
    CHECK(stage.states(top) == states);
    // When it is not waited for any more, the others go on.
    REQUIRE(top.call<troupe::TerminateChild>("b").get().value());
    stage.await_state(top, "c", ChildState::running);
    CHECK(stage.states(top) == "a running, b stopped, c running");
    stop(top);
  }
}

TEST_CASE("a child whose restart is put off does not keep others from being restarted") {
  Stage stage;
  auto top = stage.spawn(
      one_for_one().intensity(2, 1h).child(stage.spec("a").backoff(1h, 1h)).child(stage.spec("b")));
  auto b = stage.child(top, "b");
  stage.child(top, "a").cast<Fail>();
  b.cast<Fail>();
  CHECK(count_of(b) == 0);
  stage.await_state(top, "a", ChildState::restarting);
  CHECK(stage.states(top) == "a restarting, b running");
}

TEST_CASE("a child that cannot be restarted does not keep others from being restarted") {
  Stage stage;
  Plan plan;
  auto top = stage.spawn(
      one_for_one().intensity(UINT32_MAX, 1h).child<Moody>("a", &plan).child(stage.spec("b")));
  auto b = stage.child(top, "b");
  plan.failing = INT32_MAX;
  stage.child<Moody>(top, "a").cast<Fail>();
  stage.await_state(top, "a", ChildState::restarting);
  b.cast<Fail>();
  CHECK(count_of(b) == 0);
  CHECK(stage.states(top) == "a restarting, b running");
  plan.failing = 0;
  stage.await_state(top, "a", ChildState::running);
}
