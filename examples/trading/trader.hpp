#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <troupe/troupe.hpp>
#include <utility>

#include "messages.hpp"
#include "say.hpp"

/// A customer of the desk: places its orders, one each interval, and stops. It has one reference,
/// which it got when it was made, whatever is restarted behind it.
class Trader : public troupe::Actor<Trader> {
 public:
  Trader(troupe::ActorRef<PlaceOrder, AwaitOpen> order_book, std::chrono::nanoseconds interval)
      : order_book_(std::move(order_book)), interval_(interval) {}

  troupe::Task<> post_start() {
    // No need to limit the time: whoever ends or fails with a request says so at once.
    (void)co_await order_book_.call<AwaitOpen>().within(troupe::forever);
    for (std::size_t i = 0; i < kOrders.size(); ++i) {
      if (i > 0) co_await troupe::sleep_for(interval_);
      co_await place(i + 1, kOrders[i].first, kOrders[i].second);
    }
    stop();
  }

 private:
  static constexpr std::array<std::pair<Side, std::int64_t>, 9> kOrders{{
      {Side::buy, 3000},
      {Side::buy, 2500},
      {Side::sell, 1000},
      {Side::buy, 3000},
      {Side::sell, 500},
      {Side::buy, -200},  // no order at all: the risk manager fails on it
      {Side::buy, 1500},
      {Side::sell, 2000},
      {Side::buy, 1000},
  }};

  troupe::Task<> place(std::uint64_t number, Side side, std::int64_t shares) {
    say("trader", "order {}: {} {}", number, side == Side::buy ? "buy" : "sell", shares);
    const auto outcome =
        co_await order_book_.call<PlaceOrder>(number, side, shares).within(troupe::forever);
    if (!outcome) {
      say("trader", "order {} failed: {}", number, outcome.error());
    } else if (!*outcome) {
      say("trader", "order {} was refused: {}", number, outcome->error());
    } else {
      say("trader", "order {} filled at {:.2f}: position {}", number, (*outcome)->price,
          (*outcome)->position);
    }
  }

  troupe::ActorRef<PlaceOrder, AwaitOpen> order_book_;
  std::chrono::nanoseconds interval_;
};
