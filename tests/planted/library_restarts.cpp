#include <map>

#include "planted/planted.hpp"

namespace planted {

namespace {

struct Fail {};

[[noreturn]] void fail() { throw std::runtime_error("it was to fail"); }

// -- unread messages wait for the next incarnation ---

struct Count {};

class Counter : public troupe::Actor<Counter, Count, Fail> {
 public:
  explicit Counter(int* counted) : counted_(*counted) {}
  void handle(Count) { ++counted_; }
  void handle(Fail) { fail(); }

 private:
  int& counted_;
};

// -- children that fail together are restarted once ---

class Twin : public troupe::Actor<Twin, Fail> {
 public:
  Twin(Simulation* simulation, bool* has_failed) : has_failed_(*has_failed) {
    simulation->check(has_failed_, "nobody is restarted without a failure");
    has_failed_ = false;
  }
  void handle(Fail) {
    has_failed_ = true;
    fail();
  }

 private:
  bool& has_failed_;
};

class Other : public troupe::Actor<Other, Fail> {
 public:
  explicit Other(bool* has_failed) : has_failed_(*has_failed) {}
  void handle(Fail) {
    has_failed_ = true;
    fail();
  }

 private:
  bool& has_failed_;
};

// -- timers end with the incarnation that started them ---

struct Tick {
  int incarnation;
};

class Ticker : public troupe::Actor<Ticker, Tick, Fail> {
 public:
  Ticker(Simulation* simulation, int* incarnations)
      : simulation_(*simulation), incarnation_(++*incarnations) {}
  void post_start() { send_after<Tick>(10ms, incarnation_); }
  troupe::Task<> post_stop() { co_await troupe::sleep_for(100us); }
  void handle(Tick m) {
    simulation_.check(m.incarnation == incarnation_, "a timer ends with its incarnation");
  }
  void handle(Fail) { fail(); }

 private:
  Simulation& simulation_;
  int incarnation_;
};

// -- a job that was acknowledged is not delivered again ---

struct Job {
  int number;
};
struct Finish {
  troupe::Work<Job> work;
};

class Finisher : public troupe::Actor<Finisher, Finish> {
 public:
  explicit Finisher(std::map<int, int>* done) : done_(*done) {}
  void handle(Finish m) {
    ++done_[m.work->number];
    m.work.acknowledge();
  }

 private:
  std::map<int, int>& done_;
};

class Consumer : public troupe::Actor<Consumer, troupe::Work<Job>, Fail> {
 public:
  Consumer(troupe::ActorRef<troupe::AddConsumer<Job>> queue, troupe::ActorRef<Finish> finisher)
      : queue_(std::move(queue)), finisher_(std::move(finisher)) {}
  void post_start() { queue_.cast<troupe::AddConsumer<Job>>(self()); }
  void handle(troupe::Work<Job> work) { finisher_.cast<Finish>(std::move(work)); }
  void handle(Fail) { fail(); }

 private:
  troupe::ActorRef<troupe::AddConsumer<Job>> queue_;
  troupe::ActorRef<Finish> finisher_;
};

}  // namespace

void restart_drops_mailbox(Simulation& simulation) {
  troupe::System& system = simulation.system();
  int counted = 0;
  system.spawn<troupe::Supervisor>(
      troupe::one_for_one().child<Counter>("counter", &counted).named("counter"));
  auto counter = *system.find<Count, Fail>("counter");
  simulation.settle();
  after_messages(system, 2, [&] { counter.cast<Fail>(); });
  after_messages(system, 16, [&] { counter.cast<Count>(); });
  simulation.run();
  simulation.check(counted == 1, "what is unread waits for the next incarnation");
}

void double_restart(Simulation& simulation) {
  troupe::System& system = simulation.system();
  bool has_failed = true;
  system.spawn<troupe::Supervisor>(troupe::one_for_all()
                                       .intensity(10, 1s)
                                       .child<Twin>("twin", &simulation, &has_failed)
                                       .named("twin")
                                       .child<Other>("other", &has_failed)
                                       .named("other"));
  auto twin = *system.find<Fail>("twin");
  auto other = *system.find<Fail>("other");
  simulation.settle();
  after_messages(system, 2, [&] { twin.cast<Fail>(); });
  after_messages(system, 16, [&] { other.cast<Fail>(); });
  simulation.run();
}

void timer_outlives_restart(Simulation& simulation) {
  troupe::System& system = simulation.system();
  int incarnations = 0;
  system.spawn<troupe::Supervisor>(
      troupe::one_for_one().child<Ticker>("ticker", &simulation, &incarnations).named("ticker"));
  auto ticker = *system.find<Tick, Fail>("ticker");
  simulation.run_for(10us * (1 + simulation.below(2000)));
  ticker.cast<Fail>();
  simulation.run_for(50ms);
}

void work_done_twice(Simulation& simulation) {
  troupe::System& system = simulation.system();
  std::map<int, int> done;
  auto finisher = system.spawn<Finisher>(&done);
  auto queue = system.spawn<troupe::WorkQueue<Job>>(troupe::WorkOptions{.window = 2});
  system.spawn<troupe::Supervisor>(
      troupe::one_for_one().child<Consumer>("consumer", queue, finisher).named("consumer"));
  auto consumer = *system.find<Fail>("consumer");
  simulation.settle();
  for (int i = 0; i < 3; ++i) queue.cast<troupe::SubmitWork<Job>>(i);
  after_messages(system, 24, [&] { consumer.cast<Fail>(); });
  simulation.run();
  for (int i = 0; i < 3; ++i) simulation.check(done[i] == 1, "each job is done once");
}

}  // namespace planted
