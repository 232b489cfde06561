#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/log.hpp"
#include "troupe/schedule.hpp"
#include "troupe/simulated_network.hpp"
#include "troupe/simulated_node.hpp"
#include "troupe/simulation_faults.hpp"

namespace troupe {

namespace detail {
class SimulationState;
}

struct SimulationOptions {
  /// Decides everything that is left to chance. The same seed, options and program: the same run,
  /// event by event.
  std::uint64_t seed = 1;
  Schedule schedule = Schedule::random();
  /// Each step takes a time up to this, drawn by lot. Zero: none, so that time passes only when
  /// nobody has anything to do.
  std::chrono::nanoseconds step_time{0};
  /// A run of more steps has failed: something goes on for ever.
  std::uint64_t max_steps = 10'000'000;
  LogLevel log_level = LogLevel::off;
  LogSink* log = nullptr;  ///< of all nodes; null: the default, on stderr
  /// Keeps every event, for Simulation::trace: about a hundred bytes each.
  bool record = false;
  /// Plays these choices, as a run before has made them, and the first of each that comes after
  /// them; the seed is of no importance then.
  std::vector<std::uint32_t> choices = {};
  bool replay = false;
};

/// A run went wrong: a monitor said so, a check failed, or it did not end.
class SimulationFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs actors, unchanged, on this thread, with a clock that jumps to the next event, and with a
/// seed that decides who goes on when: message by message. Deterministic, as long as the actors
/// ask nobody but their system for the time and for random numbers, and share nothing with other
/// threads.
///
/// Whatever would block a thread (`get()`, System::shutdown) runs the simulation meanwhile. One
/// simulation a thread at a time, and no System on that thread but those of its nodes: another one
/// is refused by std::logic_error. Nothing of it may be used in other threads.
class TROUPE_EXPORT Simulation {
 public:
  explicit Simulation(SimulationOptions options = {});
  explicit Simulation(std::uint64_t seed) : Simulation(SimulationOptions{.seed = seed}) {}
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  /// Ends all nodes as crash() does.
  ~Simulation();

  // -- who is there ---

  /// A node, which is started at once. `boot` is called whenever it starts, and spawns what is on
  /// it; what outlives a crash, it holds itself. Throws std::invalid_argument when there is one of
  /// that name.
  SimulatedNode& add_node(std::string name, std::function<void(SimulatedNode&)> boot = {});
  /// The node of that name. Throws std::invalid_argument when there is none.
  SimulatedNode& node(std::string_view name);
  /// The first one, which is made when there is none.
  SimulatedNode& node();
  /// Of the first node.
  System& system() { return node().system(); }
  SimulatedNetwork& network() noexcept;
  SimulationFaults& faults() noexcept;

  // -- running: each of these throws SimulationFailure when the run goes wrong ---

  /// One step: a message, a timer, a frame, blocking work. Time passes when nobody has anything to
  /// do before that. False: nothing can happen any more.
  bool step();
  /// Until nothing can happen any more; a periodic timer goes on until max_steps.
  void run();
  /// So much time passes, with all that is due in it, also at its end.
  void run_for(std::chrono::nanoseconds time);
  /// True: the condition holds. False: it does not after `within`, or nothing can happen any more.
  bool run_until(const std::function<bool()>& condition, std::chrono::nanoseconds within);
  /// Until nothing can happen without that time passes, but for what the steps take.
  void settle();

  /// The time of the simulation itself, which nodes' clocks may be ahead of or behind.
  std::chrono::steady_clock::time_point now() const noexcept;
  std::uint64_t steps() const noexcept;
  /// Messages that actors have handled.
  std::uint64_t messages() const noexcept;
  /// Of all events so far: equal for equal runs.
  std::uint64_t hash() const noexcept;

  // -- chance: part of the run, so that a failing one can be made smaller by smaller numbers ---

  /// A number from 0 to `bound` - 1.
  std::uint32_t below(std::uint32_t bound);
  bool chance(double probability);
  /// The choices so far; with SimulationOptions::record.
  const std::vector<std::uint32_t>& choices() const noexcept;

  // -- what must be true ---

  /// Asked after every step. It only looks: a call in it, or what else would block, fails the run.
  void always(std::string what, std::function<bool()> holds);
  /// The end of all faults, of all that is wrong with the network, and of schedules that let
  /// somebody wait for ever; then the condition must hold within that time, or the run has failed.
  void eventually(const std::string& what, const std::function<bool()>& holds,
                  std::chrono::nanoseconds within);
  /// The run has failed: throws SimulationFailure, which also says when, and by which seed. In an
  /// actor it returns, and whoever runs the simulation gets the exception when the step has ended.
  /// Nothing runs after the first failure. Runs whose texts have the same first line, but for
  /// numbers, fail in the same way: when a run is made smaller, further lines may change.
  void fail(std::string text);
  /// Throws the failure that the run has had, in an actor or while something was waited for.
  void verify();
  void check(bool condition, std::string_view text) {
    if (!condition) fail(std::string(text));
  }

  /// Makes an object that lives until all actors have ended, which a scenario's own variables do
  /// not: for what actors use in their destructors.
  template <class T, class... Args>
  T& keep(Args&&... args) {
    auto object = std::make_shared<T>(std::forward<Args>(args)...);
    T& kept = *object;
    keep_alive(std::move(object));
    return kept;
  }

  // -- looking at it: with SimulationOptions::record ---

  /// The run as a page for a browser: a sequence diagram.
  std::string html(std::string_view title) const;
  /// The run for the Perfetto trace viewer.
  std::string perfetto() const;
  /// A line an event.
  std::string text() const;

 private:
  void keep_alive(std::shared_ptr<void> object);
  std::unique_ptr<detail::SimulationState> state_;
};

}  // namespace troupe
