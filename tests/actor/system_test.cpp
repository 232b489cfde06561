#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::LookUpError;

namespace {

struct Get {
  using Reply = int;
};
struct Note {};
struct Break {};
struct Other {};

class Member : public troupe::Actor<Member, Get, Note, Break> {
 public:
  int handle(Get) { return 1; }
  void handle(Note) {}
  void handle(Break) { throw std::runtime_error("broken"); }
};

}  // namespace

TEST_CASE("several systems live side by side") {
  World one(1);
  World two(2);
  auto a = one.system.spawn<Member>(troupe::named("same"));
  auto b = two.system.spawn<Member>(troupe::named("same"));
  CHECK(one.system.workers() == 1);
  CHECK(two.system.workers() == 2);
  CHECK(*one.system.find<Get>("same") == a);
  CHECK(*two.system.find<Get>("same") == b);
  CHECK(*a.call<Get>().get() == 1);
  CHECK(one.system.shutdown(kForever).complete);
  CHECK(*b.call<Get>().get() == 1);
}

TEST_CASE("find is typed and checked") {
  World world;
  auto member = world.system.spawn<Member>(troupe::named("member"));
  CHECK(*world.system.find<>("member") == member);
  CHECK(*world.system.find<Get>("member") == member);
  CHECK((*world.system.find<Note, Get>("member") == member));
  CHECK(world.system.find<Other>("member").error() == LookUpError::other_messages);
  CHECK((world.system.find<Get, Other>("member").error() == LookUpError::other_messages));
  CHECK(world.system.find<Get>("nobody").error() == LookUpError::not_found);
  CHECK(world.system.find<Get>("").error() == LookUpError::not_found);
  CHECK(to_string(LookUpError::not_found) == "no living actor has this name");
  CHECK(*world.system.find<Get>("member")->call<Get>().get() == 1);
}

TEST_CASE("names are listed in order and unique among the living") {
  World world;
  for (const char* name : {"b", "c", "a"}) world.system.spawn<Member>(troupe::named(name));
  world.system.spawn<Member>();
  CHECK(world.system.names() == std::vector<std::string>{"a", "b", "c"});
  CHECK_THROWS_AS(world.system.spawn<Member>(troupe::named("a")), troupe::SpawnError);
  auto a = world.system.find<>("a");
  REQUIRE(a->kill_and_wait().get());
  CHECK(world.system.names() == std::vector<std::string>{"b", "c"});
  CHECK(world.system.try_spawn<Member>(troupe::named("a")));
  CHECK(a->name() == "a");
}

TEST_CASE("a name is free before anybody hears of the death") {
  World world(4);
  for (int round = 0; round < 300; ++round) {
    auto member = world.system.spawn<Member>(troupe::named("phoenix"));
    if (round % 3 == 0) {
      REQUIRE(member.stop_and_wait().get());
    } else if (round % 3 == 1) {
      REQUIRE(member.kill_and_wait().get());
    } else {
      member.cast<Break>();
      REQUIRE(member.wait().get());
    }
    REQUIRE(world.system.find<>("phoenix").error() == LookUpError::not_found);
  }
  struct Guardian : troupe::Actor<Guardian, Note> {
    explicit Guardian(std::promise<bool>& result)
        : result_(&result), child_(spawn<Member>(troupe::named("phoenix"))) {}
    void handle(Note) { child_.cast<Break>(); }
    void handle(troupe::ChildFailed) {
      result_->set_value(try_spawn<Member>(troupe::named("phoenix")).has_value());
    }
    std::promise<bool>* result_;
    Member::Reference child_;
  };
  std::promise<bool> reborn;
  world.system.spawn<Guardian>(reborn).cast<Note>();
  CHECK(reborn.get_future().get());
}

TEST_CASE("options that make no sense are refused") {
  auto refused = [](auto change) {
    auto options = World::options_for(1);
    change(options);
    CHECK_THROWS_AS(troupe::System{options}, std::invalid_argument);
  };
  refused([](auto& options) { options.workers = 2000; });
  refused([](auto& options) { options.blocking_threads = 0; });
  refused([](auto& options) { options.watchdog = -1ns; });
  refused([](auto& options) { options.spin = -1ns; });
  refused([](auto& options) { options.shutdown_deadline = -1ns; });
  troupe::SystemOptions defaults;
  LogCollector log;
  defaults.log = &log;
  CHECK(troupe::System(defaults).workers() >= 1);
}

TEST_CASE("stats count what has happened") {
  World world;
  auto stats = [&] { return world.system.stats(); };
  CHECK(stats().spawned == 0);
  auto a = world.system.spawn<Member>(troupe::named("a"));
  auto b = world.system.spawn<Member>();
  CHECK(stats().spawned == 2);
  CHECK(stats().ended == 0);
  CHECK_FALSE(world.system.try_spawn<Member>(troupe::named("a")));
  CHECK(stats().spawned == 2);
  b.cast<Break>();
  REQUIRE(b.wait().get());
  CHECK(stats().failures == 1);
  CHECK(stats().ended == 1);
  b.cast<Note>();
  CHECK(stats().dead_letters == 1);
  REQUIRE(a.stop_and_wait().get());
  CHECK(stats().ended == 2);
  CHECK(stats().failures == 1);
}
