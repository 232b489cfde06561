#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "troupe/event_subscription.hpp"
#include "troupe/log.hpp"

namespace troupe::detail {

class SystemState;

/// Who subscribes to what a system tells of itself.
class EventStreams {
 public:
  struct Lost;

  std::uint64_t subscribe(EventKind kind, const AnyRef& subscriber);
  bool cancel(std::uint64_t id) noexcept;
  void clear() noexcept;

  bool wanted(EventKind kind) const noexcept {
    // relaxed: an event and a subscription that are under way at the same time have no order.
    return streams_[index_of(kind)].wanted.load(std::memory_order_relaxed);
  }

  /// Sends a copy to each subscriber. An event that is not delivered is lost, and no event. Any
  /// thread, without locks that a mailbox or a user's destructor may want.
  template <class Event>
  void publish(const Event& event) {
    const Publishing scope;
    send_all(event);
  }

 private:
  static constexpr std::size_t kKinds = 3;

  struct Subscriber {
    std::uint64_t id;
    AnyRef ref;
  };
  struct Stream {
    std::atomic<bool> wanted{false};
    std::vector<Subscriber> subscribers;
  };
  static constexpr std::size_t index_of(EventKind kind) { return static_cast<std::size_t>(kind); }

  /// While this thread sends events: what is lost because of them is told afterwards, by the
  /// outermost one, so that the stack does not grow.
  struct Publishing {
    Publishing() noexcept;
    ~Publishing();
    const bool outermost;
  };

  template <class Event>
  void send_all(const Event& event) {
    for (const Subscriber& one : subscribers(event_kind<Event>)) {
      deliver(one, *make_node<Event>(event));
    }
  }

  std::vector<Subscriber> subscribers(EventKind kind) const;
  void deliver(const Subscriber& subscriber, Node& node);

  mutable std::mutex mutex_;  // guards the lists
  std::uint64_t last_id_ = 0;
  Stream streams_[kKinds];
};

/// What a system's log is told of messages that wait or are lost: by the timer thread, now and
/// then, because whoever loses messages loses many, and may hold locks that a log wants.
class EventLog {
 public:
  static constexpr std::size_t kReasons = 5;

  /// Counts dead letters. True for the first since the last report: its text is wanted.
  bool count(DeadLetterReason reason) noexcept;
  void set_first(std::string text);
  void note_high_water(LogLevel level, std::string actor, std::uint64_t waiting);

  std::uint64_t dead_letters() const noexcept;
  /// Logs what has come, dead letters at most once a second. True: there is more to be told later.
  /// Only the timer thread's; the last one is told, when that has ended, whatever the time.
  bool report(SystemState& system, Nanoseconds now, bool last = false);

 private:
  bool report_dead_letters(SystemState& system, Nanoseconds now, bool last);
  void report_high_water(SystemState& system);

  struct Note {
    LogLevel level;
    std::string actor;
    std::uint64_t waiting;
  };
  static constexpr std::size_t kNotes = 100;  // a tick; more are not told one by one

  std::atomic<std::uint64_t> counts_[kReasons] = {};
  std::atomic<bool> has_first_{false};
  std::atomic<bool> has_notes_{false};
  std::mutex mutex_;  // guards the next three
  std::string first_;
  std::vector<Note> notes_;
  std::uint64_t more_notes_ = 0;
  // Only report's:
  std::uint64_t reported_[kReasons] = {};
  Nanoseconds reported_at_ = 0;
};

/// A message to `receiver`, whose system may be gone, is lost; an event is nothing to tell. Any
/// thread.
void dead_letter(Cell& receiver, const MessageType& type, DeadLetterReason reason) noexcept;
/// A mailbox has reached its mark, or is well below it again. Any thread.
void tell_high_water(Cell& actor, std::uint64_t waiting, bool over) noexcept;

}  // namespace troupe::detail
