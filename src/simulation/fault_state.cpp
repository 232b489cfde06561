#include "simulation/fault_state.hpp"

#include <algorithm>
#include <stdexcept>

#include "actor/system_state.hpp"
#include "simulation/simulation_state.hpp"

namespace troupe {

namespace detail {

namespace {

bool is_of(const FaultTarget& target, const Cell& cell) {
  if (target.actor()) return cell_of(target.actor()) == &cell;
  const std::string_view name = target.name();
  std::string_view type = cell.type->name;
  if (type.size() > name.size() + 2 && type.substr(type.size() - name.size() - 2, 2) == "::") {
    type.remove_prefix(type.size() - name.size());
  }
  return name == type || name == name_of(cell);
}

}  // namespace

Nanoseconds FaultState::busy_until(const Cell& cell, std::uint64_t who, Nanoseconds now) {
  Nanoseconds until = now;
  if (const auto found = busy_.find(who); found != busy_.end()) until = found->second;
  for (const Fault& fault : faults_) {
    if (fault.kind != Fault::Kind::hang || fault.time <= now || !is_of(fault.target, cell))
      continue;
    until = std::max(until, fault.time);
  }
  return until;
}

bool FaultState::fails(const Cell& cell, std::uint64_t who, Nanoseconds now) {
  bool fails = false;
  for (Fault& fault : faults_) {
    if (!is_of(fault.target, cell)) continue;
    switch (fault.kind) {
      case Fault::Kind::fail:
        fails = fails || (fault.left != 0 && --fault.left == 0);
        break;
      case Fault::Kind::fail_often:
        fails = fails || choices_.chance(fault.probability);
        break;
      case Fault::Kind::slow:
        busy_[who] = now + fault.time;
        break;
      case Fault::Kind::hang:
        break;
    }
  }
  return fails;
}

bool FaultState::reached(std::string_view point) {
  const auto found = points_.find(point);
  if (found == points_.end() || !choices_.chance(found->second)) return false;
  ++count;
  return true;
}

void FaultState::enable(std::string_view point, double probability) {
  points_[std::string(point)] = probability;
}

void FaultState::stop() noexcept {
  faults_.clear();
  points_.clear();
  busy_.clear();
}

}  // namespace detail

namespace {

using Fault = detail::FaultState::Fault;

double probability_of(double value) {
  if (!(value >= 0 && value <= 1)) throw std::invalid_argument("a probability is from 0 to 1");
  return value;
}

}  // namespace

void SimulationFaults::fail(const FaultTarget& target, std::uint64_t nth) {
  state_.faults.add({.target = target, .kind = Fault::Kind::fail, .left = nth});
}

void SimulationFaults::fail_often(const FaultTarget& target, double probability) {
  state_.faults.add({.target = target,
                     .kind = Fault::Kind::fail_often,
                     .probability = probability_of(probability)});
}

void SimulationFaults::hang(const FaultTarget& target, std::chrono::nanoseconds time) {
  state_.faults.add(
      {.target = target, .kind = Fault::Kind::hang, .time = state_.now() + time.count()});
}

void SimulationFaults::slow_down(const FaultTarget& target, std::chrono::nanoseconds time) {
  state_.faults.add({.target = target, .kind = Fault::Kind::slow, .time = time.count()});
}

void SimulationFaults::enable(std::string_view fault_point, double probability) {
  state_.faults.enable(fault_point, probability_of(probability));
}

void SimulationFaults::stop() {
  state_.faults.stop();
  state_.hurry_all();
}

std::uint64_t SimulationFaults::count() const noexcept { return state_.faults.count; }

}  // namespace troupe
