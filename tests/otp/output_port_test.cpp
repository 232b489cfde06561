#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "actor/support.hpp"

using namespace support;
using troupe::Delivery;
using troupe::keep_newest;
using troupe::keep_oldest;
using troupe::OutputPort;
using troupe::PortSubscriber;
using troupe::Subscription;

namespace {

struct Price {
  int cents;
};
struct Text {
  std::string text;
};
struct Hold {};
struct Received {
  using Reply = std::vector<int>;
};
struct AwaitReceived {
  using Reply = std::vector<int>;
  std::size_t count;
};

/// Notes what it is sent. After a Hold it waits for the gate.
class Listener : public troupe::Actor<Listener, Price, Text, Hold, Received, AwaitReceived> {
 public:
  explicit Listener(troupe::ActorRef<Ask> gate = {}) : gate_(std::move(gate)) {}
  void handle(Price m) {
    received_.push_back(m.cents);
    if (awaiting_ && received_.size() >= awaited_) awaiting_.send(received_);
  }
  void handle(Text m) { received_.push_back(std::stoi(m.text)); }
  troupe::Task<> handle(Hold) { (void)co_await gate_.call<Ask>().within(kForever); }
  std::vector<int> handle(Received) const { return received_; }
  void handle(AwaitReceived m, troupe::ReplyPort<std::vector<int>> port) {
    awaited_ = m.count;
    awaiting_ = std::move(port);
    if (received_.size() >= awaited_) awaiting_.send(received_);
  }

 private:
  troupe::ActorRef<Ask> gate_;
  std::vector<int> received_;
  std::size_t awaited_ = 0;
  troupe::ReplyPort<std::vector<int>> awaiting_;
};

std::vector<int> received(const Listener::Reference& listener) {
  return listener.call<Received>().within(kForever).get().value();
}

std::vector<int> numbers(int from, int to) {
  std::vector<int> all(static_cast<std::size_t>(to - from + 1));
  std::iota(all.begin(), all.end(), from);
  return all;
}

}  // namespace

TEST_CASE("a port sends each value to every subscriber, in order") {
  World world;
  auto one = world.system.spawn<Listener>();
  auto two = world.system.spawn<Listener>();
  OutputPort<Price> port;
  CHECK(port.publish(Price{0}) == 0);
  port.subscribe(one);
  CHECK(port.publish(Price{1}) == 1);
  port.subscribe(two);
  CHECK(port.subscribers() == 2);
  for (int i = 2; i <= 1000; ++i) CHECK(port.publish(Price{i}) == 2);
  CHECK(received(one) == numbers(1, 1000));
  CHECK(received(two) == numbers(2, 1000));
}

TEST_CASE("publish takes a value or what one is built from") {
  World world;
  auto listener = world.system.spawn<Listener>();
  OutputPort<Price> port;
  port.subscribe(listener);
  Price price{1};
  const Price constant{2};
  port.publish(price);
  port.publish(constant);
  port.publish(Price{3});
  port.publish(4);
  port.publish({5});
  CHECK(received(listener) == numbers(1, 5));
}

TEST_CASE("a slow subscriber neither loses anything nor holds up another one") {
  constexpr int kCount = 100'000;
  World world;
  Gate gate(world.system);
  auto slow = world.system.spawn<Listener>(gate);
  auto fast = world.system.spawn<Listener>();
  OutputPort<Price> port;
  port.subscribe(slow);
  port.subscribe(fast);
  slow.cast<Hold>();
  gate.wait_asked();
  for (int i = 1; i <= kCount; ++i) REQUIRE(port.publish(i) == 2);
  CHECK(received(fast) == numbers(1, kCount));
  gate.answer(0);
  CHECK(received(slow) == numbers(1, kCount));
}

TEST_CASE("a subscriber may ask for another message than the port's type") {
  World world;
  auto listener = world.system.spawn<Listener>();
  OutputPort<Price> port;
  port.subscribe(listener, [](const Price& price) { return Text{std::to_string(-price.cents)}; });
  CHECK(port.publish(7) == 1);
  CHECK(received(listener) == std::vector{-7});
}

TEST_CASE("a map that gives an optional passes values over") {
  World world;
  auto listener = world.system.spawn<Listener>();
  OutputPort<Price> port;
  port.subscribe(listener, [](const Price& price) -> std::optional<Text> {
    if (price.cents % 2) return {};
    return Text{std::to_string(price.cents / 2)};
  });
  CHECK(port.publish(1) == 0);
  CHECK(port.publish(2) == 1);
  CHECK(port.publish(3) == 0);
  CHECK(port.publish(4) == 1);
  CHECK(received(listener) == numbers(1, 2));
}

TEST_CASE("a map that gives a bool is a filter") {
  World world;
  auto listener = world.system.spawn<Listener>();
  OutputPort<Price> port;
  port.subscribe(listener, [](const Price& price) { return price.cents > 2; });
  for (int i = 1; i <= 4; ++i) CHECK(port.publish(i) == (i > 2 ? 1 : 0));
  CHECK(received(listener) == numbers(3, 4));
}

TEST_CASE("a map may keep state and hold what can only be moved") {
  World world;
  auto listener = world.system.spawn<Listener>();
  OutputPort<Price> port;
  port.subscribe(listener, [sum = std::make_unique<int>(0)](const Price& price) mutable {
    *sum += price.cents;
    return Price{*sum};
  });
  for (int i = 1; i <= 3; ++i) port.publish(i);
  CHECK(received(listener) == std::vector{1, 3, 6});
}

TEST_CASE("what a map throws comes out of publish and the port goes on") {
  World world;
  auto one = world.system.spawn<Listener>();
  auto two = world.system.spawn<Listener>();
  OutputPort<Price> port;
  port.subscribe(one);
  port.subscribe(two, [](const Price& price) {
    if (price.cents == 2) throw std::runtime_error("two");
    return price;
  });
  CHECK(port.publish(1) == 2);
  CHECK_THROWS_AS(port.publish(2), std::runtime_error);
  CHECK(port.publish(3) == 2);
  CHECK(received(one) == numbers(1, 3));
  CHECK(received(two) == std::vector{1, 3});
}

TEST_CASE("an actor that subscribes twice is sent everything twice") {
  World world;
  auto listener = world.system.spawn<Listener>();
  OutputPort<Price> port;
  port.subscribe(listener);
  auto second = port.subscribe(listener);
  CHECK(port.publish(1) == 2);
  CHECK(second.cancel());
  CHECK(port.publish(2) == 1);
  CHECK(received(listener) == std::vector{1, 1, 2});
}

TEST_CASE("a port may publish what is no struct, also a bool") {
  class Switch : public troupe::Actor<Switch, bool, Received> {
   public:
    void handle(bool m) { received_.push_back(m); }
    std::vector<int> handle(Received) const { return received_; }

   private:
    std::vector<int> received_;
  };
  World world;
  auto listener = world.system.spawn<Switch>();
  OutputPort<bool> port;
  port.subscribe(listener);
  CHECK(port.publish(false) == 1);
  CHECK(port.publish(true) == 1);
  CHECK(listener.call<Received>().get().value() == std::vector{0, 1});
}

TEST_CASE("after a cancel nothing more is sent, and what was sent stays sent") {
  World world;
  Gate gate(world.system);
  auto listener = world.system.spawn<Listener>(gate);
  OutputPort<Price> port;
  auto subscription = port.subscribe(listener);
  listener.cast<Hold>();
  gate.wait_asked();
  port.publish(1);
  CHECK(subscription.cancel());
  CHECK(port.subscribers() == 0);
  CHECK(!subscription.cancel());
  CHECK(port.publish(2) == 0);
  CHECK(!subscription.cancel());
  gate.answer(0);
  CHECK(received(listener) == std::vector{1});
}

TEST_CASE("dropping the handle does not end the subscription") {
  World world;
  auto listener = world.system.spawn<Listener>();
  OutputPort<Price> port;
  {
    auto subscription = port.subscribe(listener);
    Subscription moved = std::move(subscription);
    CHECK(!subscription.cancel());
    CHECK(subscription.dropped() == 0);
  }
  CHECK(port.publish(1) == 1);
}

TEST_CASE("a subscription may be cancelled from another thread while the port publishes") {
  World world;
  for (const bool queued : {false, true}) {
    CAPTURE(queued);
    class Follower : public troupe::Actor<Follower, Price, Delivery<Price>> {
     public:
      void handle(Price) {}
      void handle(Delivery<Price>) {}
    };
    auto listener = world.system.spawn<Follower>();
    OutputPort<Price> port;
    auto subscription =
        queued ? port.subscribe(listener, keep_newest(4)) : port.subscribe(listener);
    std::atomic<bool> cancelled = false;
    std::latch published(1);
    auto canceller = in_thread([&] {
      published.wait();
      CHECK(subscription.cancel());
      cancelled.store(true, std::memory_order_release);
    });
    port.publish(0);
    published.count_down();
    while (!cancelled.load(std::memory_order_acquire)) port.publish(1);
    for (int i = 0; i < 1000; ++i) CHECK(port.publish(2) == 0);
    canceller.get();
    CHECK(port.subscribers() == 0);
  }
}

TEST_CASE("a subscriber that has ended is dropped from the port") {
  World world;
  auto ends = world.system.spawn<Listener>();
  auto stays = world.system.spawn<Listener>();
  OutputPort<Price> port;
  auto map = std::make_shared<int>();
  auto subscription = port.subscribe(ends, [map](const Price& price) { return price; });
  port.subscribe(stays);
  CHECK(port.publish(1) == 2);
  CHECK(received(ends) == std::vector{1});
  REQUIRE(ends.stop_and_wait().get());
  CHECK(map.use_count() == 2);
  CHECK(port.publish(2) == 1);
  CHECK(map.use_count() == 1);
  CHECK(port.subscribers() == 1);
  CHECK(!subscription.cancel());
  CHECK(port.publish(3) == 1);
  CHECK(world.system.stats().dead_letters == 1);
  CHECK(received(stays) == numbers(1, 3));
}

TEST_CASE("a subscriber that ends while others are published to harms nobody") {
  class Quitter : public troupe::Actor<Quitter, Price> {
   public:
    void handle(Price m) {
      if (m.cents == 100) stop();
    }
  };
  World world;
  auto listener = world.system.spawn<Listener>();
  auto quitter = world.system.spawn<Quitter>();
  OutputPort<Price> port;
  port.subscribe(quitter);
  port.subscribe(listener);
  int count = 0;
  while (port.publish(++count) == 2) {
  }
  CHECK(count >= 100);
  CHECK(port.subscribers() == 1);
  CHECK(received(listener) == numbers(1, count));
}

TEST_CASE("subscribers that have ended do not pile up where nothing is published") {
  World world;
  auto map = std::make_shared<int>();
  OutputPort<Price> port;
  for (int i = 0; i < 1000; ++i) {
    auto listener = world.system.spawn<Listener>();
    port.subscribe(listener, [map](const Price& price) { return price; });
    REQUIRE(listener.stop_and_wait().get());
  }
  CHECK(port.subscribers() == 0);
  CHECK(map.use_count() < 10);
}

TEST_CASE("destroying the port ends its subscriptions") {
  World world;
  auto listener = world.system.spawn<Listener>();
  auto map = std::make_shared<int>();
  std::optional<OutputPort<Price>> port(std::in_place);
  auto subscription = port->subscribe(listener, [map](const Price& price) { return price; });
  port->publish(1);
  port.reset();
  CHECK(map.use_count() == 1);
  CHECK(!subscription.cancel());
  CHECK(received(listener) == std::vector{1});
}

TEST_CASE("a port can be moved") {
  World world;
  auto listener = world.system.spawn<Listener>();
  OutputPort<Price> first;
  auto subscription = first.subscribe(listener);
  OutputPort<Price> second = std::move(first);
  CHECK(second.publish(1) == 1);
  CHECK(subscription.cancel());
  CHECK(second.publish(2) == 0);
  CHECK(received(listener) == std::vector{1});
}

TEST_CASE("an empty reference and a subscriber that was moved from are refused") {
  OutputPort<Price> port;
  CHECK_THROWS_AS(port.subscribe(troupe::ActorRef<Price>()), std::invalid_argument);
  CHECK_THROWS_AS(port.subscribe(troupe::ActorRef<Delivery<Price>>(), keep_newest(1)),
                  std::invalid_argument);
  World world;
  PortSubscriber<Price> subscriber = world.system.spawn<Listener>();
  port.subscribe(std::move(subscriber));
  CHECK_THROWS_AS(port.subscribe(std::move(subscriber)), std::invalid_argument);
  CHECK(port.subscribers() == 1);
}

// -- actors that publish ---

namespace {

struct Watch {
  using Reply = Subscription;
  PortSubscriber<Price> subscriber;
};
struct Publish {
  using Reply = std::size_t;
  int cents;
};
class Market : public troupe::Actor<Market, Watch, Publish> {
 public:
  Subscription handle(Watch m) { return port_.subscribe(std::move(m.subscriber)); }
  std::size_t handle(Publish m) { return port_.publish(m.cents); }

 private:
  OutputPort<Price> port_;
};

std::size_t publish(const Market::Reference& market, int cents) {
  return market.call<Publish>(cents).within(kForever).get().value();
}

}  // namespace

TEST_CASE("an actor asks in a message to be subscribed") {
  World world;
  auto market = world.system.spawn<Market>();
  auto plain = world.system.spawn<Listener>();
  auto mapped = world.system.spawn<Listener>();
  market.cast<Watch>(plain);
  PortSubscriber<Price> map(mapped, [](const Price& price) -> std::optional<Text> {
    if (price.cents == 2) return {};
    return Text{std::to_string(-price.cents)};
  });
  auto subscription = market.call<Watch>(std::move(map)).within(kForever).get();
  REQUIRE(subscription);
  CHECK(publish(market, 1) == 2);
  CHECK(publish(market, 2) == 1);
  CHECK(publish(market, 3) == 2);
  CHECK(subscription->cancel());
  CHECK(publish(market, 4) == 1);
  CHECK(received(plain) == numbers(1, 4));
  CHECK(received(mapped) == std::vector{-1, -3});
}

TEST_CASE("a request to be subscribed that nobody handles is gone without a trace") {
  World world;
  auto market = world.system.spawn<Market>();
  auto listener = world.system.spawn<Listener>();
  REQUIRE(market.stop_and_wait().get());
  auto map = std::make_shared<int>();
  PortSubscriber<Price> subscriber(listener, [map](const Price& price) { return price; });
  CHECK(market.cast<Watch>(std::move(subscriber)) == troupe::CastResult::closed);
  CHECK(map.use_count() == 1);
}

TEST_CASE("an actor may subscribe to its own port and publish in the handler") {
  class Countdown : public troupe::Actor<Countdown, Price, Delivery<Text>, Received> {
   public:
    Countdown() {
      port_.subscribe(self());
      port_.subscribe(self(), keep_newest(1),
                      [](const Price& price) { return Text{std::to_string(price.cents)}; });
      port_.publish(3);
    }
    void handle(Price m) {
      received_.push_back(m.cents);
      if (m.cents > 0) port_.publish(m.cents - 1);
    }
    void handle(Delivery<Text> m) {
      received_.push_back(-std::stoi(m.value.text));
      if (m.value.text == "0") stop_.send(received_);
    }
    void handle(Received, troupe::ReplyPort<std::vector<int>> port) {
      if (!received_.empty() && received_.back() == 0) return port.send(received_);
      stop_ = std::move(port);
    }

   private:
    OutputPort<Price> port_;
    std::vector<int> received_;
    troupe::ReplyPort<std::vector<int>> stop_;
  };
  World world;
  auto actor = world.system.spawn<Countdown>();
  auto all = actor.call<Received>().within(kForever).get().value();
  std::vector<int> plain;
  for (const int number : all) {
    if (number > 0) plain.push_back(number);
  }
  CHECK(plain == std::vector{3, 2, 1});
  CHECK(all.back() == 0);
}
