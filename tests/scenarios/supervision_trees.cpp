#include "otp/tree_play.hpp"
#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

// Asked before each one, rather than how many there are to be: so a failing run is made smaller by
// leaving out what belongs to one of them.
bool goes_on(troupe::Simulation& simulation) { return simulation.below(12) != 0; }

trees::Sprout any_sprout(troupe::Simulation& simulation) {
  return {.parent = simulation.below(1'000),
          .kind = simulation.below(10),
          .restart = simulation.below(3),
          .significant = simulation.below(2),
          .traits = simulation.below(64),
          .strategy = simulation.below(3),
          .auto_shutdown = simulation.below(6),
          .intensity = simulation.below(4)};
}

trees::Event any_event(troupe::Simulation& simulation) {
  return {.kind = simulation.below(trees::Event::kinds),
          .target = simulation.below(1'000),
          .detail = simulation.below(64)};
}

}  // namespace

// Supervision trees go through events as the model of Erlang/OTP's supervisors says, whatever the
// order in which those who start, end and restart one another get their turns.
void supervision_trees(troupe::Simulation& simulation) {
  auto& ground = simulation.keep<trees::Ground>();
  trees::Case drawn;
  while (goes_on(simulation)) drawn.sprouts.push_back(any_sprout(simulation));
  try {
    trees::Play play(simulation.system(), ground, grow(drawn.sprouts),
                     [&] { simulation.settle(); });
    while (goes_on(simulation)) {
      drawn.events.push_back(any_event(simulation));
      play.apply(drawn.events.back());
    }
    play.end();
  } catch (const trees::Broken& broken) {
    simulation.fail("the tree is not as its model\n" + std::string(broken.what()) + "\n" +
                    to_text(drawn));
  }
}

}  // namespace scenarios
