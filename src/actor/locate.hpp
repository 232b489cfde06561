#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "troupe/any_ref.hpp"
#include "troupe/detail/message.hpp"

namespace troupe::detail {

/// Where a request is in an actor's mailbox, and what holds it up there.
struct Located {
  bool found = false;
  std::uint64_t ahead = 0;  // messages before it, up to kMostCounted
  std::string_view busy;    // the message whose handler is suspended
  AnyRef waits_for;         // what that handler waits for, when that is an actor's answer
  static constexpr std::uint64_t kMostCounted = 1000;
};

/// Asked of an actor, as a signal, when a request's time is over and it was not taken up.
struct Locate {
  using Reply = Located;
  static constexpr NodeKind kNodeKind = NodeKind::watch;
  const Request* wanted;  // compared only: it may have come back meanwhile
};

/// In the actor's turn.
void answer_locate(Cell& cell, Request& request);
void answer_locate_ended(Request& request) noexcept;

}  // namespace troupe::detail
