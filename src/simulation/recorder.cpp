#include "simulation/recorder.hpp"

#include "actor/system_state.hpp"
#include "base/mix.hpp"
#include "simulation/node_state.hpp"

namespace troupe::detail {

std::uint32_t Recorder::actor(const NodeState& node, const Cell& cell) {
  const std::uint64_t key = mix(mix(node.index() + 1) + node.starts()) + cell.id + 1;
  const auto [found, is_new] =
      actors_.try_emplace(key, static_cast<std::uint32_t>(trace_.actors.size()));
  if (is_new) {
    trace_.actors.push_back(
        {std::string(node.name()), cell.id, name_of(cell), std::string(cell.type->name)});
  }
  return found->second;
}

// What concerns a node is an event of a lifeline of its own.
std::uint32_t Recorder::whole_node(const NodeState& node) {
  const auto [found, is_new] =
      actors_.try_emplace(mix(node.index() + 1), static_cast<std::uint32_t>(trace_.actors.size()));
  if (is_new) trace_.actors.push_back({std::string(node.name()), 0, std::string(node.name()), {}});
  return found->second;
}

void Recorder::sent(const Node& node, const NodeState& from_node, const Cell* from) {
  if (!on_) return;
  origins_[&node] = {from ? actor(from_node, *from) : Trace::kNobody, step_, time_};
}

void Recorder::took(Trace::Kind kind, const NodeState& node, const Cell& cell,
                    const Node* message) {
  if (!on_) return;
  Trace::Event event{.step = step_, .time = time_, .kind = kind, .actor = actor(node, cell)};
  if (message) {
    event.type = message->type->name;
    if (const auto origin = origins_.find(message); origin != origins_.end()) {
      event.from = origin->second.from;
      event.sent_step = origin->second.step;
      event.sent_time = origin->second.time;
      origins_.erase(origin);
    }
  }
  trace_.events.push_back(std::move(event));
}

void Recorder::note(Trace::Kind kind, const NodeState& node, const Cell& cell,
                    std::string_view text) {
  if (!on_) return;
  Trace::Event event{.step = step_, .time = time_, .kind = kind, .actor = actor(node, cell)};
  event.text = text;
  trace_.events.push_back(std::move(event));
}

void Recorder::note(Trace::Kind kind, const NodeState* node, std::string text) {
  if (!on_) return;
  Trace::Event event{.step = step_, .time = time_, .kind = kind};
  if (node) event.actor = whole_node(*node);
  event.text = std::move(text);
  trace_.events.push_back(std::move(event));
}

}  // namespace troupe::detail
