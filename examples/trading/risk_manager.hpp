#pragma once

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <troupe/troupe.hpp>
#include <utility>

#include "messages.hpp"
#include "say.hpp"

/// Lets no order pass that could bring the position above the limit, bought or sold.
class RiskManager : public troupe::Actor<RiskManager, Order> {
 public:
  RiskManager(troupe::ActorRef<Order, GetAccount> executor, std::int64_t limit)
      : executor_(std::move(executor)), limit_(limit) {}

  // What it must not forget, it does not keep: the position is asked of the executor at each start.
  // The question comes there after all orders that were forwarded before, so the answer has them
  // in it, and nothing is under way by then.
  troupe::Task<> pre_start() {
    const auto account = co_await executor_.call<GetAccount>().within(troupe::forever);
    if (!account) throw std::runtime_error(to_string(account.error()));
    position_ = account->position;
    say("risk manager", "starts: position {}, limit {}", position_, limit_);
  }

  void handle(Order m, troupe::ReplyPort<Outcome> port) {
    if (m.shares <= 0) {  // nobody should send such an order: let it crash
      throw std::invalid_argument(troupe::format("order {} is bad: {} shares", m.number, m.shares));
    }
    const std::int64_t position = position_ + m.change();
    if (std::abs(position) > limit_) {
      return port.send(std::unexpected(
          troupe::format("the position would be {}, the limit is {}", position, limit_)));
    }
    position_ = position;  // when it is let through, before it is executed
    executor_.forward(m, std::move(port));
  }

 private:
  troupe::ActorRef<Order, GetAccount> executor_;
  std::int64_t limit_;
  std::int64_t position_ = 0;
};
