#pragma once

#include <string>
#include <unordered_map>
#include <utility>

#include "simulation/trace.hpp"
#include "troupe/detail/cell.hpp"

namespace troupe::detail {

class NodeState;

/// Keeps what happens in a simulation, if that is wanted.
class Recorder {
 public:
  void start() noexcept { on_ = true; }
  bool on() const noexcept { return on_; }
  const Trace& trace() const noexcept { return trace_; }

  /// The next events are of this step.
  void begin_step(std::uint64_t step, Nanoseconds time) noexcept {
    step_ = step;
    time_ = time;
  }
  /// Who sends a message, before it does; null: nobody who acts.
  void sent(const Node& node, const NodeState& from_node, const Cell* from);
  /// The test itself sends one.
  void sent(const Node& node) {
    if (on_) origins_[&node] = {Trace::kNobody, step_, time_};
  }
  /// An actor handles or hears it.
  void took(Trace::Kind kind, const NodeState& node, const Cell& cell, const Node* message);
  void note(Trace::Kind kind, const NodeState& node, const Cell& cell, std::string_view text);
  void note(Trace::Kind kind, const NodeState* node, std::string text);

 private:
  std::uint32_t actor(const NodeState& node, const Cell& cell);
  std::uint32_t whole_node(const NodeState& node);

  struct Origin {
    std::uint32_t from;
    std::uint64_t step;
    Nanoseconds time;
  };

  bool on_ = false;
  std::uint64_t step_ = 0;
  Nanoseconds time_ = 0;
  Trace trace_;
  std::unordered_map<const Node*, Origin> origins_;
  std::unordered_map<std::uint64_t, std::uint32_t> actors_;  // by node, start and id
};

}  // namespace troupe::detail
