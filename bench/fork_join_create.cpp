// A thread spawns actors that handle one message and end.

#include <atomic>
#include <future>

#include "bench.hpp"
#include "compute.hpp"

namespace {

/// Counts the actors that have ended after they had handled their message.
class Countdown {
 public:
  explicit Countdown(std::uint64_t actors) : actors_(actors) {}

  void ended(bool handled) {
    const std::uint64_t all = count_.fetch_add(handled, std::memory_order_relaxed) + handled;
    if (all == actors_) promise_.set_value(all);
  }
  std::uint64_t wait() { return promise_.get_future().get(); }

 private:
  std::uint64_t actors_;
  std::atomic<std::uint64_t> count_{0};
  std::promise<std::uint64_t> promise_;
};

struct Job {};

class Once : public troupe::Actor<Once, Job> {
 public:
  explicit Once(Countdown& countdown) : countdown_(countdown) {}
  ~Once() { countdown_.ended(handled_); }

  void handle(Job) {
    handled_ = bench::sine_squared() > 0;
    stop();
  }

 private:
  Countdown& countdown_;
  bool handled_ = false;
};

bench::Result fork_join_create(const bench::Run& run) {
  Countdown countdown(run.size);
  troupe::System system({.workers = run.workers});

  const bench::Stopwatch watch(run);
  for (std::uint64_t i = 0; i < run.size; ++i) system.spawn<Once>(countdown).cast<Job>();
  const auto handled = countdown.wait();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), handled, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "fork-join-create", .size = 200'000, .run = fork_join_create},
                        argv);
}
