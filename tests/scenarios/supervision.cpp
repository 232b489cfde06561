#include <algorithm>
#include <deque>

#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

struct Tick {};
struct Ping {
  using Reply = void;
};

// What is known of one child, through all of its incarnations.
struct Life {
  bool temporary = false;
  int living = 0;
  std::uint64_t handled = 0;
  std::uint64_t sent = 0;
};

class Child : public troupe::Actor<Child, Tick, Ping> {
 public:
  Child(troupe::Simulation* simulation, Life* life) : simulation_(*simulation), life_(*life) {}
  ~Child() {
    if (started_) --life_.living;
  }
  troupe::Task<> pre_start() {
    // Some take their time.
    if (simulation_.below(3) == 0) co_await troupe::sleep_for(100us);
    started_ = true;
    ++life_.living;
    if (simulation_.below(3) == 0) {
      ++life_.sent;
      self().cast<Tick>();
    }
  }
  void handle(Tick) { ++life_.handled; }
  void handle(Ping) {}

 private:
  troupe::Simulation& simulation_;
  Life& life_;
  bool started_ = false;
};

class Source : public troupe::Actor<Source> {
 public:
  Source(troupe::Simulation* simulation, std::vector<Child::Reference> children,
         std::uint64_t* sent)
      : simulation_(*simulation), children_(std::move(children)), sent_(*sent) {}

  troupe::Task<> post_start() {
    for (std::uint32_t i = 0; i < 30 && !children_.empty(); ++i) {
      const std::uint32_t which = simulation_.below(static_cast<std::uint32_t>(children_.size()));
      ++sent_;
      children_[which].cast<Tick>();
      if (simulation_.below(4) == 0) co_await troupe::sleep_for(50us);
    }
    stop();
  }

 private:
  troupe::Simulation& simulation_;
  std::vector<Child::Reference> children_;
  std::uint64_t& sent_;
};

}  // namespace

// Whatever fails is made again, as its supervisor's strategy says: with its mailbox, once at a
// time, and no message is handled twice or lost, but for those that failed.
void supervision(troupe::Simulation& simulation) {
  troupe::System& system = simulation.system();
  const std::uint32_t count = 2 + simulation.below(3);
  auto& lives = simulation.keep<std::deque<Life>>(count);
  const auto strategy = static_cast<troupe::Strategy>(simulation.below(3));
  auto spec = troupe::SupervisorSpec(strategy).intensity(UINT32_MAX, 1h);
  for (std::uint32_t i = 0; i < count; ++i) {
    lives[i].temporary = strategy == troupe::Strategy::one_for_one && simulation.below(4) == 0;
    spec.add(
        troupe::child<Child>(std::to_string(i), &simulation, &lives[i])
            .restart(lives[i].temporary ? troupe::Restart::temporary : troupe::Restart::permanent));
  }
  if (simulation.below(3) == 0) simulation.faults().fail("Child", 1);
  auto supervisor = system.spawn<troupe::Supervisor>(std::move(spec));
  simulation.check(started(supervisor).within(1min).get().has_value(), "the supervisor starts");
  std::vector<Child::Reference> children;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto child = troupe::find_child<Child>(supervisor, std::to_string(i)).within(1min).get();
    simulation.check(child || lives[i].temporary, "a child is there");
    if (child) children.push_back(*child);
  }
  simulation.always("a child lives once at a time", [&] {
    return std::ranges::all_of(lives, [](const Life& life) { return life.living <= 1; });
  });

  const std::uint32_t failures = simulation.below(6);
  for (std::uint32_t i = 0; i < failures; ++i) {
    simulation.faults().fail("Child", 1 + simulation.below(30));
  }
  std::uint64_t sent = 0;
  std::vector<troupe::AnyRef> sources;
  for (std::uint32_t i = 0; i <= simulation.below(3); ++i) {
    sources.push_back(system.spawn<Source>(&simulation, children, &sent));
  }
  for (const troupe::AnyRef& source : sources) (void)source.wait().within(1min).get();
  simulation.eventually(
      "all children live again",
      [&] {
        return std::ranges::all_of(
            lives, [](const Life& life) { return life.living == 1 || life.temporary; });
      },
      1min);
  for (const auto& child : children) {
    const auto answer = child.call<Ping>().within(1min).get();
    simulation.check(answer || answer.error().code == troupe::CallErrorCode::stopped,
                     "a child that lives answers");
  }
  std::uint64_t handled = 0;
  for (const Life& life : lives) {
    sent += life.sent;
    handled += life.handled;
  }
  simulation.check(handled + simulation.faults().count() + system.stats().dead_letters == sent,
                   "every message was handled once, or has failed, or is a dead letter");
  simulation.check(supervisor.stop_and_wait().within(1min).get().has_value(),
                   "the supervisor ends");
  for (const Life& life : lives) simulation.check(life.living == 0, "its children ended with it");
}

}  // namespace scenarios
