#include <map>
#include <optional>

#include "actor/members.hpp"

using namespace members;

TEST_CASE("actors join and leave a group by its name") {
  World world;
  Group<Price> prices(world.system, "prices");
  Group<Price> same(world.system, "prices");
  CHECK(prices.name() == "prices");
  CHECK(prices.scope() == "");
  CHECK(prices.members().empty());
  auto a = world.system.spawn<Trader>();
  auto b = world.system.spawn<Trader>();
  CHECK(prices.join(b));
  CHECK(prices.join(a));
  CHECK(same.members() == std::vector<troupe::ActorRef<Price>>{a, b});
  CHECK(same.local_members() == same.members());
  CHECK(same.leave(a));
  CHECK_FALSE(same.leave(a));
  CHECK(prices.members() == std::vector<troupe::ActorRef<Price>>{b});
  CHECK_FALSE(prices.leave(troupe::AnyRef()));
  CHECK(prices.leave(b));
  CHECK(prices.members().empty());
}

TEST_CASE("who joins twice is one member, and leaves twice") {
  World world;
  Group<Price> prices(world.system, "prices");
  auto monitor = world.system.spawn<Monitor>();
  CHECK(prices.monitor(monitor).empty());
  auto trader = world.system.spawn<Trader>();
  CHECK(prices.join(trader));
  CHECK(prices.join(trader));
  CHECK(prices.members().size() == 1);
  CHECK(prices.broadcast<Price>(5) == 1);
  CHECK(sum(trader) == 5);
  CHECK(told(monitor) == Changes{change('+', "prices", "", trader)});
  CHECK(prices.leave(trader));
  CHECK(prices.members().size() == 1);
  CHECK(told(monitor).empty());
  CHECK(prices.leave(trader));
  CHECK(prices.members().empty());
  CHECK_FALSE(prices.leave(trader));
  CHECK(told(monitor) == Changes{change('-', "prices", "", trader)});

  CHECK(prices.join(trader));
  CHECK(prices.join(trader));
  end(trader);
  CHECK(prices.members().empty());
  CHECK(told(monitor) ==
        Changes{change('+', "prices", "", trader), change('-', "prices", "", trader)});
}

TEST_CASE("an actor that has ended, or another system's, cannot join") {
  World world;
  World elsewhere;
  Group<Price> prices(world.system, "prices");
  auto ended = world.system.spawn<Trader>();
  end(ended);
  CHECK_FALSE(prices.join(ended));
  CHECK_FALSE(prices.join(elsewhere.system.spawn<Trader>()));
  CHECK_FALSE(prices.join(troupe::ActorRef<Price>()));
  CHECK(prices.members().empty());
  auto monitor = elsewhere.system.spawn<Monitor>();
  prices.monitor(monitor);
  CHECK_FALSE(prices.demonitor(monitor));
}

TEST_CASE("an actor that ends leaves its groups, however it ends") {
  World world;
  Gate gate(world.system);
  std::vector<Group<Price>> groups;
  for (const char* name : {"a", "b", "c"}) groups.emplace_back(world.system, name);
  std::vector<Trader::Reference> traders;
  for (int i = 0; i < 4; ++i) traders.push_back(world.system.spawn<Trader>(gate.ref()));
  for (auto& group : groups) {
    for (auto& trader : traders) CHECK(group.join(trader));
  }
  end(traders[0]);
  for (auto& group : groups) CHECK(group.members().size() == 3);
  REQUIRE(traders[1].drain_and_wait().within(kForever).get());
  for (auto& group : groups) CHECK(group.members().size() == 2);
  traders[2].cast<Wait>();
  gate.wait_asked();
  REQUIRE(traders[2].kill_and_wait().within(kForever).get());
  for (auto& group : groups) CHECK(group.members().size() == 1);
  traders[3].cast<Break>();
  REQUIRE(traders[3].wait().within(kForever).get());
  for (auto& group : groups) CHECK(group.members().empty());
  CHECK(GroupScope(world.system).groups().empty());
}

TEST_CASE("an actor that is ending takes no messages and is no member") {
  World world;
  Gate gate(world.system);
  Group<Price> prices(world.system, "prices");
  auto trader = world.system.spawn<Trader>(troupe::ActorRef<Ask>(), gate.ref());
  CHECK(prices.join(trader));
  trader.stop();
  gate.wait_asked();  // in its post_stop
  CHECK(prices.members().empty());
  CHECK_FALSE(prices.join(trader));
  gate.answer(0);
  REQUIRE(trader.wait().within(kForever).get());
}

TEST_CASE("a parent that hears of a child's failure finds it in no group") {
  struct Guardian : troupe::Actor<Guardian, Break> {
    explicit Guardian(std::promise<std::size_t>& found)
        : found_(&found), child_(spawn<Trader>()), prices_(group<Price>("prices")) {
      prices_.join(child_);
    }
    void handle(Break) {
      if (prices_.members().size() != 1) found_->set_value(99);
      child_.cast<Break>();
    }
    void handle(troupe::ChildFailed) { found_->set_value(prices_.members().size()); }
    std::promise<std::size_t>* found_;
    Trader::Reference child_;
    Group<Price> prices_;
  };
  World world(4);
  for (int round = 0; round < 100; ++round) {
    std::promise<std::size_t> found;
    auto guardian = world.system.spawn<Guardian>(found);
    guardian.cast<Break>();
    REQUIRE(found.get_future().get() == 0);
    end(guardian);
  }
}

TEST_CASE("whoever waits for an end or an answer finds the actor in no group") {
  World world(4);
  Group<Price> prices(world.system, "prices");
  Gate gate(world.system);
  for (int round = 0; round < 200; ++round) {
    auto trader = world.system.spawn<Trader>(gate.ref());
    REQUIRE(prices.join(trader));
    if (round % 2 == 0) {
      end(trader);
    } else {
      trader.cast<Wait>();
      gate.wait_asked(static_cast<std::size_t>(round / 2 + 1));
      auto answer = in_thread([&] { return trader.call<Sum>().within(kForever).get(); });
      while (troupe::inspect(trader).within(kForever).get()->queued == 0) std::this_thread::yield();
      trader.kill();
      REQUIRE_FALSE(answer.get());
    }
    REQUIRE(prices.members().empty());
  }
}

TEST_CASE("an actor whose start fails leaves what it joined") {
  struct Stillborn : troupe::Actor<Stillborn, Price> {
    Stillborn() {
      group<Price>("prices").join(self());
      throw std::runtime_error("no");
    }
    void handle(Price) {}
  };
  World world;
  Group<Price> prices(world.system, "prices");
  auto monitor = world.system.spawn<Monitor>();
  prices.monitor(monitor);
  CHECK_FALSE(world.system.try_spawn<Stillborn>());
  Changes changes;
  while (changes.size() < 2) {
    for (auto& one : told(monitor)) changes.push_back(one);
  }
  CHECK(changes[0][0] == '+');
  CHECK(changes[1][0] == '-');
  CHECK(prices.members().empty());
}

TEST_CASE("groups of the same name in different scopes have nothing in common") {
  World world;
  Group<Price> here(world.system, "prices");
  Group<Price> europe(world.system, "prices", "eu");
  Group<Price> asia(world.system, "prices", "asia");
  GroupScope scope(world.system, "eu");
  auto of_scope = world.system.spawn<Monitor>();
  auto of_asia = world.system.spawn<Monitor>();
  CHECK(scope.monitor(of_scope).empty());
  CHECK(asia.monitor(of_asia).empty());
  CHECK(troupe::group_scopes(world.system).empty());

  auto trader = world.system.spawn<Trader>();
  CHECK(europe.join(trader));
  CHECK(here.members().empty());
  CHECK(asia.members().empty());
  CHECK(europe.members().size() == 1);
  CHECK_FALSE(here.leave(trader));
  CHECK(scope.groups() == std::vector<std::string>{"prices"});
  CHECK(GroupScope(world.system).groups().empty());
  CHECK(GroupScope(world.system, "nowhere").groups().empty());
  CHECK(here.join(trader));
  CHECK(troupe::group_scopes(world.system) == std::vector<std::string>{"", "eu"});
  CHECK(told(of_scope) == Changes{change('+', "prices", "eu", trader)});
  CHECK(told(of_asia).empty());
  CHECK(europe.scope() == "eu");
}

TEST_CASE("members are those that handle the group's messages") {
  World world;
  Group<Sum> everybody(world.system, "floor");
  Group<Price, Sum> traders(world.system, "floor");
  auto trader = world.system.spawn<Trader>();
  auto auditor = world.system.spawn<Auditor>();
  auto of_traders = world.system.spawn<Monitor>();
  CHECK(traders.monitor(of_traders).empty());
  CHECK(everybody.join(auditor));
  CHECK(everybody.join(trader));
  CHECK(everybody.members().size() == 2);
  CHECK((traders.members() == std::vector<troupe::ActorRef<Price, Sum>>{trader}));
  CHECK(traders.broadcast<Price>(3) == 1);
  CHECK(traders.pick() == trader);
  CHECK(sum(trader) == 3);
  CHECK(Group<>(world.system, "floor").members().size() == 2);
  CHECK(Group<Other>(world.system, "floor").members().empty());
  CHECK_FALSE(Group<Other>(world.system, "floor").pick());
  CHECK_FALSE(traders.narrow(auditor));
  CHECK_FALSE(traders.narrow(troupe::AnyRef()));
  CHECK(*traders.narrow(troupe::AnyRef(trader)) == trader);

  auto of_everybody = world.system.spawn<Monitor>();
  CHECK(everybody.monitor(of_everybody).size() == 2);
  end(auditor);
  end(trader);
  CHECK(told(of_everybody) ==
        Changes{change('-', "floor", "", auditor), change('-', "floor", "", trader)});
  CHECK(told(of_traders) ==
        Changes{change('+', "floor", "", trader), change('-', "floor", "", trader)});
}

TEST_CASE("a broadcast reaches every member once and is counted") {
  World world;
  Group<Price> prices(world.system, "prices");
  CHECK(prices.broadcast<Price>(1) == 0);
  std::vector<Trader::Reference> traders;
  for (int i = 0; i < 20; ++i) {
    traders.push_back(world.system.spawn<Trader>());
    REQUIRE(prices.join(traders.back()));
  }
  CHECK(prices.broadcast<Price>(2) == 20);
  end(traders.back());
  traders.pop_back();
  CHECK(prices.broadcast<Price>(3) == 19);
  for (auto& trader : traders) CHECK(sum(trader) == 5);
}

TEST_CASE("pick takes a random member, each about as often") {
  World world;
  Group<Price> prices(world.system, "prices");
  CHECK_FALSE(prices.pick());
  for (int i = 0; i < 8; ++i) REQUIRE(prices.join(world.system.spawn<Trader>()));
  std::map<troupe::AnyRef, int> picked;
  std::map<troupe::AnyRef, int> pairs;  // the same one twice in a row
  troupe::AnyRef last;
  for (int i = 0; i < 16000; ++i) {
    const troupe::AnyRef one = *prices.pick();
    ++picked[one];
    if (one == last) ++pairs[one];
    last = one;
  }
  CHECK(picked.size() == 8);
  for (auto& [member, times] : picked) {  // 2000 expected, standard deviation 42
    CHECK(times > 1600);
    CHECK(times < 2400);
  }
  int repeated = 0;
  for (auto& [member, times] : pairs) repeated += times;
  CHECK(repeated > 1600);  // 2000 expected: no round robin
  CHECK(repeated < 2400);
}

TEST_CASE("pick_next takes the members in turn") {
  World world;
  Group<Price> prices(world.system, "prices");
  Group<Price> same = prices;
  CHECK_FALSE(prices.pick_next());
  for (int i = 0; i < 3; ++i) REQUIRE(prices.join(world.system.spawn<Trader>()));
  std::map<troupe::AnyRef, int> picked;
  for (int i = 0; i < 30; ++i) ++picked[*(i % 2 ? prices : same).pick_next()];
  CHECK(picked.size() == 3);
  for (auto& [member, times] : picked) CHECK(times == 10);
}

TEST_CASE(
    "pick of a key stays with a member, and moves only to one that joins or from one that leaves") {
  World world;
  Group<Price> prices(world.system, "prices");
  CHECK_FALSE(prices.pick(std::string("key")));
  std::vector<Trader::Reference> traders;
  for (int i = 0; i < 10; ++i) {
    traders.push_back(world.system.spawn<Trader>());
    REQUIRE(prices.join(traders.back()));
  }
  constexpr std::uint64_t kKeys = 10000;
  auto choose = [&] {
    std::vector<troupe::AnyRef> chosen;
    for (std::uint64_t key = 0; key < kKeys; ++key) chosen.push_back(*prices.pick_by(key));
    return chosen;
  };
  const auto before = choose();
  CHECK(choose() == before);
  CHECK(prices.pick(std::string("key")) == prices.pick(std::string("key")));
  std::map<troupe::AnyRef, int> keys;
  for (auto& member : before) ++keys[member];
  CHECK(keys.size() == 10);
  for (auto& [member, count] : keys) {  // 1000 expected, standard deviation 30
    CHECK(count > 800);
    CHECK(count < 1200);
  }

  auto another = world.system.spawn<Trader>();
  REQUIRE(prices.join(another));
  const auto with_another = choose();
  int moved = 0;
  for (std::size_t key = 0; key < kKeys; ++key) {
    if (with_another[key] == before[key]) continue;
    ++moved;
    CHECK(with_another[key] == another);
  }
  CHECK(moved > 700);  // 909 expected
  CHECK(moved < 1120);

  end(another);
  CHECK(choose() == before);
  end(traders[0]);
  const auto without = choose();
  for (std::size_t key = 0; key < kKeys; ++key) {
    if (before[key] != traders[0]) CHECK(without[key] == before[key]);
  }
}

TEST_CASE("an actor uses groups from its constructor on") {
  struct Joiner : troupe::Actor<Joiner, Price, Sum, GroupChanged> {
    Joiner() : prices_(group<Price>("prices", "eu")) {
      prices_.join(self());
      known_ = prices_.monitor(self()).size();
    }
    void handle(Price) {}
    int handle(Sum) { return static_cast<int>(known_) * 10 + changes_; }
    void handle(GroupChanged) { ++changes_; }
    Group<Price> prices_;
    std::size_t known_;
    int changes_ = 0;
  };
  World world;
  auto joiner = world.system.spawn<Joiner>();
  CHECK(Group<Price>(world.system, "prices", "eu").join(world.system.spawn<Trader>()));
  CHECK(sum(joiner) == 11);
}

TEST_CASE("a handle outlives its system, and its group is empty then") {
  std::optional<World> world(std::in_place);
  Group<Price> prices(world->system, "prices", "eu");
  auto trader = world->system.spawn<Trader>();
  auto monitor = world->system.spawn<Monitor>();
  CHECK(prices.join(trader));
  prices.monitor(monitor);
  world.reset();
  CHECK(prices.name() == "prices");
  CHECK(prices.scope() == "eu");
  CHECK(prices.members().empty());
  CHECK_FALSE(prices.pick());
  CHECK_FALSE(prices.join(trader));
  CHECK_FALSE(prices.leave(trader));
  CHECK(prices.broadcast<Price>(1) == 0);
  const Group<Price> copy = prices;
  prices = Group<Price>(copy);
}
