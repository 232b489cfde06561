// An actor sends to 60, round-robin.

#include "fork_join.hpp"

namespace {

constexpr std::uint64_t kAtATime = 1024;

struct Produce {
  std::uint64_t messages;
};

class Producer : public troupe::Actor<Producer, Produce> {
 public:
  explicit Producer(bench::Receivers receivers) : receivers_(std::move(receivers)) {}

  void handle(Produce m) {
    const auto now = std::min(m.messages, kAtATime);
    for (std::uint64_t i = 0; i < now; ++i) {
      receivers_[next_].cast<bench::Job>();
      if (++next_ == receivers_.size()) next_ = 0;
    }
    if (m.messages > now) self().cast<Produce>(m.messages - now);
  }

 private:
  bench::Receivers receivers_;
  std::size_t next_ = 0;
};

bench::Result fork_join(const bench::Run& run) {
  std::promise<std::uint64_t> handled;
  troupe::System system({.workers = run.workers});
  auto producer = system.spawn<Producer>(bench::spawn_receivers(system, run.size, &handled));

  const bench::Stopwatch watch(run);
  producer.cast<Produce>(run.size);
  const auto sum = handled.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), sum, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "fork-join", .size = 3'000'000, .run = fork_join}, argv);
}
