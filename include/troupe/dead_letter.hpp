#pragma once

#include <string>
#include <string_view>

#include "troupe/any_ref.hpp"

namespace troupe {

/// Why nobody handles a message.
enum class DeadLetterReason : unsigned char {
  closed,     ///< the actor had ended
  left,       ///< it was in the actor's mailbox when the actor ended
  full,       ///< the mailbox had no room
  dropped,    ///< the mailbox had no room, and drops what is new
  displaced,  ///< it was dropped from a full mailbox for a newer one
};
TROUPE_EXPORT std::string_view to_string(DeadLetterReason reason) noexcept;

/// A message that nobody will handle, and whose sender nobody tells: the senders of requests get a
/// CallError instead. Subscribe with System::subscribe. The log has a warning with their numbers,
/// at most once a second, and SystemStats counts them. An event (DeadLetter, HighWater,
/// CrashReport) that nobody handles is none.
struct DeadLetter {
  AnyRef receiver;
  std::string_view message;  ///< its type
  DeadLetterReason reason;
  AnyRef sender;  ///< the actor that sent it; empty when not known, as for `left` and `displaced`
};
/// As in "Work to sink (full), from producer".
TROUPE_EXPORT std::string to_string(const DeadLetter& letter);

}  // namespace troupe
