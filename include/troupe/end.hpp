#pragma once

#include "troupe/detail/call.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/exit.hpp"

namespace troupe {

/// How long `..._and_wait`, `wait` and `started` wait unless `within` says otherwise.
inline constexpr std::chrono::nanoseconds kDefaultEndTimeout = std::chrono::seconds(30);

/// An end that is waited for, and asked for where its name says so. Lazy like a Call: the actor is
/// told when this is awaited. Gives the reason of the end, also when the actor had ended before, or
/// CallErrorCode::timeout: then the actor goes on ending.
class [[nodiscard("nothing is asked before it is awaited")]] EndOperation
    : public detail::TypedOperation<ExitReason> {
 public:
  /// For the framework: `watch` is a node that the actor answers when it has ended.
  EndOperation(detail::Cell& target, detail::Request& watch) noexcept
      : TypedOperation(target, watch, kDefaultEndTimeout) {}

  EndOperation&& within(std::chrono::nanoseconds timeout) && {
    operation_.timeout = timeout;
    return std::move(*this);
  }
};

/// A start that is waited for; see `started`.
class [[nodiscard("nothing is asked before it is awaited")]] StartOperation
    : public detail::TypedOperation<void> {
 public:
  StartOperation(detail::Cell& target, detail::Request& watch) noexcept
      : TypedOperation(target, watch, kDefaultEndTimeout) {}

  StartOperation&& within(std::chrono::nanoseconds timeout) && {
    operation_.timeout = timeout;
    return std::move(*this);
  }
};

/// Waits until a coroutine pre_start is over: at once when the actor runs already. An error when
/// the actor ended without having run.
TROUPE_EXPORT StartOperation started(const AnyRef& ref);

}  // namespace troupe
