#include "counters/aggregator.hpp"
#include "counters/counter.hpp"
#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

struct Count {
  std::int64_t value = 0;
  std::uint64_t operations = 0;
};

// Sends operations, and knows what it has sent.
class Sender : public troupe::Actor<Sender> {
 public:
  Sender(troupe::Simulation* simulation, troupe::ActorRef<Increment, Decrement, GetValue> counter,
         Count* sent)
      : simulation_(*simulation), counter_(std::move(counter)), sent_(*sent) {}

  troupe::Task<> post_start() {
    const std::uint32_t operations = simulation_.below(20);
    for (std::uint32_t i = 0; i < operations; ++i) {
      const auto amount = static_cast<std::int64_t>(simulation_.below(10));
      ++sent_.operations;
      if (simulation_.below(2) == 0) {
        sent_.value += amount;
        counter_.cast<Increment>(amount);
      } else {
        sent_.value -= amount;
        counter_.cast<Decrement>(amount);
      }
      if (simulation_.below(4) == 0) co_await troupe::sleep_for(1ms);
    }
    (void)co_await counter_.call<GetValue>().within(troupe::forever);
    stop();
  }

 private:
  troupe::Simulation& simulation_;
  troupe::ActorRef<Increment, Decrement, GetValue> counter_;
  Count& sent_;
};

}  // namespace

// No operation is lost, and none is counted twice: whatever the aggregator says meanwhile is what
// some of the operations make, and its last word is all of them.
void counters(troupe::Simulation& simulation) {
  troupe::System& system = simulation.system();
  auto aggregator = system.spawn<Aggregator>(100ms, 5ms);
  const std::uint32_t count = 1 + simulation.below(4);
  std::vector<Count> sent(count);
  std::vector<troupe::ActorRef<Increment, Decrement, GetValue, GetStats>> all;
  std::vector<troupe::AnyRef> senders;
  for (std::uint32_t i = 0; i < count; ++i) {
    all.push_back(system.spawn<Counter>());
    aggregator.cast<Register>(all.back());
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t k = 0; k <= simulation.below(3); ++k) {
      senders.push_back(system.spawn<Sender>(&simulation, all[i], &sent[i]));
    }
  }
  aggregator.cast<Collect>();
  const auto total_of = [&] {
    Count total;
    for (const Count& each : sent) {
      total.value += each.value;
      total.operations += each.operations;
    }
    return total;
  };
  for (int i = 0; i < 3; ++i) {
    const auto seen = aggregator.call<GetTotalStats>().get();
    simulation.check(seen.has_value(), "the aggregator answers");
    simulation.check(seen->operations <= total_of().operations, "no operation is counted twice");
    simulation.run_for(2ms);
  }
  for (const troupe::AnyRef& sender : senders) (void)sender.wait().within(1h).get();
  const auto last = aggregator.call<GetTotalStats>().get();
  simulation.check(last && last->operations == total_of().operations, "every operation is counted");
  simulation.check(last->value == total_of().value, "the total is right");
  simulation.check(system.shutdown().complete, "the system shuts down");
}

}  // namespace scenarios
