#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <unordered_set>

#include "actor/support.hpp"

using namespace support;

namespace {

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};
struct Other {};

class Counter : public troupe::Actor<Counter, Add, Get, Other> {
 public:
  void handle(Add m) { value_ += m.amount; }
  int handle(Get) const { return value_; }
  void handle(Other) {}

 private:
  int value_ = 0;
};

class Double : public troupe::Actor<Double, Get, Add> {
 public:
  void handle(Add m) { value_ += 2 * m.amount; }
  int handle(Get) const { return value_; }

 private:
  int value_ = 0;
};

template <class From, class To>
constexpr bool converts = std::is_convertible_v<From, To>;

}  // namespace

TEST_CASE("a reference narrows to fewer messages and never widens") {
  using troupe::ActorRef;
  CHECK(converts<Counter::Reference, ActorRef<Add, Get, Other>>);
  CHECK(converts<Counter::Reference, ActorRef<Get>>);
  CHECK(converts<ActorRef<Add, Get>, ActorRef<Get, Add>>);
  CHECK(converts<ActorRef<Add, Get>, ActorRef<>>);
  CHECK(converts<ActorRef<Add, Get>, troupe::AnyRef>);
  CHECK_FALSE(converts<ActorRef<Get>, ActorRef<Add, Get>>);
  CHECK_FALSE(converts<ActorRef<Get>, ActorRef<Add>>);
  CHECK_FALSE(converts<troupe::AnyRef, ActorRef<Get>>);
  CHECK_FALSE(converts<Double::Reference, Counter::Reference>);
  CHECK_FALSE(converts<ActorRef<Add, Get, Other>, Counter::Reference>);
}

TEST_CASE("a narrowed reference reaches the same actor whatever its class") {
  World world;
  std::vector<troupe::ActorRef<Add, Get>> refs;
  refs.push_back(world.system.spawn<Counter>());
  refs.push_back(world.system.spawn<Double>());
  for (const auto& ref : refs) ref.cast<Add>(3);
  CHECK(*refs[0].call<Get>().get() == 3);
  CHECK(*refs[1].call<Get>().get() == 6);
}

TEST_CASE("references compare and hash by actor") {
  World world;
  auto a = world.system.spawn<Counter>();
  auto b = world.system.spawn<Counter>();
  const troupe::ActorRef<Get> narrowed = a;
  CHECK(a == narrowed);
  CHECK(a != b);
  CHECK(a.id() != b.id());
  CHECK(((a < b) != (b < a)));
  const std::set<troupe::AnyRef> ordered{a, b, narrowed};
  CHECK(ordered.size() == 2);
  const std::unordered_set<troupe::ActorRef<Get>> hashed{a, narrowed, b};
  CHECK(hashed.size() == 2);
  CHECK(hashed.contains(troupe::ActorRef<Get>(b)));
  CHECK(std::hash<troupe::AnyRef>{}(a) == std::hash<troupe::ActorRef<Get>>{}(narrowed));
}

TEST_CASE("actors of two systems are never the same") {
  World one;
  World two;
  auto a = one.system.spawn<Counter>();
  auto b = two.system.spawn<Counter>();
  CHECK(a != b);
  CHECK((a <=> b) != 0);
  const std::set<troupe::AnyRef> both{a, b};
  CHECK(both.size() == 2);
}

TEST_CASE("a reference prints its actor's name or its class and number") {
  World world;
  auto plain = world.system.spawn<Counter>();
  auto tagged = world.system.spawn<Counter>(troupe::named("totals"));
  CHECK(plain.name() == "Counter#" + std::to_string(plain.id()));
  CHECK(tagged.name() == "totals");
  CHECK(plain.type() == "Counter");
  CHECK(to_string(tagged) == "totals");
  std::ostringstream out;
  out << plain << ' ' << troupe::AnyRef(tagged);
  CHECK(out.str() == plain.name() + " totals");
  CHECK(troupe::format("{}!", tagged) == "totals!");
}

TEST_CASE("an empty reference is nobody") {
  const troupe::ActorRef<Get> empty;
  const troupe::AnyRef nobody;
  CHECK_FALSE(empty);
  CHECK(empty == nobody);
  CHECK(empty.id() == 0);
  CHECK(empty.name() == "nobody");
  CHECK(empty.type() == "nobody");
  World world;
  auto counter = world.system.spawn<Counter>();
  CHECK(counter);
  CHECK(counter != nobody);
  troupe::ActorRef<Get> moved = counter;
  const troupe::ActorRef<Get> target = std::move(moved);
  CHECK(target == counter);
  CHECK_FALSE(moved);
  moved = target;
  CHECK(moved == counter);
  auto& same = moved;
  moved = same;
  CHECK(moved == counter);
}

TEST_CASE("dropping every reference does not end an actor") {
  World world;
  world.system.spawn<Counter>(troupe::named("lonely")).cast<Add>(7);
  auto found = world.system.find<Get>("lonely");
  REQUIRE(found);
  CHECK(*found->call<Get>().get() == 7);
}

TEST_CASE("a reference outlives its actor") {
  World world;
  auto counter = world.system.spawn<Counter>(troupe::named("gone"));
  REQUIRE(counter.stop_and_wait("enough").get());
  const auto copy = counter;
  CHECK(copy.name() == "gone");
  CHECK(copy.type() == "Counter");
  CHECK(copy.cast<Add>(1) == troupe::CastResult::closed);
  const auto value = copy.call<Get>().within(kForever).get();
  REQUIRE_FALSE(value);
  CHECK(value.error().stage == troupe::CallStage::not_delivered);
  copy.stop();
  copy.drain();
  copy.kill();
  CHECK(copy.wait().get()->text == "enough");
}

TEST_CASE("a reference outlives its system") {
  troupe::ActorRef<Add, Get> ref;
  std::map<troupe::AnyRef, int> kept;
  {
    World world;
    ref = world.system.spawn<Counter>(troupe::named("orphan"));
    kept[ref] = 1;
  }
  CHECK(ref.name() == "orphan");
  CHECK(ref.cast<Add>(1) == troupe::CastResult::closed);
  const auto value = ref.call<Get>().within(kForever).get();
  REQUIRE_FALSE(value);
  CHECK(value.error().code == troupe::CallErrorCode::stopped);
  CHECK(value.error().stage == troupe::CallStage::not_delivered);
  ref.stop();
  ref.drain();
  ref.kill();
  CHECK(ref.stop_and_wait().get());
  CHECK(ref.drain_and_wait().get());
  CHECK(ref.kill_and_wait().get()->clean());
  CHECK(kept.contains(ref));
}

TEST_CASE("an actor of one system may keep and use references of another") {
  World first;
  std::optional<World> second(std::in_place);
  auto counter = second->system.spawn<Counter>();
  const troupe::ActorRef<Get> target = counter;
  counter.cast<Add>(4);
  CHECK(in_actor(first.system, [target]() -> troupe::Task<int> {
          co_return *(co_await target.call<Get>().within(kForever));
        }) == 4);
  second.reset();
  CHECK(in_actor(first.system, [target]() -> troupe::Task<troupe::CallStage> {
          auto result = co_await target.call<Get>().within(kForever);
          co_return result.error().stage;
        }) == troupe::CallStage::not_delivered);
}
