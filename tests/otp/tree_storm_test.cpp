// Random supervision trees whose workers fail by the thousand, from several threads at a time.

#include <doctest/doctest.h>

#include "actor/support.hpp"
#include "otp/any_tree.hpp"
#include "otp/live_tree.hpp"

namespace trees {

namespace {

struct Storm {
  std::vector<Sprout> sprouts;
  unsigned casts = 0;     // by each thread
  unsigned fail_one = 1;  // of so many messages makes its worker fail
  unsigned moment = 0;    // how many messages are handled before the tree is shut down
  unsigned seed = 0;
};

std::string to_text(const Storm& storm) {
  return troupe::format("{}casts {}, fail_one {}, moment {}, seed {}\n",
                        to_text(grow(storm.sprouts)), storm.casts, storm.fail_one, storm.moment,
                        storm.seed);
}

Storm any_storm() {
  using stress::below;
  const auto sprouts = *any_tree();
  const unsigned casts = *below(300);
  return {sprouts, casts, 1 + *below(20), casts == 0 ? 0 : *below(2 * casts), *below(1'000'000)};
}

// No supervisor ends by itself.
Spec without_giving_up(Spec spec) {
  spec.auto_shutdown = troupe::AutoShutdown::never;
  spec.significant = false;
  for (Spec& child : spec.children) child = without_giving_up(std::move(child));
  return spec;
}

/// A real tree, and what it is made of.
class Stage {
 public:
  explicit Stage(const Storm& storm)
      : storm_(storm), world_(options()), spec(without_giving_up(grow(storm.sprouts))) {
    ground.echo = world_.system.spawn<Echo>();
    root = world_.system.spawn<troupe::Supervisor>(supervisor_spec(ground, spec, true));
    if (!troupe::started(root).within(kPatience).get()) throw Broken("the tree does not start");
    fill_pools(spec, root);
    collect(spec);
  }

  /// Each thread casts to workers at random, through references that may be old. Gives how many
  /// messages that were.
  unsigned blow(unsigned thread) {
    stress::Random random(storm_.seed + thread);
    unsigned sent = 0;
    for (; !workers.empty() && sent < storm_.casts; ++sent) {
      const int number = workers[random.below(static_cast<std::uint32_t>(workers.size()))];
      const bool fails = random.below(storm_.fail_one) == 0;
      ++sent_to[static_cast<std::size_t>(number)];
      if (fails) ++failures_sent_to[static_cast<std::size_t>(number)];
      ground.ref(number).cast<Tick>(fails);
    }
    return sent;
  }

  /// All supervisors that run now, each after those below it, with all of their workers: every
  /// message that was sent before is handled, and what it led to is done.
  void settle(const troupe::AnyRef& ref) {
    const auto list = list_children(ref);
    if (!list) return;
    for (const troupe::ChildInfo& child : *list) {
      if (child.state == troupe::ChildState::stopped) continue;
      if (child.supervisor) {
        settle(child.ref);
      } else {
        // An error: it ends; its supervisor hears of it before whoever waits for it.
        const auto worker = troupe::ref_cast<WorkerRef>(child.ref);
        if (!worker.call<Ping>().within(kPatience).get()) {
          if (!child.ref.wait().within(kPatience).get()) throw Broken("a worker does not end");
        }
      }
    }
    settle_supervisor(ref);
  }
  /// Rest: nothing starts or ends between two walks. All that could make something happen is a
  /// message in a worker's mailbox, which the first walk has seen handled, or a supervisor that has
  /// not heard of an end, which the second has waited for.
  void settle() {
    wait_until("the tree's rest", [&] {
      const auto before = counts();
      settle(root);
      settle(root);
      return counts() == before;
    });
  }
  troupe::SystemStats stats() const { return world_.system.stats(); }
  troupe::ShutdownReport shut_down() { return world_.system.shutdown(kPatience); }

  Ground ground;
  std::array<std::atomic<unsigned>, kNumbers> sent_to{};
  std::array<std::atomic<unsigned>, kNumbers> failures_sent_to{};

 private:
  const Storm& storm_;
  support::World world_;

 public:
  Spec spec;  // with the children of dynamic supervisors
  troupe::Supervisor::Reference root;
  std::vector<int> workers;
  bool has_pools = false;

 private:
  static troupe::SystemOptions options() {
    auto options = support::World::options_for(2);
    options.log_level = troupe::LogLevel::off;
    return options;
  }
  std::pair<std::uint64_t, std::uint64_t> counts() {
    const troupe::SystemStats stats = world_.system.stats();
    std::uint64_t starts = 0;
    for (int i = 0; i < kNumbers; ++i) starts += ground.of(i).starts;
    return {starts, stats.ended};
  }
  void collect(const Spec& from) {
    if (from.kind == Kind::worker) workers.push_back(from.number);
    for (const Spec& child : from.children) collect(child);
  }
  void fill_pools(Spec& from, const troupe::Supervisor::Reference& ref) {
    for (Spec& child : from.children) {
      if (child.kind == Kind::worker) continue;
      const auto info =
          ref.call<troupe::FindChild>(std::to_string(child.number)).within(kPatience).get();
      if (child.kind == Kind::supervisor) {
        fill_pools(child, *troupe::ref_as<troupe::Supervisor>((**info).ref));
        continue;
      }
      has_pools = true;
      const auto pool = *troupe::ref_as<troupe::DynamicSupervisor>((**info).ref);
      for (int i = 0; i < 3 && next_number_ < kNumbers; ++i) {
        Spec worker = Sprout{.traits = 32}.spec(next_number_++);
        worker.restart = child.of_children;
        worker.pool = child.number;
        if (!troupe::start_child<PromptWorker>(pool, &ground, worker).within(kPatience).get()) {
          throw Broken("a child of a dynamic supervisor does not start");
        }
        child.children.push_back(std::move(worker));
      }
    }
  }

  int next_number_ = kMostActors;
};

template <class... Args>
[[noreturn]] void broken(troupe::FormatString<Args...> text, const Args&... args) {
  throw Broken(troupe::format<Args...>(text, args...));
}

// What must be true of those below a supervisor when all is at rest. `lasting`: no failure restarts
// the supervisor itself. `kept`: nor removes it.
void check_rest(Stage& stage, const Spec& supervisor, bool lasting, bool kept) {
  const bool group =
      supervisor.kind == Kind::supervisor && supervisor.strategy != troupe::Strategy::one_for_one;
  for (const Spec& child : supervisor.children) {
    const bool temporary = child.restart == troupe::Restart::temporary;
    if (child.kind != Kind::worker) {
      check_rest(stage, child, lasting && !group, kept && !(group && temporary));
      continue;
    }
    const auto number = static_cast<std::size_t>(child.number);
    const Traces& traces = stage.ground.of(child.number);
    const bool of_pool = supervisor.kind == Kind::dynamic;
    if (traces.living > 1) broken("{} lives {} times", child.number, traces.living.load());
    if (!temporary && kept && (lasting || !of_pool) && traces.living != 1) {
      broken("{} is to be restarted always, and is not alive", child.number);
    }
    if (!lasting) continue;
    if (temporary) {
      if (traces.failures > 0 && traces.living != 0) {
        broken("{} is temporary and has failed, and is alive", child.number);
      }
      if (traces.failures == 0 && !group && traces.living != 1) {
        broken("{} has not failed, and is not alive", child.number);
      }
    } else if (traces.ticks != stage.sent_to[number]) {
      broken("{} messages were sent to {}, which handled {}", stage.sent_to[number].load(),
             child.number, traces.ticks.load());
    } else if (traces.failures != stage.failures_sent_to[number]) {
      broken("{} failed {} times", child.number, traces.failures.load());
    } else if (!group && traces.starts != traces.failures + 1) {
      broken("{} failed {} times and started {} times", child.number, traces.failures.load(),
             traces.starts.load());
    }
  }
}

void weather(const Storm& storm) {
  Stage stage(storm);
  auto others = support::in_thread([&] { return stage.blow(1); });
  unsigned sent = stage.blow(0);
  sent += others.get();
  stage.settle();
  check_rest(stage, stage.spec, true, true);
  const auto dead_letters = stage.stats().dead_letters;
  // What a dynamic supervisor tells itself is a dead letter, too, when it has ended meanwhile.
  const auto accounted = stage.ground.all_ticks + dead_letters;
  if (stage.has_pools ? accounted < sent : accounted != sent) {
    broken("{} messages were sent, {} handled, {} dead letters", sent,
           stage.ground.all_ticks.load(), dead_letters);
  }
}

// The ends of those below `spec`: of all, and of those who were ended in order, which are the ones
// whose order tells something.
struct Ends {
  unsigned last = 0;
  unsigned first_in_order = UINT_MAX;
};

Ends check_order(Stage& stage, const Spec& spec) {
  if (spec.kind == Kind::worker) {
    const Traces& traces = stage.ground.of(spec.number);
    const unsigned end = traces.last_end;
    if (end == 0) return {};
    // Who is not restarted with its siblings may have ended long before them.
    const bool lasting = spec.pool < 0 && spec.restart != troupe::Restart::temporary;
    return {end, lasting && !traces.last_end_failed ? end : UINT_MAX};
  }
  Ends all;
  for (std::size_t i = spec.children.size(); i-- > 0;) {  // the youngest first
    const Ends ends = check_order(stage, spec.children[i]);
    if (spec.kind == Kind::supervisor && ends.first_in_order < all.last) {
      broken("{} or one below it has ended before a younger sibling", spec.children[i].number);
    }
    all.last = std::max(all.last, ends.last);
    all.first_in_order = std::min(all.first_in_order, ends.first_in_order);
  }
  // It may have been about to restart its group when a younger sibling of its own was ended.
  if (spec.restart == troupe::Restart::temporary ||
      spec.strategy != troupe::Strategy::one_for_one) {
    all.first_in_order = UINT_MAX;
  }
  return all;
}

void end_in(const Storm& storm) {
  Stage stage(storm);
  std::vector<std::future<unsigned>> threads;
  std::atomic<unsigned> blowing{2};
  for (unsigned i = 0; i < 2; ++i) {
    threads.push_back(support::in_thread([&, i] {
      const unsigned sent = stage.blow(i);
      --blowing;
      return sent;
    }));
  }
  while (stage.ground.all_ticks < storm.moment && blowing > 0) std::this_thread::yield();
  if (storm.seed % 2 == 0) {
    const auto end = stage.root.stop_and_wait().within(kPatience).get();
    if (!end) broken("the root does not end");
    if (!end->clean()) broken("the root ends by failure: {}", end->text);
  } else if (!stage.shut_down().complete) {
    broken("the system does not shut down");
  }
  for (int i = 0; i < kNumbers; ++i) {
    const Traces& traces = stage.ground.of(i);
    if (traces.living != 0 || traces.living_kids != 0) broken("{} has outlived its root", i);
  }
  for (auto& thread : threads) thread.get();
  if (stage.ground.orphans != 0) broken("a child has outlived its parent");
  const auto check_stops = [&](const auto& self, const Spec& spec) -> void {
    const Traces& traces = stage.ground.of(spec.number);
    if (spec.kind == Kind::worker && !spec.brutal && traces.starts != traces.stops) {
      broken("{} started {} times, and its post_stop ran {} times", spec.number,
             traces.starts.load(), traces.stops.load());
    }
    for (const Spec& child : spec.children) self(self, child);
  };
  check_stops(check_stops, stage.spec);
  check_order(stage, stage.spec);
}

}  // namespace
}  // namespace trees

TEST_CASE(
    "after a storm of failures all is alive that must be, and each message was handled once") {
  using namespace trees;
  CHECK(stress::holds("trees weather storms", any_storm, weather));
}

TEST_CASE("a supervision tree that is shut down in a storm of failures ends, and in order") {
  using namespace trees;
  CHECK(stress::holds("trees end in storms", any_storm, end_in));
}
