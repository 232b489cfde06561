#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
  not_delivered,  ///< not in the mailbox: refused, or the actor had ended already
  blocked,        ///< waiting for room in the mailbox
  queued,         ///< waiting in the mailbox
  running,        ///< in its handler, or its reply port was kept
};

/// One of a circle of actors that wait for one another.
struct WaitStep {
  AnyRef actor;              ///< it waits for the next one, the last for the first
  std::string_view message;  ///< with a message of this type
};

/// Why a call failed, or a blocking send: text for people (to_string), fields for programs.
struct CallError {
  CallErrorCode code = CallErrorCode::timeout;
  CallStage stage = CallStage::queued;
  bool sent = false;  ///< by `send`, not by a call
  AnyRef target;
  std::string_view message;                ///< the message's type
  std::chrono::nanoseconds elapsed{};      ///< since the call began
  std::chrono::nanoseconds queued_for{};   ///< of that, in the mailbox, or waiting for room there
  std::chrono::nanoseconds running_for{};  ///< of that, in the handler
  /// Messages before it in the mailbox, counted up to 1,000: when its time was over and it was
  /// queued, where the actor could be asked; when its queue was dropped at the actor's end; when
  /// the mailbox was full.
  std::uint64_t ahead = 0;
  /// What the actor was doing when the request's time was over in the mailbox: the message whose
  /// handler was suspended or ran, when that is known.
  std::string busy_with;
  AnyRef busy_waiting_for;       ///< the actor that this handler waited for, when there was one
  AnyRef ended_at;               ///< the actor where it ended, when it was passed on by `target`
  std::vector<WaitStep> circle;  ///< of a deadlock
  std::string reason;            ///< the error's or the stop's text
};

TROUPE_EXPORT std::string_view to_string(CallErrorCode code) noexcept;
TROUPE_EXPORT std::string_view to_string(CallStage stage) noexcept;
TROUPE_EXPORT std::string to_string(const CallError& error);

}  // namespace troupe
