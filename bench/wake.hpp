#pragma once

#include <thread>

#include "bench.hpp"

namespace bench {

struct Ask {
  using Reply = std::uint64_t;
};

class Answerer : public troupe::Actor<Answerer, Ask> {
 public:
  std::uint64_t handle(Ask) { return ++asked_; }

 private:
  std::uint64_t asked_ = 0;
};

/// How long an idle actor takes to answer a thread that pauses before each call.
inline Result wake(const Run& run, std::chrono::microseconds pause) {
  troupe::System system({.workers = run.workers});
  auto answerer = system.spawn<Answerer>();
  std::vector<std::uint64_t> times;
  times.reserve(run.size);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < run.size; ++i) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
    const Stopwatch watch(run);
    const auto answer = answerer.call<Ask>().get();
    times.push_back(watch.stop());
    sum += answer.value();
  }
  return result(run.size, percentiles(std::move(times)), sum, run.size * (run.size + 1) / 2);
}

}  // namespace bench
