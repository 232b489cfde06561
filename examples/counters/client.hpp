#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "common/progress.hpp"
#include "messages.hpp"

/// A counter as a client sees it, and what to count it up or down by.
struct Target {
  troupe::ActorRef<Increment, Decrement, GetValue> counter;
  std::int64_t step;
};

/// Sends each of its counters so many operations, with a pause between two rounds, and stops when
/// the counters have handled them all.
class Client : public troupe::Actor<Client> {
 public:
  Client(std::vector<Target> targets, std::uint64_t operations, std::chrono::nanoseconds interval,
         troupe::ActorRef<common::Advance> progress)
      : targets_(std::move(targets)),
        operations_(operations),
        interval_(interval),
        progress_(std::move(progress)) {}

  troupe::Task<> post_start() {  // a hook, as a handler, may be a coroutine
    for (std::uint64_t i = 0; i < operations_; ++i) {
      if (i > 0) co_await troupe::sleep_for(interval_);
      for (const Target& target : targets_) {
        if (i % 3 == 0) {
          target.counter.cast<Decrement>(target.step);
        } else {
          target.counter.cast<Increment>(target.step);
        }
        if (++sent_ % kBurst == 0) {
          co_await handled_by(target.counter);
          report();
        }
      }
      if (interval_ > interval_.zero()) report();
    }
    for (const Target& target : targets_) co_await handled_by(target.counter);
    report();
    stop();
  }

 private:
  // A cast does not wait, and a mailbox has no bound: never be further ahead of the counters.
  static constexpr std::uint64_t kBurst = 1000;

  // Messages from one actor to another arrive in order: who answers has handled all before. No need
  // to limit the time: a counter that ends says so at once.
  troupe::Task<> handled_by(troupe::ActorRef<GetValue> counter) {
    const auto value = co_await counter.call<GetValue>().within(troupe::forever);
    if (!value) throw std::runtime_error(to_string(value.error()));  // let it crash
  }

  void report() {
    if (progress_) progress_.cast<common::Advance>(sent_ - reported_);
    reported_ = sent_;
  }

  std::vector<Target> targets_;
  std::uint64_t operations_;
  std::chrono::nanoseconds interval_;
  troupe::ActorRef<common::Advance> progress_;
  std::uint64_t sent_ = 0;
  std::uint64_t reported_ = 0;
};
