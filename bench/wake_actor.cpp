// How long a message from a busy actor takes to an idle one.

#include <future>

#include "bench.hpp"

namespace {

constexpr std::chrono::microseconds kBusy(20);

struct Tick {
  bench::Clock::time_point sent;
};
struct Work {
  std::uint64_t rounds;
};

class Idle : public troupe::Actor<Idle, Tick> {
 public:
  Idle(std::uint64_t ticks, std::promise<std::vector<std::uint64_t>>* times)
      : ticks_(ticks), promise_(times) {
    times_.reserve(ticks);
  }

  void handle(Tick m) {
    times_.push_back(bench::nanoseconds(bench::Clock::now() - m.sent));
    if (times_.size() == ticks_) promise_->set_value(std::move(times_));
  }

 private:
  std::uint64_t ticks_;
  std::vector<std::uint64_t> times_;
  std::promise<std::vector<std::uint64_t>>* promise_;
};

class Busy : public troupe::Actor<Busy, Work> {
 public:
  explicit Busy(troupe::ActorRef<Tick> idle) : idle_(std::move(idle)) {}

  void handle(Work m) {
    const auto began = bench::Clock::now();
    idle_.cast<Tick>(began);
    bench::burn_until(began + kBusy);
    if (m.rounds > 1) self().cast<Work>(m.rounds - 1);
  }

 private:
  troupe::ActorRef<Tick> idle_;
};

bench::Result wake_actor(const bench::Run& run) {
  std::promise<std::vector<std::uint64_t>> times;
  troupe::System system({.workers = run.workers});
  auto busy = system.spawn<Busy>(system.spawn<Idle>(run.size, &times));
  busy.cast<Work>(run.size);
  auto recorded = times.get_future().get();
  const std::uint64_t received = recorded.size();
  return bench::result(run.size, bench::percentiles(std::move(recorded)), received, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "wake-actor",
                         .size = 20'000,
                         .run = wake_actor,
                         .why_not_slower = "the idle actor would fall behind"},
                        argv);
}
