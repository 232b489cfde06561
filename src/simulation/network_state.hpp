#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/host.hpp"
#include "simulation/choices.hpp"
#include "troupe/simulated_network.hpp"

namespace troupe::detail {

class NodeState;

/// What is on its way from one node to another, in order.
struct NetworkLink {
  struct Frame {
    Nanoseconds arrives;
    std::vector<std::byte> bytes;
  };

  NodeState* from;
  NodeState* to;
  LinkOptions options;
  std::uint64_t who;  // see Event
  bool own_options = false;
  bool cut = false;
  bool clogged = false;
  bool waits = false;  // an event of this link's is among those that can happen
  Nanoseconds last = 0;
  std::deque<Frame> frames = {};

  /// When its next frame arrives; INT64_MAX: none does.
  Nanoseconds next() const noexcept {
    return frames.empty() || clogged ? INT64_MAX : frames.front().arrives;
  }
};

class NetworkState {
 public:
  explicit NetworkState(Choices& choices) : choices_(choices) {}

  NetworkLink& link(NodeState& from, NodeState& to);
  void set(const LinkOptions& options);
  void heal();
  void send(NetworkLink& link, Nanoseconds now, std::vector<std::byte> frame);
  /// Takes out the next frame of a link.
  std::vector<std::byte> take(NetworkLink& link);
  /// Frames to a node that is down, and those that it had received nobody for, are lost.
  void lose() noexcept { ++lost; }

  const std::vector<std::unique_ptr<NetworkLink>>& links() const noexcept { return links_; }

  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;

 private:
  Nanoseconds latency(const LinkOptions& options);

  Choices& choices_;
  LinkOptions options_;
  std::vector<std::unique_ptr<NetworkLink>>
      links_;  // in the order in which they were first asked for
  std::map<std::pair<std::uint32_t, std::uint32_t>, NetworkLink*> by_nodes_;
};

}  // namespace troupe::detail
