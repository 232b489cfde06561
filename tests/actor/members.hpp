#pragma once

#include <doctest/doctest.h>

#include "actor/support.hpp"

/// Actors that are in groups, and one that is told of it.
namespace members {

using namespace support;
using troupe::Group;
using troupe::GroupChanged;
using troupe::GroupScope;

struct Price {
  int cents = 0;
};
struct Sum {
  using Reply = int;
};
struct Break {};
struct Wait {};
struct Other {};

class Trader : public troupe::Actor<Trader, Price, Sum, Break, Wait> {
 public:
  explicit Trader(troupe::ActorRef<Ask> gate = {}, troupe::ActorRef<Ask> stop_gate = {})
      : gate_(std::move(gate)), stop_gate_(std::move(stop_gate)) {}
  troupe::Task<> post_stop() {
    if (stop_gate_) (void)co_await stop_gate_.call<Ask>().within(kForever);
  }
  void handle(Price m) { sum_ += m.cents; }
  int handle(Sum) const { return sum_; }
  void handle(Break) { throw std::runtime_error("broken"); }
  troupe::Task<> handle(Wait) { (void)co_await gate_.call<Ask>().within(kForever); }

 private:
  troupe::ActorRef<Ask> gate_;
  troupe::ActorRef<Ask> stop_gate_;
  int sum_ = 0;
};

/// Takes no prices.
class Auditor : public troupe::Actor<Auditor, Sum> {
 public:
  int handle(Sum) const { return 0; }
};

/// "+group/scope#id" for each change, in the order in which they were told.
struct Told {
  using Reply = std::vector<std::string>;
};
class Monitor : public troupe::Actor<Monitor, GroupChanged, Told, Price, Wait> {
 public:
  explicit Monitor(troupe::ActorRef<Ask> gate = {}) : gate_(std::move(gate)) {}
  void handle(GroupChanged m) {
    told_.push_back((m.joined ? "+" : "-") + m.group + "/" + m.scope + "#" +
                    std::to_string(m.member.id()));
  }
  std::vector<std::string> handle(Told) { return std::exchange(told_, {}); }
  void handle(Price) {}
  troupe::Task<> handle(Wait) { (void)co_await gate_.call<Ask>().within(kForever); }

 private:
  troupe::ActorRef<Ask> gate_;
  std::vector<std::string> told_;
};

inline std::vector<std::string> told(const troupe::ActorRef<Told>& monitor) {
  return *monitor.call<Told>().within(kForever).get();
}
inline std::string change(char sign, const char* group, const char* scope,
                          const troupe::AnyRef& who) {
  return sign + std::string(group) + "/" + scope + "#" + std::to_string(who.id());
}
using Changes = std::vector<std::string>;

inline int sum(const troupe::ActorRef<Sum>& trader) {
  return *trader.call<Sum>().within(kForever).get();
}

inline void end(const troupe::AnyRef& actor) {
  REQUIRE(actor.stop_and_wait().within(kForever).get());
}

}  // namespace members
