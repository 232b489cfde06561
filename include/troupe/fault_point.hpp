#pragma once

#include <string_view>

#include "troupe/detail/export.hpp"

namespace troupe {

namespace detail {
TROUPE_EXPORT bool fault_is_due(std::string_view name) noexcept;
}

// Of different names, as both may be in one program.
#ifdef NDEBUG
inline namespace without_fault_points {
constexpr bool fault_point(std::string_view) noexcept { return false; }
}  // namespace without_fault_points
#else
inline namespace with_fault_points {
/// Whether something is to go wrong here: `if (fault_point("the disk is full")) throw ...`. Only
/// ever true in a simulation that has enabled it by its name (SimulationFaults::enable). Where
/// NDEBUG is defined, as in release builds, nothing is left of it.
inline bool fault_point(std::string_view name) noexcept { return detail::fault_is_due(name); }
}  // namespace with_fault_points
#endif

}  // namespace troupe
