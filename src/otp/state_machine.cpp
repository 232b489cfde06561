#include "troupe/state_machine.hpp"

#include <unordered_map>
#include <utility>

#include "actor/events.hpp"
#include "actor/extras.hpp"
#include "actor/overflow.hpp"
#include "actor/system_state.hpp"
#include "runtime/bounded_queue.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/detail/timers.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe {

PostponeOverflow::PostponeOverflow(std::size_t limit)
    : std::runtime_error("more than " + std::to_string(limit) + " messages are postponed") {}

namespace detail {

namespace {

using TimeoutNode = CastNode<Timeout>;

void destroy_timeout(Node& node) noexcept { static_cast<TimeoutNode&>(node).message.~Timeout(); }

constexpr MessageType timeout_type(std::string_view name) {
  return {name, sizeof(TimeoutNode), NodeKind::internal, &destroy_timeout};
}

// By kind; the names are for reports.
constinit const MessageType timeout_types[] = {timeout_type("troupe::StateTimeout"),
                                               timeout_type("troupe::EventTimeout"),
                                               timeout_type("troupe::NamedTimeout")};
constinit const MessageType marker_type{"marker", sizeof(Node), NodeKind::internal, nullptr};

void link(Node& node, Node& next) noexcept {
  // relaxed: both are ours; see insert_messages.
  node.next.store(&next, std::memory_order_relaxed);
}

// As insert_messages: a bounded mailbox does not count these, which left it earlier.
void put_in(Cell& cell, Node* place, Node& first, Node& last, std::size_t count) noexcept {
  if (cell.counts) bounded_queue_of(cell).put_uncounted_first(count);
  insert_messages(cell, place, &first, &last);
}

// Gives a machine's messages back, oldest first: the actor ends, and they are treated like those
// that it has not read; or, with its mailbox still open, they are the first to be handled again.
void return_postponed(Cell& cell, Node* oldest, Node* newest, std::size_t count) noexcept {
  if (!oldest) return;
  if (!is_closed(cell)) return put_in(cell, cell.current(), *oldest, *newest, count);
  while (oldest) {
    Node& node = *oldest;
    oldest = node.next.load(std::memory_order_relaxed);
    if (node.type->kind == NodeKind::request) {
      node.type->destroy(node);
      drop_port(static_cast<Request&>(node));
    } else {
      drop_undelivered(cell, node, DeadLetterReason::left, Answer::stopped, {});
    }
  }
}

}  // namespace

struct Machine::Timeouts {
  struct Entry {
    std::uint64_t generation = 0;  // 0: not started
    TimerHandle timer;
  };
  Entry state;
  Entry event;
  std::unordered_map<std::string, Entry> named;

  Entry* find(TimeoutKind kind, const std::string& name) noexcept {
    if (kind == TimeoutKind::state) return &state;
    if (kind == TimeoutKind::event) return &event;
    const auto found = named.find(name);
    return found == named.end() ? nullptr : &found->second;
  }
  void remove(TimeoutKind kind, Entry& entry, const std::string& name) noexcept {
    if (kind == TimeoutKind::named) {
      named.erase(named.find(name));
    } else {
      entry = {};
    }
  }
};

Machine::~Machine() {
  if (timeouts_) {
    for (auto kind : {TimeoutKind::state, TimeoutKind::event}) cancel(kind);
    for (auto& [name, entry] : timeouts_->named) entry.timer.cancel();
    delete timeouts_;
  }
  return_postponed(cell_, oldest_, newest_, postponed_);
}

const Timeout* Machine::hear(Node& node) {
  if (&node == boundary_) boundary_ = nullptr;
  if (node.type == &marker_type) return nullptr;
  const Timeout& timeout = static_cast<TimeoutNode&>(node).message;
  Timeouts::Entry* entry = timeouts_ ? timeouts_->find(timeout.kind, timeout.name) : nullptr;
  if (!entry || entry->generation != timeout.generation) return nullptr;
  timeouts_->remove(timeout.kind, *entry, timeout.name);
  if (timeout.kind == TimeoutKind::event) event_timeout_ = false;
  begin_event();
  return &timeout;
}

// Puts a chain into the mailbox: behind those of the same sort, which `behind` tells and will tell.
void Machine::put(Node*& behind, Node& first, Node& last, std::size_t count) {
  Node* marker = nullptr;
  if (!boundary_) {
    marker = ::new (pool_allocate(sizeof(Node))) Node(&marker_type);
    link(last, *marker);
    boundary_ = marker;
    ++count;
  }
  Node* place = behind ? behind : inserted_ ? inserted_ : cell_.current();
  put_in(cell_, place, first, marker ? *marker : last, count);
  behind = &last;
}

void Machine::check_room() const {
  if (postponed_ >= limit_) throw PostponeOverflow(limit_);
}

void Machine::postpone(Node& node) {
  if (changed_ && !is_closed(cell_)) return put(replayed_, node, node, 1);
  if (newest_) {
    link(*newest_, node);
  } else {
    oldest_ = &node;
  }
  newest_ = &node;
  ++postponed_;
}

void Machine::insert(Node& node) {
  if (is_closed(cell_)) return return_postponed(cell_, &node, &node, 1);
  put(inserted_, node, node, 1);
}

void Machine::state_changed() {
  changed_ = true;
  if (timeouts_) cancel(TimeoutKind::state);
  if (!oldest_ || is_closed(cell_)) return;
  put(replayed_, *oldest_, *newest_, postponed_);
  oldest_ = newest_ = nullptr;
  postponed_ = 0;
}

void Machine::start(TimeoutKind kind, std::chrono::nanoseconds time, std::string name) {
  if (!timeouts_) timeouts_ = new Timeouts;
  cancel(kind, name);
  const std::uint64_t generation = ++extras_of(cell_).state_machine_timeouts;
  const auto which = static_cast<std::size_t>(kind);
  auto& node = *::new (pool_allocate(sizeof(TimeoutNode)))
                   TimeoutNode(&timeout_types[which], kind, generation, name);
  TimerHandle timer;
  if (time.count() > 0) {
    timer = start_message_timer(cell_, time, node);
  } else if (is_closed(cell_)) {
    return destroy_node(&node);
  } else {
    Node* place = boundary_ ? boundary_ : cell_.current();
    put_in(cell_, place, node, node, 1);
    boundary_ = &node;
  }
  Timeouts::Entry* entry =
      kind == TimeoutKind::named ? &timeouts_->named[std::move(name)] : timeouts_->find(kind, name);
  entry->generation = generation;
  entry->timer = std::move(timer);
  if (kind == TimeoutKind::event) event_timeout_ = true;
}

void Machine::cancel(TimeoutKind kind, const std::string& name) noexcept {
  Timeouts::Entry* entry = timeouts_ ? timeouts_->find(kind, name) : nullptr;
  if (!entry || entry->generation == 0) return;
  entry->timer.cancel();
  timeouts_->remove(kind, *entry, name);
  if (kind == TimeoutKind::event) event_timeout_ = false;
}

}  // namespace detail
}  // namespace troupe
