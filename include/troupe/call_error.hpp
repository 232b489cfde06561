#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "troupe/any_ref.hpp"
#include "troupe/detail/duration.hpp"

namespace troupe {

/// A time that is never over: `co_await ref.wait().within(forever)`.
inline constexpr std::chrono::nanoseconds forever = std::chrono::nanoseconds::max();

/// What became of a call that brought no reply.
enum class CallErrorCode : unsigned char {
  timeout,   ///< the caller's time was over
  stopped,   ///< the actor stopped first, or had ended before
  killed,    ///< the actor was killed first
  failed,    ///< the handler failed; `reason` is the error's text
  no_reply,  ///< the handler let its reply port go without a reply
  full,      ///< the actor's bounded mailbox had no room for it
  dropped,   ///< it was dropped from a full mailbox, for a newer message
  deadlock,  ///< the actors would have waited for one another for ever
  open,      ///< a circuit breaker did not let it through
  limited,   ///< a rate limit or a bulkhead did not let it through
};

/// How far the request had come.
enum class CallStage : unsigned char {
  not_delivered,  ///< the actor had ended already
  queued,         ///< waiting in the mailbox
  running,        ///< in its handler, or its reply port was kept
};

/// Why a call failed: text for people (to_string), fields for programs.
struct CallError {
  CallErrorCode code = CallErrorCode::timeout;
  CallStage stage = CallStage::queued;
  AnyRef target;
  std::string_view message;                ///< the message's type
  std::chrono::nanoseconds elapsed{};      ///< since the call began
  std::chrono::nanoseconds queued_for{};   ///< of that, in the mailbox
  std::chrono::nanoseconds running_for{};  ///< of that, in the handler
  std::uint64_t ahead = 0;  ///< messages before it, when its queue was dropped at the actor's end
  std::string reason;       ///< the error's or the stop's text
};

TROUPE_EXPORT std::string_view to_string(CallErrorCode code) noexcept;
TROUPE_EXPORT std::string_view to_string(CallStage stage) noexcept;
TROUPE_EXPORT std::string to_string(const CallError& error);

}  // namespace troupe
