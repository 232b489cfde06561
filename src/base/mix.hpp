#pragma once

#include <cstdint>

namespace troupe::detail {

/// Numbers that differ by this mix to a good random sequence (SplitMix64).
inline constexpr std::uint64_t kMixStep = 0x9E3779B97F4A7C15;

/// Spreads what distinguishes two numbers over all bits; no two give the same.
constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

}  // namespace troupe::detail
