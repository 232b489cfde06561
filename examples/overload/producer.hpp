#pragma once

#include <chrono>
#include <troupe/troupe.hpp>
#include <utility>

#include "messages.hpp"

/// Makes a message each interval, whatever becomes of it; time in which it had to wait for the
/// consumer it does not make up for.
class Producer : public troupe::Actor<Producer, Tick, Pause> {
 public:
  Producer(troupe::ActorRef<Work> consumer, std::chrono::nanoseconds interval, bool waits_for_room,
           troupe::ActorRef<Produced> lane)
      : consumer_(std::move(consumer)),
        interval_(interval),
        waits_for_room_(waits_for_room),
        lane_(std::move(lane)) {}

  void post_start() { self().cast<Tick>(); }
  void post_stop() { tell(); }

  void handle(Pause) {
    tell();
    paused_ = true;
  }

  // Not one long loop: between two ticks it hears Pause, and stop.
  troupe::Task<> handle(Tick) {
    if (paused_) co_return;
    const auto until = now() + kTick;
    bool waited = false;
    while (!waited && now() < until && is_due()) {
      ++made_;
      if (waits_for_room_) {
        waited = co_await send_and_wait();
      } else {
        count(consumer_.cast<Work>(now()));
      }
    }
    if (now() - told_ >= kTellEvery) tell();
    send_after<Tick>(is_due() ? std::chrono::nanoseconds(0) : kTick);
  }

 private:
  static constexpr std::chrono::nanoseconds kTick = std::chrono::milliseconds(4);
  static constexpr std::chrono::nanoseconds kTellEvery = std::chrono::milliseconds(50);
  static constexpr std::chrono::nanoseconds kPatience = std::chrono::milliseconds(200);

  bool is_due() const { return now() - began_ - done_.blocked >= interval_ * made_; }

  // Whether that took long. A message that found no room in time was not sent: the next one is
  // newer.
  troupe::Task<bool> send_and_wait() {
    const auto began = now();
    const auto sent = co_await consumer_.send<Work>(began).within(kPatience);
    const auto took = now() - began;
    done_.blocked += took;
    if (sent) {
      ++done_.sent;
    } else if (sent.error().code != troupe::CallErrorCode::timeout) {
      count(troupe::CastResult::closed);
    }
    co_return took >= std::chrono::milliseconds(1);
  }

  void count(troupe::CastResult result) {
    ++done_.sent;
    done_.dropped += result == troupe::CastResult::dropped;
    done_.displaced += result == troupe::CastResult::displaced;
    done_.redirected += result == troupe::CastResult::redirected;
    done_.refused += result == troupe::CastResult::full || result == troupe::CastResult::closed;
  }

  void tell() {
    told_ = now();
    if (!paused_) done_.active = told_ - began_;
    lane_.cast<Produced>(done_);
  }

  troupe::ActorRef<Work> consumer_;
  std::chrono::nanoseconds interval_;
  bool waits_for_room_;
  troupe::ActorRef<Produced> lane_;
  Produced done_;
  std::int64_t made_ = 0;
  bool paused_ = false;
  std::chrono::steady_clock::time_point began_ = now();
  std::chrono::steady_clock::time_point told_{};
};
