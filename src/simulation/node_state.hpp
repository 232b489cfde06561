#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/host.hpp"
#include "simulation/runnable.hpp"
#include "troupe/simulated_node.hpp"

namespace troupe::detail {

class SimulationState;

/// A node: a system, its clock, and what of it cannot run just now.
class NodeState final : public Host, public Transport {
 public:
  NodeState(SimulationState& simulation, std::uint32_t index, std::string name,
            std::function<void(SimulatedNode&)> boot);
  ~NodeState();

  // -- Host ---
  Nanoseconds now() const noexcept override;
  void expect_system() const override;
  std::uint64_t random() noexcept override;
  void schedule(Cell& cell) noexcept override;
  void sent(Cell& to, Node& node) noexcept override;
  void note(Cell& cell, Noted what, std::string_view text) noexcept override;
  void submit(BlockingWork& work) override;
  void drop_blocking() noexcept override;
  bool fault_is_due(std::string_view name) noexcept override;
  bool wait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
            Nanoseconds deadline) noexcept override;

  // -- Transport ---
  std::string_view name() const noexcept override { return name_; }
  void receive(Receive receive) override { receive_ = std::move(receive); }
  void send(std::string_view to, std::vector<std::byte> frame) override;

  void start();
  void crash();
  void pause();
  void resume();
  void set_clock(Nanoseconds ahead, double drift);

  /// When its next timer is due, by the simulation's clock; INT64_MAX: there is none.
  Nanoseconds next_timer() const noexcept;
  void fire_timer() noexcept;
  bool runs(const Cell& cell) const noexcept { return state_ && cell.system == state_; }
  /// A request comes from where the simulation's time is the clock's.
  void translate_deadline(Node& node) const noexcept;
  /// A frame has arrived.
  void deliver(std::string_view from, std::span<const std::byte> frame);
  /// Something that could happen here will not, as the node ends.
  void give_up(const Event& event) noexcept;
  /// Keeps what could happen until the node is resumed.
  bool hold(const Event& event);

  SimulatedNode& handle() noexcept { return handle_; }
  const std::string& node_name() const noexcept { return name_; }
  System* system() noexcept { return system_.get(); }
  std::uint32_t index() const noexcept { return index_; }
  std::uint32_t starts() const noexcept { return starts_; }
  bool paused() const noexcept { return paused_; }

  bool timer_waits = false;  // an event of this node's timers is among those that can happen

 private:
  // From the simulation's time to its own, and back to the first moment that is not before it.
  Nanoseconds local(Nanoseconds time) const noexcept;
  Nanoseconds global(Nanoseconds time) const noexcept;

  SimulationState& simulation_;
  const std::uint32_t index_;
  const std::string name_;
  const std::function<void(SimulatedNode&)> boot_;
  SimulatedNode handle_;
  std::unique_ptr<System> system_;  // null: it is down
  SystemState* state_ = nullptr;    // the system's, also while that is made
  std::uint32_t starts_ = 0;
  bool paused_ = false;
  std::vector<Event> held_;
  Receive receive_;
  // Its clock says `then_ + (time - since_) * rate`.
  Nanoseconds since_ = 0;
  Nanoseconds then_ = 0;
  double drift_ = 0;
};

}  // namespace troupe::detail
