// Twenty philosophers ask one arbitrator for their forks.

#include <array>
#include <future>

#include "bench.hpp"

namespace {

constexpr std::uint32_t kPhilosophers = 20;

struct Hungry {
  std::uint32_t philosopher;
};
struct Done {
  std::uint32_t philosopher;
};
struct Full {
  std::uint64_t meals;
  std::uint64_t retries;
};
struct Eat {};
struct Denied {};
struct Start {};

class Philosopher : public troupe::Actor<Philosopher, Start, Eat, Denied> {
 public:
  Philosopher(std::uint32_t index, std::uint64_t meals,
              troupe::ActorRef<Hungry, Done, Full> arbitrator)
      : index_(index), wanted_(meals), arbitrator_(std::move(arbitrator)) {}

  void handle(Start) { arbitrator_.cast<Hungry>(index_); }

  void handle(Denied) {
    ++retries_;
    arbitrator_.cast<Hungry>(index_);
  }

  void handle(Eat) {
    ++meals_;
    arbitrator_.cast<Done>(index_);
    if (meals_ < wanted_) {
      arbitrator_.cast<Hungry>(index_);
    } else {
      arbitrator_.cast<Full>(meals_, retries_);
    }
  }

 private:
  std::uint32_t index_;
  std::uint64_t wanted_;
  std::uint64_t meals_ = 0;
  std::uint64_t retries_ = 0;
  troupe::ActorRef<Hungry, Done, Full> arbitrator_;
};

class Arbitrator : public troupe::Actor<Arbitrator, Start, Hungry, Done, Full> {
 public:
  Arbitrator(std::uint64_t meals, std::promise<Full>* all) : wanted_(meals), promise_(all) {}

  void pre_start() {
    for (std::uint32_t i = 0; i < kPhilosophers; ++i) {
      philosophers_.push_back(spawn<Philosopher>(i, wanted_, self()));
    }
  }

  void handle(Start) {
    for (auto& philosopher : philosophers_) philosopher.cast<Start>();
  }

  void handle(Hungry m) {
    bool& left = taken_[m.philosopher];
    bool& right = taken_[(m.philosopher + 1) % kPhilosophers];
    if (left || right) {
      philosophers_[m.philosopher].cast<Denied>();
    } else {
      left = right = true;
      philosophers_[m.philosopher].cast<Eat>();
    }
  }

  void handle(Done m) {
    taken_[m.philosopher] = false;
    taken_[(m.philosopher + 1) % kPhilosophers] = false;
  }

  void handle(Full m) {
    all_.meals += m.meals;
    all_.retries += m.retries;
    if (++full_ == kPhilosophers) promise_->set_value(all_);
  }

 private:
  std::uint64_t wanted_;
  std::vector<troupe::ActorRef<Start, Eat, Denied>> philosophers_;
  std::array<bool, kPhilosophers> taken_{};
  unsigned full_ = 0;
  Full all_{};
  std::promise<Full>* promise_;
};

bench::Result philosophers(const bench::Run& run) {
  std::promise<Full> all;
  troupe::System system({.workers = run.workers});
  auto arbitrator = system.spawn<Arbitrator>(run.size, &all);

  const bench::Stopwatch watch(run);
  arbitrator.cast<Start>();
  const auto [meals, retries] = all.get_future().get();
  const auto ns = watch.stop();
  return bench::result(kPhilosophers * run.size,
                       troupe::format("{} retries={}", bench::time(ns), retries), meals,
                       kPhilosophers * run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "philosophers", .size = 10'000, .run = philosophers}, argv);
}
