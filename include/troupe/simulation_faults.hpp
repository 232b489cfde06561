#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "troupe/any_ref.hpp"

namespace troupe {

namespace detail {
class SimulationState;
}

/// Whose fault it is to be: one actor, through all of its incarnations; or all of a class, by its
/// name, with or without its namespaces; or whoever has a name of its own that is this one.
class FaultTarget {
 public:
  FaultTarget(const AnyRef& actor) : actor_(actor) {}        // NOLINT: a target is one
  FaultTarget(std::string_view name) : name_(name) {}        // NOLINT
  FaultTarget(const char* name) : name_(name) {}             // NOLINT
  FaultTarget(std::string name) : name_(std::move(name)) {}  // NOLINT

  const AnyRef& actor() const noexcept { return actor_; }
  const std::string& name() const noexcept { return name_; }

 private:
  AnyRef actor_;
  std::string name_;
};

/// What goes wrong in actors that do nothing wrong themselves.
class TROUPE_EXPORT SimulationFaults {
 public:
  /// The handler of the n-th message from now on fails (1: the next one), as by an exception.
  void fail(const FaultTarget& target, std::uint64_t nth = 1);
  /// The handler of each message fails with this probability.
  void fail_often(const FaultTarget& target, double probability);
  /// Handles no message for that time; signals it hears.
  void hang(const FaultTarget& target, std::chrono::nanoseconds time);
  /// Takes that time for each message from now on.
  void slow_down(const FaultTarget& target, std::chrono::nanoseconds time);
  /// Each fault_point of that name says true with this probability. All that are not named: never.
  void enable(std::string_view fault_point, double probability);
  /// No more of all these. Who hangs goes on at once.
  void stop();
  /// How many there were.
  std::uint64_t count() const noexcept;

 private:
  friend detail::SimulationState;
  explicit SimulationFaults(detail::SimulationState& state) noexcept : state_(state) {}

  detail::SimulationState& state_;
};

}  // namespace troupe
