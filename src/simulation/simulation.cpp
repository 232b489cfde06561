#include "troupe/simulation.hpp"

#include "simulation/simulation_state.hpp"
#include "troupe/format.hpp"

namespace troupe {

using detail::Nanoseconds;

Simulation::Simulation(SimulationOptions options)
    : state_(std::make_unique<detail::SimulationState>(std::move(options))) {}

Simulation::~Simulation() = default;

SimulatedNode& Simulation::add_node(std::string name, std::function<void(SimulatedNode&)> boot) {
  return state_->add_node(std::move(name), std::move(boot)).handle();
}

SimulatedNode& Simulation::node(std::string_view name) { return state_->get_node(name).handle(); }

SimulatedNode& Simulation::node() {
  if (state_->nodes.empty()) return add_node("node");
  return state_->nodes.front()->handle();
}

SimulatedNetwork& Simulation::network() noexcept { return state_->network_handle; }
SimulationFaults& Simulation::faults() noexcept { return state_->faults_handle; }

bool Simulation::step() {
  const bool happened = state_->step(INT64_MAX);
  state_->rethrow_failure();
  return happened;
}

void Simulation::run() {
  while (step()) {
  }
}

void Simulation::run_for(std::chrono::nanoseconds time) {
  (void)run_until([] { return false; }, time);
}

bool Simulation::run_until(const std::function<bool()>& condition,
                           std::chrono::nanoseconds within) {
  const Nanoseconds limit = within.count() >= INT64_MAX - state_->now()
                                ? INT64_MAX
                                : state_->now() + std::max<Nanoseconds>(within.count(), 0);
  state_->rethrow_failure();
  for (;;) {
    if (condition()) return true;
    if (state_->now() > limit || !state_->step(limit)) break;
    state_->rethrow_failure();
  }
  state_->rethrow_failure();
  if (limit != INT64_MAX) state_->pass_to(limit);
  return condition();
}

void Simulation::settle() {
  do {
    state_->rethrow_failure();
  } while (state_->step(state_->now()));
  state_->rethrow_failure();
}

std::chrono::steady_clock::time_point Simulation::now() const noexcept {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(state_->now()));
}

std::uint64_t Simulation::steps() const noexcept { return state_->steps; }
std::uint64_t Simulation::messages() const noexcept { return state_->messages; }
std::uint64_t Simulation::hash() const noexcept { return state_->hash; }

std::uint32_t Simulation::below(std::uint32_t bound) { return state_->choices.below(bound); }
bool Simulation::chance(double probability) { return state_->choices.chance(probability); }
const std::vector<std::uint32_t>& Simulation::choices() const noexcept {
  return state_->choices.made();
}

void Simulation::always(std::string what, std::function<bool()> holds) {
  state_->monitors.push_back({std::move(what), std::move(holds)});
}

void Simulation::eventually(const std::string& what, const std::function<bool()>& holds,
                            std::chrono::nanoseconds within) {
  faults().stop();
  network().heal();
  state_->runnable.be_fair();
  if (run_until(holds, within)) return;
  fail(format("'{}' does not hold after {}", what, detail::duration_text(within.count())));
}

void Simulation::keep_alive(std::shared_ptr<void> object) {
  state_->kept.push_back(std::move(object));
}

void Simulation::verify() { state_->rethrow_failure(); }

void Simulation::fail(std::string text) {
  state_->fail(std::move(text));
  state_->rethrow_failure();
}

}  // namespace troupe
