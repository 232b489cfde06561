#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "actor/support.hpp"

using namespace support;
using troupe::Delivery;
using troupe::DeliveryPolicy;
using troupe::keep_newest;
using troupe::keep_oldest;
using troupe::OutputPort;

namespace {

struct Value {
  int number;
  std::shared_ptr<Tracked> tracked = {};
};
struct Received {
  using Reply = std::string;
};
struct Until {
  using Reply = std::string;
  int number;
};

/// Notes "number" or "number after missed". Derived classes wait in the handler of the number 1.
template <class Self>
class Noting : public troupe::Actor<Self, Delivery<Value>, Received, Until> {
 public:
  explicit Noting(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}
  std::string handle(Received) const { return text_; }
  void handle(Until m, troupe::ReplyPort<std::string> port) {
    until_ = m.number;
    port_ = std::move(port);
    if (last_ == until_) port_.send(text_);
  }

 protected:
  void note(const Delivery<Value>& m) {
    if (!text_.empty()) text_ += ", ";
    text_ += std::to_string(m.value.number);
    if (m.missed != 0) text_ += " after " + std::to_string(m.missed);
    last_ = m.value.number;
    if (port_ && last_ == until_) port_.send(text_);
  }

  troupe::ActorRef<Ask> gate_;

 private:
  std::string text_;
  int last_ = 0;
  int until_ = 0;
  troupe::ReplyPort<std::string> port_;
};

class Coroutine : public Noting<Coroutine> {
 public:
  using Noting::handle;
  using Noting::Noting;
  troupe::Task<> handle(Delivery<Value> m) {
    note(m);
    if (m.value.number == 1) (void)co_await gate_.call<Ask>().within(kForever);
  }
};

struct Gated {
  World world;
  Gate gate{world.system};
  Coroutine::Reference listener = world.system.spawn<Coroutine>(gate);
  OutputPort<Value> port;
  troupe::Subscription subscription;

  /// Subscribes the listener, whose handler of the number 1 then waits.
  explicit Gated(DeliveryPolicy policy) : subscription(port.subscribe(listener, policy)) {
    CHECK(port.publish(1) == 1);
    gate.wait_asked();
  }
  void publish(int from, int to) {
    for (int i = from; i <= to; ++i) port.publish(i);
  }
  std::string until(int number) const {
    return listener.call<Until>(number).within(kForever).get().value();
  }
  std::string received() const { return listener.call<Received>().within(kForever).get().value(); }
};

}  // namespace

TEST_CASE("keep_newest(1) gives a late subscriber the latest value only") {
  Gated test(keep_newest(1));
  CHECK(test.port.publish(2) == 1);
  CHECK(test.subscription.dropped() == 0);
  test.publish(3, 100);
  CHECK(test.subscription.dropped() == 98);
  test.gate.answer(0);
  CHECK(test.until(100) == "1, 100 after 98");
  test.port.publish(101);
  CHECK(test.until(101) == "1, 100 after 98, 101");
  CHECK(test.subscription.dropped() == 98);
}

TEST_CASE("keep_newest drops the oldest of those that wait") {
  Gated test(keep_newest(3));
  test.publish(2, 9);
  CHECK(test.subscription.dropped() == 5);
  test.gate.answer(0);
  CHECK(test.until(9) == "1, 7 after 5, 8, 9");
}

TEST_CASE("keep_oldest drops what is new") {
  Gated test(keep_oldest(2));
  CHECK(test.port.publish(2) == 1);
  CHECK(test.port.publish(3) == 1);
  for (int i = 4; i <= 8; ++i) CHECK(test.port.publish(i) == 0);
  CHECK(test.subscription.dropped() == 5);
  test.gate.answer(0);
  CHECK(test.until(3) == "1, 2, 3");
  // The last delivery's credit is back when the listener has answered, which was after it.
  CHECK(test.received() == "1, 2, 3");
  CHECK(test.port.publish(9) == 1);
  CHECK(test.until(9) == "1, 2, 3, 9 after 5");
  CHECK(test.subscription.dropped() == 5);
}

TEST_CASE("several deliveries may be in flight") {
  Gated test(keep_newest(1).in_flight(3));
  test.publish(2, 9);  // 2 and 3 are in the mailbox, 9 waits
  CHECK(test.subscription.dropped() == 5);
  test.gate.answer(0);
  CHECK(test.until(9) == "1, 2, 3, 9 after 5");
}

TEST_CASE("a policy keeps at least one value, and one in flight") {
  CHECK_THROWS_AS(keep_newest(0), std::invalid_argument);
  CHECK_THROWS_AS(keep_oldest(0), std::invalid_argument);
  CHECK_THROWS_AS((void)keep_newest(1).in_flight(0), std::invalid_argument);
}

TEST_CASE("a policy applies to what a map lets through") {
  World world;
  Gate gate(world.system);
  auto listener = world.system.spawn<Coroutine>(gate);
  OutputPort<int> port;
  auto subscription =
      port.subscribe(listener, keep_newest(1), [](int number) -> std::optional<Value> {
        if (number % 2 == 0) return {};
        return Value{number};
      });
  CHECK(port.publish(1) == 1);
  gate.wait_asked();
  for (int i = 2; i <= 9; ++i) CHECK(port.publish(i) == static_cast<std::size_t>(i % 2));
  CHECK(subscription.dropped() == 3);
  gate.answer(0);
  CHECK(listener.call<Until>(9).within(kForever).get().value() == "1, 9 after 3");
}

TEST_CASE("a subscriber with a policy holds up or spares no other") {
  Gated test(keep_newest(1));
  Gate other_gate(test.world.system);
  auto other = test.world.system.spawn<Coroutine>(other_gate);
  test.port.subscribe(other, keep_oldest(1000));
  for (int i = 2; i <= 5; ++i) CHECK(test.port.publish(i) == 2);
  CHECK(other.call<Until>(5).within(kForever).get().value() == "2, 3, 4, 5");
  test.gate.answer(0);
  CHECK(test.until(5) == "1, 5 after 3");
}

// -- when the credit returns ---

namespace {

struct Entered {
  std::latch entered{1};
  std::latch leave{1};
};

/// Blocks in its handler at the number 1; the three ways in which a plain handler takes a message.
template <int kWay>
class Plain : public Noting<Plain<kWay>> {
 public:
  using Noting<Plain>::handle;
  explicit Plain(Entered& at_one) : Noting<Plain>({}), at_one_(&at_one) {}
  void handle(Delivery<Value> m)
    requires(kWay == 0)
  {
    take(m);
  }
  void handle(const Delivery<Value>& m)
    requires(kWay == 1)
  {
    take(m);
  }
  void handle(Delivery<Value>&& m)
    requires(kWay == 2)
  {
    take(m);
  }

 private:
  void take(const Delivery<Value>& m) {
    this->note(m);
    if (m.value.number != 1) return;
    at_one_->entered.count_down();
    at_one_->leave.wait();
  }
  Entered* at_one_;
};

}  // namespace

TEST_CASE("the credit of a plain handler returns at its end") {
  auto check = []<class P>(std::type_identity<P>) {
    Entered at_one;
    World world;
    auto listener = world.system.spawn<P>(at_one);
    OutputPort<Value> port;
    auto subscription = port.subscribe(listener, keep_newest(1));
    port.publish(1);
    at_one.entered.wait();
    for (int i = 2; i <= 5; ++i) CHECK(port.publish(i) == 1);
    CHECK(subscription.dropped() == 3);
    at_one.leave.count_down();
    CHECK(listener.template call<Until>(5).within(kForever).get().value() == "1, 5 after 3");
  };
  SUBCASE("by value") { check(std::type_identity<Plain<0>>()); }
  SUBCASE("by constant reference") { check(std::type_identity<Plain<1>>()); }
  SUBCASE("by rvalue reference") { check(std::type_identity<Plain<2>>()); }
}

TEST_CASE("the credit of a coroutine returns at its end") {
  Gated test(keep_newest(1));  // suspended in the handler
  CHECK(test.port.publish(2) == 1);
  CHECK(test.port.publish(3) == 1);
  CHECK(test.subscription.dropped() == 1);
  test.gate.answer(0);
  CHECK(test.until(3) == "1, 3 after 1");
}

namespace {

struct LetGo {
  using Reply = void;
};

/// Keeps the delivery beyond its handler.
class Keeping : public troupe::Actor<Keeping, Delivery<Value>, LetGo, Received> {
 public:
  void handle(Delivery<Value> m) {
    text_ += std::to_string(m.value.number) + " ";
    kept_ = std::move(m);
  }
  void handle(LetGo) { kept_.reset(); }
  std::string handle(Received) const { return text_; }

 private:
  std::string text_;
  std::optional<Delivery<Value>> kept_;
};

std::string received(const Keeping::Reference& actor) {
  return actor.call<Received>().within(kForever).get().value();
}

}  // namespace

TEST_CASE("a handler that keeps a delivery puts off the next one") {
  World world;
  auto keeping = world.system.spawn<Keeping>();
  OutputPort<Value> port;
  port.subscribe(keeping, keep_newest(1));
  port.publish(1);
  port.publish(2);
  port.publish(3);
  CHECK(received(keeping) == "1 ");
  REQUIRE(keeping.call<LetGo>().within(kForever).get());
  CHECK(received(keeping) == "1 3 ");

  SUBCASE("and may end with it") {
    port.publish(4);
    REQUIRE(keeping.stop_and_wait().get());
    CHECK(port.publish(5) == 0);
    CHECK(port.subscribers() == 0);
  }
}

TEST_CASE("a subscriber that ended is noticed while a delivery lives on elsewhere") {
  struct Box {
    std::mutex mutex;
    std::optional<Delivery<Value>> delivery;
  };
  class Giving : public troupe::Actor<Giving, Delivery<Value>> {
   public:
    explicit Giving(Box& box) : box_(&box) {}
    void handle(Delivery<Value> m) {
      std::lock_guard lock(box_->mutex);
      box_->delivery = std::move(m);
    }

   private:
    Box* box_;
  };
  std::atomic<int> living = 0;
  Box box;
  World world;
  auto giving = world.system.spawn<Giving>(box);
  OutputPort<Value> port;
  port.subscribe(giving, keep_newest(2));
  port.publish(1, std::make_shared<Tracked>(living));
  REQUIRE(giving.drain_and_wait().get());
  CHECK(living == 1);
  CHECK(port.publish(2, std::make_shared<Tracked>(living)) == 0);
  CHECK(port.subscribers() == 0);
  box.delivery.reset();
  CHECK(living == 0);
}

// -- ends ---

TEST_CASE("a subscriber that ends leaves no delivery behind") {
  std::atomic<int> living = 0;
  {
    World world;
    Gate gate(world.system);
    auto listener = world.system.spawn<Coroutine>(gate);
    OutputPort<Value> port;
    auto subscription = port.subscribe(listener, keep_oldest(100).in_flight(10));
    auto publish = [&](int number) {
      return port.publish(number, std::make_shared<Tracked>(living));
    };
    publish(1);
    gate.wait_asked();
    for (int i = 2; i <= 100; ++i) CHECK(publish(i) == 1);
    CHECK(living == 100);

    SUBCASE("killed in its handler") { REQUIRE(listener.kill_and_wait().get()); }
    SUBCASE("stopped behind its handler") {
      listener.stop();
      gate.answer(0);
      REQUIRE(listener.wait().get());
    }
    CHECK(living == 0);
    // The nine in the mailbox; of the rest one at most was tried, or two with the handler's.
    CHECK(world.system.stats().dead_letters >= 9);
    CHECK(world.system.stats().dead_letters <= 11);
    CHECK(publish(101) == 0);
    CHECK(port.subscribers() == 0);
    CHECK(!subscription.cancel());
    CHECK(living == 0);
  }
  CHECK(living == 0);
}

TEST_CASE("what waits when the port is destroyed is still sent") {
  Gated test(keep_newest(2));
  test.publish(2, 9);
  test.port = {};
  test.gate.answer(0);
  CHECK(test.until(9) == "1, 8 after 6, 9");
  CHECK(!test.subscription.cancel());
  CHECK(test.subscription.dropped() == 6);
}

TEST_CASE("what waits when the subscription is cancelled is not sent") {
  Gated test(keep_newest(2));
  std::atomic<int> living = 0;
  test.port.publish(2, std::make_shared<Tracked>(living));
  test.port.publish(3, std::make_shared<Tracked>(living));
  CHECK(living == 2);
  SUBCASE("with the port") { CHECK(test.subscription.cancel()); }
  SUBCASE("after the port") {
    test.port = {};
    CHECK(!test.subscription.cancel());
  }
  CHECK(living == 0);
  CHECK(test.subscription.dropped() == 0);
  CHECK(test.port.publish(4) == 0);
  test.gate.answer(0);
  CHECK(test.received() == "1");
  CHECK(test.received() == "1");
}

TEST_CASE("a port and its subscriptions may outlive the system") {
  std::atomic<int> living = 0;
  OutputPort<Value> port;
  troupe::Subscription subscription;
  {
    World world;
    auto keeping = world.system.spawn<Keeping>();
    subscription = port.subscribe(keeping, keep_newest(2));
    for (int i = 1; i <= 3; ++i) port.publish(i, std::make_shared<Tracked>(living));
    CHECK(received(keeping) == "1 ");
  }
  CHECK(living == 0);
  CHECK(port.subscribers() == 0);
  CHECK(port.publish(4) == 0);
  CHECK(!subscription.cancel());
}

// -- at once ---

namespace {

struct Totals {
  std::uint64_t received = 0;
  std::uint64_t missed = 0;
  int last = 0;
  bool ordered = true;
};
struct Sum {
  using Reply = Totals;
};

class Counting : public troupe::Actor<Counting, Delivery<Value>, Sum> {
 public:
  explicit Counting(int final) : final_(final) {}
  void handle(Delivery<Value> m) {
    totals_.ordered &= m.value.number > totals_.last;
    // Numbers are published one after the other: what is left out was missed just before.
    totals_.ordered &= m.missed == static_cast<std::uint64_t>(m.value.number - totals_.last - 1);
    totals_.last = m.value.number;
    ++totals_.received;
    totals_.missed += m.missed;
    if (totals_.last == final_ && port_) port_.send(totals_);
  }
  void handle(Sum, troupe::ReplyPort<Totals> port) {
    if (totals_.last == final_) return port.send(totals_);
    port_ = std::move(port);
  }

 private:
  int final_;
  Totals totals_;
  troupe::ReplyPort<Totals> port_;
};

}  // namespace

TEST_CASE("each value is handled or counted as missed while both sides run") {
  constexpr int kCount = 50'000;
  World world(3);
  OutputPort<Value> port;
  std::vector<Counting::Reference> actors;
  std::vector<troupe::Subscription> subscriptions;
  for (const std::size_t waiting : {1, 8}) {
    for (const std::size_t in_flight : {1, 2, 16}) {
      actors.push_back(world.system.spawn<Counting>(kCount));
      subscriptions.push_back(
          port.subscribe(actors.back(), keep_newest(waiting).in_flight(in_flight)));
    }
  }
  for (int i = 1; i <= kCount; ++i) REQUIRE(port.publish(i) == actors.size());
  for (std::size_t i = 0; i < actors.size(); ++i) {
    const Totals totals = actors[i].call<Sum>().within(kForever).get().value();
    CHECK(totals.ordered);
    CHECK(totals.received + totals.missed == kCount);
    CHECK(subscriptions[i].dropped() == totals.missed);
  }
}

TEST_CASE("ends and cancels that race with deliveries leave nothing behind") {
  for (int round = 0; round < 30; ++round) {
    std::atomic<int> living = 0;
    {
      World world;
      OutputPort<Value> port;
      auto one = world.system.spawn<Counting>(0);
      auto two = world.system.spawn<Counting>(0);
      port.subscribe(one, keep_oldest(4).in_flight(2));
      auto subscription = port.subscribe(two, keep_newest(4).in_flight(2));
      std::latch start(3);
      auto ender = in_thread([&] {
        start.arrive_and_wait();
        if (round % 2) {
          one.kill();
        } else {
          one.stop();
        }
      });
      auto canceller = in_thread([&] {
        start.arrive_and_wait();
        CHECK(subscription.cancel());
      });
      start.arrive_and_wait();
      int number = 0;
      while (port.subscribers() > 0) port.publish(++number, std::make_shared<Tracked>(living));
      CHECK(port.publish(++number, std::make_shared<Tracked>(living)) == 0);
      ender.get();
      canceller.get();
    }
    CHECK(living == 0);
  }
}
