#include <doctest/doctest.h>

#include "actor/puppet.hpp"

using namespace puppet;

namespace {

class Curious : public PuppetOf<Curious, troupe::Down, troupe::Restarted> {
 public:
  using PuppetOf::handle;
  using PuppetOf::PuppetOf;
  void handle(troupe::Down m) { journal_->add("curious: down " + to_string(m.reason)); }
  void handle(troupe::Restarted m) {
    same_monitor = same_monitor && m.monitor == handle_;
    journal_->add(troupe::format("restarted as {} after {}", m.incarnation, m.reason));
  }
  void watch(const troupe::AnyRef& target) { handle_ = monitor(target); }
  bool same_monitor = true;

 private:
  troupe::MonitorHandle handle_;
};

template <class Ref>
void watch(const Ref& watcher, const troupe::AnyRef& target) {
  act(watcher, [target](Watcher& w) { w.handles.push_back(w.monitor(target)); });
}

/// The text of the Down that the target's end leads to.
template <class End>
std::string down_after(End end) {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto target = scene.spawn<Puppet>();
  watch(watcher, target);
  end(target);
  return scene.journal.wait_for("down");
}

std::uint32_t references_of(const troupe::AnyRef& ref) { return cell_of(ref)->references.load(); }

}  // namespace

TEST_CASE("a monitor is told why the actor ended") {
  CHECK(down_after([](auto& target) { target.stop("tired"); }) == "down stopped: tired");
  CHECK(down_after([](auto& target) { target.stop(); }) == "down stopped");
  CHECK(down_after([](auto& target) { target.drain(); }) == "down drained");
  CHECK(down_after([](auto& target) { target.kill(); }) == "down killed");
  CHECK(down_after([](auto& target) { target.template cast<Break>(); }) == "down failed: broken");
}

TEST_CASE("a monitor is told of a shutdown when the actor's parent ends") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto parent = scene.spawn<Puppet>();
  Puppet::Reference child;
  act(parent, [&](Puppet& p) { child = p.spawn<Puppet>(&scene.journal); });
  watch(watcher, child);
  parent.stop();
  CHECK(scene.journal.wait_for("down").starts_with("down shut"));
}

TEST_CASE("a monitored actor that is busy when it is monitored and then fails says failed") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto target = scene.spawn<Puppet>();
  std::latch entered(1), leave(1);
  auto caller = in_thread([&] {
    return try_act(target, [&](Puppet&) {
      entered.count_down();
      leave.wait();
      throw std::runtime_error("broken");
    });
  });
  entered.wait();
  watch(watcher, target);
  leave.count_down();
  CHECK(scene.journal.wait_for("down") == "down failed: broken");
  CHECK_FALSE(caller.get());
}

TEST_CASE("a monitored actor that is busy when it is monitored and has nothing of its own to end") {
  struct Plain : troupe::Actor<Plain, Run> {  // ends in the short way
    void handle(Run m) { (void)m; }
  };
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  for (int i = 0; i < 300; ++i) {
    auto target = scene.world.system.spawn<Plain>();
    act(watcher, [target](Watcher& w) {
      w.handles.push_back(w.monitor(target));
      target.drain();
    });
    CHECK(Scene::end_of(target).kind == ExitKind::drained);
    act(watcher, [&](Watcher& w) {
      REQUIRE(w.downs.size() == 1);
      CHECK(w.downs.back().reason.kind == ExitKind::drained);
      w.downs.clear();
    });
  }
}

TEST_CASE("a Down comes after everything that the actor sent before its end") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  for (int round = 0; round < 50; ++round) {
    auto target = scene.spawn<Puppet>();
    watch(watcher, target);
    act(target, [&](Puppet& p) {
      for (int i = 0; i < 20; ++i) watcher.cast<Note>("note");
      p.stop();
    });
    (void)Scene::end_of(target);
    REQUIRE(alive(watcher));
    auto entries = scene.journal.entries();
    std::erase(entries, "stops");
    REQUIRE(entries.size() == static_cast<std::size_t>(21 * (round + 1)));
    CHECK(entries.back() == "down stopped");
  }
}

TEST_CASE("monitoring an actor that has ended tells no_process at once") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto target = scene.spawn<Puppet>();
  REQUIRE(target.stop_and_wait().get());
  watch(watcher, target);
  act(watcher, [&](Watcher& w) {
    REQUIRE(w.downs.size() == 1);
    CHECK(w.downs[0].actor == target);
    CHECK(w.downs[0].reason.kind == ExitKind::no_process);
    CHECK(w.downs[0].monitor == w.handles[0]);
  });
}

TEST_CASE("each monitor leads to one Down, with an equal handle") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto target = scene.spawn<Puppet>();
  for (int i = 0; i < 3; ++i) watch(watcher, target);
  (void)target.stop_and_wait().get();
  act(watcher, [&](Watcher& w) {
    REQUIRE(w.downs.size() == 3);
    for (const troupe::MonitorHandle& handle : w.handles) {
      CHECK(handle);
      CHECK(std::count_if(w.downs.begin(), w.downs.end(),
                          [&](auto& down) { return down.monitor == handle; }) == 1);
    }
    CHECK(w.handles[0] != w.handles[1]);
    const troupe::MonitorHandle copy = w.handles[0];
    CHECK(copy == w.handles[0]);
    CHECK_FALSE(troupe::MonitorHandle());
  });
}

TEST_CASE("after demonitor nothing is heard") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto target = scene.spawn<Puppet>();
  watch(watcher, target);
  watch(watcher, target);
  act(watcher, [](Watcher& w) { w.demonitor(w.handles[0]); });
  (void)target.stop_and_wait().get();
  act(watcher, [](Watcher& w) {
    REQUIRE(w.downs.size() == 1);
    CHECK(w.downs[0].monitor == w.handles[1]);
    w.demonitor(w.handles[0]);  // again, and after the end: nothing
    w.demonitor(w.handles[1]);
    w.demonitor({});
  });
}

TEST_CASE("after demonitor a Down that is in the mailbox is not heard") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto target = scene.spawn<Puppet>();
  watch(watcher, target);
  Mailbox mailbox(watcher);
  act(watcher, [&](Watcher& w) {
    Mailbox in_handler(watcher);
    target.stop();
    in_handler.wait_for_message();
    w.demonitor(w.handles[0]);
  });
  act(watcher, [](Watcher& w) { CHECK(w.downs.empty()); });
}

TEST_CASE("an actor cannot end another one's monitor") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto other = scene.spawn<Watcher>();
  auto target = scene.spawn<Puppet>();
  watch(watcher, target);
  troupe::MonitorHandle handle;
  act(watcher, [&](Watcher& w) { handle = w.handles[0]; });
  act(other, [&](Watcher& w) { w.demonitor(handle); });
  (void)target.stop_and_wait().get();
  act(watcher, [](Watcher& w) { CHECK(w.downs.size() == 1); });
}

TEST_CASE("a Down can be sent on, and made by hand") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  auto other = scene.spawn<Watcher>();
  auto target = scene.spawn<Puppet>();
  watch(watcher, target);
  (void)target.stop_and_wait().get();
  act(watcher, [&](Watcher& w) {
    REQUIRE(w.downs.size() == 1);
    other.cast(w.downs[0]);
    w.self().cast(w.downs[0]);
    w.self().cast<troupe::Down>();
  });
  act(other, [&](Watcher& w) {
    REQUIRE(w.downs.size() == 1);
    CHECK(w.downs[0].actor == target);
  });
  act(watcher, [](Watcher& w) { CHECK(w.downs.size() == 3); });
}

TEST_CASE("watchers that end leave nothing behind in what they watched") {
  Scene scene;
  auto target = scene.spawn<Puppet>();
  REQUIRE(alive(target));
  const auto before = references_of(target);
  for (int i = 0; i < 10'000; ++i) {
    auto watcher = scene.world.system.spawn<Watcher>(&scene.journal);
    watch(watcher, target);
    if (i % 3 == 0) watch(watcher, target);
    if (i % 2 == 0) {
      (void)watcher.stop_and_wait().get();
    } else {
      (void)watcher.kill_and_wait().get();
    }
  }
  REQUIRE(alive(target));
  // The test's own reference, and what a request that was just answered may still hold.
  while (references_of(target) != before) std::this_thread::yield();
}

TEST_CASE("a watcher keeps nothing of those that it watched") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  REQUIRE(alive(watcher));
  const auto before = references_of(watcher);
  std::vector<troupe::AnyRef> targets;
  for (int i = 0; i < 100; ++i) {
    auto target = scene.spawn<Puppet>();
    watch(watcher, target);
    if (i % 2) act(watcher, [](Watcher& w) { w.demonitor(w.handles.back()); });
    (void)target.stop_and_wait().get();
    targets.push_back(target);
  }
  act(watcher, [](Watcher& w) {
    CHECK(w.downs.size() == 50);
    w.downs.clear();
    w.handles.clear();
  });
  while (references_of(watcher) != before) std::this_thread::yield();
  for (const auto& target : targets) {
    while (references_of(target) != 1) std::this_thread::yield();
  }
}

TEST_CASE("a child that is spawned as monitored is monitored before it runs") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  Puppet::Reference child;
  act(watcher, [&](Watcher& w) {
    child = w.spawn<Puppet>(troupe::monitored(), &scene.journal);
    child.stop("at once");
  });
  CHECK(scene.journal.wait_for("down") == "down stopped: at once");
  act(watcher, [&](Watcher& w) { CHECK(w.downs.at(0).actor == child); });
}

TEST_CASE("a class without Down cannot spawn a monitored child") {
  Scene scene;
  auto parent = scene.spawn<Puppet>();
  act(parent, [&](Puppet& p) {
    CHECK_THROWS_AS(p.spawn<Puppet>(troupe::monitored(), &scene.journal), std::logic_error);
  });
}

namespace {

class Stillborn : public PuppetOf<Stillborn> {
 public:
  using Hook = std::function<void(Stillborn&)>;
  Stillborn(Journal* journal, Hook before) : PuppetOf(journal), before_(std::move(before)) {}
  void pre_start() {
    before_(*this);
    throw std::runtime_error("no luck");
  }

 private:
  Hook before_;
};

class SlowStart : public PuppetOf<SlowStart> {
 public:
  using PuppetOf::PuppetOf;
  troupe::Task<> pre_start() {
    (void)co_await gate_.call<Ask>().within(kForever);
    throw std::runtime_error("no luck");
  }
};

}  // namespace

TEST_CASE("a failed start of a monitored child is told by spawn alone, and leaves nothing behind") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  REQUIRE(alive(watcher));
  const auto before = references_of(watcher);
  std::vector<troupe::AnyRef> children;
  for (int i = 0; i < 100; ++i) {
    act(watcher, [&](Watcher& w) {
      const Stillborn::Hook hook = [&](Stillborn& self) { children.push_back(self.self()); };
      CHECK_FALSE(
          w.try_spawn<Stillborn>(troupe::monitored().linked(), &scene.journal, hook).has_value());
    });
  }
  for (const auto& child : children) (void)Scene::end_of(child);
  act(watcher, [](Watcher& w) { CHECK(w.downs.empty()); });
  while (references_of(watcher) != before) std::this_thread::yield();
  for (const auto& child : children) {
    while (references_of(child) != 1) std::this_thread::yield();
  }
}

TEST_CASE("whoever monitors an actor whose start fails later is told") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  SUBCASE("a coroutine's") {
    auto target = scene.spawn<SlowStart>();
    watch(watcher, target);
    scene.gate.wait_asked();
    scene.gate.answer(0);
  }
  SUBCASE("one that was known before spawn returned") {
    const Stillborn::Hook hook = [&](Stillborn& self) {
      const troupe::AnyRef ref = self.self();
      in_thread([&] { watch(watcher, ref); }).get();
    };
    CHECK_FALSE(scene.world.system.try_spawn<Stillborn>(&scene.journal, hook).has_value());
  }
  CHECK(scene.journal.wait_for("down") == "down failed: no luck");
}

TEST_CASE("an actor may monitor itself") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  watch(watcher, watcher);
  REQUIRE(alive(watcher));
  (void)watcher.stop_and_wait().get();
  CHECK(scene.journal.text() == "stops");
  while (references_of(watcher) != 1) std::this_thread::yield();
}

TEST_CASE("when a Down is heard the name is free and the actor is not in the tree") {
  Scene scene;
  auto watcher = scene.spawn<Watcher>();
  for (int i = 0; i < 100; ++i) {
    auto target = scene.spawn<Puppet>("taken");
    watch(watcher, target);
    std::atomic<bool> free = false;
    if (i % 2) {
      target.stop();
    } else {
      target.kill();
    }
    // Awaits the Down: it is behind this message, or handled already.
    while (!free) {
      act(watcher, [&](Watcher& w) {
        if (w.downs.empty()) return;
        w.downs.clear();
        free = true;
        CHECK_FALSE(scene.world.system.find("taken").has_value());
        const auto top = scene.world.system.top_level();
        CHECK(std::find(top.begin(), top.end(), target) == top.end());
        auto next = scene.world.system.try_spawn<Puppet>(troupe::named("taken"), &scene.journal);
        CHECK(next.has_value());
        if (next) next->kill();
      });
    }
    while (scene.world.system.find("taken").has_value()) std::this_thread::yield();
  }
}

TEST_CASE("a restart is told to those that list Restarted, and Down comes at the last end only") {
  Scene scene;
  auto supervisor =
      scene.world.system.spawn<troupe::Supervisor>(troupe::one_for_one()
                                                       .intensity(100, 1min)
                                                       .child<Puppet>("p", &scene.journal)
                                                       .restart(troupe::Restart::transient));
  auto found = supervisor.call<troupe::FindChild>("p").within(kForever).get();
  auto target = *troupe::ref_as<Puppet>((**found).ref);
  auto watcher = scene.spawn<Watcher>();
  auto curious = scene.spawn<Curious>();
  watch(watcher, target);
  act(curious, [&](Curious& c) { c.watch(target); });
  for (int i = 0; i < 2; ++i) {
    target.cast<Break>();
    REQUIRE(alive(target));
  }
  REQUIRE(alive(watcher));
  act(curious, [](Curious& c) { CHECK(c.same_monitor); });
  target.stop("over");
  (void)Scene::end_of(target);
  REQUIRE(alive(watcher));
  REQUIRE(alive(curious));
  auto entries = scene.journal.entries();
  std::sort(entries.begin(), entries.end());
  CHECK(entries == std::vector<std::string>{"curious: down stopped: over", "down stopped: over",
                                            "restarted as 2 after failed: broken",
                                            "restarted as 3 after failed: broken", "stops", "stops",
                                            "stops"});
}

TEST_CASE("a watcher's monitors end with its incarnation") {
  Scene scene;
  auto supervisor = scene.world.system.spawn<troupe::Supervisor>(
      troupe::one_for_one().intensity(100, 1min).child<Watcher>("w", &scene.journal));
  auto found = supervisor.call<troupe::FindChild>("w").within(kForever).get();
  auto watcher = *troupe::ref_as<Watcher>((**found).ref);
  auto target = scene.spawn<Puppet>();
  watch(watcher, target);
  watch(watcher, watcher);
  SUBCASE("the target ends afterwards") {
    watcher.cast<Break>();
    REQUIRE(alive(watcher));
    (void)target.kill_and_wait().get();
  }
  SUBCASE("the Down is in the mailbox by then") {
    watcher
        .call<Act<Watcher>>([&](Watcher&) {
          (void)0;
          Mailbox mailbox(watcher);
          target.kill();
          mailbox.wait_for_message();
          throw std::runtime_error("broken");
        })
        .within(kForever)
        .get();
  }
  act(watcher, [](Watcher& w) { CHECK(w.downs.empty()); });
}
