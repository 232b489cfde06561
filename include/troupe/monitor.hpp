#pragma once

#include <cstdint>
#include <utility>

#include "troupe/any_ref.hpp"
#include "troupe/exit.hpp"

namespace troupe {

namespace detail {
struct Monitor;
TROUPE_EXPORT void retain_monitor(Monitor& monitor) noexcept;
TROUPE_EXPORT void release_monitor(Monitor& monitor) noexcept;
}  // namespace detail

/// One monitoring of one actor by another, as `monitor` gives it; the message that it leads to
/// carries an equal one. Dropping it does not end the monitoring.
class MonitorHandle {
 public:
  MonitorHandle() noexcept = default;
  explicit MonitorHandle(detail::Monitor* retained) noexcept : monitor_(retained) {}
  MonitorHandle(const MonitorHandle& other) noexcept : monitor_(other.monitor_) {
    if (monitor_) detail::retain_monitor(*monitor_);
  }
  MonitorHandle(MonitorHandle&& other) noexcept
      : monitor_(std::exchange(other.monitor_, nullptr)) {}
  MonitorHandle& operator=(MonitorHandle other) noexcept {
    std::swap(monitor_, other.monitor_);
    return *this;
  }
  ~MonitorHandle() {
    if (monitor_) detail::release_monitor(*monitor_);
  }

  explicit operator bool() const noexcept { return monitor_ != nullptr; }
  friend bool operator==(const MonitorHandle&, const MonitorHandle&) noexcept = default;

 private:
  friend detail::Monitor* monitor_of(const MonitorHandle& handle) noexcept {
    return handle.monitor_;
  }

  detail::Monitor* monitor_ = nullptr;
};

/// A monitored actor has ended, and will not be restarted. It comes after everything that the actor
/// sent. List it among the messages of an actor that monitors others.
struct Down {
  AnyRef actor;
  MonitorHandle monitor;
  ExitReason reason;  ///< ExitKind::no_process: it had ended before it was monitored
};

/// A monitored actor was restarted by its supervisor: its state is new. For actors that list it
/// among their messages.
struct Restarted {
  AnyRef actor;
  MonitorHandle monitor;
  ExitReason reason;          ///< how the incarnation before ended
  std::uint32_t incarnation;  ///< of the new one; the first one's was 1
};

/// A linked actor has ended. An actor that lists it among its messages hears of every linked
/// actor's end in this way, after everything that the actor sent; any other ends too, unless the
/// reason is ExitKind::stopped or ExitKind::drained.
struct Exit {
  AnyRef from;
  ExitReason reason;  ///< ExitKind::no_process: it had ended before it was linked
};

}  // namespace troupe
