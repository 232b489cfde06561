#include "actor/events.hpp"

#include <algorithm>
#include <utility>

#include "actor/system_state.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/detail/turn.hpp"
#include "troupe/format.hpp"

namespace troupe {

std::string_view to_string(DeadLetterReason reason) noexcept {
  switch (reason) {
    case DeadLetterReason::closed:
      return "closed";
    case DeadLetterReason::left:
      return "left";
    case DeadLetterReason::full:
      return "full";
    case DeadLetterReason::dropped:
      return "dropped";
    case DeadLetterReason::displaced:
      return "displaced";
  }
  return "?";
}

std::string to_string(const DeadLetter& letter) {
  std::string text = format("{} to {} ({})", letter.message, letter.receiver, letter.reason);
  if (letter.sender) text += format(", from {}", letter.sender);
  return text;
}

std::string to_string(const CrashReport& report) {
  std::string ancestors;
  for (const AnyRef& ancestor : report.ancestors) {
    ancestors += ancestors.empty() ? "; child of " : " < ";
    ancestors += ancestor.name();
  }
  return format("failed in {}: {} ({}, incarnation {}, {}{} messages left in its queue{})",
                report.failed_in, report.error, report.type, report.incarnation,
                report.queued == CrashReport::kMostCounted ? "over " : "", report.queued,
                ancestors);
}

bool EventSubscription::cancel() noexcept { return streams_ && streams_->cancel(id_); }

namespace detail {

namespace {

bool is_event_type(const MessageType& type) noexcept {
  return same_type(type, message_type<DeadLetter>) || same_type(type, message_type<HighWater>) ||
         same_type(type, message_type<CrashReport>);
}

}  // namespace

// A subscriber's mailbox may drop other messages for an event, or be closed with others' in it.
struct EventStreams::Lost {
  std::shared_ptr<EventStreams> events;
  DeadLetter letter;
};

namespace {

// Null: this thread sends no events just now.
constinit thread_local std::vector<EventStreams::Lost>* lost_meanwhile = nullptr;

}  // namespace

EventStreams::Publishing::Publishing() noexcept : outermost(!lost_meanwhile) {
  if (outermost) lost_meanwhile = new std::vector<Lost>;
}

EventStreams::Publishing::~Publishing() {
  if (!outermost) return;
  // It may grow meanwhile.
  for (std::size_t i = 0; i < lost_meanwhile->size(); ++i) {
    const Lost lost = std::move((*lost_meanwhile)[i]);
    lost.events->send_all(lost.letter);
  }
  delete std::exchange(lost_meanwhile, nullptr);
}

// -- subscribers ---

std::uint64_t EventStreams::subscribe(EventKind kind, const AnyRef& subscriber) {
  std::lock_guard lock(mutex_);
  Stream& stream = streams_[index_of(kind)];
  stream.subscribers.push_back({++last_id_, subscriber});
  stream.wanted.store(true, std::memory_order_relaxed);
  return last_id_;
}

bool EventStreams::cancel(std::uint64_t id) noexcept {
  AnyRef dropped;  // after the lock: it may be the last reference
  std::lock_guard lock(mutex_);
  for (Stream& stream : streams_) {
    const auto found = std::ranges::find(stream.subscribers, id, &Subscriber::id);
    if (found == stream.subscribers.end()) continue;
    dropped = std::move(found->ref);
    stream.subscribers.erase(found);
    stream.wanted.store(!stream.subscribers.empty(), std::memory_order_relaxed);
    return true;
  }
  return false;
}

void EventStreams::clear() noexcept {
  std::vector<Subscriber> dropped[kKinds];
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < kKinds; ++i) {
    dropped[i] = std::exchange(streams_[i].subscribers, {});
    streams_[i].wanted.store(false, std::memory_order_relaxed);
  }
}

std::vector<EventStreams::Subscriber> EventStreams::subscribers(EventKind kind) const {
  std::lock_guard lock(mutex_);
  return streams_[index_of(kind)].subscribers;
}

void EventStreams::deliver(const Subscriber& subscriber, Node& node) {
  if (push_message(*cell_of(subscriber.ref), node) == CastResult::closed) cancel(subscriber.id);
}

EventSubscription subscribe_to_events(SystemState& system, EventKind kind,
                                      const AnyRef& subscriber) {
  if (!subscriber) {
    throw std::invalid_argument("nobody is to be subscribed: the reference is empty");
  }
  return {system.events, system.events->subscribe(kind, subscriber)};
}

// -- the log ---

bool EventLog::count(DeadLetterReason reason) noexcept {
  // seq_cst, both: the report that does not see this count is seen by us, and we are the first
  // again. The mutex orders the text.
  counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_seq_cst);
  return !has_first_.load(std::memory_order_seq_cst) &&
         !has_first_.exchange(true, std::memory_order_relaxed);
}

void EventLog::set_first(std::string text) {
  std::lock_guard lock(mutex_);
  first_ = std::move(text);
}

void EventLog::note_high_water(LogLevel level, std::string actor, std::uint64_t waiting) {
  std::lock_guard lock(mutex_);
  has_notes_.store(true, std::memory_order_relaxed);
  if (notes_.size() == kNotes) {
    ++more_notes_;
  } else {
    notes_.push_back({level, std::move(actor), waiting});
  }
}

std::uint64_t EventLog::dead_letters() const noexcept {
  std::uint64_t total = 0;
  for (const auto& count : counts_) total += count.load(std::memory_order_relaxed);
  return total;
}

bool EventLog::report(SystemState& system, Nanoseconds now, bool last) {
  if (has_notes_.load(std::memory_order_relaxed)) report_high_water(system);
  return has_first_.load(std::memory_order_relaxed) && report_dead_letters(system, now, last);
}

bool EventLog::report_dead_letters(SystemState& system, Nanoseconds now, bool last) {
  constexpr Nanoseconds kInterval = 1'000'000'000;
  if (!last && reported_at_ != 0 && now - reported_at_ < kInterval) return true;
  std::string first;
  {
    std::lock_guard lock(mutex_);
    first = std::exchange(first_, {});
  }
  if (first.empty()) return true;  // counted, but its text is still being written
  has_first_.store(false, std::memory_order_seq_cst);  // before the counts are read
  std::string reasons;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kReasons; ++i) {
    const std::uint64_t count = counts_[i].load(std::memory_order_seq_cst);
    const std::uint64_t since = count - std::exchange(reported_[i], count);
    if (since == 0) continue;
    total += since;
    if (!reasons.empty()) reasons += ", ";
    reasons += format("{} {}", since, to_string(static_cast<DeadLetterReason>(i)));
  }
  std::string text = format("{} dead letter{}", total, total == 1 ? "" : "s");
  if (reported_at_ != 0) text += format(" in {}", duration_text(now - reported_at_));
  reported_at_ = now;
  system.log(LogLevel::warning, {}, format("{}: {}; the first: {}", text, reasons, first));
  return false;
}

void EventLog::report_high_water(SystemState& system) {
  std::vector<Note> notes;
  std::uint64_t more = 0;
  {
    std::lock_guard lock(mutex_);
    has_notes_.store(false, std::memory_order_relaxed);
    notes.swap(notes_);
    more = std::exchange(more_notes_, 0);
  }
  for (Note& note : notes) {
    const char* what = note.level == LogLevel::warning ? "high water" : "high water is over";
    system.log(note.level, std::move(note.actor),
               format("{}: {} messages wait", what, note.waiting));
  }
  if (more != 0) {
    system.log(LogLevel::warning, {}, format("{} more mailboxes reached their marks", more));
  }
}

// -- events ---

void dead_letter(Cell& receiver, const MessageType& type, DeadLetterReason reason) noexcept {
  if (is_event_type(type)) return;
  std::shared_ptr<EventStreams> events;
  with_live_system(receiver.system, [&](SystemState& system) {
    if (system.events->wanted(EventKind::dead_letter)) events = system.events;
    if (!system.event_log.count(reason)) return;
    system.event_log.set_first(
        format("{} to {} ({})", type.name, name_of(receiver), to_string(reason)));
    system.timers.wake_ticks();
  });
  if (!events) return;
  // What is left behind was sent some time ago, and by others.
  const bool sent_now = reason != DeadLetterReason::left && reason != DeadLetterReason::displaced;
  DeadLetter letter{ref_to(receiver), type.name, reason,
                    sent_now && turn.cell ? ref_to(*turn.cell) : AnyRef()};
  if (!lost_meanwhile) return events->publish(letter);
  // Nobody has sent it just now.
  letter.sender = {};
  lost_meanwhile->push_back({std::move(events), std::move(letter)});
}

void tell_high_water(Cell& actor, std::uint64_t waiting, bool over) noexcept {
  std::shared_ptr<EventStreams> events;
  with_live_system(actor.system, [&](SystemState& system) {
    // Of what an event's own delivery does, only the log tells.
    if (!lost_meanwhile && system.events->wanted(EventKind::high_water)) events = system.events;
    system.event_log.note_high_water(over ? LogLevel::warning : LogLevel::info, name_of(actor),
                                     waiting);
    system.timers.wake_ticks();
  });
  if (events) events->publish(HighWater{ref_to(actor), waiting, over});
}

}  // namespace detail
}  // namespace troupe
