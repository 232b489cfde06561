#pragma once

#include <algorithm>
#include <chrono>
#include <span>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "messages.hpp"

/// Knows the counters, and sums up their statistics from time to time and when asked.
class Aggregator : public troupe::Actor<Aggregator, Register, Collect, GetTotalStats> {
 public:
  /// `timeout`: how long the counters have to answer. `period`: from one collection to the next;
  /// zero: there is only one.
  Aggregator(std::chrono::nanoseconds timeout, std::chrono::nanoseconds period)
      : timeout_(timeout), period_(period) {}

  void handle(Register m) { counters_.push_back(std::move(m.counter)); }

  troupe::Task<> handle(Collect) {  // a handler may be a coroutine
    const TotalStats total = co_await collect();
    log().info("collected from {} of {}: total value {}, operations {}",
               total.counters - total.silent, total.counters, total.value, total.operations);
    if (period_ > period_.zero()) send_after<Collect>(period_);
  }

  troupe::Task<TotalStats> handle(GetTotalStats) { co_return co_await collect(); }

 private:
  troupe::Task<TotalStats> collect() {
    TotalStats total;
    total.counters = counters_.size();
    std::span<const troupe::ActorRef<GetStats>> left = counters_;
    while (
        !left.empty()) {  // so many at a time: a million answers at once would be a lot of memory
      const auto batch = left.first(std::min<std::size_t>(left.size(), 1000));
      left = left.subspan(batch.size());
      for (const auto& stats : co_await troupe::call_all<GetStats>(batch).within(timeout_)) {
        if (stats) {
          total.value += stats->value;
          total.operations += stats->operations;
          total.operations_per_second += stats->operations_per_second;
        } else if (++total.silent == 1) {
          log().warning("no statistics: {}", stats.error());
        }
      }
    }
    co_return total;
  }

  std::chrono::nanoseconds timeout_;
  std::chrono::nanoseconds period_;
  std::vector<troupe::ActorRef<GetStats>> counters_;
};
