#include <doctest/doctest.h>

#include <optional>
#include <troupe/simulation.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;
using troupe::CallErrorCode;
using troupe::CastResult;
using troupe::SimulatedNode;
using troupe::Simulation;

namespace {

struct Add {
  int number;
};
struct Get {
  using Reply = int;
};
struct Never {
  using Reply = int;
};
struct CrashIt {
  SimulatedNode* node;
};

struct Log {
  int constructed = 0;
  int stopped = 0;
  int destroyed = 0;
};

/// Adds up, on a disk when it has one.
class Adder : public troupe::Actor<Adder, Add, Get, Never, CrashIt> {
 public:
  explicit Adder(Log* log = nullptr, int* disk = nullptr) : log_(log), disk_(disk) {
    if (log_) ++log_->constructed;
    if (disk_) sum_ = *disk_;
  }
  ~Adder() {
    if (log_) ++log_->destroyed;
  }
  void post_stop() {
    if (log_) ++log_->stopped;
  }
  void handle(Add m) {
    sum_ += m.number;
    if (disk_) *disk_ = sum_;
  }
  int handle(Get) const { return sum_; }
  troupe::Task<int> handle(Never) {
    co_await troupe::sleep_for(24h);
    co_return 0;
  }
  void handle(CrashIt m) { m.node->crash(); }

 private:
  Log* log_;
  int* disk_;
  int sum_ = 0;
};

struct Tick {};
class Ticker : public troupe::Actor<Ticker, Tick, Get> {
 public:
  explicit Ticker(std::chrono::nanoseconds period = 1s) { send_every<Tick>(period); }
  void handle(Tick) { ++ticks_; }
  int handle(Get) const { return ticks_; }

 private:
  int ticks_ = 0;
};

template <class R>
int get(const R& ref) {
  return ref.template call<Get>().get().value();
}

}  // namespace

TEST_CASE("a node is a system of its own with the node's name") {
  Simulation sim;
  SimulatedNode& a = sim.add_node("a");
  SimulatedNode& b = sim.add_node("b");
  a.spawn<Adder>(troupe::named("adder"));
  CHECK(a.system().find<Get>("adder"));
  CHECK(!b.system().find<Get>("adder"));
  CHECK(&sim.node("b") == &b);
  CHECK(&sim.node() == &a);
  CHECK(a.running());
  CHECK(a.starts() == 1);
  CHECK_THROWS_AS(sim.add_node("a"), std::invalid_argument);
  CHECK_THROWS_AS(sim.node("c"), std::invalid_argument);
}

TEST_CASE("a crash runs no post_stop, and destroys everything") {
  Log log;
  Simulation sim;
  SimulatedNode& node = sim.add_node("node");
  auto adder = node.spawn<Adder>(&log);
  auto waiting = node.spawn<Adder>(&log);
  waiting.call_and_forward<Never>(adder, [](int number) { return Add{number}; });
  sim.settle();
  node.crash();
  CHECK(!node.running());
  CHECK(log.constructed == 2);
  CHECK(log.destroyed == 2);
  CHECK(log.stopped == 0);
  CHECK_THROWS_AS(node.system(), std::logic_error);
  CHECK(adder.cast<Add>(1) == CastResult::closed);
  node.crash();  // nothing
  CHECK(node.starts() == 1);
}

TEST_CASE("nobody handles a message once the node crashes") {
  int disk = 0;
  Simulation sim;
  SimulatedNode& node = sim.add_node("node");
  auto first = node.spawn<Adder>(nullptr, &disk);
  auto second = node.spawn<Adder>(nullptr, &disk);
  sim.settle();
  first.cast<Add>(1);
  second.cast<Add>(1);
  node.crash();
  CHECK(disk == 0);
}

TEST_CASE("whoever waits for an actor of a node that crashes is told") {
  Simulation sim;
  SimulatedNode& server = sim.add_node("server");
  auto adder = server.spawn<Adder>();
  struct Go {};
  class Client : public troupe::Actor<Client, Go> {
   public:
    Client(troupe::ActorRef<Never> server, std::optional<CallErrorCode>* code)
        : server_(std::move(server)), code_(code) {}
    troupe::Task<> handle(Go) {
      const auto result = co_await server_.call<Never>().within(1h);
      *code_ = result.error().code;
    }

   private:
    troupe::ActorRef<Never> server_;
    std::optional<CallErrorCode>* code_;
  };
  std::optional<CallErrorCode> code;
  sim.add_node("client").spawn<Client>(adder, &code).cast<Go>();
  sim.settle();
  CHECK(!code);
  server.crash();
  sim.settle();
  CHECK(code == CallErrorCode::killed);
}

TEST_CASE("a restart boots again, and what the boot function holds survives") {
  Log log;
  int disk = 0;
  Simulation sim;
  troupe::ActorRef<Add, Get> adder;
  SimulatedNode& node = sim.add_node("node", [&](SimulatedNode& self) {
    adder = self.spawn<Adder>(troupe::named("adder"), &log, &disk);
  });
  adder.cast<Add>(5);
  CHECK(get(adder) == 5);
  const auto before = adder;
  SUBCASE("after a crash") {
    node.crash();
    sim.run_for(1h);
  }
  SUBCASE("at once") {}
  node.restart();
  CHECK(node.starts() == 2);
  CHECK(log.constructed == 2);
  CHECK(log.stopped == 0);
  CHECK(before.cast<Add>(1) == CastResult::closed);
  CHECK(adder != before);
  CHECK(get(adder) == 5);
}

TEST_CASE("a node's own actors, and others, do not crash it") {
  Simulation sim;
  SimulatedNode& a = sim.add_node("a");
  SimulatedNode& b = sim.add_node("b");
  auto adder = a.spawn<Adder>();
  SUBCASE("its own") { adder.cast<CrashIt>(&a); }
  SUBCASE("another's") { adder.cast<CrashIt>(&b); }
  sim.settle();
  CHECK(a.system().stats().failures == 1);
  CHECK(a.running());
  CHECK(b.running());
}

TEST_CASE("a paused node does nothing, and its clock goes on") {
  Simulation sim;
  SimulatedNode& node = sim.add_node("node");
  auto ticker = node.spawn<Ticker>();
  auto adder = node.spawn<Adder>();
  sim.run_for(3s);
  CHECK(get(ticker) == 3);
  node.pause();
  CHECK(node.running());
  adder.cast<Add>(1);
  const auto unanswered = adder.call<Get>().within(1s).get();
  REQUIRE(!unanswered);
  CHECK(unanswered.error().code == CallErrorCode::timeout);
  sim.run_for(3500ms);
  CHECK(node.system().now() == sim.now());
  node.resume();
  sim.settle();
  CHECK(get(adder) == 1);
  // One tick for all that it has missed, and then as before.
  CHECK(get(ticker) == 4);
  sim.run_for(500ms);
  CHECK(get(ticker) == 5);
}

TEST_CASE("a paused node can crash and restart") {
  Simulation sim;
  SimulatedNode& node = sim.add_node("node");
  auto adder = node.spawn<Adder>();
  node.pause();
  adder.cast<Add>(1);
  sim.run_for(1s);
  node.restart();
  auto other = node.spawn<Adder>();
  other.cast<Add>(2);
  CHECK(get(other) == 2);
}

TEST_CASE("what is sent to a paused node arrives when it is resumed") {
  Simulation sim;
  std::vector<std::chrono::nanoseconds> arrivals;
  const auto began = sim.now();
  sim.add_node("a");
  SimulatedNode& b = sim.add_node("b", [&](SimulatedNode& self) {
    self.transport().receive([&](auto, auto) { arrivals.push_back(sim.now() - began); });
  });
  b.pause();
  for (int i = 0; i < 3; ++i) sim.node("a").transport().send("b", {});
  sim.run_for(10s);
  CHECK(arrivals.empty());
  b.resume();
  sim.settle();
  CHECK(arrivals == std::vector<std::chrono::nanoseconds>(3, 10s));
}

// -- clocks ---

TEST_CASE("a node's clock may be ahead or behind") {
  Simulation sim;
  SimulatedNode& node = sim.add_node("node");
  auto ticker = node.spawn<Ticker>(1s);
  std::chrono::nanoseconds ahead{0};
  SUBCASE("ahead") {
    ahead = 1h;
    node.set_clock(ahead);
  }
  SUBCASE("behind, from the beginning of its actors") {
    ahead = -1h;
    node.set_clock(ahead);
    ticker = node.spawn<Ticker>(1s);
  }
  CHECK(node.system().now() - sim.now() == ahead);
  sim.settle();  // the clock may have gone beyond a tick
  const int before = get(ticker);
  sim.run_for(10s);
  CHECK(get(ticker) - before == 10);
  CHECK(node.system().now() - sim.now() == ahead);
}

TEST_CASE("a clock that is put back keeps its timers waiting") {
  Simulation sim;
  SimulatedNode& node = sim.add_node("node");
  auto ticker = node.spawn<Ticker>(1s);
  node.set_clock(-1h);
  sim.run_for(1h);
  CHECK(get(ticker) == 0);
  sim.run_for(1s);
  CHECK(get(ticker) == 1);
}

TEST_CASE("a clock that drifts makes timers early or late") {
  Simulation sim;
  SimulatedNode& fast = sim.add_node("fast");
  SimulatedNode& slow = sim.add_node("slow");
  fast.set_clock(0s, 0.5);
  slow.set_clock(0s, -0.5);
  auto fast_ticker = fast.spawn<Ticker>();
  auto slow_ticker = slow.spawn<Ticker>();
  sim.run_for(1000s);
  CHECK(get(fast_ticker) == 1500);
  CHECK(get(slow_ticker) == 500);
  CHECK(fast.system().now() - sim.now() == 500s);
  CHECK(sim.now() - slow.system().now() == 500s);
  CHECK_THROWS_AS(fast.set_clock(0s, 1), std::invalid_argument);
  CHECK_THROWS_AS(fast.set_clock(0s, -1), std::invalid_argument);
  CHECK_THROWS_AS(fast.set_clock(-1000h), std::invalid_argument);
}

TEST_CASE("the test's own calls have their time whatever the node's clock says") {
  Simulation sim;
  SimulatedNode& node = sim.add_node("node");
  auto adder = node.spawn<Adder>();
  SUBCASE("ahead") { node.set_clock(1h); }
  SUBCASE("behind") { node.set_clock(-1h); }
  SUBCASE("fast") { node.set_clock(1h, 0.5); }
  const auto began = sim.now();
  CHECK(get(adder) == 0);
  const auto late = adder.call<Never>().within(3s).get();
  REQUIRE(!late);
  CHECK(late.error().code == CallErrorCode::timeout);
  CHECK(sim.now() - began == 3s);
}
