#include <doctest/doctest.h>

#include "actor/puppet.hpp"

using namespace puppet;

namespace {

template <class Ref>
void link(const Ref& from, const troupe::AnyRef& to) {
  act(from, [to](auto& self) { self.link(to); });
}
template <class Ref>
void unlink(const Ref& from, const troupe::AnyRef& to) {
  act(from, [to](auto& self) { self.unlink(to); });
}
std::uint32_t references_of(const troupe::AnyRef& ref) { return cell_of(ref)->references.load(); }

/// An actor whose parent is linked to it, and what becomes of the parent.
template <class End>
troupe::ExitReason passed_on(End end) {
  Scene scene;
  auto a = scene.spawn<Puppet>();
  auto b = scene.spawn<Puppet>();
  link(a, b);
  end(b);
  (void)Scene::end_of(b);
  if (!alive(a)) return Scene::end_of(a);
  return {ExitKind::no_process, "it is alive"};
}

Puppet::Reference supervised(Scene& scene, troupe::Supervisor::Reference& supervisor) {
  supervisor = scene.world.system.spawn<troupe::Supervisor>(
      troupe::one_for_one().intensity(100, 1min).child<Puppet>("p", &scene.journal));
  auto found = supervisor.call<troupe::FindChild>("p").within(kForever).get();
  return *troupe::ref_as<Puppet>((**found).ref);
}

}  // namespace

TEST_CASE("a linked actor's failure, kill and shutdown are passed on, an orderly end is not") {
  const auto failed = passed_on([](auto& b) { b.template cast<Break>(); });
  CHECK(failed.kind == ExitKind::failed);
  CHECK(failed.text.starts_with("linked puppet::Puppet#"));
  CHECK(failed.text.ends_with(": failed: broken"));
  CHECK(passed_on([](auto& b) { b.kill(); }).kind == ExitKind::killed);
  CHECK(passed_on([](auto& b) { b.stop("tired"); }).text == "it is alive");
  CHECK(passed_on([](auto& b) { b.drain(); }).text == "it is alive");
}

TEST_CASE("a shutdown is passed on by a link") {
  Scene scene;
  auto parent = scene.spawn<Puppet>();
  Puppet::Reference child;
  act(parent, [&](Puppet& p) { child = p.spawn<Puppet>(&scene.journal); });
  auto linked = scene.spawn<Puppet>();
  link(linked, child);
  parent.stop();
  CHECK(Scene::end_of(linked).kind == ExitKind::shutdown);
}

TEST_CASE("a link has two ends and it does not matter who made it") {
  for (const bool maker_dies : {true, false}) {
    Scene scene;
    auto a = scene.spawn<Puppet>();
    auto b = scene.spawn<Puppet>();
    link(a, b);
    (maker_dies ? a : b).cast<Break>();
    CHECK(Scene::end_of(maker_dies ? b : a).kind == ExitKind::failed);
  }
}

TEST_CASE("linking again changes nothing") {
  Scene scene;
  auto trapper = scene.spawn<Trapper>();
  auto other = scene.spawn<Puppet>();
  for (int i = 0; i < 3; ++i) {
    link(trapper, other);
    link(other, trapper);
  }
  (void)other.kill_and_wait().get();
  act(trapper, [](Trapper& t) { CHECK(t.exits.size() == 1); });

  auto third = scene.spawn<Puppet>();
  for (int i = 0; i < 3; ++i) link(trapper, third);
  unlink(trapper, third);  // one is enough
  (void)third.kill_and_wait().get();
  act(trapper, [](Trapper& t) { CHECK(t.exits.size() == 1); });
}

TEST_CASE("an actor that lists Exit is told of every end and goes on") {
  Scene scene;
  auto trapper = scene.spawn<Trapper>();
  const auto heard = [&](auto end) {
    auto other = scene.spawn<Puppet>();
    link(trapper, other);
    end(other);
    (void)Scene::end_of(other);
    std::string text;
    act(trapper, [&](Trapper& t) {
      REQUIRE(t.exits.size() == 1);
      CHECK(t.exits[0].from == other);
      text = to_string(t.exits[0].reason);
      t.exits.clear();
    });
    return text;
  };
  CHECK(heard([](auto& other) { other.stop("tired"); }) == "stopped: tired");
  CHECK(heard([](auto& other) { other.drain(); }) == "drained");
  CHECK(heard([](auto& other) { other.kill(); }) == "killed");
  CHECK(heard([](auto& other) { other.template cast<Break>(); }) == "failed: broken");
}

TEST_CASE("an Exit comes after everything that the actor sent before its end") {
  Scene scene;
  auto trapper = scene.spawn<Trapper>();
  for (int round = 0; round < 50; ++round) {
    auto other = scene.spawn<Puppet>();
    link(other, trapper);
    act(other, [&](Puppet& p) {
      for (int i = 0; i < 20; ++i) trapper.cast<Note>("note");
      p.stop();
    });
    (void)Scene::end_of(other);
    REQUIRE(alive(trapper));
    auto entries = scene.journal.entries();
    std::erase(entries, "stops");
    REQUIRE(entries.size() == static_cast<std::size_t>(21 * (round + 1)));
    CHECK(entries.back() == "exit stopped");
  }
}

TEST_CASE("linking to an actor that has ended gives no_process") {
  Scene scene;
  auto ended = scene.spawn<Puppet>();
  (void)ended.stop_and_wait().get();
  auto trapper = scene.spawn<Trapper>();
  link(trapper, ended);
  act(trapper, [](Trapper& t) {
    REQUIRE(t.exits.size() == 1);
    CHECK(t.exits[0].reason.kind == ExitKind::no_process);
  });
  auto other = scene.spawn<Puppet>();
  link(other, ended);
  CHECK(Scene::end_of(other).kind == ExitKind::no_process);
  while (references_of(ended) != 1) {
    act(trapper, [](Trapper& t) { t.exits.clear(); });
  }
}

TEST_CASE("an actor that is busy when it is linked and then ends gives its true reason") {
  Scene scene;
  auto trapper = scene.spawn<Trapper>();
  auto other = scene.spawn<Puppet>();
  std::latch entered(1), leave(1);
  auto caller = in_thread([&] {
    return try_act(other, [&](Puppet&) {
      entered.count_down();
      leave.wait();
      throw std::runtime_error("broken");
    });
  });
  entered.wait();
  link(trapper, other);
  leave.count_down();
  CHECK(scene.journal.wait_for("exit") == "exit failed: broken");
  CHECK_FALSE(caller.get());
}

TEST_CASE("killed through a link is no kill") {
  Scene scene;
  auto a = scene.spawn<Puppet>();
  auto b = scene.spawn<Puppet>();
  link(a, b);
  b.kill();
  CHECK(Scene::end_of(a).kind == ExitKind::killed);
  CHECK(scene.journal.text() == "stops");  // a's: b was killed
}

TEST_CASE("a linked actor that is suspended in a handler ends at once") {
  Scene scene;
  auto suspended = scene.suspended();
  auto other = scene.spawn<Puppet>();
  link(other, suspended);
  other.cast<Break>();
  CHECK(Scene::end_of(suspended).kind == ExitKind::failed);
  const auto entries = scene.journal.entries();
  CHECK(std::count(entries.begin(), entries.end(), "unwinds") == 1);
}

TEST_CASE("an orderly end of a linked actor leaves a suspended handler alone") {
  Scene scene;
  auto suspended = scene.suspended();
  auto other = scene.spawn<Puppet>();
  link(other, suspended);
  (void)other.stop_and_wait().get();
  scene.gate.answer(0);
  CHECK(alive(suspended));
}

TEST_CASE("a link's failure is reported as such") {
  Scene scene;
  auto a = scene.spawn<Puppet>();
  auto b = scene.spawn<Puppet>();
  link(a, b);
  b.cast<Break>();
  (void)Scene::end_of(a);
  CHECK(scene.world.log.wait_for("failed in a linked actor").actor == a.name());
}

TEST_CASE("after an unlink neither end's death does anything to the other") {
  for (const bool by_maker : {true, false}) {
    for (const bool maker_dies : {true, false}) {
      Scene scene;
      auto a = scene.spawn<Puppet>();
      auto b = scene.spawn<Puppet>();
      link(a, b);
      if (by_maker) {
        unlink(a, b);
      } else {
        unlink(b, a);
      }
      (void)(maker_dies ? a : b).kill_and_wait().get();
      CHECK(alive(maker_dies ? b : a));
    }
  }
}

TEST_CASE("an unlink overtakes the end that was on its way") {
  Scene scene;
  auto a = scene.spawn<Puppet>();
  auto b = scene.spawn<Puppet>();
  link(a, b);
  act(a, [&](Puppet& self) {
    b.kill();
    // Its end is told before those who wait for it hear of it; here nobody can wait.
    while (cell_of(b)->signals.load() != troupe::detail::kSignalsClosed) std::this_thread::yield();
    while (references_of(b) > 3) std::this_thread::yield();
    self.unlink(b);
  });
  CHECK(alive(a));
}

TEST_CASE("unlinked actors can be linked again") {
  Scene scene;
  auto a = scene.spawn<Puppet>();
  auto b = scene.spawn<Puppet>();
  link(a, b);
  unlink(b, a);
  link(b, a);
  unlink(a, b);
  act(a, [&](Puppet& self) {
    self.link(b);
    self.unlink(b);
    self.link(b);
  });
  b.cast<Break>();
  CHECK(Scene::end_of(a).kind == ExitKind::failed);
}

namespace {

/// Both link while neither can hear of the other's.
template <class A, class B>
void link_at_once(const A& a, const B& b) {
  std::latch both(2);
  auto one = in_thread([&] {
    return try_act(a, [&](auto& self) {
      self.link(b);
      both.arrive_and_wait();
    });
  });
  CHECK(try_act(b, [&](auto& self) {
    self.link(a);
    both.arrive_and_wait();
  }));
  CHECK(one.get());
  REQUIRE(alive(a));
  REQUIRE(alive(b));
}

}  // namespace

TEST_CASE("when both sides link at the same time there is one link") {
  for (const bool elder_dies : {true, false}) {
    Scene scene;
    auto a = scene.spawn<Puppet>();
    auto b = scene.spawn<Puppet>();
    link_at_once(a, b);
    (elder_dies ? a : b).cast<Break>();
    CHECK(Scene::end_of(elder_dies ? b : a).kind == ExitKind::failed);
  }
  for (const bool elder_unlinks : {true, false}) {
    for (const bool elder_dies : {true, false}) {
      Scene scene;
      auto a = scene.spawn<Puppet>();
      auto b = scene.spawn<Puppet>();
      link_at_once(a, b);
      if (elder_unlinks) {
        unlink(a, b);
      } else {
        unlink(b, a);
      }
      (void)(elder_dies ? a : b).kill_and_wait().get();
      CHECK(alive(elder_dies ? b : a));
    }
  }
  Scene scene;
  auto a = scene.spawn<Trapper>();
  auto b = scene.spawn<Trapper>();
  link_at_once(a, b);
  (void)a.kill_and_wait().get();
  act(b, [](Trapper& t) { CHECK(t.exits.size() == 1); });
}

TEST_CASE("one end of a chain of links takes the other with it") {
  Scene scene;
  std::vector<Puppet::Reference> chain;
  for (int i = 0; i < 10; ++i) {
    chain.push_back(scene.spawn<Puppet>());
    if (i != 0) link(chain[i - 1], chain[i]);
  }
  chain.front().cast<Break>();
  for (const auto& link : chain) CHECK(Scene::end_of(link).kind == ExitKind::failed);
}

TEST_CASE("a link survives a restart, which is no end") {
  Scene scene;
  troupe::Supervisor::Reference supervisor;
  auto restarted = supervised(scene, supervisor);
  auto other = scene.spawn<Puppet>();
  link(other, restarted);
  for (int i = 0; i < 3; ++i) {
    restarted.cast<Break>();
    REQUIRE(alive(restarted));
    REQUIRE(alive(other));
  }
  SUBCASE("its last end is passed on") {
    REQUIRE(supervisor.call<troupe::TerminateChild>("p").within(kForever).get()->has_value());
    CHECK(Scene::end_of(other).kind == ExitKind::shutdown);
  }
  SUBCASE("and it ends with the other, to be restarted") {
    (void)other.kill_and_wait().get();
    REQUIRE(alive(restarted));
    auto info = supervisor.call<troupe::FindChild>("p").within(kForever).get();
    CHECK((**info).restarts == 4);
  }
}

TEST_CASE("a child that is spawned as linked is linked before it runs") {
  for (const bool parent_dies : {true, false}) {
    Scene scene;
    auto parent = scene.spawn<Trapper>();
    Puppet::Reference child;
    act(parent, [&](Trapper& p) {
      child = p.spawn<Puppet>(troupe::linked(), &scene.journal);
      if (!parent_dies) child.stop("at once");
    });
    if (parent_dies) {
      act(child, [&](Puppet& c) { c.unlink(parent); });
      act(child, [&](Puppet& c) { c.link(parent); });
      parent.kill();
      CHECK(Scene::end_of(child).kind == ExitKind::killed);
    } else {
      CHECK(scene.journal.wait_for("exit") == "exit stopped: at once");
    }
  }
}

TEST_CASE("a link to itself is nothing") {
  Scene scene;
  auto actor = scene.spawn<Trapper>();
  act(actor, [](Trapper& t) {
    t.link(t.self());
    t.unlink(t.self());
  });
  act(actor, [](Trapper& t) { CHECK(t.exits.empty()); });
}

TEST_CASE("links of actors that have ended leave nothing behind") {
  Scene scene;
  auto old = scene.spawn<Trapper>();
  REQUIRE(alive(old));
  const auto before = references_of(old);
  for (int i = 0; i < 1000; ++i) {
    auto other = scene.spawn<Puppet>();
    link(other, old);
    if (i % 2) link(old, other);
    if (i % 3 == 0) unlink(i % 2 ? old : old, other);
    (void)other.kill_and_wait().get();
  }
  act(old, [](Trapper& t) { t.exits.clear(); });
  while (references_of(old) != before) std::this_thread::yield();
}

TEST_CASE("an actor's code can link it before its spawn returns") {
  Scene scene;
  auto other = scene.spawn<Trapper>();
  struct Newborn : PuppetOf<Newborn> {
    Newborn(Journal* journal, troupe::AnyRef other, bool fails) : PuppetOf(journal) {
      link(other);
      if (fails) throw std::runtime_error("no luck");
    }
  };
  auto born = scene.world.system.spawn<Newborn>(&scene.journal, troupe::AnyRef(other), false);
  (void)born.kill_and_wait().get();
  auto unborn = scene.world.system.try_spawn<Newborn>(&scene.journal, troupe::AnyRef(other), true);
  CHECK_FALSE(unborn.has_value());
  act(other, [&](Trapper& t) {
    REQUIRE(t.exits.size() == 1);  // an actor whose start failed was never linked
    CHECK(t.exits[0].from == born);
  });
}
