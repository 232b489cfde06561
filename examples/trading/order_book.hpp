#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "messages.hpp"
#include "risk_manager.hpp"
#include "say.hpp"

/// Knows the market's bid and ask, and gives orders their price on the way to the risk manager.
class OrderBook
    : public troupe::Actor<OrderBook, Tick, CloseMarket, PlaceOrder, AwaitOpen, AwaitClose> {
 public:
  /// `orders`: the supervisor that has the risk manager among its children.
  explicit OrderBook(troupe::ActorRef<troupe::FindChild> orders) : orders_(std::move(orders)) {}

  // Asked once: the risk manager's reference stays the same when it is restarted.
  troupe::Task<> pre_start() {
    const auto risk = co_await troupe::find_child<RiskManager>(orders_, "risk");
    if (!risk) throw std::runtime_error(to_string(risk.error()));
    risk_manager_ = *risk;
  }

  void handle(Tick m) {
    quote_ = Quote{m.price - 0.1, m.price + 0.1};
    if (++updates_ % 5 == 0) {
      say("order book", "update {}: bid {:.2f}, ask {:.2f}", updates_, quote_->bid, quote_->ask);
    }
    answer(awaiting_open_);
  }

  // Whoever comes down the line answers the caller; the book is free for the next message at once.
  void handle(PlaceOrder m, troupe::ReplyPort<Outcome> port) {
    if (!quote_) return port.send(std::unexpected("there is no price yet"));
    const double price = m.side == Side::buy ? quote_->ask : quote_->bid;
    risk_manager_.forward(Order{m.number, m.side, m.shares, price}, std::move(port));
  }

  void handle(CloseMarket) {
    say("order book", "the market has closed after {} updates", updates_);
    closed_ = true;
    answer(awaiting_close_);
  }

  void handle(AwaitOpen, troupe::ReplyPort<void> port) {
    awaiting_open_.push_back(std::move(port));
    if (quote_) answer(awaiting_open_);
  }
  void handle(AwaitClose, troupe::ReplyPort<void> port) {
    awaiting_close_.push_back(std::move(port));
    if (closed_) answer(awaiting_close_);
  }

 private:
  struct Quote {
    double bid;
    double ask;
  };

  static void answer(std::vector<troupe::ReplyPort<void>>& ports) {
    for (auto& port : ports) port.send();
    ports.clear();
  }

  troupe::ActorRef<troupe::FindChild> orders_;
  troupe::ActorRef<Order> risk_manager_;
  std::optional<Quote> quote_;
  std::uint64_t updates_ = 0;
  bool closed_ = false;
  std::vector<troupe::ReplyPort<void>> awaiting_open_;
  std::vector<troupe::ReplyPort<void>> awaiting_close_;
};
