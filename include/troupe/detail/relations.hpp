#pragma once

#include "troupe/detail/cell.hpp"
#include "troupe/monitor.hpp"

namespace troupe::detail {

/// The watcher is the actor whose turn it is.
TROUPE_EXPORT MonitorHandle start_monitor(Cell& watcher, const AnyRef& target, bool hears_restarts);
TROUPE_EXPORT void end_monitor(Cell& watcher, const MonitorHandle& monitor) noexcept;

TROUPE_EXPORT void start_link(Cell& self, const AnyRef& other);
TROUPE_EXPORT void end_link(Cell& self, const AnyRef& other) noexcept;

}  // namespace troupe::detail
