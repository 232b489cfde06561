#pragma once

#include <vector>

#include "troupe/any_ref.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/message.hpp"
#include "troupe/timer.hpp"

namespace troupe::detail {

template <class M>
Node* copy_node(Node& node) {
  if constexpr (RequestMessage<M>) {
    return make_node<M>(static_cast<Request&>(node).payload<M>());
  } else {
    return make_node<M>(static_cast<CastNode<M>&>(node).message);
  }
}

/// Timers of a running actor; they take over `node`.
TROUPE_EXPORT TimerHandle start_message_timer(Cell& cell, std::chrono::nanoseconds delay,
                                              Node& node);
TROUPE_EXPORT TimerHandle start_periodic_timer(Cell& cell, std::chrono::nanoseconds period,
                                               Node& node, Node* (*copy)(Node&));
TROUPE_EXPORT TimerHandle start_end_timer(Cell& cell, std::chrono::nanoseconds delay,
                                          NodeKind kind);
TROUPE_EXPORT void set_receive_timeout(Cell& cell, std::chrono::nanoseconds idle,
                                       const MessageType* message);
TROUPE_EXPORT std::chrono::steady_clock::time_point now_in(const SystemState& system) noexcept;
TROUPE_EXPORT std::vector<AnyRef> children_of(const Cell& cell);

}  // namespace troupe::detail
