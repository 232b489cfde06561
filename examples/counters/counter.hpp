#pragma once

#include <chrono>
#include <troupe/troupe.hpp>

#include "messages.hpp"

/// Counts up and down. Its state is plain members: one message is handled at a time.
class Counter : public troupe::Actor<Counter, Increment, Decrement, GetValue, GetStats> {
 public:
  void pre_start() { log().debug("starts"); }
  void post_stop() { log().debug("stops; value {}, operations {}", value_, operations_); }

  void handle(Increment m) { apply(m.amount); }
  void handle(Decrement m) { apply(-m.amount); }
  std::int64_t handle(GetValue) const { return value_; }  // what is returned is the reply
  Stats handle(GetStats) const {
    const std::chrono::duration<double> age = now() - began_;
    return {value_, operations_, static_cast<double>(operations_) / age.count()};
  }

 private:
  void apply(std::int64_t amount) {
    value_ += amount;
    ++operations_;
  }

  std::int64_t value_ = 0;
  std::uint64_t operations_ = 0;
  std::chrono::steady_clock::time_point began_ = now();
};
