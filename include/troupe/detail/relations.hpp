#pragma once

#include "troupe/detail/message.hpp"
#include "troupe/monitor.hpp"

namespace troupe::detail {

/// The watcher is the actor whose turn it is. `make_restarted`: null when it does not want to hear
/// of restarts.
TROUPE_EXPORT MonitorHandle start_monitor(Cell& watcher, const AnyRef& target,
                                          Node* (*make_restarted)(Restarted&&));
TROUPE_EXPORT void end_monitor(const MonitorHandle& monitor) noexcept;

TROUPE_EXPORT void start_link(Cell& self, const AnyRef& other);
TROUPE_EXPORT void end_link(Cell& self, const AnyRef& other) noexcept;

}  // namespace troupe::detail
