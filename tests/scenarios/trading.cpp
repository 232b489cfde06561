#include "scenarios/scenarios.hpp"
#include "trading/desk.hpp"
#include "trading/exchange.hpp"

namespace scenarios {

namespace {

struct Ledger {
  std::int64_t position = 0;  // as the fills say
  std::uint64_t fills = 0;
  std::uint64_t placed = 0;
  std::uint64_t answered = 0;
};

// Places orders of any kind but bad ones.
class Customer : public troupe::Actor<Customer> {
 public:
  Customer(troupe::Simulation* simulation, troupe::ActorRef<PlaceOrder, AwaitOpen> book,
           std::int64_t limit, Ledger* ledger)
      : simulation_(*simulation), book_(std::move(book)), limit_(limit), ledger_(*ledger) {}

  troupe::Task<> post_start() {
    (void)co_await book_.call<AwaitOpen>().within(troupe::forever);
    const std::uint32_t orders = 1 + simulation_.below(5);
    for (std::uint32_t i = 0; i < orders; ++i) {
      const Side side = simulation_.below(3) == 0 ? Side::sell : Side::buy;
      const auto shares = static_cast<std::int64_t>(1 + simulation_.below(4000));
      ++ledger_.placed;
      const auto outcome =
          co_await book_.call<PlaceOrder>(ledger_.placed, side, shares).within(troupe::forever);
      ++ledger_.answered;
      if (outcome && *outcome) {
        ++ledger_.fills;
        ledger_.position += side == Side::buy ? shares : -shares;
        simulation_.check(std::abs((*outcome)->position) <= limit_, "the limit is kept");
      }
      if (simulation_.below(2) == 0) {
        co_await troupe::sleep_for(std::chrono::milliseconds(simulation_.below(300)));
      }
    }
    stop();
  }

 private:
  troupe::Simulation& simulation_;
  troupe::ActorRef<PlaceOrder, AwaitOpen> book_;
  std::int64_t limit_;
  Ledger& ledger_;
};

bool is_whole(const troupe::Supervisor::Reference& supervisor) {
  const auto children = supervisor.call<troupe::ListChildren>().within(1s).get();
  if (!children) return false;
  for (const troupe::ChildInfo& child : *children) {
    if (child.state != troupe::ChildState::running) return false;
    const auto below = troupe::ref_as<troupe::Supervisor>(child.ref);
    if (below && !is_whole(*below)) return false;
  }
  return true;
}

}  // namespace

// Every order has one answer; those that were filled, and no others, are in the account, whoever
// failed on the way; and after the failures the desk is whole again. The executor is what all
// builds on, so nothing fails there; and there are no more failures than the desk bears.
void trading(troupe::Simulation& simulation) {
  Settings settings;
  settings.ticks = 20;
  settings.seed = 1 + simulation.below(1000);
  troupe::System& system = simulation.system();
  auto exchange = system.spawn<Exchange>();
  auto top = system.spawn<troupe::Supervisor>(desk(settings, exchange));
  simulation.check(started(top).within(1min).get().has_value(), "the desk starts");
  auto book = troupe::find_child<OrderBook>(top, "book").get().value();
  auto orders = troupe::find_child<troupe::Supervisor>(top, "orders").get().value();
  auto executor = troupe::find_child<OrderExecutor>(orders, "executor").get().value();

  Ledger ledger;
  std::vector<troupe::AnyRef> customers;
  for (std::uint32_t i = 0; i <= simulation.below(4); ++i) {
    customers.push_back(
        system.spawn<Customer>(&simulation, book, std::int64_t{settings.limit}, &ledger));
  }
  for (const char* who : {"RiskManager", "OrderBook", "MarketDataFeed"}) {
    for (std::uint32_t i = simulation.below(2); i != 0; --i) {
      simulation.faults().fail(who, 1 + simulation.below(10));
    }
  }
  for (const troupe::AnyRef& customer : customers) {
    simulation.check(customer.wait().within(10min).get().has_value(), "every order has an answer");
  }
  simulation.check(ledger.answered == ledger.placed, "every order has one answer");
  const auto account = executor.call<GetAccount>().within(1min).get();
  simulation.check(account.has_value(), "the executor lives");
  simulation.check(account->executed == ledger.fills, "what was filled was executed, once");
  simulation.check(account->position == ledger.position, "the position is right");
  simulation.faults().stop();
  simulation.run_for(30s);
  simulation.check(is_whole(top), "the desk is whole again");
  simulation.check(system.shutdown().complete, "the system shuts down");
}

}  // namespace scenarios
