#pragma once

#include <utility>

#include "troupe/call_error.hpp"
#include "troupe/detail/message.hpp"
#include "troupe/detail/send.hpp"

namespace troupe {

/// A message about to be sent, that waits for room where the mailbox is full and blocks. Lazy:
/// nothing is sent before `co_await` (in an actor's coroutine) or `get()` (in a thread that is no
/// actor's). Use it once. Gives std::expected<void, CallError>: nothing when some actor has the
/// message.
///
/// `co_await` suspends the handler only where there is no room; its mailbox waits meanwhile.
/// Senders get room in the order in which they began to wait. If the receiver ends, they learn it
/// at once. A wait that would close a circle of actors that wait for one another is
/// CallErrorCode::deadlock at once. With any other overflow it is a `cast` whose result is an error
/// when nobody has the message.
template <class M>
class [[nodiscard("a message is sent when this is awaited")]] Send : public detail::SendOperation {
 public:
  template <class... Args>
  explicit Send(detail::Cell& target, std::in_place_t, Args&&... args)
      : SendOperation(target, *detail::make_node<M>(std::forward<Args>(args)...)) {}

  /// Sets the time after which the sender goes on, and the message goes nowhere. Default: forever,
  /// but not longer than the request lasts that the sender handles.
  Send&& within(std::chrono::nanoseconds time) && {
    timeout = time;
    return std::move(*this);
  }
  Send& within(std::chrono::nanoseconds time) & {
    timeout = time;
    return *this;
  }
};

}  // namespace troupe
