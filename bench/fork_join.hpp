#pragma once

#include <future>
#include <vector>

#include "bench.hpp"
#include "collector.hpp"

namespace bench {

struct Job {};

class Receiver : public troupe::Actor<Receiver, Job> {
 public:
  Receiver(std::uint64_t jobs, troupe::ActorRef<Report> collector)
      : jobs_(jobs), collector_(std::move(collector)) {}

  void handle(Job) {
    if (++handled_ == jobs_) collector_.cast<Report>(handled_);
  }

 private:
  std::uint64_t jobs_;
  std::uint64_t handled_ = 0;
  troupe::ActorRef<Report> collector_;
};

inline constexpr std::uint64_t kReceivers = 60;

using Receivers = std::vector<troupe::ActorRef<Job>>;

/// Receivers for so many jobs, handed out round-robin; they report when each has had its share.
inline Receivers spawn_receivers(troupe::System& system, std::uint64_t jobs,
                                 std::promise<std::uint64_t>* handled) {
  auto collector = system.spawn<Collector>(std::min(jobs, kReceivers), handled);
  Receivers receivers;
  for (std::uint64_t i = 0; i < kReceivers; ++i) {
    const std::uint64_t share = jobs / kReceivers + (i < jobs % kReceivers ? 1 : 0);
    receivers.push_back(system.spawn<Receiver>(share, collector));
  }
  return receivers;
}

}  // namespace bench
