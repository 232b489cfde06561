#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "troupe/system.hpp"
#include "troupe/transport.hpp"

namespace troupe {

namespace detail {
class NodeState;
}

/// A node of a simulation: a System with a clock of its own, and a place in the network.
class TROUPE_EXPORT SimulatedNode {
 public:
  const std::string& name() const noexcept;
  /// Throws std::logic_error when the node is down.
  System& system();
  Transport& transport() noexcept;
  bool running() const noexcept;  ///< not crashed; it may be paused
  std::uint32_t starts() const noexcept;

  template <class A, class... Args>
  detail::SpawnedRef<A> spawn(Args&&... args) {
    return system().template spawn<A>(std::forward<Args>(args)...);
  }

  /// Ends it as a loss of power does: no actor's post_stop runs, frames to it are lost. Nothing
  /// when it is down. Only between steps: throws std::logic_error in actors, blocking work and
  /// receivers.
  void crash();
  /// Starts it when it has crashed, or crashes it first: a new system, and `boot`. Throws as
  /// crash() does.
  void restart();
  /// Nothing of it runs until it is resumed; its timers are late then, and what was sent to it
  /// arrives.
  void pause();
  void resume();

  /// Its clock is ahead by `ahead` from now on (less than zero: behind, by ten days at most), and
  /// gains `drift` seconds a second (less than one in each direction). What it says from then on is
  /// what its timers and deadlines go by, those that wait already too. Throws std::invalid_argument
  /// for other values.
  void set_clock(std::chrono::nanoseconds ahead, double drift = 0);

 private:
  friend detail::NodeState;
  explicit SimulatedNode(detail::NodeState& state) noexcept : state_(state) {}

  detail::NodeState& state_;
};

}  // namespace troupe
