#include <doctest/doctest.h>

#include "actor/puppet.hpp"

using namespace puppet;
using troupe::ActorInfo;
using troupe::ActorState;

namespace {

class SlowStart : public PuppetOf<SlowStart> {
 public:
  using PuppetOf::PuppetOf;
  troupe::Task<> pre_start() { (void)co_await gate_.call<Ask>().within(kForever); }
};
class SlowStop : public PuppetOf<SlowStop> {
 public:
  using PuppetOf::PuppetOf;
  troupe::Task<> post_stop() { (void)co_await gate_.call<Ask>().within(kForever); }
};

ActorInfo look_at(const troupe::AnyRef& ref) {
  auto info = troupe::inspect(ref).within(kForever).get();
  REQUIRE(info.has_value());
  return std::move(*info);
}

/// What remains when the escape codes are taken out.
std::string plain(const std::string& text) {
  std::string rest;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else {
      rest += text[i];
    }
  }
  return rest;
}

/// One space between words, whatever the width of the columns.
std::string without_columns(const std::string& text) {
  std::string rest;
  for (const char c : text) {
    if (c != ' ' || rest.empty() || rest.back() != ' ') rest += c;
  }
  return rest;
}

}  // namespace

TEST_CASE("inspect tells who an actor is and that it runs") {
  Scene scene;
  auto puppet = scene.spawn<Puppet>("doll");
  const ActorInfo info = look_at(puppet);
  CHECK(info.ref == puppet);
  CHECK(info.name == "doll");
  CHECK(info.type == "puppet::Puppet");
  CHECK(info.state == ActorState::running);
  CHECK(info.waiting_in.empty());
  CHECK(info.restarts == 0);
  CHECK(info.queued == 0);
  CHECK(info.children.empty());
}

TEST_CASE("inspect tells which message's handler is suspended and how many wait behind it") {
  Scene scene;
  auto puppet = scene.suspended();
  for (int i = 0; i < 5; ++i) puppet.cast<Note>("later");
  const ActorInfo info = look_at(puppet);
  CHECK(info.state == ActorState::waiting);
  CHECK(info.waiting_in == "puppet::Suspend");
  CHECK(info.queued == 5);
}

TEST_CASE("inspect tells that an actor starts, stops and has ended") {
  Scene scene;
  auto slow = scene.spawn<SlowStart>();
  scene.gate.wait_asked(1);
  CHECK(look_at(slow).state == ActorState::starting);
  CHECK(look_at(slow).waiting_in.empty());
  scene.gate.answer(0, 0);
  REQUIRE(troupe::started(slow).within(kForever).get());
  CHECK(look_at(slow).state == ActorState::running);

  auto stops = scene.spawn<SlowStop>("stopper");
  stops.stop();
  scene.gate.wait_asked(2);
  CHECK(look_at(stops).state == ActorState::stopping);
  scene.gate.answer(0, 1);
  (void)Scene::end_of(stops);
  const ActorInfo info = look_at(stops);
  CHECK(info.state == ActorState::ended);
  CHECK(info.name == "stopper");
  CHECK(info.type.ends_with("SlowStop"));
}

TEST_CASE("inspect counts restarts") {
  Scene scene;
  auto supervisor = scene.world.system.spawn<troupe::Supervisor>(
      troupe::one_for_one().intensity(100, 1min).child<Puppet>("p", &scene.journal));
  auto found = supervisor.call<troupe::FindChild>("p").within(kForever).get();
  auto puppet = *troupe::ref_as<Puppet>((**found).ref);
  for (int i = 0; i < 2; ++i) {
    puppet.cast<Break>();
    REQUIRE(alive(puppet));
  }
  CHECK(look_at(puppet).restarts == 2);
  CHECK(look_at(supervisor).children == std::vector<troupe::AnyRef>{puppet});
}

TEST_CASE("inspect tells that an actor waits for its restart") {
  Scene scene;
  auto supervisor =
      scene.world.system.spawn<troupe::Supervisor>(troupe::one_for_one()
                                                       .intensity(100, 1min)
                                                       .child<Puppet>("p", &scene.journal)
                                                       .backoff(1h, 1h));
  auto found = supervisor.call<troupe::FindChild>("p").within(kForever).get();
  auto puppet = *troupe::ref_as<Puppet>((**found).ref);
  puppet.cast<Break>();
  while (look_at(puppet).state != ActorState::restarting) std::this_thread::yield();
  CHECK(look_at(puppet).name == puppet.name());
}

TEST_CASE("inspect works inside actors") {
  Scene scene;
  auto puppet = scene.spawn<Puppet>("doll");
  const auto name = in_actor(scene.world.system, [puppet]() -> troupe::Task<std::string> {
    auto info = co_await troupe::inspect(puppet).within(kForever);
    co_return info ? info->name : "no answer";
  });
  CHECK(name == "doll");
}

TEST_CASE("an actor that a handler holds does not answer in time") {
  Scene scene;
  auto puppet = scene.spawn<Puppet>("busy");
  std::latch entered(1), leave(1);
  auto caller = in_thread([&] {
    return try_act(puppet, [&](Puppet&) {
      entered.count_down();
      leave.wait();
    });
  });
  entered.wait();
  const auto info = troupe::inspect(puppet).within(1ms).get();
  REQUIRE_FALSE(info.has_value());
  CHECK(info.error().code == troupe::CallErrorCode::timeout);
  CHECK(info.error().target == puppet);

  bool seen = false;
  for (const troupe::ActorTree& tree : troupe::actor_trees(scene.world.system, 1ms)) {
    if (tree.info.name != "busy") continue;
    seen = true;
    CHECK_FALSE(tree.answered);
    CHECK(troupe::to_text({tree}) == "busy  puppet::Puppet  held by a handler\n");
  }
  CHECK(seen);
  leave.count_down();
  CHECK(caller.get());
}

TEST_CASE("the trees of a system as text") {
  Journal journal;  // outlives the actors that write into it
  World world;
  Gate outside{world.system};
  auto top = world.system.spawn<Puppet>(troupe::named("top"), &journal);
  auto supervisor = world.system.spawn<troupe::Supervisor>(
      troupe::named("guard"), troupe::one_for_one()
                                  .intensity(100, 1min)
                                  .child<Puppet>("one", &journal, outside.ref())
                                  .child<Puppet>("two", &journal));
  act(top, [&](Puppet& p) {
    p.spawn<Puppet>(troupe::named("left"), &journal);
    p.spawn<Puppet>(troupe::named("right"), &journal);
  });
  auto left = *troupe::ref_as<Puppet>(*world.system.find("left"));
  act(left, [&](Puppet& p) { p.spawn<Puppet>(troupe::named("leaf"), &journal); });
  const auto found = [&](std::string id) {
    const auto child = supervisor.call<troupe::FindChild>(std::move(id)).within(kForever).get();
    return *troupe::ref_as<Puppet>((**child).ref);
  };
  auto one = found("one");
  auto two = found("two");
  two.cast<Break>();
  REQUIRE(alive(two));
  one.cast<Suspend>();
  outside.wait_asked();
  one.cast<Note>("later");

  auto trees = troupe::actor_trees(world.system);
  REQUIRE(trees.size() == 3);
  CHECK(trees[0].info.ref == outside.ref());
  trees.erase(trees.begin());
  const std::string text =
      "top puppet::Puppet running\n"
      "├─ left puppet::Puppet running\n"
      "│ └─ leaf puppet::Puppet running\n"
      "└─ right puppet::Puppet running\n"
      "guard Supervisor running\n"
      "├─ " +
      one.name() +
      " waiting in puppet::Suspend 1 queued\n"
      "└─ " +
      two.name() + " running 1 restart\n";
  CHECK(without_columns(troupe::to_text(trees)) == text);
  const std::string coloured = troupe::to_text(trees, true);
  CHECK(coloured != plain(coloured));
  CHECK(plain(coloured) == troupe::to_text(trees));
  CHECK(troupe::to_text({}).empty());
}

TEST_CASE("top_level gives what the system itself has spawned and has not ended") {
  Journal journal;  // outlives the actors that write into it
  World world;
  CHECK(world.system.top_level().empty());
  auto a = world.system.spawn<Puppet>(&journal);
  auto b = world.system.spawn<Puppet>(&journal);
  act(a, [&](Puppet& p) { p.spawn<Puppet>(&journal); });
  CHECK(world.system.top_level() == std::vector<troupe::AnyRef>{a, b});
  (void)a.stop_and_wait().get();
  CHECK(world.system.top_level() == std::vector<troupe::AnyRef>{b});
}

TEST_CASE("every state has a name") {
  for (const auto& [state, name] :
       std::vector<std::pair<ActorState, std::string_view>>{{ActorState::starting, "starting"},
                                                            {ActorState::running, "running"},
                                                            {ActorState::waiting, "waiting"},
                                                            {ActorState::stopping, "stopping"},
                                                            {ActorState::restarting, "restarting"},
                                                            {ActorState::ended, "ended"}}) {
    CHECK(to_string(state) == name);
  }
}
