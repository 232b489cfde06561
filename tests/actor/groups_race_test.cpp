#include <latch>
#include <set>

#include "actor/members.hpp"
#include "stress/support.hpp"

using namespace members;

TEST_CASE("a dead letter's destructor may use the group that it was told of") {
  struct Nosy {
    std::shared_ptr<Group<Price>> group;
    ~Nosy() {
      if (group) group->members(), GroupScope(*system).groups();
    }
    Nosy(std::shared_ptr<Group<Price>> g, troupe::System& s) : group(std::move(g)), system(&s) {}
    Nosy(Nosy&&) = default;
    troupe::System* system;
  };
  struct Nosed : troupe::Actor<Nosed, Nosy, GroupChanged> {
    void handle(Nosy) {}
    void handle(GroupChanged) {}
  };
  World world(4);
  auto prices = std::make_shared<Group<Price>>(world.system, "prices");
  auto trader = world.system.spawn<Trader>();
  for (int round = 0; round < 200; ++round) {
    auto nosed = world.system.spawn<Nosed>();
    prices->monitor(nosed);
    auto sender = in_thread([&] {
      for (int i = 0; i < 20; ++i) nosed.cast<Nosy>(prices, world.system);
    });
    auto stopper = in_thread([&] { nosed.kill(); });
    for (int i = 0; i < 20; ++i) {
      prices->join(trader);
      prices->leave(trader);
    }
    sender.get();
    stopper.get();
  }
}

TEST_CASE("joining against ending: nobody who has ended is left in a group") {
  stress::Random random(stress::seed());
  World world(4);
  constexpr int kRounds = 300;
  constexpr std::size_t kActors = 8;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Group<Price>> groups;
    for (int i = 0; i < 3; ++i) groups.emplace_back(world.system, "g" + std::to_string(i), "race");
    std::vector<Trader::Reference> traders;
    for (std::size_t i = 0; i < kActors; ++i) traders.push_back(world.system.spawn<Trader>());
    std::latch start(4);
    std::atomic<int> joined{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, seed = random.next()] {
        stress::Random mine(seed);
        start.arrive_and_wait();
        for (int n = 0; n < 40; ++n) {
          auto& trader = traders[mine.below(kActors)];
          auto& group = groups[mine.below(3)];
          if (mine.below(4) == 0) {
            group.leave(trader);
          } else if (group.join(trader)) {
            ++joined;
          }
        }
      });
    }
    threads.emplace_back([&] {  // pushes that meet closed mailboxes, and open them for a moment
      start.arrive_and_wait();
      for (int n = 0; n < 10; ++n) {
        for (auto& trader : traders) trader.cast<Price>(1);
      }
    });
    start.arrive_and_wait();
    for (auto& trader : traders) {
      if (random.below(2) == 0) {
        trader.stop();
      } else {
        trader.kill();
      }
      for (std::uint32_t spin = random.below(500); spin > 0; --spin) __asm__ volatile("");
    }
    for (auto& thread : threads) thread.join();
    for (auto& trader : traders) {
      REQUIRE(trader.wait().within(kForever).get());
      for (auto& group : groups) REQUIRE_FALSE(group.join(trader));
    }
    for (auto& group : groups) REQUIRE(group.members().empty());
    REQUIRE(GroupScope(world.system, "race").groups().empty());
  }
}

TEST_CASE("a first join against the end is either refused or taken back") {
  // Only an actor's first join races with its end without a lock: so each actor joins once.
  stress::Random random(stress::seed());
  World world(2);
  Group<Price> prices(world.system, "prices");
  int joined = 0;
  constexpr int kRounds = 5000;
  for (int round = 0; round < kRounds; ++round) {
    auto trader = world.system.spawn<Trader>();
    trader.kill();
    // Join around the time at which the mailbox is closed: as late as it says, or a little earlier.
    for (std::uint32_t n = random.below(1000); n > 0; --n) {
      if (trader.cast<Price>(1) == troupe::CastResult::closed) break;
    }
    joined += prices.join(trader);
    REQUIRE(trader.wait().within(kForever).get());
    REQUIRE(prices.members().empty());
  }
  MESSAGE(joined, " of ", kRounds, " joined in time");
}

TEST_CASE("monitors that come while actors join and end miss nothing and hear nothing twice") {
  stress::Random random(stress::seed());
  struct Follow {};
  struct Known {
    using Reply = std::vector<std::uint64_t>;
  };
  struct Follower : troupe::Actor<Follower, Follow, GroupChanged, Known> {
    explicit Follower(Group<Price> prices) : prices_(std::move(prices)) {}
    void handle(Follow) {
      for (auto& member : prices_.monitor(self())) known_.insert(member.id());
    }
    void handle(GroupChanged m) {
      const bool changed =
          m.joined ? known_.insert(m.member.id()).second : known_.erase(m.member.id()) == 1;
      if (!changed) known_.insert(0);  // lost, or told twice
    }
    std::vector<std::uint64_t> handle(Known) { return {known_.begin(), known_.end()}; }
    Group<Price> prices_;
    std::set<std::uint64_t> known_;
  };
  World world(4);
  for (int round = 0; round < 100; ++round) {
    Group<Price> prices(world.system, "prices");
    std::vector<Trader::Reference> traders;
    for (int i = 0; i < 30; ++i) traders.push_back(world.system.spawn<Trader>());
    std::vector<troupe::ActorRef<Follow, Known>> followers;
    for (int i = 0; i < 4; ++i) followers.push_back(world.system.spawn<Follower>(prices));
    std::latch start(3);
    auto joins = in_thread([&, seed = random.next()] {
      stress::Random mine(seed);
      start.arrive_and_wait();
      for (int n = 0; n < 200; ++n) {
        auto& trader = traders[mine.below(30)];
        if (mine.below(3) == 0) {
          prices.leave(trader);
        } else {
          prices.join(trader);
        }
      }
    });
    auto ends = in_thread([&] {
      start.arrive_and_wait();
      for (std::size_t i = 0; i < 15; ++i) traders[i].kill();
    });
    start.arrive_and_wait();
    for (auto& follower : followers) follower.cast<Follow>();
    joins.get();
    ends.get();
    for (std::size_t i = 0; i < 15; ++i) REQUIRE(traders[i].wait().within(kForever).get());
    std::vector<std::uint64_t> members;
    for (auto& member : prices.members()) members.push_back(member.id());
    for (auto& follower : followers) {
      REQUIRE(*follower.call<Known>().within(kForever).get() == members);
    }
    for (auto& trader : traders) end(trader);
    for (auto& follower : followers) end(follower);
  }
}
