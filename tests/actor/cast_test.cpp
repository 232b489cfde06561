#include <doctest/doctest.h>

#include <array>
#include <optional>

#include "actor/support.hpp"

using namespace support;

namespace {

struct Number {
  int sender;
  int value;
};
struct Last {
  using Reply = std::array<int, 3>;
};
struct Errors {
  using Reply = int;
};

/// Expects 1, 2, 3... from each sender.
class Follower : public troupe::Actor<Follower, Number, Last, Errors> {
 public:
  void handle(Number m) {
    if (m.value != last_[static_cast<std::size_t>(m.sender)] + 1) ++errors_;
    last_[static_cast<std::size_t>(m.sender)] = m.value;
  }
  std::array<int, 3> handle(Last) const { return last_; }
  int handle(Errors) const { return errors_; }

 private:
  std::array<int, 3> last_{};
  int errors_ = 0;
};

struct Go {
  int count;
};
class Sender : public troupe::Actor<Sender, Go> {
 public:
  Sender(int index, troupe::ActorRef<Number> to) : index_(index), to_(std::move(to)) {}
  void handle(Go m) {
    for (int i = 1; i <= m.count; ++i) to_.cast<Number>(index_, i);
  }

 private:
  int index_;
  troupe::ActorRef<Number> to_;
};

struct Text {
  std::string text;
};
struct Owned {
  std::unique_ptr<int> number;
};
struct Empty {};
struct Sum {
  using Reply = std::string;
};
class Collector : public troupe::Actor<Collector, Text, Owned, Empty, Sum> {
 public:
  void handle(const Text& m) { text_ += m.text; }
  void handle(Owned m) { text_ += std::to_string(*m.number); }
  void handle(Empty) { text_ += '.'; }
  std::string handle(Sum) { return text_; }

 private:
  std::string text_;
};

struct Load {
  Tracked payload;
};
struct Later {
  Tracked payload;
};
struct CancelLater {};
struct Wait {};
struct Throw {
  Tracked payload;
};
class Holder : public troupe::Actor<Holder, Load, Later, CancelLater, Wait, Throw> {
 public:
  explicit Holder(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}
  void handle(Load) {}
  void handle(Later m) { timers_.push_back(send_after<Load>(kForever, std::move(m.payload))); }
  void handle(CancelLater) {
    for (auto& timer : timers_) timer.cancel();
  }
  troupe::Task<> handle(Wait) { (void)co_await gate_.call<Ask>().within(kForever); }
  void handle(Throw) { throw std::runtime_error("broken"); }

 private:
  troupe::ActorRef<Ask> gate_;
  std::vector<troupe::TimerHandle> timers_;
};

}  // namespace

TEST_CASE("messages of one sender arrive in the order sent") {
  World world;
  auto follower = world.system.spawn<Follower>();
  for (int i = 1; i <= 100'000; ++i)
    REQUIRE(follower.cast<Number>(0, i) == troupe::CastResult::delivered);
  CHECK((*follower.call<Last>().within(kForever).get())[0] == 100'000);
  CHECK(*follower.call<Errors>().within(kForever).get() == 0);
}

TEST_CASE("two actors and a thread that send at once each keep their order") {
  constexpr int kCount = 100'000;
  World world(3);
  auto follower = world.system.spawn<Follower>();
  auto one = world.system.spawn<Sender>(0, follower);
  auto two = world.system.spawn<Sender>(1, follower);
  one.cast<Go>(kCount);
  two.cast<Go>(kCount);
  for (int i = 1; i <= kCount; ++i) follower.cast<Number>(2, i);
  CHECK(one.drain_and_wait().get());
  CHECK(two.drain_and_wait().get());
  const auto last = follower.call<Last>().within(kForever).get();
  CHECK(*last == std::array{kCount, kCount, kCount});
  CHECK(*follower.call<Errors>().within(kForever).get() == 0);
}

TEST_CASE("a cast takes a finished message or the parts of one") {
  World world;
  auto collector = world.system.spawn<Collector>();
  collector.cast<Text>("a");
  collector.cast(Text{"b"});
  const Text text{"c"};
  collector.cast(text);
  collector.cast<Text>(text);
  collector.cast<Empty>();
  collector.cast(Empty{});
  CHECK(*collector.call<Sum>().get() == "abcc..");
  CHECK(text.text == "c");
}

TEST_CASE("a message may hold what can only be moved") {
  World world;
  auto collector = world.system.spawn<Collector>();
  collector.cast<Owned>(std::make_unique<int>(1));
  Owned owned{std::make_unique<int>(2)};
  collector.cast(std::move(owned));
  CHECK(*collector.call<Sum>().get() == "12");
  CHECK(owned.number == nullptr);
}

TEST_CASE("a cast to an ended actor is closed and a dead letter") {
  World world;
  auto collector = world.system.spawn<Collector>();
  REQUIRE(collector.stop_and_wait().get());
  CHECK(collector.cast<Empty>() == troupe::CastResult::closed);
  CHECK(collector.cast<Text>("late") == troupe::CastResult::closed);
  CHECK(world.system.stats().dead_letters == 2);
}

TEST_CASE("what is left in a queue at the end is counted as dead letters") {
  World world;
  Gate gate(world.system);
  std::atomic<int> living = 0;
  auto holder = world.system.spawn<Holder>(gate);
  holder.cast<Wait>();
  gate.wait_asked();
  for (int i = 0; i < 10; ++i) holder.cast<Load>(Tracked(living));
  CHECK(living == 10);
  REQUIRE(holder.kill_and_wait().get());
  CHECK(world.system.stats().dead_letters == 10);
  CHECK(living == 0);
}

TEST_CASE("a message's destructor runs once wherever the message ends") {
  World world;
  Gate gate(world.system);
  std::atomic<int> living = 0;
  auto holder = world.system.spawn<Holder>(gate);

  SUBCASE("handled") {
    for (int i = 0; i < 300; ++i) holder.cast<Load>(Tracked(living));
    CHECK(holder.drain_and_wait().get());
  }
  SUBCASE("behind a stop") {
    holder.cast<Wait>();
    gate.wait_asked();
    for (int i = 0; i < 300; ++i) holder.cast<Load>(Tracked(living));
    holder.stop();
    gate.answer(0);
    CHECK(holder.wait().get());
  }
  SUBCASE("behind a drain") {
    holder.cast<Wait>();
    gate.wait_asked();
    for (int i = 0; i < 300; ++i) holder.cast<Load>(Tracked(living));
    holder.drain();
    for (int i = 0; i < 300; ++i) holder.cast<Load>(Tracked(living));
    gate.answer(0);
    CHECK(holder.wait().get());
    CHECK(world.system.stats().dead_letters == 300);
  }
  SUBCASE("sent to an ended actor") {
    CHECK(holder.stop_and_wait().get());
    for (int i = 0; i < 300; ++i) holder.cast<Load>(Tracked(living));
  }
  SUBCASE("in the handler that throws") {
    holder.cast<Throw>(Tracked(living));
    CHECK(holder.wait().get());
  }
  SUBCASE("held by a timer that is cancelled") {
    for (int i = 0; i < 300; ++i) holder.cast<Later>(Tracked(living));
    holder.cast<CancelLater>();
    CHECK(holder.drain_and_wait().get());
  }
  SUBCASE("held by a timer when its actor ends") {
    for (int i = 0; i < 300; ++i) holder.cast<Later>(Tracked(living));
    CHECK(holder.drain_and_wait().get());
  }
  SUBCASE("left behind by the system's end") {
    std::optional<troupe::System> other(std::in_place, [&] {
      auto options = World::options_for(2);
      options.log = &world.log;
      return options;
    }());
    auto left = other->spawn<Holder>(gate);
    left.cast<Later>(Tracked(living));
    for (int i = 0; i < 300; ++i) left.cast<Load>(Tracked(living));
    other.reset();
    CHECK(left.cast<Load>(Tracked(living)) == troupe::CastResult::closed);
  }
  CHECK(living == 0);
}

TEST_CASE("messages that race with the end are either handled or dead letters") {
  for (int round = 0; round < 20; ++round) {
    World world;
    std::atomic<int> living = 0;
    Gate gate(world.system);
    auto holder = world.system.spawn<Holder>(gate);
    std::latch start(3);
    std::atomic<std::uint64_t> closed = 0;
    auto send = [&] {
      start.arrive_and_wait();
      for (int i = 0; i < 2'000; ++i) {
        if (holder.cast<Load>(Tracked(living)) == troupe::CastResult::closed) ++closed;
      }
    };
    auto one = in_thread(send);
    auto two = in_thread(send);
    start.arrive_and_wait();
    REQUIRE(holder.stop_and_wait().get());
    one.get();
    two.get();
    CHECK(living == 0);
    CHECK(world.system.stats().dead_letters >= closed);
  }
}
