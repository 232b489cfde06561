#pragma once

#include <troupe/explore.hpp>
#include <troupe/troupe.hpp>

/// What is explored here: one function a scenario.
namespace scenarios {

using namespace std::chrono_literals;

void counters(troupe::Simulation& simulation);
void trading(troupe::Simulation& simulation);
void supervision(troupe::Simulation& simulation);
void supervision_trees(troupe::Simulation& simulation);
void factory(troupe::Simulation& simulation);
void bounded_mailboxes(troupe::Simulation& simulation);
void work_pulling(troupe::Simulation& simulation);
void registry(troupe::Simulation& simulation);
void calls(troupe::Simulation& simulation);

}  // namespace scenarios
