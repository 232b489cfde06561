#pragma once

#include <cstdint>
#include <string>

#include "base/host.hpp"

namespace troupe::detail {

/// What is said of a failed run: why, and where.
std::string failure_text(const std::string& why, std::uint64_t step, Nanoseconds time,
                         std::uint64_t seed);

/// What of that is the same for runs that fail in the same way: its first line, but for numbers and
/// where that was.
std::string way_of_failing(const std::string& text);

}  // namespace troupe::detail
