#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "troupe/detail/export.hpp"

namespace troupe {

namespace detail {
class SimulationState;
}

/// How a link between two nodes behaves, in one direction.
struct LinkOptions {
  std::chrono::nanoseconds min_latency = std::chrono::microseconds(100);
  std::chrono::nanoseconds max_latency = std::chrono::milliseconds(1);
  double slow = 0;  ///< how many frames are slow, from 0 to 1
  std::chrono::nanoseconds slow_latency = std::chrono::milliseconds(100);  ///< of those, at most
  double drop = 0;  ///< how many frames are lost, from 0 to 1
};

/// The network between a simulation's nodes, as Simulation::network gives it. Frames of one node to
/// another stay in order, however long each of them takes; those of different pairs overtake one
/// another. Frames to a node that is down are lost when they arrive.
///
/// Where nodes are named, std::invalid_argument is thrown when there is none of that name. For the
/// simulation's own thread; actors may use it too.
class TROUPE_EXPORT SimulatedNetwork {
 public:
  /// Of all links that were not set otherwise. Throws std::invalid_argument for options that make
  /// no sense, as the next one does.
  void set(const LinkOptions& options);
  void set(std::string_view from, std::string_view to, const LinkOptions& options);

  /// Frames that are sent from now on are lost, in one direction. Those that are on their way
  /// arrive.
  void cut(std::string_view from, std::string_view to);
  /// The end of a cut; what else is wrong with the link stays.
  void heal(std::string_view from, std::string_view to);
  /// Between all nodes of one side and all of the other, in both directions.
  void partition(const std::vector<std::string_view>& one,
                 const std::vector<std::string_view>& other);
  /// Frames arrive no more, in one direction, until it is undone: then all that were held.
  void clog(std::string_view from, std::string_view to);
  void unclog(std::string_view from, std::string_view to);
  /// No link is cut or clogged any more, and none drops or is slow. Latencies stay as they were
  /// set.
  void heal();

  std::uint64_t sent() const noexcept;       ///< frames so far, with those that were lost
  std::uint64_t delivered() const noexcept;  ///< that a receiver got
  std::uint64_t lost() const noexcept;       ///< dropped, cut off, or without a receiver

 private:
  friend detail::SimulationState;
  explicit SimulatedNetwork(detail::SimulationState& state) noexcept : state_(state) {}

  detail::SimulationState& state_;
};

}  // namespace troupe
