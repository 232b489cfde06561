#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "troupe/simulation.hpp"

namespace troupe {

/// A test of actors that is to hold whatever happens: it makes nodes and actors, puts faults in,
/// and says by Simulation::always, eventually and check what must be true. Whatever it throws is a
/// failure. It must be the same each time: all that differs comes from the simulation.
struct Scenario {
  std::string name;
  std::function<void(Simulation&)> run;
  SimulationOptions options = {};  ///< but for the seed
};

/// A run that failed.
struct FailedRun {
  std::uint64_t seed = 0;
  std::string text;
  /// What repeats it, made as small as could be found (SimulationOptions::choices).
  std::vector<std::uint32_t> choices;
  std::uint64_t steps = 0;        ///< of the run with these choices
  std::uint64_t steps_found = 0;  ///< of the run as it was found
};

struct Exploration {
  std::uint64_t runs = 0;
  std::uint64_t messages = 0;
  std::chrono::nanoseconds time{0};
  std::vector<FailedRun> failures;  ///< the first, by seed; the same with however many processes
};

struct ExploreOptions {
  static constexpr unsigned kMostProcesses = 256;

  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 1000;
  unsigned processes = 0;                ///< at a time, kMostProcesses at most; 0: one a core
  std::uint64_t enough_failures = 1;     ///< how many to find; at least one
  std::chrono::seconds longest_run{60};  ///< a run that takes longer has failed; 0: none does
  std::chrono::seconds shrink{60};       ///< at most, to make the first failing run smaller
  bool shows_progress = false;           ///< on stderr, when that is a terminal
};

/// Runs a scenario with many seeds, in processes of their own: a run that crashes is a failure like
/// another. Call it where the process has no other threads. Throws std::invalid_argument for
/// options that make no sense, and std::system_error where there are no more processes.
TROUPE_EXPORT Exploration explore(const Scenario& scenario, const ExploreOptions& options = {});

/// Runs a scenario twice with the same seed. Nothing: event by event the same. Else the first event
/// that differs.
TROUPE_EXPORT std::optional<std::string> find_difference(const Scenario& scenario,
                                                         std::uint64_t seed);

/// What became of a run.
struct RunReport {
  std::optional<std::string> failure;
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::uint64_t messages = 0;
};
/// Runs a scenario once, in this process. `look` is called at its end, however it ends.
TROUPE_EXPORT RunReport run_once(const Scenario& scenario, SimulationOptions options,
                                 const std::function<void(const Simulation&)>& look = {});

/// The whole of a program that explores scenarios: `return explore_main(argc, argv, {...});`. Its
/// options are told by --help. Exit status: 0, all held; 1, something failed; 2, wrong options.
TROUPE_EXPORT int explore_main(int argc, const char* const* argv,
                               const std::vector<Scenario>& scenarios);

}  // namespace troupe
