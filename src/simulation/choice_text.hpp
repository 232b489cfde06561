#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::detail {

/// Choices as they are written down: "3,0x5,1" is 3, five times 0, and 1.
std::string choice_text(const std::vector<std::uint32_t>& choices);
/// Nothing: it is none.
std::optional<std::vector<std::uint32_t>> choices_in(std::string_view text);

}  // namespace troupe::detail
