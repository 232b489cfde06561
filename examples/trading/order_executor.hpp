#pragma once

#include <chrono>
#include <troupe/troupe.hpp>

#include "messages.hpp"
#include "say.hpp"

/// Executes orders, one after the other, and keeps the account. It does nothing that could fail and
/// is the eldest child: what others can build on. A real one would read the account from the
/// broker's records in pre_start, so that not even its own restart forgets it.
class OrderExecutor : public troupe::Actor<OrderExecutor, Order, GetAccount> {
 public:
  explicit OrderExecutor(std::chrono::nanoseconds order_time) : order_time_(order_time) {}

  troupe::Task<Outcome> handle(Order m) {
    co_await troupe::sleep_for(order_time_);  // the next order waits, no thread does
    account_.position += m.change();
    ++account_.executed;
    say("executor", "order {}: {} {} at {:.2f}", m.number, m.side == Side::buy ? "bought" : "sold",
        m.shares, m.price);
    co_return Fill{m.price, account_.position};
  }

  Account handle(GetAccount) const { return account_; }

 private:
  std::chrono::nanoseconds order_time_;
  Account account_;
};
