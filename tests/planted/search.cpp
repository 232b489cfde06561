#include <algorithm>

#include "planted/bugs.hpp"

namespace planted {

namespace {

using Kind = troupe::Schedule::Kind;

troupe::Scenario scenario_of(const Bug& bug, bool mended) {
  troupe::Scenario scenario{std::string(bug.name), bug.in_library, {}};
  if (bug.in_users_actors) {
    scenario.run = [&bug, mended](Simulation& simulation) {
      bug.in_users_actors(simulation, mended);
    };
  }
  scenario.options.step_time = bug.step_time;
  scenario.options.max_steps = 20'000;
  return scenario;
}

// As long as a plain run of the scenario.
troupe::Schedule schedule_of(Kind strategy, std::uint64_t steps) {
  switch (strategy) {
    case Kind::random:
      return troupe::Schedule::random();
    case Kind::pct:
      return troupe::Schedule::pct(2, steps);
    case Kind::delays:
      return troupe::Schedule::delays(4, steps);
    case Kind::fifo:
      break;
  }
  return troupe::Schedule::fifo();
}

}  // namespace

Found search(const Bug& bug, Kind strategy, bool mended, std::uint64_t seeds) {
  const troupe::Scenario scenario = scenario_of(bug, mended);
  troupe::SimulationOptions options = scenario.options;
  options.schedule = troupe::Schedule::fifo();
  const std::uint64_t steps = run_once(scenario, options).steps;
  options.schedule = schedule_of(strategy, std::max<std::uint64_t>(steps, 10));
  const auto began = std::chrono::steady_clock::now();
  Found found;
  while (found.text.empty() && found.seeds < seeds) {
    options.seed = ++found.seeds;
    found.text = run_once(scenario, options).failure.value_or("");
  }
  found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return found;
}

}  // namespace planted
