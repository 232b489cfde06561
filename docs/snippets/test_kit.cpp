#include <chrono>
#include <troupe/test_kit.hpp>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "check.hpp"

using namespace std::chrono_literals;

struct Stats {
  int hits;
  int misses;
};
struct GetStats {
  using Reply = Stats;
};
struct Register {
  troupe::ActorRef<GetStats> counter;
};
struct Collect {};
struct GetHits {
  using Reply = int;
};

class Aggregator : public troupe::Actor<Aggregator, Register, Collect, GetHits> {
 public:
  void handle(Register m) { counters_.push_back(std::move(m.counter)); }

  troupe::Task<> handle(Collect) {
    send_after<Collect>(2s);
    const auto answers = co_await troupe::call_all<GetStats>(counters_).within(1s);
    for (const auto& stats : answers) hits_ += stats.value().hits;  // lets it crash
  }

  int handle(GetHits) const { return hits_; }

 private:
  std::vector<troupe::ActorRef<GetStats>> counters_;
  int hits_ = 0;
};

void collects_again_after_two_seconds() {
  troupe::TestKit kit;
  auto counter = kit.probe<GetStats>();
  auto aggregator = kit.spawn<Aggregator>();
  aggregator.cast<Register>(counter.ref());
  aggregator.cast<Collect>();
  counter.expect<GetStats>().reply(Stats{5, 1});
  check(kit.call<GetHits>(aggregator) == 5);
  kit.advance(2s);
  counter.expect<GetStats>();
}

void fails_when_a_counter_says_nothing() {
  troupe::TestKit kit;
  auto counter = kit.probe<GetStats>();
  auto aggregator = kit.spawn<Aggregator>();
  aggregator.cast<Register>(counter.ref());
  aggregator.cast<Collect>();
  auto question = counter.expect<GetStats>();  // and no answer
  kit.advance(1s);
  check(kit.expect_crash(aggregator).failed_in == "Collect");
  aggregator.cast<Collect>();
  kit.settle();
  check(kit.dead_letters().size() == 1);
}

int main() {
  collects_again_after_two_seconds();
  fails_when_a_counter_says_nothing();
}
