#include "otp/tree_play.hpp"
#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

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
  drawn.sprouts.resize(simulation.below(25));
  for (trees::Sprout& sprout : drawn.sprouts) sprout = any_sprout(simulation);
  try {
    trees::Play play(simulation.system(), ground, grow(drawn.sprouts),
                     [&] { simulation.settle(); });
    for (std::uint32_t left = simulation.below(16); left > 0; --left) {
      drawn.events.push_back(any_event(simulation));
      play.apply(drawn.events.back());
    }
    play.end();
  } catch (const trees::Broken& broken) {
    simulation.fail(std::string(broken.what()) + "\n" + to_text(drawn));
  }
}

}  // namespace scenarios
