// A teller asks accounts to transfer money; the source waits until the target has it.

#include <future>

#include "bench.hpp"
#include "draws.hpp"

namespace {

constexpr std::uint32_t kAccounts = 1000;
constexpr std::uint32_t kSources = 800;
constexpr std::int64_t kCents = 1'000'000;

struct Order {
  std::uint32_t source;
  std::uint32_t target;
  std::int64_t cents;
};

/// The transfers, one after the other.
class Orders {
 public:
  Order next() {
    const std::uint32_t source = draws_.below(kSources);
    const std::uint32_t target = source + std::max(1u, draws_.below(kAccounts - source));
    return {source, target, 1 + draws_.below(1000)};
  }

 private:
  bench::Draws draws_{74755};
};

struct Add {
  using Reply = void;
  std::int64_t cents;
};
struct Done {};
struct Transfer {
  troupe::ActorRef<Add> target;
  std::int64_t cents;
};
struct Balance {
  using Reply = std::int64_t;
};
struct Run {
  std::uint64_t transfers;
};

class Account : public troupe::Actor<Account, Transfer, Add, Balance> {
 public:
  explicit Account(troupe::ActorRef<Done> teller) : teller_(std::move(teller)) {}

  troupe::Task<> handle(Transfer m) {
    cents_ -= m.cents;
    const auto added = co_await m.target.call<Add>(m.cents).within(troupe::forever);
    if (added) teller_.cast<Done>();
  }

  void handle(Add m) { cents_ += m.cents; }

  std::int64_t handle(Balance) const { return cents_; }

 private:
  std::int64_t cents_ = kCents;
  troupe::ActorRef<Done> teller_;
};

using Accounts = std::vector<troupe::ActorRef<Transfer, Add, Balance>>;

struct Open {
  Accounts accounts;
};

class Teller : public troupe::Actor<Teller, Open, Run, Done> {
 public:
  explicit Teller(std::promise<void>* over) : over_(over) {}

  void handle(Open m) { accounts_ = std::move(m.accounts); }

  void handle(Run m) {
    left_ = m.transfers;
    Orders orders;
    for (std::uint64_t i = 0; i < m.transfers; ++i) {
      const auto [source, target, cents] = orders.next();
      accounts_[source].cast<Transfer>(accounts_[target], cents);
    }
  }

  void handle(Done) {
    if (--left_ == 0) over_->set_value();
  }

 private:
  Accounts accounts_;
  std::uint64_t left_ = 0;
  std::promise<void>* over_;
};

std::int64_t checksum(const std::vector<std::int64_t>& balances) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < balances.size(); ++i) {
    sum += static_cast<std::int64_t>(i + 1) * balances[i];
  }
  return sum;
}

std::vector<std::int64_t> balances_without_actors(std::uint64_t transfers) {
  std::vector<std::int64_t> balances(kAccounts, kCents);
  Orders orders;
  for (std::uint64_t i = 0; i < transfers; ++i) {
    const auto [source, target, cents] = orders.next();
    balances[source] -= cents;
    balances[target] += cents;
  }
  return balances;
}

bench::Result banking(const bench::Run& run) {
  std::promise<void> over;
  troupe::System system({.workers = run.workers});
  auto teller = system.spawn<Teller>(&over);
  Accounts accounts;
  for (std::uint32_t i = 0; i < kAccounts; ++i) accounts.push_back(system.spawn<Account>(teller));
  teller.cast<Open>(accounts);

  const bench::Stopwatch watch(run);
  teller.cast<Run>(run.size);
  over.get_future().get();
  const auto ns = watch.stop();

  std::vector<std::int64_t> balances;
  for (const auto& balance : troupe::call_all<Balance>(accounts).get()) {
    balances.push_back(balance.value());
  }
  return bench::result(run.size, bench::time(ns), checksum(balances),
                       checksum(balances_without_actors(run.size)));
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "banking", .size = 50'000, .run = banking}, argv);
}
