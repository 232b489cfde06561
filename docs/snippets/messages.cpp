#include <cstdint>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "check.hpp"

struct Deposit {
  std::int64_t cents;
};

struct Withdraw {
  std::int64_t cents;
  using Reply = bool;  // whether there was enough
};

struct Balance {
  using Reply = std::int64_t;
};

class Account : public troupe::Actor<Account, Deposit, Withdraw, Balance> {
 public:
  explicit Account(std::string owner) : owner_(std::move(owner)) {}

  void handle(Deposit m) { cents_ += m.cents; }

  bool handle(Withdraw m) {
    if (m.cents > cents_) return false;
    cents_ -= m.cents;
    return true;
  }

  std::int64_t handle(Balance) const { return cents_; }

 private:
  std::string owner_;
  std::int64_t cents_ = 0;
};

class Bank {
 public:
  void open(troupe::ActorRef<Balance> account) { accounts_.push_back(std::move(account)); }

 private:
  std::vector<troupe::ActorRef<Balance>> accounts_;
};

int main() {
  troupe::System system;
  auto account = system.spawn<Account>("Ada");
  auto savings = system.spawn<Account>(troupe::named("savings"), "Ada");

  account.cast<Deposit>(500);  // built in place: the form to prefer
  account.cast(Deposit{500});  // the same

  if (savings.cast<Deposit>(100) == troupe::CastResult::closed) {
    // the actor had ended; nobody will handle the message
  }

  troupe::ActorRef<Deposit, Balance> no_withdrawals = account;
  troupe::ActorRef<Balance> read_only = no_withdrawals;
  troupe::AnyRef somebody = read_only;  // takes no messages, but can be ended and waited for
  check(somebody == account);

  auto found = system.find<Balance>("savings");  // std::expected<ActorRef<Balance>, LookUpError>
  if (found) check(system.call<Balance>(*found).get() == 100);

  Bank bank;
  bank.open(account);
  check(system.call<Balance>(read_only).get() == 1000);
  check(!*system.call<Withdraw>(account, 1001).get());
  check(system.find<Balance>("nobody").error() == troupe::LookUpError::not_found);
}
