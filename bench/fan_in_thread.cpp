// A thread sends to one actor.

#include <future>

#include "bench.hpp"
#include "collector.hpp"

namespace {

bench::Result fan_in_thread(const bench::Run& run) {
  std::promise<std::uint64_t> sum;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<bench::Collector>(run.size, &sum);

  const bench::Stopwatch watch(run);
  for (std::uint64_t i = 0; i < run.size; ++i) collector.cast<bench::Report>(1u);
  const auto value = sum.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), value, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "fan-in-thread", .size = 2'000'000, .run = fan_in_thread}, argv);
}
