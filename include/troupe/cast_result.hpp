#pragma once

#include <string_view>

#include "troupe/detail/export.hpp"

namespace troupe {

/// What became of a message. What is not accepted is a dead letter: see DeadLetter.
enum class CastResult : unsigned char {
  delivered,   ///< in the mailbox
  displaced,   ///< in the mailbox, and the oldest message there was dropped for it
  redirected,  ///< in the mailbox of the actor that the full one's overflow goes to
  full,        ///< the mailbox had no room, and does not drop
  dropped,     ///< the mailbox had no room, and drops what is new
  closed,      ///< the actor has ended
};

/// Whether some actor has the message.
constexpr bool accepted(CastResult result) noexcept { return result <= CastResult::redirected; }

TROUPE_EXPORT std::string_view to_string(CastResult result) noexcept;

}  // namespace troupe
