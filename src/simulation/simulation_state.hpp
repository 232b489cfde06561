#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "simulation/choices.hpp"
#include "simulation/fault_state.hpp"
#include "simulation/network_state.hpp"
#include "simulation/node_state.hpp"
#include "simulation/recorder.hpp"
#include "simulation/runnable.hpp"
#include "troupe/simulation.hpp"

namespace troupe::detail {

/// A simulation: its time, its nodes, what can happen now, and what has happened.
///
/// A step is one event of those that can happen. Between the steps the thread belongs to whoever
/// drives the simulation, and is a host of its own, the driver: what blocks there runs steps. All
/// that is left to chance goes through `choices`, so that a run can be repeated and made smaller.
class SimulationState final : public Host {
 public:
  explicit SimulationState(SimulationOptions options);
  ~SimulationState();

  // -- Host, of the thread between steps ---
  Nanoseconds now() const noexcept override { return time_; }
  void expect_system() const override;
  std::uint64_t random() noexcept override;
  void schedule(Cell& cell) noexcept override;
  void sent(Cell& to, Node& node) noexcept override;
  void note(Cell&, Noted, std::string_view) noexcept override {}
  void submit(BlockingWork& work) override;
  void drop_blocking() noexcept override {}
  bool fault_is_due(std::string_view name) noexcept override { return faults.reached(name); }
  bool wait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
            Nanoseconds deadline) noexcept override;

  // -- steps ---

  /// Time passes up to `limit` when nothing can happen before. False: nothing can happen by then.
  bool step(Nanoseconds limit);
  /// Kills a node's actors, and runs nobody else meanwhile.
  void end(NodeState& node, Cell* root);
  /// An actor hears a signal, also when it does not handle its messages yet.
  void hurry_for_signal(const Cell& to, const Node& node) noexcept;
  /// Nobody waits with their messages any more.
  void hurry_all();
  /// Lets time pass, when nothing happens in between.
  void pass_to(Nanoseconds time) noexcept { time_ = std::max(time_, time); }
  void rethrow_failure();
  bool in_step() const noexcept { return in_step_; }
  void fail(std::string text);
  void fault_put_in(const NodeState* node, std::string text);

  NodeState& add_node(std::string name, std::function<void(SimulatedNode&)> boot);
  NodeState* find_node(std::string_view name) noexcept;
  NodeState& get_node(std::string_view name);

  const SimulationOptions options;
  Choices choices;
  Runnable runnable;
  FaultState faults;
  NetworkState network;
  Recorder recorder;
  SimulatedNetwork network_handle;
  SimulationFaults faults_handle;

  struct Monitor {
    std::string what;
    std::function<bool()> holds;
  };
  std::vector<Monitor> monitors;
  std::vector<std::unique_ptr<NodeState>> nodes;
  std::vector<std::shared_ptr<void>> kept;  // for the nodes' actors
  std::uint64_t steps = 0;
  std::uint64_t messages = 0;
  std::uint64_t hash = 0;

 private:
  void admit_due();
  Nanoseconds next_due() const noexcept;
  bool step_of(NodeState& node);
  bool postponed(const Event& event);
  void take_place(const Event& event);
  void tell(const Event& event);
  void tell_turn(const Event& event);
  void run(const Event& event);
  void watch_monitors();
  std::uint64_t hash_of(const MessageType& type);
  void count(std::uint64_t what) noexcept;

  // Long after 0, so that clocks may be behind: times are not negative, and 0 is no deadline.
  static constexpr Nanoseconds kBeginning = 1'000'000'000'000'000;

  Nanoseconds time_ = kBeginning;
  Host* const before_;
  std::multimap<Nanoseconds, Event> later_;  // actors that do not handle their messages before
  NodeState* ending_ = nullptr;
  std::optional<std::string> failure_;
  bool in_step_ = false;
  bool fails_message_ = false;  // of the step
  bool watching_ = false;
  std::uint64_t seeds_ = 0;
  std::unordered_map<const MessageType*, std::uint64_t> type_hashes_;
};

}  // namespace troupe::detail
