#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "troupe/crash_report.hpp"
#include "troupe/dead_letter.hpp"
#include "troupe/mailbox.hpp"

namespace troupe {

namespace detail {

class EventStreams;
class SystemState;

enum class EventKind : std::uint8_t { dead_letter, high_water, crash };

template <class Event>
inline constexpr bool is_event = false;
template <class Event>
inline constexpr EventKind event_kind{};
template <>
inline constexpr bool is_event<DeadLetter> = true;
template <>
inline constexpr EventKind event_kind<DeadLetter> = EventKind::dead_letter;
template <>
inline constexpr bool is_event<HighWater> = true;
template <>
inline constexpr EventKind event_kind<HighWater> = EventKind::high_water;
template <>
inline constexpr bool is_event<CrashReport> = true;
template <>
inline constexpr EventKind event_kind<CrashReport> = EventKind::crash;

}  // namespace detail

/// One actor's subscription to one kind of a system's events. Dropping the handle does not end it;
/// it ends with the subscriber.
class EventSubscription {
 public:
  EventSubscription() = default;
  /// For the framework.
  EventSubscription(std::shared_ptr<detail::EventStreams> streams, std::uint64_t id) noexcept
      : streams_(std::move(streams)), id_(id) {}

  /// Ends it. An event that is on its way in another thread may still come. False when it had
  /// ended. Any thread.
  TROUPE_EXPORT bool cancel() noexcept;

 private:
  std::shared_ptr<detail::EventStreams> streams_;
  std::uint64_t id_ = 0;
};

namespace detail {

TROUPE_EXPORT EventSubscription subscribe_to_events(SystemState& system, EventKind kind,
                                                    const AnyRef& subscriber);

/// Sends `subscriber` each `Event` of the system from now on.
template <class Event, class Subscriber>
EventSubscription subscribe(SystemState& system, const Subscriber& subscriber) {
  static_assert(is_event<Event>, "a system's events are DeadLetter, HighWater and CrashReport");
  static_assert(!is_event<Event> || Subscriber::template handles<Event>,
                "the subscriber does not handle this event");
  return subscribe_to_events(system, event_kind<Event>, subscriber);
}

}  // namespace detail
}  // namespace troupe
