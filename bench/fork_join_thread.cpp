// A thread sends to 60 actors, round-robin.

#include "fork_join.hpp"

namespace {

bench::Result fork_join_thread(const bench::Run& run) {
  std::promise<std::uint64_t> handled;
  troupe::System system({.workers = run.workers});
  const auto receivers = bench::spawn_receivers(system, run.size, &handled);

  const bench::Stopwatch watch(run);
  for (std::uint64_t i = 0; i < run.size; ++i) receivers[i % receivers.size()].cast<bench::Job>();
  const auto sum = handled.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), sum, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "fork-join-thread", .size = 1'200'000, .run = fork_join_thread},
                        argv);
}
