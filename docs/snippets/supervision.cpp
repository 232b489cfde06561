#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Book {
  std::int64_t cents;
};
struct GetTotal {
  using Reply = std::int64_t;
};
struct Sell {
  std::int64_t cents;
  using Reply = int;
};
struct Greet {
  using Reply = std::string;
};
struct GetIndex {
  using Reply = std::size_t;
};

class Ledger : public troupe::Actor<Ledger, Book, GetTotal> {
 public:
  void handle(Book m) { total_ += m.cents; }
  std::int64_t handle(GetTotal) const { return total_; }

 private:
  std::int64_t total_ = 0;
};

class Till : public troupe::Actor<Till, Sell> {
 public:
  Till(troupe::ActorRef<Book> ledger, std::int64_t most)
      : ledger_(std::move(ledger)), most_(most) {}

  int handle(Sell m) {
    if (m.cents > most_) throw std::out_of_range("too much for this till");
    ledger_.cast<Book>(m.cents);
    return ++sales_;
  }

 private:
  troupe::ActorRef<Book> ledger_;
  std::int64_t most_;
  int sales_ = 0;
};

class Session : public troupe::Actor<Session, Greet> {
 public:
  explicit Session(std::string user) : user_(std::move(user)) {}
  std::string handle(Greet) const { return "hello " + user_; }

 private:
  std::string user_;
};

class Cache : public troupe::Actor<Cache, GetIndex> {
 public:
  explicit Cache(std::size_t index) : index_(index) {}
  std::size_t handle(GetIndex) const { return index_; }

 private:
  std::size_t index_;
};

int main() {
  troupe::System system({.log_level = troupe::LogLevel::off});
  auto shop = system.spawn<troupe::Supervisor>(
      troupe::named("shop"), troupe::rest_for_one()
                                 .intensity(3, 10s)
                                 .child<Ledger>("ledger")
                                 .named("ledger")
                                 .child<Till>("till", troupe::sibling<Ledger>("ledger"), 10'000)
                                 .shutdown(1s)
                                 .backoff(10ms, 10s));

  auto till = troupe::find_child<Till>(shop, "till").get().value();

  check(*till.call<Sell>(500).get() == 1);
  auto refused = till.call<Sell>(1'000'000).get();  // fails, and is told so
  check(refused.error().code == troupe::CallErrorCode::failed);
  check(*till.call<Sell>(700).get() == 1);  // the same reference; the new till counts anew

  auto ledger = system.find<GetTotal>("ledger");
  check(*ledger->call<GetTotal>().get() == 1200);          // the elder sibling was not touched
  auto info = shop.call<troupe::FindChild>("till").get();  // restarts, state, ...
  check((*info)->restarts == 1 && (*info)->ref == till);

  auto second = troupe::start_child<Till>(
      shop, troupe::child<Till>("second", troupe::sibling<Ledger>("ledger"), 500)
                .restart(troupe::Restart::transient));
  check(*second.get()->call<Sell>(300).get() == 1);
  check(shop.call<troupe::TerminateChild>("second").get()->has_value());
  check(shop.call<troupe::DeleteChild>("second").get()->has_value());

  auto sessions = system.spawn<troupe::DynamicSupervisor>(
      troupe::dynamic().restart(troupe::Restart::temporary).max_children(10'000));
  auto session = troupe::start_child<Session>(sessions, "Ada").get();

  auto caches = system.spawn<troupe::PartitionSupervisor<Cache>>(
      troupe::PartitionSpec{.partitions = 4}, troupe::partition_index);
  auto partitions = caches.call<troupe::GetPartitions<Cache>>().get();
  auto cache = partitions->of(std::string("Ada"));  // the same one for the same key
  check(session->call<Greet>().get() == "hello Ada");
  check(*cache.call<GetIndex>().get() < 4);
  check(cache == partitions->of(std::string("Ada")));

  auto what = troupe::inspect(till).get();  // state, messages queued, restarts, children
  check(what->restarts == 1);
  std::puts(to_text(troupe::actor_trees(system)).c_str());
}
