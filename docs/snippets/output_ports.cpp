#include <optional>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

struct Trade {
  int cents;
};
struct Alarm {
  int cents;
};

struct Follow {
  troupe::PortSubscriber<Trade> subscriber;
  using Reply = troupe::Subscription;
};

class Exchange : public troupe::Actor<Exchange, Trade, Follow> {
 public:
  void handle(Trade m) { trades_.publish(m); }  // to all, at once; returns to how many

  troupe::Subscription handle(Follow m) { return trades_.subscribe(std::move(m.subscriber)); }

 private:
  troupe::OutputPort<Trade> trades_;
};

struct Count {
  using Reply = int;
};

class Ledger : public troupe::Actor<Ledger, Trade, Alarm, Count> {
 public:
  void handle(Trade) { ++count_; }
  void handle(Alarm) { count_ += 100; }
  int handle(Count) const { return count_; }

 private:
  int count_ = 0;
};

class Display : public troupe::Actor<Display, troupe::Delivery<Trade>> {
 public:
  void handle(troupe::Delivery<Trade> m) {
    log().debug("{} cents, {} trades left out", m.value.cents, m.missed);
  }
};

int main() {
  troupe::System system;
  auto exchange = system.spawn<Exchange>();
  auto ledger = system.spawn<Ledger>();
  auto guard = system.spawn<Ledger>();
  auto display = system.spawn<Display>();

  exchange.cast<Follow>(ledger);  // every trade, as it is

  troupe::PortSubscriber<Trade> alarms(guard, [](const Trade& trade) -> std::optional<Alarm> {
    if (trade.cents < 1000) return {};
    return Alarm{trade.cents};
  });
  auto subscription = exchange.call<Follow>(std::move(alarms)).get();

  exchange.cast<Follow>(troupe::PortSubscriber<Trade>(display, troupe::keep_newest(1)));

  exchange.cast<Trade>(10);
  exchange.cast<Trade>(1000);
  check(exchange.drain_and_wait().get()->clean());
  check(ledger.call<Count>().get() == 2);
  check(guard.call<Count>().get() == 100);
  check(subscription && !subscription->cancel());

  troupe::OutputPort<Trade> port;
  auto all = port.subscribe(ledger);
  check(port.publish(5) == 1);
  check(all.cancel());
  check(port.publish(6) == 0);
}
