#pragma once

#include <algorithm>
#include <chrono>
#include <troupe/troupe.hpp>
#include <utility>

#include "messages.hpp"

/// Takes so much time for each message. It does not compute, it only lets the time pass: so many
/// consumers work side by side on a small machine.
class Consumer : public troupe::Actor<Consumer, Work> {
 public:
  Consumer(std::chrono::nanoseconds time, bool spare, troupe::ActorRef<Consumed> lane)
      : time_(time), lane_(std::move(lane)) {
    done_.spare = spare;
  }

  void post_stop() { tell(); }

  troupe::Task<> handle(Work work) {
    const auto began = now();
    done_.age = began - work.made;
    ++done_.handled;
    // Timers are not exact: what a sleep lasted too long is made up for, but not idle time.
    busy_until_ = std::max(busy_until_, began - kSlack) + time_;
    if (busy_until_ - began < kLeastSleep) co_return;
    if (began - told_ >= kTellEvery) tell();
    co_await troupe::sleep_for(busy_until_ - began);
  }

 private:
  static constexpr std::chrono::nanoseconds kLeastSleep = std::chrono::milliseconds(2);
  static constexpr std::chrono::nanoseconds kSlack = std::chrono::milliseconds(20);
  static constexpr std::chrono::nanoseconds kTellEvery = std::chrono::milliseconds(50);

  void tell() {
    lane_.cast<Consumed>(done_);
    told_ = now();
  }

  std::chrono::nanoseconds time_;
  troupe::ActorRef<Consumed> lane_;
  Consumed done_;
  std::chrono::steady_clock::time_point busy_until_ = now();
  std::chrono::steady_clock::time_point told_{};
};
