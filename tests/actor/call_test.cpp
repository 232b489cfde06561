#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::CallErrorCode;
using troupe::CallStage;

namespace {

struct Twice {
  using Reply = int;
  int number;
};
struct TwiceLater {
  using Reply = int;
  int number;
};
struct TwiceByPort {
  using Reply = int;
  int number;
};
struct Note {
  using Reply = void;
  std::string text;
};
struct Refuse {
  using Reply = int;
};
struct DropPort {
  using Reply = int;
};
struct Owned {
  using Reply = std::unique_ptr<std::string>;
  std::unique_ptr<std::string> text;
};
struct Notes {
  using Reply = std::string;
};
struct Plain {};

class Worker : public troupe::Actor<Worker, Twice, TwiceLater, TwiceByPort, Note, Refuse, DropPort,
                                    Owned, Notes, Plain> {
 public:
  Worker() = default;
  explicit Worker(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}

  int handle(Twice m) { return 2 * m.number; }
  troupe::Task<int> handle(TwiceLater m) {
    if (gate_) (void)co_await gate_.call<Ask>().within(kForever);
    co_return 2 * m.number;
  }
  void handle(TwiceByPort m, troupe::ReplyPort<int> port) { port.send(2 * m.number); }
  void handle(Note m) { notes_ += m.text; }
  void handle(Refuse, troupe::ReplyPort<int> port) { port.fail("not today"); }
  void handle(DropPort, troupe::ReplyPort<int>) {}
  std::unique_ptr<std::string> handle(Owned m) {
    *m.text += "!";
    return std::move(m.text);
  }
  std::string handle(Notes) { return notes_; }
  void handle(Plain) { notes_ += "."; }

 private:
  troupe::ActorRef<Ask> gate_;
  std::string notes_;
};

struct Handed {
  troupe::ReplyPort<int> port;
  int value;
};
class Answerer : public troupe::Actor<Answerer, Handed> {
 public:
  void handle(Handed m) { m.port.send(m.value); }
};
/// Has another actor answer.
class Delegate : public troupe::Actor<Delegate, Twice> {
 public:
  explicit Delegate(troupe::ActorRef<Handed> to) : to_(std::move(to)) {}
  void handle(Twice m, troupe::ReplyPort<int> port) {
    to_.cast<Handed>(std::move(port), 2 * m.number);
  }

 private:
  troupe::ActorRef<Handed> to_;
};
class Forwarder : public troupe::Actor<Forwarder, Twice> {
 public:
  explicit Forwarder(troupe::ActorRef<Twice> to) : to_(std::move(to)) {}
  void handle(Twice m, troupe::ReplyPort<int> port) { to_.forward<Twice>(m, std::move(port)); }

 private:
  troupe::ActorRef<Twice> to_;
};

struct Got {
  int value;
};
struct Received {
  using Reply = std::vector<int>;
  std::size_t count;
};
class Receiver : public troupe::Actor<Receiver, Got, Received> {
 public:
  void handle(Got m) {
    values_.push_back(m.value);
    tell();
  }
  void handle(Received m, troupe::ReplyPort<std::vector<int>> port) {
    wanted_ = m.count;
    port_ = std::move(port);
    tell();
  }

 private:
  void tell() {
    if (port_ && values_.size() >= wanted_) port_.send(values_);
  }
  std::vector<int> values_;
  std::size_t wanted_ = 0;
  troupe::ReplyPort<std::vector<int>> port_;
};

}  // namespace

TEST_CASE("a request is answered by return and by co_return and through its port") {
  World world;
  auto worker = world.system.spawn<Worker>();
  CHECK(*worker.call<Twice>(1).get() == 2);
  CHECK(*worker.call<TwiceLater>(2).get() == 4);
  CHECK(*worker.call<TwiceByPort>(3).get() == 6);
  CHECK(*world.system.call<Twice>(worker, 4).within(kForever).get() == 8);
  CHECK(in_actor(world.system, [worker]() -> troupe::Task<int> {
          auto one = co_await worker.call<Twice>(1);
          auto two = co_await worker.call<TwiceLater>(10).within(kForever);
          auto three = co_await worker.call<TwiceByPort>(100).within(kForever);
          co_return *one + *two + *three;
        }) == 222);
}

TEST_CASE("a request without a value is answered when it was handled") {
  World world;
  auto worker = world.system.spawn<Worker>();
  CHECK(worker.call<Note>("a").get());
  CHECK(in_actor(world.system, [worker]() -> troupe::Task<bool> {
    auto result = co_await worker.call<Note>("b").within(kForever);
    co_return result.has_value();
  }));
  CHECK(*worker.call<Notes>().get() == "ab");
}

TEST_CASE("request and reply may hold what can only be moved") {
  World world;
  auto worker = world.system.spawn<Worker>();
  auto result = worker.call<Owned>(std::make_unique<std::string>("here")).get();
  REQUIRE(result);
  CHECK(**result == "here!");
}

TEST_CASE("a request may be cast when nobody wants the answer") {
  World world;
  auto worker = world.system.spawn<Worker>();
  worker.cast<Note>("x");
  worker.cast<Twice>(1);
  worker.cast<TwiceLater>(1);
  worker.cast<TwiceByPort>(1);
  worker.cast<DropPort>();
  worker.cast<Refuse>();
  CHECK(*worker.call<Notes>().get() == "x");
}

TEST_CASE("a kept port answers later") {
  World world;
  Gate gate(world.system);
  auto first = start_in_actor(world.system, [gate]() -> troupe::Task<int> {
    co_return *(co_await gate.ref().call<Ask>().within(kForever));
  });
  gate.wait_asked(1);
  auto second = in_thread([gate] { return *gate.ref().call<Ask>().within(kForever).get(); });
  gate.wait_asked(2);
  gate.answer(20, 1);
  CHECK(second.get() == 20);
  gate.answer(10, 0);
  CHECK(first.get() == 10);
  gate.answer(11, 0);  // the second reply of a port goes nowhere
  gate.wait_asked(2);
}

TEST_CASE("a port may be answered by another actor") {
  World world;
  auto delegate = world.system.spawn<Delegate>(world.system.spawn<Answerer>());
  CHECK(*delegate.call<Twice>(21).within(kForever).get() == 42);
}

TEST_CASE("a port that is dropped says no_reply at once") {
  World world;
  Gate gate(world.system);
  auto worker = world.system.spawn<Worker>();
  const auto dropped = worker.call<DropPort>().within(kForever).get();
  REQUIRE_FALSE(dropped);
  CHECK(dropped.error().code == CallErrorCode::no_reply);
  CHECK(dropped.error().stage == CallStage::running);
  auto later = in_thread([gate] { return gate.ref().call<Ask>().within(kForever).get(); });
  gate.wait_asked();
  gate.drop();
  const auto error = later.get().error();
  CHECK(error.code == CallErrorCode::no_reply);
  CHECK(to_string(error).find("no reply") != std::string::npos);
}

TEST_CASE("a port refuses with a text") {
  World world;
  auto worker = world.system.spawn<Worker>();
  const auto refused = worker.call<Refuse>().within(kForever).get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == CallErrorCode::failed);
  CHECK(refused.error().reason == "not today");
  CHECK(worker.call<Twice>(1).get());
}

TEST_CASE("a forwarded request is answered to the first caller") {
  World world;
  auto worker = world.system.spawn<Worker>();
  auto near = world.system.spawn<Forwarder>(worker);
  auto far = world.system.spawn<Forwarder>(near);
  CHECK(*far.call<Twice>(21).within(kForever).get() == 42);
  CHECK(in_actor(world.system, [far]() -> troupe::Task<int> {
          co_return *(co_await far.call<Twice>(4).within(kForever));
        }) == 8);
  REQUIRE(worker.stop_and_wait().get());
  const auto lost = far.call<Twice>(1).within(kForever).get();
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == CallErrorCode::stopped);
}

TEST_CASE("call_and_forward sends the reply to a third actor") {
  World world;
  auto worker = world.system.spawn<Worker>();
  auto receiver = world.system.spawn<Receiver>();
  worker.call_and_forward<Twice>(receiver, [](int value) { return Got{value}; }, 4);
  worker.call_and_forward<Note>(receiver, [] { return Got{-1}; }, "n");
  worker.call_and_forward<DropPort>(receiver, [](int) { return Got{0}; });
  worker.call_and_forward<TwiceByPort>(receiver, [](int value) { return Got{value}; }, 5);
  CHECK(*receiver.call<Received>(3u).within(kForever).get() == std::vector{8, -1, 10});
}

TEST_CASE("a handler that awaits keeps its mailbox waiting but hears signals") {
  World world;
  Gate gate(world.system);
  auto worker = world.system.spawn<Worker>(gate);
  auto slow = in_thread([worker] { return worker.call<TwiceLater>(1).within(kForever).get(); });
  gate.wait_asked();
  worker.cast<Plain>();
  Mailbox mailbox(worker);
  auto notes = in_thread([worker] { return worker.call<Notes>().within(kForever).get(); });
  mailbox.wait_for_message();
  CHECK(started(worker).within(kForever).get());  // a signal: heard now
  SUBCASE("messages follow when it is over") {
    gate.answer(0);
    CHECK(*slow.get() == 2);
    CHECK(*notes.get() == ".");
  }
  SUBCASE("a kill does not wait") {
    REQUIRE(worker.kill_and_wait().within(kForever).get());
    CHECK(slow.get().error().stage == CallStage::running);
    CHECK(notes.get().error().stage == CallStage::queued);
  }
}

TEST_CASE("get in an actor is a logic_error") {
  World world;
  auto worker = world.system.spawn<Worker>();
  const int errors = in_actor(world.system, [worker]() -> troupe::Task<int> {
    int caught = 0;
    auto expect = [&](auto&& wait) {
      try {
        wait();
      } catch (const std::logic_error&) {
        ++caught;
      }
    };
    expect([&] { (void)worker.call<Twice>(1).get(); });
    expect([&] { (void)worker.wait().get(); });
    expect([&] { (void)started(worker).get(); });
    expect([&] { (void)troupe::call_all<Twice>(std::vector{worker}, 1).get(); });
    co_return caught;
  });
  CHECK(errors == 4);
  CHECK(*worker.call<Twice>(2).get() == 4);
}

TEST_CASE("a call that is not awaited is not sent") {
  World world;
  auto worker = world.system.spawn<Worker>();
  {
    auto never = worker.call<Note>("never");
  }
  CHECK(*worker.call<Notes>().get() == "");
}
