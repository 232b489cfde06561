// Eight actors send to one.

#include <future>

#include "bench.hpp"
#include "collector.hpp"

namespace {

constexpr std::uint64_t kProducers = 8;
constexpr std::uint64_t kAtATime = 1024;

struct Produce {
  std::uint64_t messages;
};

class Producer : public troupe::Actor<Producer, Produce> {
 public:
  explicit Producer(troupe::ActorRef<bench::Report> collector) : collector_(std::move(collector)) {}

  void handle(Produce m) {
    const auto now = std::min(m.messages, kAtATime);
    for (std::uint64_t i = 0; i < now; ++i) collector_.cast<bench::Report>(1u);
    if (m.messages > now) self().cast<Produce>(m.messages - now);
  }

 private:
  troupe::ActorRef<bench::Report> collector_;
};

bench::Result fan_in(const bench::Run& run) {
  std::promise<std::uint64_t> sum;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<bench::Collector>(run.size, &sum);
  std::vector<troupe::ActorRef<Produce>> producers;
  for (std::uint64_t i = 0; i < kProducers; ++i)
    producers.push_back(system.spawn<Producer>(collector));

  const bench::Stopwatch watch(run);
  for (std::uint64_t i = 0; i < kProducers; ++i) {
    producers[i].cast<Produce>(run.size / kProducers + (i < run.size % kProducers ? 1 : 0));
  }
  const auto value = sum.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), value, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "fan-in", .size = 4'000'000, .run = fan_in}, argv);
}
