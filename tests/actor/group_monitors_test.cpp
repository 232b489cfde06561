#include "actor/members.hpp"

using namespace members;

TEST_CASE("a monitor gets who is there, then each change once, until it is taken back") {
  World world;
  Group<Price> prices(world.system, "prices");
  auto early = world.system.spawn<Trader>();
  auto late = world.system.spawn<Trader>();
  auto monitor = world.system.spawn<Monitor>();
  CHECK(prices.join(early));
  CHECK(prices.monitor(monitor) == std::vector<troupe::ActorRef<Price>>{early});
  CHECK(prices.monitor(monitor).size() == 1);  // again: nothing new
  CHECK(prices.join(late));
  CHECK(prices.leave(early));
  end(late);
  CHECK(told(monitor) == Changes{change('+', "prices", "", late), change('-', "prices", "", early),
                                 change('-', "prices", "", late)});
  CHECK(prices.demonitor(monitor));
  CHECK_FALSE(prices.demonitor(monitor));
  CHECK(prices.join(early));
  CHECK(told(monitor).empty());
}

TEST_CASE("a monitor that is a member hears of itself") {
  World world;
  Group<Price> prices(world.system, "prices");
  auto monitor = world.system.spawn<Monitor>();
  CHECK(prices.monitor(monitor).empty());
  CHECK(prices.join(monitor));
  CHECK(told(monitor) == Changes{change('+', "prices", "", monitor)});
  end(monitor);
  CHECK(prices.members().empty());
  CHECK(world.system.stats().dead_letters == 0);
}

TEST_CASE("a scope's monitor hears of all of its groups") {
  World world;
  for (const char* name : {"", "eu"}) {
    CAPTURE(name);
    GroupScope scope(world.system, name);
    Group<Price> prices(world.system, "prices", name);
    auto trader = world.system.spawn<Trader>();
    auto auditor = world.system.spawn<Auditor>();
    CHECK(prices.join(trader));
    auto monitor = world.system.spawn<Monitor>();
    const auto before = scope.monitor(monitor);
    REQUIRE(before.size() == 1);
    CHECK(before[0].group == "prices");
    CHECK(before[0].members == std::vector<troupe::AnyRef>{trader});
    CHECK(scope.monitor(monitor).size() == 1);
    // A group that nobody has named before.
    CHECK(Group<Sum>(world.system, "sums", name).join(auditor));
    CHECK(scope.groups() == std::vector<std::string>{"prices", "sums"});
    end(auditor);
    end(trader);
    CHECK(told(monitor) == Changes{change('+', "sums", name, auditor),
                                   change('-', "sums", name, auditor),
                                   change('-', "prices", name, trader)});
    CHECK(scope.groups().empty());
    CHECK(scope.demonitor(monitor));
    CHECK_FALSE(scope.demonitor(monitor));
    auto another = world.system.spawn<Trader>();
    CHECK(prices.join(another));
    CHECK(told(monitor).empty());
    end(another);
  }
  CHECK_FALSE(GroupScope(world.system, "nowhere").demonitor(world.system.spawn<Monitor>()));
}

TEST_CASE("a subscriber that ends is told nothing more") {
  World world;
  Group<Price> prices(world.system, "prices");
  GroupScope scope(world.system);
  auto monitor = world.system.spawn<Monitor>();
  prices.monitor(monitor);
  Group<>(world.system, "prices").monitor(monitor);
  scope.monitor(monitor);
  GroupScope(world.system, "empty").monitor(monitor);
  end(monitor);
  CHECK_FALSE(prices.demonitor(monitor));
  CHECK_FALSE(scope.demonitor(monitor));
  CHECK(prices.join(world.system.spawn<Trader>()));
  CHECK(prices.monitor(monitor).size() == 1);  // it has ended: the members, and no subscription
  CHECK(scope.monitor(monitor).size() == 1);
  CHECK_FALSE(prices.demonitor(monitor));
  CHECK(prices.join(world.system.spawn<Trader>()));
  CHECK(world.system.stats().dead_letters == 0);
}
