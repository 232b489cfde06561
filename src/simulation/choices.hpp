#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/mix.hpp"
#include "simulation/black_box.hpp"

namespace troupe::detail {

/// All that is left to chance in a simulation, as one sequence of small numbers: drawn by a seed,
/// or as they were written down before. The smallest number is the plainest choice, so a run is
/// made plainer by making the numbers smaller, and fewer: those that are not there are 0.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) noexcept : state_(mix(seed + kMixStep)) {}
  Choices(std::uint64_t seed, std::vector<std::uint32_t> given) noexcept : Choices(seed) {
    replays_ = true;
    given_ = std::move(given);
  }

  /// From 0 to `bound` - 1; `bound` is at least 1.
  std::uint32_t below(std::uint32_t bound) {
    if (bound <= 1) return 0;
    std::uint32_t chosen = 0;
    if (!replays_) {
      state_ += kMixStep;
      chosen = static_cast<std::uint32_t>(((mix(state_) >> 32) * bound) >> 32);
    } else if (next_ < given_.size()) {
      chosen = given_[next_] < bound ? given_[next_] : bound - 1;
    }
    ++next_;
    if (records_) made_.push_back(chosen);
    if (black_box) black_box->chose(chosen);
    return chosen;
  }
  /// True is not the plainest choice.
  bool chance(double probability) {
    constexpr std::uint32_t kParts = 1u << 30;
    if (probability <= 0) return false;
    const auto hits = static_cast<std::uint32_t>(probability < 1 ? probability * kParts : kParts);
    return below(kParts) >= kParts - hits;
  }

  void record() noexcept { records_ = true; }
  const std::vector<std::uint32_t>& made() const noexcept { return made_; }

 private:
  std::uint64_t state_;
  bool replays_ = false;
  bool records_ = false;
  std::size_t next_ = 0;
  std::vector<std::uint32_t> given_;
  std::vector<std::uint32_t> made_;
};

}  // namespace troupe::detail
