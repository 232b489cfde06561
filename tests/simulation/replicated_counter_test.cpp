#include "simulation/replicated_counter.hpp"

#include <doctest/doctest.h>

#include <set>
#include <troupe/simulation.hpp>

using namespace replicated_counter;
using troupe::SimulatedNode;
using troupe::Simulation;
using troupe::SimulationFailure;

namespace {

struct Go {};

struct Acknowledged {
  std::uint64_t number;
  std::int64_t by;
};

/// Increments all the time, and writes down what was acknowledged.
class Client : public troupe::Actor<Client, Go> {
 public:
  Client(const Primary::Reference* primary, std::vector<Acknowledged>* acknowledged)
      : primary_(primary), acknowledged_(acknowledged) {
    self().cast<Go>();
  }

  troupe::Task<> handle(Go) {
    const std::int64_t by = ++last_;
    const auto number = co_await primary_->call<Increment>(by).within(200ms);
    if (number) acknowledged_->push_back({*number, by});
    send_after<Go>(5ms);
  }

 private:
  const Primary::Reference* primary_;
  std::vector<Acknowledged>* acknowledged_;
  std::int64_t last_ = 0;
};

/// A primary, two backups and a client. How many backups must have an increment before it is
/// acknowledged is to be chosen: with none, it may be lost.
struct Cluster {
  Simulation sim;
  std::map<std::string, Disk> disks;
  Primary::Reference primary;
  std::vector<Acknowledged> acknowledged;

  explicit Cluster(std::uint64_t seed, std::size_t copies = 1) : sim(seed) {
    for (const char* name : {"backup 1", "backup 2"}) {
      sim.add_node(name, [this](SimulatedNode& node) {
        receive_by(node.spawn<Backup>(&node.transport(), &disks[node.name()]), node.transport());
      });
    }
    sim.add_node("primary", [this, copies](SimulatedNode& node) {
      primary = node.spawn<Primary>(&node.transport(), &disks["primary"],
                                    std::vector<std::string>{"backup 1", "backup 2"}, copies);
      receive_by(primary, node.transport());
    });
    sim.add_node("client").spawn<Client>(&primary, &acknowledged);
    sim.always("an increment that is acknowledged is on two disks",
               [this] { return acknowledged.empty() || is_safe(acknowledged.back()); });
  }

  bool is_safe(const Acknowledged& each) const {
    return std::ranges::count_if(
               disks, [&](const auto& disk) { return disk.second.has(each.number, each.by); }) >= 2;
  }
  bool all_equal() {
    return disks["backup 1"].log == disks["primary"].log &&
           disks["backup 2"].log == disks["primary"].log;
  }

  /// Something bad, or the end of it, as chance has it.
  void play() {
    const std::string names[] = {"primary", "backup 1", "backup 2"};
    const std::string& one = names[sim.below(3)];
    const std::string& other = names[sim.below(3)];
    switch (sim.below(8)) {
      case 0:
        return sim.network().cut(one, other);
      case 1:
        return sim.network().partition({one}, {names[0], names[1], names[2]});
      case 2:
        return sim.network().clog(one, other);
      case 3:
        return sim.network().heal();
      case 4:
        return sim.network().set(one, other, {.slow = 0.1, .drop = 0.4});
      case 5:
        return sim.node(one).crash();
      case 6:
        return sim.node(one).restart();
      default:
        return sim.node(one).running() && sim.chance(0.5) ? sim.node(one).pause()
                                                          : sim.node(one).resume();
    }
  }

  /// All is well again, and the copies become the same.
  void recover() {
    for (const char* name : {"primary", "backup 1", "backup 2"}) {
      SimulatedNode& node = sim.node(name);
      node.resume();
      if (!node.running()) node.restart();
    }
    sim.node("client").crash();
    sim.eventually("all copies are equal", [this] { return all_equal(); }, 60s);
    for (const Acknowledged& each : acknowledged) {
      for (const auto& [name, disk] : disks) {
        sim.check(disk.has(each.number, each.by),
                  troupe::format("increment {} is not on {}", each.number, name));
      }
    }
  }
};

}  // namespace

TEST_CASE("on a good network every increment is acknowledged and copied") {
  Cluster cluster(1);
  cluster.sim.run_for(10s);
  CHECK(cluster.acknowledged.size() > 1000);
  cluster.recover();
  CHECK(cluster.disks["primary"].log.size() - cluster.acknowledged.size() <= 1);
  CHECK(cluster.disks["backup 1"].sum() == cluster.disks["primary"].sum());
}

TEST_CASE("increments that are dropped on their way are sent again") {
  Cluster cluster(2);
  cluster.sim.network().set({.drop = 0.5});
  cluster.sim.run_for(10s);
  CHECK(cluster.sim.network().lost() > 100);
  CHECK(cluster.acknowledged.size() > 100);
  cluster.recover();
}

TEST_CASE("one backup is enough, and the other one catches up") {
  Cluster cluster(3);
  cluster.sim.network().partition({"backup 1"}, {"primary", "backup 2"});
  cluster.sim.run_for(10s);
  CHECK(cluster.acknowledged.size() > 1000);
  CHECK(cluster.disks["backup 1"].log.empty());
  cluster.recover();
  CHECK(cluster.disks["backup 1"].log.size() >= cluster.acknowledged.size());
}

TEST_CASE("a primary that is alone acknowledges nothing") {
  Cluster cluster(4);
  cluster.sim.network().partition({"primary"}, {"backup 1", "backup 2"});
  cluster.sim.run_for(10s);
  CHECK(cluster.acknowledged.empty());
  CHECK(!cluster.disks["primary"].log.empty());
  cluster.recover();
}

TEST_CASE("a primary that crashes goes on from its disk") {
  Cluster cluster(5);
  for (int i = 0; i < 20; ++i) {
    cluster.sim.run_for(std::chrono::milliseconds(1 + cluster.sim.below(500)));
    cluster.sim.node("primary").restart();
  }
  const std::size_t before = cluster.acknowledged.size();
  CHECK(before > 100);
  cluster.sim.run_for(1s);
  CHECK(cluster.acknowledged.size() > before);
  cluster.recover();
  std::set<std::uint64_t> numbers;
  for (const Acknowledged& each : cluster.acknowledged) numbers.insert(each.number);
  CHECK(numbers.size() == cluster.acknowledged.size());
}

TEST_CASE("whatever goes wrong, no increment that was acknowledged is lost") {
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    Cluster cluster(seed);
    for (int i = 0; i < 60; ++i) {
      cluster.sim.run_for(std::chrono::milliseconds(cluster.sim.below(200)));
      cluster.play();
    }
    cluster.recover();
    acknowledged += cluster.acknowledged.size();
  }
  CHECK(acknowledged > 1000);
}

TEST_CASE("a bad run is the same run again") {
  const auto run = [] {
    Cluster cluster(6);
    for (int i = 0; i < 60; ++i) {
      cluster.sim.run_for(std::chrono::milliseconds(cluster.sim.below(200)));
      cluster.play();
    }
    cluster.recover();
    return std::pair(cluster.sim.hash(), cluster.disks["primary"].sum());
  };
  CHECK(run() == run());
}

TEST_CASE("a primary that acknowledges before its backups have it is found out") {
  Cluster cluster(1, 0);
  CHECK_THROWS_AS(cluster.sim.run_for(10s), SimulationFailure);
}
