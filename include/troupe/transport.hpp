#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What carries frames of bytes between nodes. From one node to another they arrive in the order
/// in which they were sent, each at most once, or not at all; nothing tells the sender which.
class Transport {
 public:
  /// Called for each frame that arrives, in no actor: it casts the frame to one, usually.
  using Receive = std::function<void(std::string_view from, std::span<const std::byte> frame)>;

  virtual ~Transport() = default;
  /// The name of this node.
  virtual std::string_view name() const noexcept = 0;
  /// Until it is called, what arrives is lost. Only one receiver: the last.
  virtual void receive(Receive receive) = 0;
  /// Never blocks; any thread. A frame to a node that is not there, or not any more, is lost.
  virtual void send(std::string_view to, std::vector<std::byte> frame) = 0;
};

}  // namespace troupe
