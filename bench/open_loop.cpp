// A thread sends to eight actors by the clock, whether they keep up or not.

#include <future>
#include <thread>

#include "bench.hpp"
#include "collector.hpp"

namespace {

constexpr std::uint64_t kReceivers = 8;
constexpr std::chrono::microseconds kInterval(10);
constexpr std::chrono::microseconds kWork(1);

struct Job {
  bench::Clock::time_point due;
};
struct Times {
  using Reply = std::vector<std::uint64_t>;
};

class Receiver : public troupe::Actor<Receiver, Job, Times> {
 public:
  Receiver(std::uint64_t jobs, troupe::ActorRef<bench::Report> collector)
      : jobs_(jobs), collector_(std::move(collector)) {
    times_.reserve(jobs);
  }

  void handle(Job m) {
    bench::burn_until(bench::Clock::now() + kWork);
    times_.push_back(bench::nanoseconds(bench::Clock::now() - m.due));
    if (times_.size() == jobs_) collector_.cast<bench::Report>(times_.size());
  }

  std::vector<std::uint64_t> handle(Times) { return std::move(times_); }

 private:
  std::uint64_t jobs_;
  std::vector<std::uint64_t> times_;
  troupe::ActorRef<bench::Report> collector_;
};

bench::Result open_loop(const bench::Run& run) {
  std::promise<std::uint64_t> handled;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<bench::Collector>(std::min(run.size, kReceivers), &handled);
  std::vector<troupe::ActorRef<Job, Times>> receivers;
  for (std::uint64_t i = 0; i < kReceivers; ++i) {
    const std::uint64_t share = run.size / kReceivers + (i < run.size % kReceivers ? 1 : 0);
    receivers.push_back(system.spawn<Receiver>(share, collector));
  }

  auto due = bench::Clock::now();
  for (std::uint64_t i = 0; i < run.size; ++i, due += kInterval) {
    std::this_thread::sleep_until(due);
    receivers[i % kReceivers].cast<Job>(due);
  }
  const auto sum = handled.get_future().get();

  std::vector<std::uint64_t> all;
  for (const auto& times : troupe::call_all<Times>(receivers).get()) {
    all.insert(all.end(), times->begin(), times->end());
  }
  return bench::result(run.size, bench::percentiles(std::move(all)), sum, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "open-loop",
                         .size = 100'000,
                         .run = open_loop,
                         .why_not_slower = "the receivers would fall behind"},
                        argv);
}
