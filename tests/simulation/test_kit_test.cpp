#include <doctest/doctest.h>

#include <troupe/test_kit.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;
using troupe::CallErrorCode;
using troupe::ExitKind;
using troupe::TestKitFailure;

namespace {

struct Stats {
  int hits;
  int misses;
};
struct GetStats {
  using Reply = Stats;
};
struct Register {
  troupe::ActorRef<GetStats> counter;
};
struct Collect {};
struct Total {
  using Reply = int;
};

/// Asks all counters for their stats, when it is told to and every two seconds from then on.
class Aggregator : public troupe::Actor<Aggregator, Register, Collect, Total> {
 public:
  void handle(Register m) { counters_.push_back(std::move(m.counter)); }
  troupe::Task<> handle(Collect) {
    send_after<Collect>(2s);
    for (const auto& stats : co_await troupe::call_all<GetStats>(counters_).within(1s)) {
      if (stats) total_ += stats->hits + stats->misses;
    }
  }
  int handle(Total) const { return total_; }

 private:
  std::vector<troupe::ActorRef<GetStats>> counters_;
  int total_ = 0;
};

}  // namespace

TEST_CASE("an aggregator collects again after two seconds") {
  troupe::TestKit kit;
  auto counter = kit.probe<GetStats>();
  auto aggregator = kit.spawn<Aggregator>();
  aggregator.cast<Register>(counter.ref());
  aggregator.cast<Collect>();
  counter.expect<GetStats>().reply(Stats{5, 1});
  kit.advance(2s);
  counter.expect<GetStats>();
}

namespace {

/// The test's Aggregator with a counter that has answered once.
struct Collecting {
  troupe::TestKit kit;
  troupe::Probe<GetStats> counter = kit.probe<GetStats>();
  Aggregator::Reference aggregator = kit.spawn<Aggregator>();

  Collecting() {
    aggregator.cast<Register>(counter.ref());
    aggregator.cast<Collect>();
  }
};

struct Work {
  int number;
};
struct Fail {
  std::string text;
};
struct Sum {
  using Reply = int;
};
struct Slowly {
  using Reply = void;
  std::chrono::nanoseconds time;
};
struct Quit {};
struct WhatTime {
  using Reply = std::chrono::steady_clock::time_point;
};
/// Asks its helper, whoever that is.
struct Helped {
  using Reply = int;
  troupe::ActorRef<Sum> helper;
};

class Worker : public troupe::Actor<Worker, Work, Fail, Sum, Slowly, Quit, WhatTime, Helped> {
 public:
  explicit Worker(bool* stopped = nullptr) : stopped_(stopped) {}
  void post_stop() {
    if (stopped_) *stopped_ = true;
  }
  void handle(Work m) { sum_ += m.number; }
  void handle(Fail m) { throw std::runtime_error(m.text); }
  int handle(Sum) const { return sum_; }
  troupe::Task<> handle(Slowly m) { co_await troupe::sleep_for(m.time); }
  void handle(Quit) { stop("had enough"); }
  std::chrono::steady_clock::time_point handle(WhatTime) const { return now(); }
  troupe::Task<int> handle(Helped m) {
    const auto help = co_await m.helper.call<Sum>();
    co_return help ? *help + sum_ : -1;
  }

 private:
  bool* stopped_;
  int sum_ = 0;
};

/// What a failure says, without the place.
template <class Function>
std::string failure_of(Function&& function) {
  try {
    function();
  } catch (const TestKitFailure& failure) {
    return failure.text();
  }
  return "no failure";
}

}  // namespace

// -- time ---

TEST_CASE("time stands still until the test lets it pass") {
  troupe::TestKit kit;
  const auto began = kit.now();
  auto worker = kit.spawn<Worker>();
  worker.cast<Work>(1);
  kit.settle();
  CHECK(kit.call<Sum>(worker) == 1);
  CHECK(kit.now() == began);
  kit.advance(90min);
  CHECK(kit.now() - began == 90min);
  CHECK(kit.elapsed() == 90min);
  CHECK(kit.call<WhatTime>(worker) == kit.now());
}

TEST_CASE("advance stops exactly where it is told to") {
  Collecting test;
  test.counter.expect<GetStats>().reply(Stats{5, 1});
  test.kit.advance(2s - 1ns);
  test.counter.expect_nothing();
  test.kit.advance(1ns);
  test.counter.expect<GetStats>();
}

TEST_CASE("a call that a probe does not answer times out in virtual time") {
  Collecting test;
  auto asked = test.counter.expect<GetStats>();
  test.kit.advance(1s);
  CHECK(test.kit.call<Total>(test.aggregator) == 0);
  CHECK(test.kit.elapsed() == 1s);
  asked.reply(Stats{5, 1});  // nobody waits for it any more
  CHECK(test.kit.call<Total>(test.aggregator) == 0);
}

TEST_CASE("actors run only while the test runs them") {
  troupe::TestKit kit;
  auto probe = kit.probe<Work>();
  probe.ref().cast<Work>(1);
  CHECK(probe.waiting() == 0);
  kit.settle();
  CHECK(probe.waiting() == 1);
}

// -- calls ---

TEST_CASE("call runs the simulation until the reply is there") {
  troupe::TestKit kit;
  auto worker = kit.spawn<Worker>();
  worker.cast<Work>(20);
  worker.cast<Work>(22);
  CHECK(kit.call<Sum>(worker) == 42);
  kit.call<Slowly>(worker, 3s);
  CHECK(kit.elapsed() == 3s);
}

TEST_CASE("a call without a reply says why") {
  troupe::TestKit kit;
  auto worker = kit.spawn<Worker>();
  SUBCASE("the actor has failed") {
    worker.cast<Fail>("broken");
    CHECK(failure_of([&] { (void)kit.call<Sum>(worker); }) ==
          "no reply: call Sum to Worker#2: the actor failed: broken after 0 ns (queued for 0 ns)\n"
          "  failed so far:\n"
          "    Worker#2 in Fail: broken");
  }
  SUBCASE("it takes too long") {
    CHECK(failure_of([&] { kit.call<Slowly>(worker, 1h); }) ==
          "no reply: call Slowly to Worker#2: timed out after 5 s (queued for 0 ns, running for 5 "
          "s)");
    CHECK(kit.elapsed() == 5s);
  }
}

TEST_CASE("what is asked is answered after a probe has been asked") {
  troupe::TestKit kit;
  auto helper = kit.probe<Sum>();
  auto worker = kit.spawn<Worker>();
  worker.cast<Work>(2);
  auto answer = kit.ask<Helped>(worker, helper.ref());
  CHECK(!answer.ready());
  helper.expect<Sum>().reply(40);
  CHECK(!answer.ready());
  CHECK(answer.expect() == 42);
  CHECK(kit.elapsed() == 0s);
}

TEST_CASE("what is asked and not answered is no reply") {
  troupe::TestKit kit;
  auto helper = kit.probe<Sum>();
  auto worker = kit.spawn<Worker>();
  auto answer = kit.ask_within<Helped>(3s, worker, helper.ref());
  CHECK(failure_of([&] { (void)answer.expect(); }) ==
        "expected the answer to Helped at 0 s, but nothing came");
  CHECK(failure_of([&] { (void)answer.expect(2s); }) ==
        "expected the answer to Helped within 2 s, but nothing came");
  CHECK(kit.elapsed() == 2s);
  REQUIRE(!answer.result());
  CHECK(answer.result().error().code == CallErrorCode::timeout);
  CHECK(kit.elapsed() == 3s);
  CHECK(
      failure_of([&] { (void)answer.expect(); }) ==
      "no reply: call Helped to Worker#3: timed out after 3 s (queued for 0 ns, running for 3 s)");
}

// -- what goes wrong ---

TEST_CASE("dead letters are kept from the beginning") {
  troupe::TestKit kit;
  auto worker = kit.spawn<Worker>();
  CHECK(kit.dead_letters().empty());
  worker.cast<Quit>();
  worker.cast<Work>(1);
  CHECK(kit.expect_end(worker).text == "had enough");
  worker.cast<Work>(2);
  const auto letters = kit.dead_letters();
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].reason == troupe::DeadLetterReason::left);
  CHECK(letters[1].reason == troupe::DeadLetterReason::closed);
  CHECK(letters[1].receiver == worker);
}

TEST_CASE("each failure is expected once") {
  troupe::TestKit kit;
  auto worker = kit.spawn<Worker>();
  auto other = kit.spawn<Worker>();
  other.cast<Fail>("first");
  worker.cast<Fail>("second");
  CHECK(kit.expect_crash(worker).error == "second");
  CHECK(kit.expect_crash(other).error == "first");
  CHECK(kit.crashes().size() == 2);
  CHECK(failure_of([&] { kit.expect_crash(worker); }) ==
        "expected a failure of Worker#2 at 0 s, but there was none\n"
        "  failed so far:\n"
        "    Worker#3 in Fail: first\n"
        "    Worker#2 in Fail: second");
}

TEST_CASE("every failure of a supervised actor is one") {
  troupe::TestKit kit;
  auto supervisor = kit.spawn<troupe::Supervisor>(
      troupe::one_for_one().intensity(3, 10s).child<Worker>("worker").named("worker"));
  auto worker = *kit.system().find<Fail, Sum>("worker");
  worker.cast<Fail>("first");
  CHECK(kit.expect_crash(worker).incarnation == 1);
  worker.cast<Fail>("second");
  CHECK(kit.expect_crash(worker).incarnation == 2);
  CHECK(kit.call<Sum>(worker) == 0);
}

TEST_CASE("a failure may take its time") {
  troupe::TestKit kit;
  auto worker = kit.spawn<Worker>();
  worker.cast<Slowly>(3s);
  worker.cast<Fail>("late");
  CHECK(failure_of([&] { kit.expect_crash(worker, 1s); }) ==
        "expected a failure of Worker#2 within 1 s, but there was none");
  CHECK(kit.expect_crash(worker, 3s).failed_in == "Fail");
  CHECK(kit.elapsed() == 3s);
}

TEST_CASE("the end of an actor is expected with its reason") {
  troupe::TestKit kit;
  auto worker = kit.spawn<Worker>();
  CHECK(failure_of([&] { kit.expect_end(worker); }) ==
        "expected the end of Worker#2 at 0 s, but it has not ended");
  CHECK(failure_of([&] { kit.expect_end(worker, 2s); }) ==
        "expected the end of Worker#2 within 2 s, but it has not ended");
  SUBCASE("by itself") {
    worker.cast<Quit>();
    CHECK(kit.expect_end(worker).kind == ExitKind::stopped);
    CHECK(kit.expect_end(worker).text == "had enough");  // and again
  }
  SUBCASE("killed") {
    worker.kill();
    CHECK(kit.expect_end(worker).kind == ExitKind::killed);
  }
  SUBCASE("later") {
    worker.cast<Slowly>(3s);
    worker.cast<Quit>();
    CHECK(kit.expect_end(worker, 1h).kind == ExitKind::stopped);
  }
}

// -- the kit itself ---

TEST_CASE("the end of the kit is a crash, and shutdown an order") {
  bool stopped = false;
  SUBCASE("the end") {
    {
      troupe::TestKit kit;
      kit.spawn<Worker>(&stopped);
      kit.settle();
    }
    CHECK(!stopped);
  }
  SUBCASE("a shutdown") {
    troupe::TestKit kit;
    kit.spawn<Worker>(&stopped);
    CHECK(kit.system().shutdown().complete);
    CHECK(stopped);
  }
}

TEST_CASE("the end of the kit takes all that is left to it") {
  auto payload = std::make_shared<int>(1);
  struct Keep {
    using Reply = void;
    std::shared_ptr<int> payload;
  };
  {
    troupe::TestKit kit;
    auto probe = kit.probe<Keep>();
    auto taken = kit.ask<Keep>(probe.ref(), payload);
    auto waits = kit.ask<Keep>(probe.ref(), payload);
    probe.ref().call_and_forward<Keep>(kit.probe<Work>().ref(), [] { return Work{1}; }, payload);
    (void)probe.expect<Keep>();
  }
  CHECK(payload.use_count() == 1);
}

TEST_CASE("what goes wrong is heard of after the node has crashed, too") {
  troupe::TestKit kit;
  kit.spawn<Worker>().cast<Fail>("before");
  kit.settle();
  kit.simulation().node().restart();
  auto worker = kit.spawn<Worker>();
  worker.cast<Fail>("after");
  CHECK(kit.expect_crash(worker).error == "after");
  CHECK(kit.crashes().size() == 2);
}

TEST_CASE("a kit with another schedule plays the same test by its seed") {
  const auto run = [](std::uint64_t seed) {
    troupe::TestKit kit({.seed = seed, .step_time = 1us});
    auto probe = kit.probe<Work>();
    for (int i = 0; i < 20; ++i) {
      kit.spawn<Worker>().cast<Work>(i);
      probe.ref().cast<Work>(i);
    }
    for (int i = 0; i < 20; ++i) CHECK(probe.expect<Work>()->number == i);
    probe.expect_nothing();
    kit.settle();
    return kit.simulation().hash();
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

TEST_CASE("a message that goes on for ever is the failure of the simulation") {
  struct Round {};
  class Circle : public troupe::Actor<Circle, Round> {
   public:
    void handle(Round) { self().cast<Round>(); }
  };
  troupe::TestKit kit({.max_steps = 1000});
  kit.spawn<Circle>().cast<Round>();
  CHECK_THROWS_AS(kit.settle(), troupe::SimulationFailure);
}
