#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace troupe::detail {

/// Makes a failing run smaller: fewer choices, and smaller ones, for as long as `fails` says that a
/// run with them fails still, `tries` times at most. The smaller a choice, the plainer: no fault,
/// whoever is first, the shortest time. Choices that are not there are 0. (After the way in which
/// Hypothesis shrinks: MacIver and Donaldson, "Test-Case Reduction via Test-Case Generation",
/// 2020.)
std::vector<std::uint32_t> shrink(
    std::vector<std::uint32_t> choices,
    const std::function<bool(const std::vector<std::uint32_t>&)>& fails, unsigned tries);

}  // namespace troupe::detail
