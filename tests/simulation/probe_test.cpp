#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <troupe/test_kit.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;
using troupe::CallErrorCode;
using troupe::TestKitFailure;

namespace {

struct Order {
  int number;
};
struct Price {
  int cents;
};
std::string to_string(const Price& price) { return troupe::format("Price of {}", price.cents); }
struct GetPrice {
  using Reply = int;
  std::string what;
};
struct Save {
  using Reply = void;
};
struct Parcel {
  std::unique_ptr<int> content;
};
struct Later {
  troupe::ActorRef<Order> to;
  std::chrono::nanoseconds delay;
};
struct Send {};

/// Sends an Order after a while.
class Clock : public troupe::Actor<Clock, Later, Send> {
 public:
  void handle(Later m) {
    to_ = std::move(m.to);
    send_after<Send>(m.delay);
  }
  void handle(Send) { to_.cast<Order>(7); }

 private:
  troupe::ActorRef<Order> to_;
};

struct Break {};
class Fragile : public troupe::Actor<Fragile, Break> {
 public:
  void handle(Break) { throw std::runtime_error("broken"); }
};

template <class Function>
TestKitFailure failure(Function&& function) {
  try {
    function();
  } catch (const TestKitFailure& failure) {
    return failure;
  }
  return TestKitFailure("no failure", {});
}
template <class Function>
std::string failure_of(Function&& function) {
  return failure(function).text();
}

}  // namespace

TEST_CASE("a probe hands over what came, in order, with what it carries") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order, Price>();
  probe.ref().cast<Order>(1);
  probe.ref().cast<Price>(500);
  probe.ref().cast<Order>(2);
  CHECK(probe.expect<Order>()->number == 1);
  CHECK(probe.expect<Price>().message().cents == 500);
  CHECK(probe.expect<Order>()->number == 2);
  probe.expect_nothing();
}

TEST_CASE("a message that can only be moved is moved out of the probe") {
  troupe::TestKit kit;
  auto probe = kit.probe<Parcel>();
  probe.ref().cast<Parcel>(std::make_unique<int>(5));
  const Parcel parcel = std::move(probe.expect<Parcel>().message());
  CHECK(*parcel.content == 5);
}

TEST_CASE("a probe is known by its class's name, or by its own") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order>();
  auto named = kit.probe<Order>(troupe::named("till"));
  CHECK(probe.ref().type() == "Probe");
  CHECK(probe.ref().name() == "Probe#" + std::to_string(probe.ref().id()));
  CHECK(named.ref().name() == "till");
  CHECK(*kit.system().find<Order>("till") == named.ref());
}

TEST_CASE("messages tell when they came") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order>();
  kit.spawn<Clock>().cast<Later>(probe.ref(), 3s);
  CHECK(probe.expect<Order>(5s).at() == 3s);
  CHECK(kit.elapsed() == 3s);
}

TEST_CASE("a wait for nothing lets its time pass, or ends with the first message") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order>();
  kit.spawn<Clock>().cast<Later>(probe.ref(), 3s);
  probe.expect_nothing();
  CHECK(kit.elapsed() == 0s);
  probe.expect_nothing(2s);
  CHECK(kit.elapsed() == 2s);
  CHECK_THROWS_AS(probe.expect_nothing(2s), TestKitFailure);
  CHECK(kit.elapsed() == 3s);
  CHECK(probe.expect<Order>()->number == 7);
}

TEST_CASE("whichever message came is received and looked at") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order, GetPrice>();
  probe.ref().cast<Order>(1);
  auto answer = kit.ask<GetPrice>(probe.ref(), "tea");
  const auto first = probe.receive();
  CHECK(first.type() == "Order");
  CHECK(first.is<Order>());
  CHECK(!first.is<GetPrice>());
  CHECK(first.as<Order>()->number == 1);
  const auto second = probe.receive(1s);
  REQUIRE(second.is<GetPrice>());
  CHECK(second.as<GetPrice>()->what == "tea");
  second.as<GetPrice>().reply(250);
  CHECK(answer.expect() == 250);
}

TEST_CASE("what is cleared is not expected any more") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order>();
  probe.ref().cast<Order>(1);
  probe.ref().cast<Order>(2);
  kit.settle();
  CHECK(probe.waiting() == 2);
  probe.clear();
  probe.ref().cast<Order>(3);
  CHECK(probe.expect<Order>()->number == 3);
}

// -- replies ---

TEST_CASE("the caller of a probe is told what the test decides") {
  troupe::TestKit kit;
  auto probe = kit.probe<GetPrice>();
  auto answer = kit.ask<GetPrice>(probe.ref(), "tea");
  auto asked = probe.expect<GetPrice>();
  SUBCASE("a reply") {
    asked.reply(250);
    CHECK(answer.expect() == 250);
  }
  SUBCASE("no reply") {
    asked.drop();
    CHECK(answer.result().error().code == CallErrorCode::no_reply);
  }
  SUBCASE("a failure") {
    asked.fail("sold out");
    CHECK(answer.result().error().code == CallErrorCode::failed);
    CHECK(answer.result().error().reason == "sold out");
  }
  SUBCASE("that the probe has ended") {
    probe.ref().stop();
    kit.settle();
    CHECK(answer.result().error().code == CallErrorCode::stopped);
    CHECK(failure_of([&] { asked.reply(250); }) ==
          "Probe#2 does not owe a reply any more: GetPrice at 0 s, without a reply when the probe "
          "ended");
    return;
  }
  CHECK(kit.elapsed() == 0s);
}

TEST_CASE("a request that the test leaves alone waits until its time is over") {
  troupe::TestKit kit;
  auto probe = kit.probe<GetPrice>();
  auto answer = kit.ask<GetPrice>(probe.ref(), "tea");
  probe.expect<GetPrice>();
  kit.advance(4s);
  CHECK(!answer.ready());
  kit.advance(1s);
  REQUIRE(answer.ready());
  CHECK(answer.result().error().code == CallErrorCode::timeout);
}

TEST_CASE("a reply is in time whatever the node's clock says") {
  troupe::TestKit kit;
  SUBCASE("ahead") { kit.simulation().node().set_clock(1h); }
  SUBCASE("behind") { kit.simulation().node().set_clock(-1h); }
  auto probe = kit.probe<GetPrice>();
  auto answer = kit.ask<GetPrice>(probe.ref(), "tea");
  auto asked = probe.expect<GetPrice>();
  kit.advance(4s);
  asked.reply(250);
  CHECK(answer.expect() == 250);
  auto late = kit.ask<GetPrice>(probe.ref(), "tea");
  asked = probe.expect<GetPrice>();
  kit.advance(5s);
  asked.reply(250);
  CHECK(late.result().error().code == CallErrorCode::timeout);
}

TEST_CASE("a reply may be nothing, and come in any order") {
  troupe::TestKit kit;
  auto probe = kit.probe<Save>();
  auto one = kit.ask<Save>(probe.ref());
  auto two = kit.ask<Save>(probe.ref());
  auto first = probe.expect<Save>();
  auto second = probe.expect<Save>();
  second.reply();
  two.expect();
  CHECK(!one.ready());
  first.reply();
  one.expect();
}

// -- what failures say ---

TEST_CASE("a failure says that nothing came, and what came before") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order, GetPrice>(troupe::named("till"));
  CHECK(failure_of([&] { probe.expect<Order>(); }) ==
        "till expected Order at 0 s, but nothing came\n"
        "  it was sent nothing so far");
  auto answer = kit.ask<GetPrice>(probe.ref(), "tea");
  probe.expect<GetPrice>().reply(250);
  CHECK(failure_of([&] { probe.expect<Order>(); }) ==
        "till expected Order at 0 s, but nothing came\n"
        "  it was sent so far:\n"
        "    GetPrice at 0 s, replied to");
  CHECK(failure_of([&] { probe.expect<Order>(1500ms); }) ==
        "till expected Order within 1.5 s, but nothing came\n"
        "  it was sent so far:\n"
        "    GetPrice at 0 s, replied to");
  CHECK(failure_of([&] { probe.receive(); }) ==
        "till expected a message at 1.5 s, but nothing came\n"
        "  it was sent so far:\n"
        "    GetPrice at 0 s, replied to");
}

TEST_CASE("a failure says what came instead, and leaves it to be expected") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order, Price>(troupe::named("till"));
  probe.ref().cast<Order>(1);
  kit.advance(2s);
  probe.ref().cast<Price>(500);
  probe.expect<Order>();
  CHECK(failure_of([&] { probe.expect<Order>(); }) ==
        "till expected Order at 2 s, but Price of 500 came\n"
        "  it was sent so far:\n"
        "    Order at 0 s\n"
        "    Price of 500 at 2 s, not taken by the test");
  CHECK(failure_of([&] { probe.expect_nothing(); }) ==
        "till expected nothing at 2 s, but Price of 500 came\n"
        "  it was sent so far:\n"
        "    Order at 0 s\n"
        "    Price of 500 at 2 s, not taken by the test");
  CHECK(failure_of([&] { probe.expect_nothing(3s); }) ==
        "till expected nothing within 3 s, but Price of 500 came\n"
        "  it was sent so far:\n"
        "    Order at 0 s\n"
        "    Price of 500 at 2 s, not taken by the test");
  CHECK(failure_of([&] { probe.receive().as<Order>(); }) ==
        "till was sent Price of 500 at 2 s, which is not of type Order");
  probe.expect_nothing();
}

TEST_CASE("a failure says what became of requests") {
  troupe::TestKit kit;
  auto probe = kit.probe<Save>(troupe::named("disk"));
  for (int i = 0; i < 5; ++i) (void)kit.ask<Save>(probe.ref());
  probe.expect<Save>().reply();
  probe.expect<Save>().drop();
  probe.expect<Save>().fail("full");
  auto asked = probe.expect<Save>();
  CHECK(failure_of([&] { probe.expect_nothing(); }) ==
        "disk expected nothing at 0 s, but Save came\n"
        "  it was sent so far:\n"
        "    Save at 0 s, replied to\n"
        "    Save at 0 s, dropped\n"
        "    Save at 0 s, answered with an error\n"
        "    Save at 0 s, without a reply yet\n"
        "    Save at 0 s, without a reply yet, not taken by the test");
  asked.reply();
  CHECK(failure_of([&] { asked.reply(); }) ==
        "disk does not owe a reply any more: Save at 0 s, replied to");
  CHECK(failure_of([&] { asked.drop(); }) ==
        "disk does not owe a reply any more: Save at 0 s, replied to");
  CHECK(failure_of([&] { asked.fail("full"); }) ==
        "disk does not owe a reply any more: Save at 0 s, replied to");
}

TEST_CASE("a failure says what has failed, and what was sent to nobody") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order>(troupe::named("till"));
  auto fragile = kit.spawn<Fragile>(troupe::named("fragile"));
  fragile.cast<Break>();
  fragile.cast<Break>();
  CHECK(failure_of([&] { probe.expect<Order>(); }) ==
        "till expected Order at 0 s, but nothing came\n"
        "  it was sent nothing so far\n"
        "  failed so far:\n"
        "    fragile in Break: broken\n"
        "  dead letters so far:\n"
        "    Break to fragile (left)");
}

TEST_CASE("a long story is told from its end") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order>(troupe::named("till"));
  for (int i = 0; i < 25; ++i) probe.ref().cast<Order>(i);
  for (int i = 0; i < 25; ++i) probe.expect<Order>();
  const std::string text = failure_of([&] { probe.expect<Order>(); });
  CHECK(text.find("(15 more)") != std::string::npos);
  CHECK(std::ranges::count(text, '\n') == 12);
}

TEST_CASE("a failure knows its place in the test") {
  troupe::TestKit kit;
  auto probe = kit.probe<Order>();
  const auto here = std::source_location::current();
  const TestKitFailure caught = failure([&] { probe.expect<Order>(); });
  CHECK(caught.where().line() == here.line() + 1);
  CHECK(std::string(caught.what()) ==
        troupe::format("{}\n  at {}:{}", caught.text(), here.file_name(), here.line() + 1));
}
