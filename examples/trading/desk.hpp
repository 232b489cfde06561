#pragma once

#include <chrono>
#include <troupe/troupe.hpp>

#include "market_data_feed.hpp"
#include "order_book.hpp"
#include "order_executor.hpp"
#include "risk_manager.hpp"
#include "settings.hpp"

/// Who supervises whom:
///
///   desk               rest_for_one
///   ├─ orders          rest_for_one
///   │  ├─ executor
///   │  └─ risk         has the executor
///   ├─ book            has orders, and through it the risk manager
///   └─ feed            has the book
///
/// Children are started from top to bottom, and each has the references of elder siblings only.
/// References survive a restart, so whoever holds one need not be restarted with its owner: what
/// decides is whose state is made from whose. With rest_for_one
///
/// - a feed that fails is restarted alone: nobody's state is made from its;
/// - a book that fails takes the feed with it, which then begins again and fills the new book;
/// - an executor that fails takes the risk manager with it, which asks for the account again.
///
/// The two that handle orders are a group of their own, so a risk manager that fails is restarted
/// alone, too: neither the account nor the market data notice. Should the group fail too often, the
/// desk makes a new one, and then book and feed again, as the book has to ask whose reference to
/// hold.
inline troupe::SupervisorSpec desk(const Settings& settings, troupe::ActorRef<Connect> exchange) {
  using namespace std::chrono_literals;
  return troupe::rest_for_one()
      .intensity(5, 10s)
      .child<troupe::Supervisor>(
          "orders", troupe::rest_for_one()
                        .intensity(3, 5s)
                        .child<OrderExecutor>("executor", settings.order_time)
                        .named("order-executor")
                        .child<RiskManager>("risk", troupe::sibling<OrderExecutor>("executor"),
                                            settings.limit)
                        .named("risk-manager"))
      .named("orders")
      .child<OrderBook>("book", troupe::sibling<troupe::Supervisor>("orders"))
      .named("order-book")
      .child<MarketDataFeed>("feed", exchange, troupe::sibling<OrderBook>("book"),
                             Session{settings.ticks, settings.interval, settings.seed})
      .named("market-data")
      .backoff(100ms, 10s);  // an exchange that is down is not asked without a pause
}
