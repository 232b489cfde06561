#include <chrono>
#include <cstdint>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "check.hpp"

using namespace std::chrono_literals;

struct Deposit {
  std::int64_t cents;
};

struct Withdraw {
  std::int64_t cents;
  using Reply = bool;
};

struct Balance {
  using Reply = std::int64_t;
};

class Account : public troupe::Actor<Account, Deposit, Withdraw, Balance> {
 public:
  void handle(Deposit m) { cents_ += m.cents; }
  bool handle(Withdraw m) {
    if (m.cents > cents_) return false;
    cents_ -= m.cents;
    return true;
  }
  std::int64_t handle(Balance) const { return cents_; }

 private:
  std::int64_t cents_ = 0;
};

struct Transfer {
  troupe::ActorRef<Withdraw> from;
  troupe::ActorRef<Deposit> to;
  std::int64_t cents;
  using Reply = bool;
};

class Clerk : public troupe::Actor<Clerk, Transfer> {
 public:
  troupe::Task<bool> handle(Transfer m) {
    const auto taken = co_await m.from.call<Withdraw>(m.cents).within(1s);
    if (!taken) {
      log().warning("no transfer: {}", taken.error());
      co_return false;
    }
    if (*taken) m.to.cast<Deposit>(m.cents);
    co_return *taken;
  }
};

struct Sum {
  using Reply = std::int64_t;
};

class Auditor : public troupe::Actor<Auditor, Sum> {
 public:
  explicit Auditor(std::vector<troupe::ActorRef<Balance>> accounts)
      : accounts_(std::move(accounts)) {}

  troupe::Task<std::int64_t> handle(Sum) {
    std::int64_t sum = 0;
    for (const auto& balance : co_await troupe::call_all<Balance>(accounts_).within(1s)) {
      if (balance) sum += *balance;
    }
    co_return sum;
  }

 private:
  std::vector<troupe::ActorRef<Balance>> accounts_;
};

struct Knock {
  using Reply = std::string;
};

struct Open {};

class Door : public troupe::Actor<Door, Knock, Open> {
 public:
  void handle(Knock, troupe::ReplyPort<std::string> port) { waiting_.push_back(std::move(port)); }

  void handle(Open) {
    for (auto& port : waiting_) port.send("come in");
    waiting_.clear();
  }

 private:
  std::vector<troupe::ReplyPort<std::string>> waiting_;
};

class Porter : public troupe::Actor<Porter, Knock> {
 public:
  explicit Porter(troupe::ActorRef<Knock> door) : door_(std::move(door)) {}

  void handle(Knock m, troupe::ReplyPort<std::string> port) {
    door_.forward(m, std::move(port));  // the door answers whoever knocked
  }

 private:
  troupe::ActorRef<Knock> door_;
};

struct Look {};

struct Seen {
  std::int64_t cents;
};

class Watcher : public troupe::Actor<Watcher, Look, Seen> {
 public:
  explicit Watcher(troupe::ActorRef<Balance> account) : account_(std::move(account)) {}

  void handle(Look) {
    account_.call_and_forward<Balance>(self(), [](std::int64_t cents) { return Seen{cents}; });
  }
  void handle(Seen m) {
    log().info("the account holds {}", m.cents);
    stop();
  }

 private:
  troupe::ActorRef<Balance> account_;
};

int main() {
  troupe::System system;
  auto account = system.spawn<Account>();
  auto other = system.spawn<Account>();
  account.cast<Deposit>(100);

  auto clerk = system.spawn<Clerk>();
  check(system.call<Transfer>(clerk, account, other, 30).get() == true);

  auto balance = system.call<Balance>(account).within(1s).get();
  if (!balance && balance.error().code == troupe::CallErrorCode::timeout) {
    // to_string(balance.error()) says at which stage
  }
  check(balance == 70);

  auto auditor = system.spawn<Auditor>(std::vector<troupe::ActorRef<Balance>>{account, other});
  check(system.call<Sum>(auditor).get() == 100);

  auto door = system.spawn<Door>();
  auto porter = system.spawn<Porter>(door);
  auto knocked = system.call<Knock>(porter).within(20ms).get();
  check(knocked.error().code == troupe::CallErrorCode::timeout);
  door.stop_and_wait().get();
  check(system.call<Knock>(porter).get().error().code == troupe::CallErrorCode::stopped);

  auto watcher = system.spawn<Watcher>(account);
  watcher.cast<Look>();
  check(watcher.wait().get().has_value());
}
