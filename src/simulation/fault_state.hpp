#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/host.hpp"
#include "simulation/choices.hpp"
#include "troupe/simulation_faults.hpp"

namespace troupe::detail {

/// What is to go wrong in actors.
class FaultState {
 public:
  explicit FaultState(Choices& choices) : choices_(choices) {}

  struct Fault {
    enum class Kind : std::uint8_t { fail, fail_often, hang, slow };

    FaultTarget target;
    Kind kind;
    std::uint64_t left = 0;  // messages until it fails
    double probability = 0;
    Nanoseconds time = 0;  // until when it hangs; how slow it is
  };

  bool any() const noexcept { return !faults_.empty(); }
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  /// The actor handles its next message then, if that is later.
  Nanoseconds busy_until(const Cell& cell, std::uint64_t who, Nanoseconds now);
  /// It handles a message now. Whether that fails.
  bool fails(const Cell& cell, std::uint64_t who, Nanoseconds now);
  /// A fault point is reached.
  bool reached(std::string_view point);
  void enable(std::string_view point, double probability);
  void stop() noexcept;

  std::uint64_t count = 0;

 private:
  Choices& choices_;
  std::vector<Fault> faults_;
  std::map<std::string, double, std::less<>> points_;
  std::unordered_map<std::uint64_t, Nanoseconds> busy_;  // by Event::who
};

}  // namespace troupe::detail
