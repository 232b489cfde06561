#pragma once

#include <future>
#include <vector>

#include "bench.hpp"
#include "collector.hpp"

/// Eight actors send to one.
namespace bench {

inline constexpr std::uint64_t kProducers = 8;
inline constexpr std::uint64_t kAtATime = 1024;

struct Produce {
  std::uint64_t messages;
};

class Producer : public troupe::Actor<Producer, Produce> {
 public:
  explicit Producer(troupe::ActorRef<Report> collector) : collector_(std::move(collector)) {}

  void handle(Produce m) {
    const auto now = std::min(m.messages, kAtATime);
    for (std::uint64_t i = 0; i < now; ++i) collector_.cast<Report>(1u);
    if (m.messages > now) self().cast<Produce>(m.messages - now);
  }

 private:
  troupe::ActorRef<Report> collector_;
};

inline Result fan_in(const Run& run, const troupe::Mailbox& mailbox) {
  std::promise<std::uint64_t> sum;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<Collector>(mailbox, run.size, &sum);
  std::vector<troupe::ActorRef<Produce>> producers;
  for (std::uint64_t i = 0; i < kProducers; ++i)
    producers.push_back(system.spawn<Producer>(collector));

  const Stopwatch watch(run);
  for (std::uint64_t i = 0; i < kProducers; ++i) {
    producers[i].cast<Produce>(run.size / kProducers + (i < run.size % kProducers ? 1 : 0));
  }
  const auto value = sum.get_future().get();
  const auto ns = watch.stop();
  return result(run.size, time(ns), value, run.size);
}

}  // namespace bench
