#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

struct Use {
  using Reply = int;
};

class Holder : public troupe::Actor<Holder, Use> {
 public:
  explicit Holder(int* living) : living_(*living) { ++living_; }
  ~Holder() { --living_; }
  int handle(Use) { return living_; }

 private:
  int& living_;
};

class Keeper : public troupe::Actor<Keeper> {
 public:
  Keeper(troupe::Simulation* simulation, int* living)
      : simulation_(*simulation), living_(*living) {}

  troupe::Task<> post_start() {
    for (int i = 0; i < 6; ++i) {
      auto holder = try_spawn<Holder>(troupe::named("the one"), &living_);
      if (!holder) {
        simulation_.check(holder.error().code() == troupe::SpawnErrorCode::name_taken,
                          "only the name is in the way");
        if (const auto other = find<Use>("the one")) {
          const auto living = co_await other->call<Use>();
          if (living) simulation_.check(*living == 1, "there is one of that name");
        }
      } else {
        co_await troupe::sleep_for(std::chrono::microseconds(simulation_.below(100)));
        const std::uint32_t way = simulation_.below(3);
        if (way == 0) (void)co_await holder->stop_and_wait();
        if (way == 1) (void)co_await holder->kill_and_wait();
        if (way == 2) (void)co_await holder->drain_and_wait();
        const auto next = find<Use>("the one");
        simulation_.check(!next || *next != *holder, "the name is free before its end is heard of");
      }
      co_await troupe::yield();
    }
    stop();
  }

 private:
  troupe::Simulation& simulation_;
  int& living_;
};

}  // namespace

// A name has one owner at a time, and is free before anybody hears of its owner's end.
void registry(troupe::Simulation& simulation) {
  int& living = simulation.keep<int>(0);
  std::vector<troupe::AnyRef> keepers;
  for (std::uint32_t i = 0; i < 2 + simulation.below(3); ++i) {
    keepers.push_back(simulation.system().spawn<Keeper>(&simulation, &living));
  }
  simulation.always("a name has one owner at a time", [&] { return living <= 1; });
  for (const troupe::AnyRef& keeper : keepers) {
    simulation.check(keeper.wait().within(1min).get().has_value(), "nobody waits for ever");
  }
  simulation.check(simulation.system().names().empty(), "no name is left");
  simulation.check(living == 0, "nobody is left");
}

}  // namespace scenarios
