#include <doctest/doctest.h>

#include <troupe/fault_point.hpp>
#include <troupe/simulation.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;
using troupe::CallErrorCode;
using troupe::Simulation;

namespace {

struct Work {
  int number;
};
struct Done {
  using Reply = std::vector<int>;
};
struct Ask {
  using Reply = int;
};
struct Store {
  using Reply = bool;
};

class Worker : public troupe::Actor<Worker, Work, Done, Ask, Store> {
 public:
  void handle(Work m) { done_.push_back(m.number); }
  std::vector<int> handle(Done) const { return done_; }
  int handle(Ask) const { return 42; }
  bool handle(Store) const { return !troupe::fault_point("the disk is full"); }

 private:
  std::vector<int> done_;
};

class Other : public troupe::Actor<Other, Ask> {
 public:
  int handle(Ask) const { return 1; }
};

struct World {
  Simulation sim;
  troupe::System& system = sim.system();
  troupe::SimulationFaults& faults = sim.faults();
  std::chrono::steady_clock::time_point began = sim.now();
  Worker::Reference worker;

  /// Restarted whenever it fails.
  World() : sim({.schedule = troupe::Schedule::fifo()}) {
    system.spawn<troupe::Supervisor>(
        troupe::one_for_one().intensity(1000, 1s).child<Worker>("worker").named("worker"));
    worker = *troupe::ref_as<Worker>(*system.find<>("worker"));
  }
  void work(int count) {
    for (int i = 1; i <= count; ++i) worker.cast<Work>(i);
  }
  std::vector<int> done() { return worker.call<Done>().within(24h).get().value(); }
  std::chrono::nanoseconds passed() const { return sim.now() - began; }
};

using Numbers = std::vector<int>;

}  // namespace

TEST_CASE("the n-th message of an actor fails, and only that") {
  World world;
  world.faults.fail(world.worker, 3);
  world.work(5);
  CHECK(world.done() == Numbers{4, 5});  // of the second incarnation
  CHECK(world.faults.count() == 1);
  CHECK(world.system.stats().failures == 1);
  world.work(5);
  CHECK(world.done() == Numbers{4, 5, 1, 2, 3, 4, 5});
}

TEST_CASE("whose message fails is told, as by an exception") {
  World world;
  std::string target;
  SUBCASE("by the class") { target = "Worker"; }
  SUBCASE("by the name") { target = "worker"; }
  world.faults.fail(target);
  const auto answer = world.worker.call<Ask>().get();
  REQUIRE(!answer);
  CHECK(answer.error().code == CallErrorCode::failed);
  CHECK(answer.error().reason == "a fault");
  CHECK(world.worker.call<Ask>().get().value() == 42);
}

TEST_CASE("a fault of one class leaves others alone") {
  World world;
  auto other = world.system.spawn<Other>();
  world.faults.fail("Worker");
  CHECK(other.call<Ask>().get().value() == 1);
  CHECK(world.faults.count() == 0);
  CHECK(!world.worker.call<Ask>().get());
}

TEST_CASE("a message fails as often as its probability says") {
  World world;
  world.faults.fail_often(world.worker, 0.25);
  int failed = 0;
  for (int i = 0; i < 1000; ++i) failed += !world.worker.call<Ask>().get();
  CHECK(failed > 200);
  CHECK(failed < 300);
  CHECK(world.faults.count() == static_cast<std::uint64_t>(failed));
  world.faults.stop();
  for (int i = 0; i < 100; ++i) CHECK(world.worker.call<Ask>().get());
  CHECK_THROWS_AS(world.faults.fail_often(world.worker, 1.1), std::invalid_argument);
}

TEST_CASE("messages of a bounded mailbox fail as others do") {
  World world;
  auto other = world.system.spawn<Other>(troupe::bounded(2));
  world.faults.fail(other, 3);
  CHECK(other.call<Ask>().get());
  CHECK(other.call<Ask>().get());
  CHECK(!other.call<Ask>().get());
  CHECK(world.faults.count() == 1);
}

// -- slow actors ---

TEST_CASE("an actor that hangs handles its messages when it goes on") {
  World world;
  world.faults.hang(world.worker, 10s);
  world.work(2);
  world.sim.run_for(9s);
  const auto answer = world.worker.call<Ask>().within(500ms).get();
  REQUIRE(!answer);
  CHECK(answer.error().code == CallErrorCode::timeout);
  CHECK(answer.error().stage == troupe::CallStage::queued);
  CHECK(world.done() == Numbers{1, 2});
  CHECK(world.passed() == 10s);
}

TEST_CASE("an actor that hangs hears signals") {
  World world;
  auto hanging = world.system.spawn<Other>();
  world.faults.hang(hanging, 1h);
  const auto unanswered = hanging.call<Ask>().within(1s).get();
  CHECK(!unanswered);
  SUBCASE("a stop") { CHECK(hanging.stop_and_wait().get()->kind == troupe::ExitKind::stopped); }
  SUBCASE("a kill") { CHECK(hanging.kill_and_wait().get()->kind == troupe::ExitKind::killed); }
  SUBCASE("the shutdown of its system") { CHECK(world.system.shutdown().complete); }
  SUBCASE("a crash of its node") { world.sim.node().crash(); }
  CHECK(world.passed() == 1s);
}

TEST_CASE("an actor that is slow takes its time for each message") {
  World world;
  world.faults.slow_down(world.worker, 2s);
  world.work(3);
  CHECK(world.done() == Numbers{1, 2, 3});
  CHECK(world.passed() == 6s);
  CHECK(world.worker.call<Ask>().within(1s).get().error().code == CallErrorCode::timeout);
}

TEST_CASE("the end of the faults lets everybody go on at once") {
  World world;
  world.faults.hang(world.worker, 1h);
  world.work(2);
  world.sim.run_for(1s);
  world.faults.stop();
  CHECK(world.done() == Numbers{1, 2});
  CHECK(world.passed() == 1s);
}

TEST_CASE("what is to be eventually true may count on the end of the faults") {
  World world;
  world.faults.fail_often(world.worker, 1);
  world.faults.hang("Worker", 1h);
  const auto answers = [&] { return world.worker.call<Ask>().within(1ms).get().has_value(); };
  CHECK(!answers());
  int handled = 0;
  class Counting : public troupe::Actor<Counting, Work> {
   public:
    explicit Counting(int* handled) : handled_(handled) {}
    void handle(Work) { ++*handled_; }

   private:
    int* handled_;
  };
  auto counting = world.system.spawn<Counting>(&handled);
  world.faults.fail_often(counting, 1);
  world.faults.hang(counting, 1h);
  counting.cast<Work>(1);
  world.sim.settle();
  CHECK(handled == 0);
  world.sim.eventually("it is handled", [&] { return handled == 1; }, 1s);
  CHECK(answers());
}

// -- fault points ---

TEST_CASE("a fault point says true where it is enabled, and in debug builds only") {
  World world;
  const auto store = [&] { return world.worker.call<Store>().get().value(); };
  CHECK(store());
  world.faults.enable("another point", 1);
  CHECK(store());
  world.faults.enable("the disk is full", 1);
#ifdef NDEBUG
  CHECK(store());
  CHECK(world.faults.count() == 0);
#else
  CHECK(!store());
  CHECK(world.faults.count() == 1);
#endif
  world.faults.stop();
  CHECK(store());
  CHECK_THROWS_AS(world.faults.enable("the disk is full", -1), std::invalid_argument);
}

TEST_CASE("a fault point says false where nothing is simulated") {
  {
    Simulation sim;
  }
  CHECK(!troupe::fault_point("the disk is full"));
}

namespace {

struct Ring {};

class Alarm : public troupe::Actor<Alarm, Ring> {
 public:
  explicit Alarm(std::chrono::nanoseconds* rang) : rang_(*rang) {}
  void pre_start() { send_after<Ring>(1ms); }
  void handle(Ring) { rang_ = now() - began_; }

 private:
  std::chrono::nanoseconds& rang_;
  std::chrono::steady_clock::time_point began_ = now();
};

}  // namespace

TEST_CASE("the library's own fault points are late timers and failing starts, where faults exist") {
#ifdef NDEBUG
  constexpr bool exist = false;
#else
  constexpr bool exist = true;
#endif
  Simulation sim;
  std::chrono::nanoseconds rang{0};
  sim.faults().enable("troupe: a timer is late", 1);
  sim.node().spawn<Alarm>(&rang);
  sim.run_for(1s);
  CHECK(rang == (exist ? 11ms : 1ms));
  sim.faults().enable("troupe: an actor does not start", 1);
  CHECK(sim.system().try_spawn<Alarm>(&rang).has_value() == !exist);
}
