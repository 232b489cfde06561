#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <troupe/troupe.hpp>
#include <utility>

#include "messages.hpp"
#include "say.hpp"

/// What a feed sends: so many ticks, and how long before each one.
struct Session {
  std::uint64_t ticks;
  std::chrono::nanoseconds interval;
  std::uint64_t seed;  // the same seed, the same prices
};

/// Connects to the exchange and sends its prices to the order book.
class MarketDataFeed : public troupe::Actor<MarketDataFeed, NextTick> {
 public:
  MarketDataFeed(troupe::ActorRef<Connect> exchange, troupe::ActorRef<Tick, CloseMarket> order_book,
                 Session session)
      : exchange_(std::move(exchange)),
        order_book_(std::move(order_book)),
        session_(session),
        random_(session.seed) {}

  // Not in pre_start: the desk would not start without a connection. Here the feed runs already,
  // and if this fails its supervisor tries again, with a pause, while everything else goes on.
  troupe::Task<> post_start() {
    say("market data", "connects");
    const auto accepted = co_await exchange_.call<Connect>();
    if (!accepted) throw std::runtime_error(to_string(accepted.error()));
    if (!*accepted) throw std::runtime_error("the exchange refused the connection");
    send_after<NextTick>(session_.interval);
  }

  void handle(NextTick) {
    cents_ += static_cast<std::int64_t>(random_() % 41) - 20;
    const double price = static_cast<double>(cents_) / 100;
    say("market data", "tick {}: {:.2f}", ++sent_, price);
    order_book_.cast<Tick>(sent_, price);
    if (sent_ < session_.ticks) {
      send_after<NextTick>(session_.interval);
    } else {
      order_book_.cast<CloseMarket>();
    }
  }

 private:
  troupe::ActorRef<Connect> exchange_;
  troupe::ActorRef<Tick, CloseMarket> order_book_;
  Session session_;
  std::mt19937_64 random_;
  std::int64_t cents_ = 100'00;
  std::uint64_t sent_ = 0;
};
