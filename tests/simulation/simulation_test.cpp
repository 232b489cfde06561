#include <doctest/doctest.h>

#include <thread>
#include <troupe/simulation.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;
using Nanoseconds = std::chrono::nanoseconds;
using troupe::CallErrorCode;
using troupe::Simulation;
using troupe::SimulationFailure;
using troupe::SimulationOptions;

namespace {

struct Get {
  using Reply = int;
};
struct Pass {
  int left;
};
struct Meet {
  troupe::ActorRef<Pass> next;
};

/// Passes on what it gets, in a ring.
class Member : public troupe::Actor<Member, Meet, Pass, Get> {
 public:
  void handle(Meet m) { next_ = std::move(m.next); }
  void handle(Pass m) {
    ++count_;
    if (m.left > 0) next_.cast<Pass>(m.left - 1);
  }
  int handle(Get) const { return count_; }

 private:
  troupe::ActorRef<Pass> next_;
  int count_ = 0;
};

/// The hash of a run in which several things go around in a ring.
std::uint64_t ring_hash(SimulationOptions options, int length = 20) {
  Simulation sim(std::move(options));
  std::vector<Member::Reference> ring;
  for (int i = 0; i < 10; ++i) ring.push_back(sim.system().spawn<Member>());
  for (std::size_t i = 0; i < 10; ++i) ring[i].cast<Meet>(ring[(i + 1) % 10]);
  for (std::size_t i = 0; i < 5; ++i) ring[2 * i].cast<Pass>(length);
  sim.run();
  CHECK(sim.messages() == 10u + 5u * static_cast<unsigned>(length + 1));
  return sim.hash();
}

struct Sleep {
  using Reply = std::chrono::steady_clock::time_point;
  std::chrono::nanoseconds time;
};
struct Block {
  using Reply = std::thread::id;
};
struct Fail {};
class Server : public troupe::Actor<Server, Sleep, Block, Fail, Get> {
 public:
  explicit Server(Simulation* sim = nullptr) : sim_(sim) {}
  troupe::Task<std::chrono::steady_clock::time_point> handle(Sleep m) {
    co_await troupe::sleep_for(m.time);
    co_return now();
  }
  troupe::Task<std::thread::id> handle(Block) {
    const auto work = [] { return std::this_thread::get_id(); };
    co_return co_await troupe::blocking(work);
  }
  void handle(Fail) {
    sim_->fail("the server is wrong");
    ++gone_on_;
  }
  int handle(Get) const { return gone_on_; }

 private:
  Simulation* sim_;
  int gone_on_ = 0;
};

struct Try {
  using Reply = Nanoseconds;  // how long it took
  troupe::ActorRef<Sleep> server;
  Nanoseconds time;
};
class Caller : public troupe::Actor<Caller, Try> {
 public:
  troupe::Task<Nanoseconds> handle(Try m) {
    const auto began = now();
    (void)co_await m.server.call<Sleep>(1000h).within(m.time);
    co_return now() - began;
  }
};

struct Keep {
  troupe::ActorRef<Get> keeper;
};

/// Keeps who asks waiting.
class Keeper : public troupe::Actor<Keeper, Get> {
 public:
  void handle(Get, troupe::ReplyPort<int> port) { ports_.push_back(std::move(port)); }

 private:
  std::vector<troupe::ReplyPort<int>> ports_;
};

struct Nap {
  troupe::ActorRef<Sleep> server;
  Nanoseconds time;
};

/// Calls through a bulkhead.
class Guarded : public troupe::Actor<Guarded, Nap, Keep> {
 public:
  explicit Guarded(troupe::Bulkhead bulkhead) : bulkhead_(std::move(bulkhead)) {}
  troupe::Task<> handle(Nap m) {
    (void)co_await bulkhead_.call<Sleep>(m.server, m.time).within(troupe::forever);
  }
  troupe::Task<> handle(Keep m) {
    (void)co_await bulkhead_.call<Get>(m.keeper).within(troupe::forever);
  }

 private:
  troupe::Bulkhead bulkhead_;
};

struct Tick {};
class Ticker : public troupe::Actor<Ticker, Tick, Get> {
 public:
  explicit Ticker(std::chrono::nanoseconds period = 1s, int* seen = nullptr) : seen_(seen) {
    send_every<Tick>(period);
  }
  void handle(Tick) {
    ++ticks_;
    if (seen_) *seen_ = ticks_;
  }
  int handle(Get) const { return ticks_; }

 private:
  int* seen_;
  int ticks_ = 0;
};

template <class Function>
std::string failure_of(Function&& function) {
  try {
    function();
  } catch (const SimulationFailure& failure) {
    return failure.what();
  }
  return "no failure";
}

}  // namespace

// -- determinism ---

TEST_CASE("the same seed is the same run, another seed another one") {
  CHECK(ring_hash({.seed = 5}) == ring_hash({.seed = 5}));
  CHECK(ring_hash({.seed = 5}) != ring_hash({.seed = 6}));
  CHECK(ring_hash({.seed = 5}, 20) != ring_hash({.seed = 5}, 21));
}

TEST_CASE("step times are drawn by the seed too") {
  CHECK(ring_hash({.seed = 5, .step_time = 1ms}) == ring_hash({.seed = 5, .step_time = 1ms}));
  CHECK(ring_hash({.seed = 5, .step_time = 1ms}) != ring_hash({.seed = 5}));
}

TEST_CASE("the choices of a run play it again, without its seed") {
  const auto run = [](SimulationOptions options, std::vector<std::uint32_t>* made) {
    options.record = true;
    Simulation sim(std::move(options));
    std::vector<Member::Reference> ring;
    for (int i = 0; i < 5; ++i) ring.push_back(sim.system().spawn<Member>());
    for (std::size_t i = 0; i < 5; ++i) ring[i].cast<Meet>(ring[(i + 1) % 5]);
    for (auto& each : ring) each.cast<Pass>(static_cast<int>(sim.below(10)));
    sim.run();
    *made = sim.choices();
    return sim.hash();
  };
  std::vector<std::uint32_t> made;
  const std::uint64_t hash = run({.seed = 5}, &made);
  CHECK(!made.empty());
  std::vector<std::uint32_t> replayed;
  CHECK(run({.seed = 77, .choices = made, .replay = true}, &replayed) == hash);
  CHECK(replayed == made);
  CHECK(run({.seed = 77, .choices = {}, .replay = true}, &replayed) != hash);
}

TEST_CASE("what the test leaves to chance is drawn by the seed") {
  const auto story = [](std::uint64_t seed) {
    Simulation sim(seed);
    std::string text;
    for (int i = 0; i < 5; ++i) text += std::to_string(sim.below(1000)) + " ";
    for (int i = 0; i < 20; ++i) text += sim.chance(0.5) ? "+" : "-";
    return text;
  };
  CHECK(story(1) == story(1));
  CHECK(story(1) != story(2));
}

TEST_CASE("retries in the test pause in virtual time, by the seed") {
  const auto pauses = [](std::uint64_t seed) {
    Simulation sim(seed);
    auto server = sim.system().spawn<Server>();
    server.stop();
    sim.settle();
    const auto began = sim.now();
    CHECK(!troupe::retry(4).call<Get>(server).within(1s).get());
    return sim.now() - began;
  };
  CHECK(pauses(1) > 0s);
  CHECK(pauses(1) == pauses(1));
  CHECK(pauses(1) != pauses(2));
}

TEST_CASE("the test waits for its turn at a rate limiter in virtual time") {
  Simulation sim;
  auto server = sim.system().spawn<Server>();
  const troupe::RateLimiter limit({.calls = 1, .per = 1min});
  const auto began = sim.now();
  for (int i = 0; i < 60; ++i) CHECK(limit.call<Get>(server).within(1h).get().value() == 0);
  CHECK(sim.now() - began == 59min);
}

TEST_CASE("the test waits for a place in a bulkhead while the simulation goes on") {
  Simulation sim;
  auto server = sim.system().spawn<Server>();
  const troupe::Bulkhead bulkhead({.calls = 1});
  sim.system().spawn<Guarded>(bulkhead).cast<Nap>(server, 10s);
  sim.settle();
  const auto began = sim.now();
  CHECK(bulkhead.call<Get>(server).within(1h).get().value() == 0);
  CHECK(sim.now() - began == 10s);
}

TEST_CASE("a place that nobody will ever give back is not waited for") {
  Simulation sim;
  auto keeper = sim.system().spawn<Keeper>();
  const troupe::Bulkhead bulkhead({.calls = 1});
  sim.system().spawn<Guarded>(bulkhead).cast<Keep>(keeper);
  sim.settle();
  CHECK(bulkhead.active() == 1);
  const auto began = sim.now();
  const auto answer = bulkhead.call<Get>(keeper).within(troupe::forever).get();
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == CallErrorCode::timeout);
  CHECK(sim.now() == began);
  CHECK(bulkhead.waiting() == 0);
}

TEST_CASE("the random numbers of actors are among the choices") {
  std::vector<std::uint32_t> made;
  const auto pause = [&](SimulationOptions options) {
    options.record = true;
    Simulation sim(std::move(options));
    auto server = sim.system().spawn<Server>();
    server.stop();
    sim.settle();
    const auto began = sim.now();
    (void)troupe::retry(2).call<Get>(server).get();
    made = sim.choices();
    return sim.now() - began;
  };
  const auto first = pause({.seed = 1});
  CHECK(pause({.seed = 2, .choices = made, .replay = true}) == first);
}

// -- time ---

TEST_CASE("time jumps to what is due next") {
  Simulation sim;
  auto server = sim.system().spawn<Server>();
  const auto began = sim.now();
  const auto woken = server.call<Sleep>(1000h).within(2000h).get();
  CHECK(woken.value() - began == 1000h);
  CHECK(sim.now() - began == 1000h);
  CHECK(sim.steps() < 20);
}

TEST_CASE("time goes on when there is nothing to wait for") {
  Simulation sim;
  const auto began = sim.now();
  sim.run_for(5s);
  CHECK(sim.now() - began == 5s);
  sim.run();
  sim.settle();
  CHECK(sim.now() - began == 5s);
}

TEST_CASE("what is due at the end of a time happens in it") {
  Simulation sim;
  int ticks = 0;
  sim.system().spawn<Ticker>(1s, &ticks);
  sim.run_for(3s - 1ns);
  CHECK(ticks == 2);
  sim.run_for(1ns);
  CHECK(ticks == 3);
}

TEST_CASE("settling lets no time pass but for what the steps take") {
  Simulation sim({.step_time = 1ms});
  int ticks = 0;
  sim.system().spawn<Ticker>(1h, &ticks);
  std::vector<Member::Reference> pair{sim.system().spawn<Member>(), sim.system().spawn<Member>()};
  pair[0].cast<Meet>(pair[1]);
  pair[1].cast<Meet>(pair[0]);
  pair[0].cast<Pass>(99);
  sim.settle();
  CHECK(sim.messages() == 102);
  CHECK(ticks == 0);
}

TEST_CASE("run_until stops as soon as its condition holds") {
  Simulation sim;
  int ticks = 0;
  sim.system().spawn<Ticker>(1s, &ticks);
  const auto began = sim.now();
  CHECK(sim.run_until([&] { return ticks == 3; }, 1h));
  CHECK(sim.now() - began == 3s);
  CHECK(!sim.run_until([&] { return ticks == 10; }, 2s));
  CHECK(sim.now() - began == 5s);
  CHECK(ticks == 5);
}

TEST_CASE("a million seconds of timers take a moment") {
  Simulation sim;
  auto ticker = sim.system().spawn<Ticker>();
  sim.run_for(1'000'000s);
  CHECK(ticker.call<Get>().get().value() == 1'000'000);
}

// -- what blocks runs the simulation ---

TEST_CASE("a call from the test runs the simulation until the answer is there") {
  Simulation sim;
  auto member = sim.system().spawn<Member>();
  member.cast<Pass>(0);
  CHECK(member.call<Get>().get().value() == 1);
}

TEST_CASE("a timeout takes exactly its time") {
  Simulation sim;
  auto server = sim.system().spawn<Server>();
  for (const Nanoseconds time : std::vector<Nanoseconds>{1ns, 50us, 3ms, 1s, 1h}) {
    const auto began = sim.now();
    const auto late = server.call<Sleep>(10000h).within(time).get();
    REQUIRE(!late);
    CHECK(late.error().code == CallErrorCode::timeout);
    CHECK(late.error().elapsed >= time);
    CHECK(sim.now() - began >= time);
    CHECK(sim.now() - began <= time + 2ms);  // it is asked where the request is
    server.kill();
    server = sim.system().spawn<Server>();
  }
}

TEST_CASE("a call in an actor times out when its time is over") {
  Simulation sim;
  auto server = sim.system().spawn<Server>();
  auto caller = sim.system().spawn<Caller>();
  for (const Nanoseconds time : std::vector<Nanoseconds>{1ms, 100ms, 1s, 1min}) {
    CHECK(caller.call<Try>(server, time).within(1h).get().value() == time);
    server.kill();
    server = sim.system().spawn<Server>();
  }
}

TEST_CASE("a call that nobody can answer ends at once when nothing can happen any more") {
  Simulation sim;
  auto server = sim.system().spawn<Server>();
  const auto late = server.call<Sleep>(1000h).within(1s).get();
  CHECK(!late);
  const auto began = sim.now();
  CHECK(!server.call<Get>().within(30s).get());
  CHECK(sim.now() - began <= 30s + 2ms);
}

TEST_CASE("blocking work is done in its turn, on this thread") {
  Simulation sim;
  const auto began = sim.now();
  auto server = sim.system().spawn<Server>();
  CHECK(server.call<Block>().get().value() == std::this_thread::get_id());
  CHECK(sim.now() == began);
}

TEST_CASE("a shutdown runs the simulation until all have ended") {
  Simulation sim;
  auto server = sim.system().spawn<Server>();
  CHECK(sim.system().shutdown().complete);
  CHECK(!server.call<Get>().get());
}

// -- what goes wrong ---

TEST_CASE("a run that does not end has failed") {
  Simulation sim({.max_steps = 1000});
  auto member = sim.system().spawn<Member>();
  member.cast<Meet>(member);
  member.cast<Pass>(1 << 30);
  CHECK(failure_of([&] { sim.run(); }) ==
        "no end after 1000 steps (step 1000, 0 ns after the beginning, seed 1)");
  CHECK(sim.steps() == 1000);
}

TEST_CASE("a failure is told again and again, and nothing runs after it") {
  Simulation sim;
  auto member = sim.system().spawn<Member>();
  CHECK(failure_of([&] { sim.fail("wrong"); }) ==
        "wrong (step 0, 0 ns after the beginning, seed 1)");
  member.cast<Pass>(0);
  CHECK(failure_of([&] { sim.run(); }) == failure_of([&] { sim.settle(); }));
  CHECK(sim.messages() == 0);
  CHECK(failure_of([&] { sim.fail("another"); }).starts_with("wrong"));
}

TEST_CASE("a failure in an actor ends the run after its step") {
  Simulation sim;
  auto server = sim.system().spawn<Server>(&sim);
  server.cast<Fail>();
  server.cast<Fail>();
  CHECK(failure_of([&] { sim.run(); }).starts_with("the server is wrong (step "));
  CHECK(sim.messages() == 1);
}

TEST_CASE("check fails only where its condition does not hold") {
  Simulation sim;
  sim.check(true, "fine");
  CHECK(failure_of([&] { sim.check(false, "not fine"); }).starts_with("not fine"));
}

TEST_CASE("what is always to hold is asked after every step") {
  Simulation sim(3);
  int ticks = 0;
  sim.system().spawn<Ticker>(1s, &ticks);
  int asked = 0;
  sim.always("fewer than three ticks", [&] {
    ++asked;
    return ticks < 3;
  });
  sim.run_for(2s);
  CHECK(asked == static_cast<int>(sim.steps()));
  CHECK(
      failure_of([&] { sim.run_for(1h); }) ==
      "'fewer than three ticks' does not hold any more (step 8, 3 s after the beginning, seed 3)");
  CHECK(ticks == 3);
}

TEST_CASE("what a condition throws reaches the test, and the next step asks again") {
  Simulation sim;
  auto member = sim.system().spawn<Member>();
  int asked = 0;
  sim.always("no exception", [&]() -> bool {
    if (++asked == 1) throw std::runtime_error("no answer");
    return true;
  });
  member.cast<Pass>(0);
  member.cast<Pass>(0);
  CHECK_THROWS_WITH(sim.run(), "no answer");
  CHECK(member.call<Get>().get().value() == 2);
  CHECK(asked >= 2);
}

TEST_CASE("what is asked after every step does not call") {
  Simulation sim;
  auto member = sim.system().spawn<Member>();
  sim.always("an answer", [&] { return member.call<Get>().get().has_value(); });
  member.cast<Pass>(0);
  CHECK(failure_of([&] {
          sim.run();
        }).starts_with("what is asked after every step only looks: it does not call or wait"));
}

TEST_CASE("what is eventually to hold has its time") {
  Simulation sim;
  int ticks = 0;
  sim.system().spawn<Ticker>(1s, &ticks);
  sim.eventually("three ticks", [&] { return ticks == 3; }, 5s);
  CHECK(ticks == 3);
  CHECK(failure_of([&] { sim.eventually("ten ticks", [&] { return ticks == 10; }, 5s); }) ==
        "'ten ticks' does not hold after 5 s (step 24, 8 s after the beginning, seed 1)");
}

TEST_CASE("options and threads that make no sense are refused") {
  CHECK_THROWS_AS(Simulation({.step_time = -1ns}), std::invalid_argument);
  CHECK_THROWS_AS(Simulation({.step_time = 1h}), std::invalid_argument);
  Simulation sim;
  CHECK_THROWS_AS(Simulation(2), std::logic_error);
  std::thread([] { CHECK(Simulation(2).now() > std::chrono::steady_clock::time_point()); }).join();
}

TEST_CASE("a simulation's systems are those of its nodes, one each") {
  const auto refused = [] {
    try {
      troupe::System system;
    } catch (const std::logic_error& error) {
      return std::string(error.what());
    }
    return std::string("not refused");
  };
  constexpr const char* kError =
      "this thread runs a simulation: a system in it is a node's (add_node)";
  Simulation sim;
  CHECK(refused() == kError);
  std::string in_node;
  sim.add_node("node", [&](troupe::SimulatedNode&) { in_node = refused(); });
  CHECK(in_node == kError);
  sim.node("node").restart();
  CHECK(sim.node("node").starts() == 2);
  CHECK(sim.system().spawn<Member>().call<Get>().get().value() == 0);
}

TEST_CASE("after a simulation the thread is the machine's again") {
  {
    Simulation sim;
  }
  troupe::System system({.workers = 1});
  auto member = system.spawn<Member>();
  member.cast<Pass>(0);
  CHECK(member.call<Get>().get().value() == 1);
}
