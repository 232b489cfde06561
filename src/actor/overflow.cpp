#include "actor/overflow.hpp"

#include <utility>

#include "actor/events.hpp"
#include "actor/turn.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/format.hpp"

namespace troupe {

std::string_view to_string(CastResult result) noexcept {
  switch (result) {
    case CastResult::delivered:
      return "delivered";
    case CastResult::displaced:
      return "delivered, displacing another";
    case CastResult::redirected:
      return "redirected";
    case CastResult::full:
      return "full";
    case CastResult::dropped:
      return "dropped";
    case CastResult::closed:
      return "closed";
  }
  return "?";
}

namespace detail {

namespace {

// Redirections may form a circle of full mailboxes.
constexpr int kMostRedirections = 8;

using Admission = BoundedQueue::Admission;

bool is_users(const Node& node) noexcept {
  return node.type->kind == NodeKind::cast || node.type->kind == NodeKind::request;
}

std::string room_text(const BoundedQueue& queue, std::uint64_t waiting) {
  if (waiting >= queue.capacity()) {
    return format("{} of at most {} messages wait", waiting, queue.capacity());
  }
  return format("{} messages wait, with too many bytes for at most {}", waiting, queue.max_bytes());
}

// The message was not taken.
void refuse(Cell& cell, Node& node, const BoundedQueue::Offered& offered) noexcept {
  switch (offered.result) {
    case CastResult::full:
      return drop_undelivered(cell, node, DeadLetterReason::full, Answer::full,
                              room_text(bounded_queue_of(cell), offered.waiting), offered.waiting);
    case CastResult::dropped:
      return drop_undelivered(cell, node, DeadLetterReason::dropped, Answer::full,
                              room_text(bounded_queue_of(cell), offered.waiting), offered.waiting);
    default:
      return drop_undelivered(cell, node, DeadLetterReason::closed, Answer::closed, {});
  }
}

// What was dropped for it; its own place is none any more.
void drop_displaced(Cell& cell, Node* node) noexcept {
  while (node) {
    Node& dropped = *node;
    node = dropped.next.load(std::memory_order_relaxed);
    drop_undelivered(cell, dropped, DeadLetterReason::displaced, Answer::dropped, {});
  }
}

void tell_levels(Cell& cell) noexcept {
  while (const auto level = bounded_queue_of(cell).next_level()) {
    tell_high_water(cell, level->waiting, level->over);
  }
}

CastResult offer(Cell& cell, Node& node, Admission admission, BlockedSender* sender,
                 int redirections) noexcept {
  BoundedQueue& queue = bounded_queue_of(cell);
  const BoundedQueue::Offered offered = queue.offer(cell, node, admission, sender);
  // The actor may have handled it and ended by now, but for what we hold: its reference, and its
  // turn when it is to be scheduled.
  // First: when it runs, it may tell that few wait again.
  if (offered.tell) tell_levels(cell);
  if (offered.schedule) schedule(cell);
  if (offered.reclaim) push_closed(cell, *offered.reclaim);
  if (offered.displaced) drop_displaced(cell, offered.displaced);
  if (accepted(offered.result) || offered.blocked) return offered.result;
  if (offered.result == CastResult::full && queue.overflow() == Overflow::redirect &&
      redirections < kMostRedirections) {
    if (const AnyRef target = queue.redirect_target()) {
      Cell& other = *cell_of(target);
      const CastResult result = other.counted()
                                    ? offer(other, node, admission, nullptr, redirections + 1)
                                    : push_message(other, node);
      // It is not this actor that has ended.
      if (result == CastResult::closed) return CastResult::full;
      return accepted(result) ? CastResult::redirected : result;
    }
  }
  refuse(cell, node, offered);
  return offered.result;
}

// Not inline, as the rest: what is rare would make the common case longer.
[[gnu::noinline]] CastResult offer(Cell& cell, Node& node) noexcept {
  return offer(cell, node, Admission::bounded, nullptr, 0);
}

void answer_permits(Node* node, Answer answer, const std::string& text) noexcept {
  while (node) {
    auto& permit = static_cast<Request&>(*node);
    node = permit.next.load(std::memory_order_relaxed);
    if (answer == Answer::value) {
      permit.answer = answer;
      permit.emplace<Unit>();
    } else {
      fail_request(permit, answer, text);
    }
    deliver(permit);
  }
}

void tell_progress(Cell& cell, const BoundedQueue::Progress& progress) noexcept {
  if (progress.schedule) schedule(cell);
  if (progress.reclaim) push_closed(cell, *progress.reclaim);
  if (progress.permits) answer_permits(progress.permits, Answer::value, {});
  if (progress.tell) tell_levels(cell);
}

// Not inline, so that the common case needs no frame.
[[gnu::noinline]] CastResult push_uncommonly(Cell& cell, Node& node) noexcept {
  if (!cell.counted()) {
    return push_unbounded(cell, node) ? CastResult::delivered : CastResult::closed;
  }
  tell_host(cell, node);
  return offer(cell, node);
}

}  // namespace

CastResult push_specially(Cell& cell, Node& node) noexcept {
  if (cell.special == Cell::kCounted && bounded_queue_of(cell).try_take_at_once(node)) [[likely]] {
    return CastResult::delivered;
  }
  return push_uncommonly(cell, node);
}

bool push_own(Cell& cell, Node& node) noexcept {
  if (!cell.counted()) return push_unbounded(cell, node);
  tell_host(cell, node);
  return offer(cell, node, Admission::always, nullptr, 0) != CastResult::closed;
}

bool push_or_block(Cell& cell, Node& node, BlockedSender& sender, CastResult& result) noexcept {
  tell_host(cell, node);
  result = offer(cell, node, Admission::bounded, &sender, 0);
  return result == CastResult::full && bounded_queue_of(cell).overflow() == Overflow::block;
}

bool use_ticket(Cell& cell, Ticket& ticket) noexcept {
  if (ticket.done) return true;
  const BoundedQueue::Taken taken = bounded_queue_of(cell).take(cell, ticket);
  if (taken.first || !ticket.done) {
    // The ticket is met again, behind what was taken.
    put_back(cell);
    if (taken.first) insert_messages(cell, nullptr, taken.first, taken.last);
  }
  tell_progress(cell, taken.progress);
  return true;
}

void use_progress(Cell& cell) noexcept {
  tell_progress(cell, bounded_queue_of(cell).use_progress(cell));
}

bool stop_blocking(Cell& cell, BlockedSender& sender) noexcept {
  BoundedQueue& queue = bounded_queue_of(cell);
  if (!queue.cancel(sender)) return false;
  // It may have kept smaller ones waiting.
  if (queue.max_bytes() != Mailbox::kUnlimited) use_progress(cell);
  return true;
}

Node* close_bounded_queue(Cell& cell, Node* left, const ExitReason& reason) noexcept {
  BoundedQueue::Left queued = bounded_queue_of(cell).close();
  answer_permits(queued.permits, answer_for(reason.kind), reason.text);
  // Behind the first ticket: what is there must be in front of what came later by other ways.
  Node* first = nullptr;
  std::atomic<Node*>* end = nullptr;
  const auto append = [&](Node& node) {
    // relaxed: the messages are ours alone now.
    end ? end->store(&node, std::memory_order_relaxed) : void(first = &node);
    end = &node.next;
  };
  const auto append_queued = [&] {
    for (Node* node = std::exchange(queued.first, nullptr); node;) {
      append(*node);
      node = node->next.load(std::memory_order_relaxed);
    }
  };
  while (left) {
    Node& node = *left;
    left = node.next.load(std::memory_order_relaxed);
    if (node.type->kind == NodeKind::ticket) {
      free_node(&node);
      append_queued();
    } else {
      append(node);
    }
  }
  append_queued();
  if (end) end->store(nullptr, std::memory_order_relaxed);
  return first;
}

void drop_undelivered(Cell& receiver, Node& node, DeadLetterReason why, Answer answer,
                      const std::string& text, std::uint64_t ahead) noexcept {
  if (node.type->kind == NodeKind::request && static_cast<Request&>(node).deliver) {
    auto& request = static_cast<Request&>(node);
    fail_request(request, answer, text, &receiver, ahead);
    return deliver(request);
  }
  if (is_users(node)) dead_letter(receiver, *node.type, why);
  destroy_node(&node);
}

void push_closed(Cell& cell, Node& mine) noexcept {
  for (Node* node = reclaim_closed(cell, mine); node;) {
    Node& dropped = *node;
    node = dropped.next.load(std::memory_order_relaxed);
    drop_undelivered(cell, dropped, DeadLetterReason::closed, Answer::closed, {});
  }
}

}  // namespace detail
}  // namespace troupe
