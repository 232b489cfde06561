#include <set>

#include "planted/planted.hpp"

namespace planted {

namespace {

// -- a value is read and written back by two calls ---

struct Get {
  using Reply = int;
};
struct Set {
  int value;
  using Reply = void;
};
struct Add {
  int amount;
  using Reply = void;
};
struct Deposit {};

class Balance : public troupe::Actor<Balance, Get, Set, Add> {
 public:
  int handle(Get) { return value_; }
  void handle(Set m) { value_ = m.value; }
  void handle(Add m) { value_ += m.amount; }

 private:
  int value_ = 0;
};

class Teller : public troupe::Actor<Teller, Deposit> {
 public:
  Teller(troupe::ActorRef<Get, Set, Add> balance, bool mended)
      : balance_(std::move(balance)), mended_(mended) {}

  troupe::Task<> handle(Deposit) {
    if (mended_) {
      (void)co_await balance_.call<Add>(1);
      co_return;
    }
    const auto value = co_await balance_.call<Get>();
    (void)co_await balance_.call<Set>(*value + 1);
  }

 private:
  troupe::ActorRef<Get, Set, Add> balance_;
  bool mended_;
};

// -- a request that was not answered in time is sent again, and was done nonetheless ---

struct Write {
  using Reply = void;
};
struct Pay {
  int id;
  using Reply = void;
};

class Disk : public troupe::Actor<Disk, Write> {
 public:
  explicit Disk(Simulation* simulation) : simulation_(*simulation) {}
  troupe::Task<> handle(Write) {
    co_await troupe::sleep_for(simulation_.chance(1e-3) ? 15ms : 1ms);
  }

 private:
  Simulation& simulation_;
};

class Bank : public troupe::Actor<Bank, Pay> {
 public:
  Bank(troupe::ActorRef<Write> disk, int* paid, bool mended)
      : disk_(std::move(disk)), paid_(*paid), mended_(mended) {}

  troupe::Task<> handle(Pay m) {
    if (mended_ && !done_.insert(m.id).second) co_return;
    ++paid_;
    (void)co_await disk_.call<Write>();
  }

 private:
  troupe::ActorRef<Write> disk_;
  int& paid_;
  bool mended_;
  std::set<int> done_;
};

// -- two actors that call each other ---

struct Reserve {
  using Reply = bool;
};
struct Price {
  using Reply = int;
};
struct Changed {
  int price;
};
struct Meet {
  troupe::ActorRef<Price> shop;
};
struct Reprice {};
struct Sell {
  using Reply = bool;
};

class Shop : public troupe::Actor<Shop, Sell, Price> {
 public:
  explicit Shop(troupe::ActorRef<Reserve> stock) : stock_(std::move(stock)) {}
  troupe::Task<bool> handle(Sell) { co_return (co_await stock_.call<Reserve>()).has_value(); }
  int handle(Price) { return 7; }

 private:
  troupe::ActorRef<Reserve> stock_;
};

class Stock : public troupe::Actor<Stock, Reserve, Meet, Reprice, Changed> {
 public:
  explicit Stock(bool mended) : mended_(mended) {}
  bool handle(Reserve) { return true; }
  void handle(Meet m) { shop_ = std::move(m.shop); }
  troupe::Task<> handle(Reprice) {
    if (mended_) {
      shop_.call_and_forward<Price>(self(), [](int price) { return Changed{price}; });
      co_return;
    }
    (void)co_await shop_.call<Price>();
  }
  void handle(Changed) {}

 private:
  bool mended_;
  troupe::ActorRef<Price> shop_;
};

}  // namespace

void lost_update(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  auto balance = system.spawn<Balance>();
  auto first = system.spawn<Teller>(balance, mended);
  auto second = system.spawn<Teller>(balance, mended);
  first.cast<Deposit>();
  after_messages(system, 12, [&] { second.cast<Deposit>(); });
  simulation.run();
  simulation.check(balance.call<Get>().get() == 2, "both deposits are there");
}

void double_apply(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  int paid = 0;
  auto bank = system.spawn<Bank>(system.spawn<Disk>(&simulation), &paid, mended);
  for (int id = 1; id <= 3; ++id) {
    while (!bank.call<Pay>(id).within(10ms).get()) {
    }
  }
  simulation.check(paid == 3, "each is paid once");
}

void circular_wait(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  auto stock = system.spawn<Stock>(mended);
  auto shop = system.spawn<Shop>(stock);
  stock.cast<Meet>(shop);
  after_messages(system, 10, [&] { stock.cast<Reprice>(); });
  simulation.check(shop.call<Sell>().get() == true, "what is there can be sold");
  simulation.run();
}

}  // namespace planted
