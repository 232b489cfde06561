#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <troupe/explore.hpp>
#include <troupe/fault_point.hpp>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "check.hpp"

using namespace std::chrono_literals;

// -- a bug that shows now and then ---

struct Read {
  using Reply = int;
};
struct Write {
  int balance;
};
struct Add {
  int amount;
};
struct Deposit {
  int amount;
};

class Vault : public troupe::Actor<Vault, Read, Write, Add> {
 public:
  int handle(Read) const { return balance_; }
  void handle(Write m) { balance_ = m.balance; }
  void handle(Add m) { balance_ += m.amount; }

 private:
  int balance_ = 0;
};

class Till : public troupe::Actor<Till, Deposit> {
 public:
  explicit Till(troupe::ActorRef<Read, Write, Add> vault) : vault_(std::move(vault)) {}

  troupe::Task<> handle(Deposit m) {
    const auto balance = co_await vault_.call<Read>();
    if (balance) vault_.cast<Write>(*balance + m.amount);
  }

 private:
  troupe::ActorRef<Read, Write, Add> vault_;
};

class MendedTill : public troupe::Actor<MendedTill, Deposit> {
 public:
  explicit MendedTill(troupe::ActorRef<Read, Write, Add> vault) : vault_(std::move(vault)) {}

  void handle(Deposit m) { vault_.cast<Add>(m.amount); }

 private:
  troupe::ActorRef<Read, Write, Add> vault_;
};

template <class AnyTill>
void deposits(troupe::Simulation& simulation) {
  troupe::System& system = simulation.system();
  auto vault = system.spawn<Vault>();
  const int tills = 2 + static_cast<int>(simulation.below(3));
  for (int i = 0; i < tills; ++i) {
    system.spawn<AnyTill>(vault).template cast<Deposit>(10);
    simulation.run_for(std::chrono::milliseconds(simulation.below(50)));
  }
  simulation.run();
  simulation.check(vault.call<Read>().get() == 10 * tills, "no deposit is lost");
}

// -- faults ---

class Clerk : public troupe::Actor<Clerk, Deposit> {
 public:
  explicit Clerk(int* kept) : kept_(*kept) {}
  void handle(Deposit m) {
    if (troupe::fault_point("the disk is full")) throw std::runtime_error("the disk is full");
    kept_ += m.amount;
  }

 private:
  int& kept_;
};

void faults(troupe::Simulation& simulation) {
  int kept = 0;
  auto office = simulation.system().spawn<troupe::Supervisor>(
      troupe::one_for_one().intensity(100, 1h).child<Clerk>("clerk", &kept));
  auto clerk = troupe::find_child<Clerk>(office, "clerk").get().value();

  simulation.faults().fail("Clerk", 3);           // its third message from now on
  simulation.faults().fail_often("Clerk", 0.05);  // and one in twenty of all
  simulation.faults().slow_down(clerk, 5ms);      // each message takes that long
  simulation.faults().hang(clerk, 1s);            // handles none before that
  simulation.faults().enable("the disk is full", 0.1);

  for (int i = 0; i < 20; ++i) clerk.cast<Deposit>(1);
  simulation.always("nothing is kept twice", [&] { return kept <= 20; });
  simulation.run_for(10s);
  simulation.eventually(  // the faults end, and then
      "deposits are kept again",
      [&, before = kept] {
        clerk.cast<Deposit>(1);
        return kept > before;
      },
      1s);
}

// -- nodes ---

struct Kept {
  int value = 0;  // what a disk would hold
};

class Counter : public troupe::Actor<Counter, Add> {
 public:
  explicit Counter(Kept* disk) : disk_(*disk) {}
  void handle(Add m) { disk_.value += m.amount; }

 private:
  Kept& disk_;
};

void nodes(troupe::Simulation& simulation) {
  Kept disk;
  auto& server = simulation.add_node("server", [&](troupe::SimulatedNode& node) {
    auto counter = node.spawn<Counter>(&disk);  // whenever it starts
    node.transport().receive([counter](std::string_view, std::span<const std::byte> frame) {
      counter.cast<Add>(static_cast<int>(frame.size()));
    });
  });
  auto& client = simulation.add_node("client");
  client.set_clock(2s, 1e-4);  // two seconds ahead, and a little too fast

  auto& network = simulation.network();
  network.set({.min_latency = 1ms, .max_latency = 20ms, .drop = 0.1});
  client.transport().send("server", std::vector<std::byte>(3));
  simulation.run_for(100ms);

  network.cut("client", "server");  // one way
  network.clog("server", "client");
  network.partition({"client"}, {"server"});  // both ways
  network.heal();

  server.pause();
  simulation.run_for(1s);
  server.resume();
  server.crash();  // no post_stop runs; `disk` is what is left
  server.restart();
  client.transport().send("server", std::vector<std::byte>(4));
  simulation.run_for(100ms);
  simulation.check(disk.value <= 7, "nothing arrives twice");
}

int main() {
  const troupe::SimulationOptions options{.step_time = 200us};
  const troupe::Scenario scenario{"deposits", deposits<Till>, options};
  const troupe::Exploration found = troupe::explore(scenario, {.seeds = 1000});
  check(found.failures.size() == 1);
  // As the page shows it.
  check(found.failures[0].text == "no deposit is lost (step 20, 5 s after the beginning, seed 21)");
  check(found.failures[0].steps_found == 32);
  check(found.failures[0].choices == std::vector<std::uint32_t>{0, 0, 0, 0, 1, 1});

  check(!troupe::find_difference(scenario, 42));
  check(
      troupe::explore({"mended", deposits<MendedTill>, options}, {.seeds = 1000}).failures.empty());
  check(troupe::explore({"faults", faults}, {.seeds = 50}).failures.empty());
  check(troupe::explore({"nodes", nodes}, {.seeds = 50}).failures.empty());
}
