#include "runtime/bounded_queue.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "runtime/mailbox.hpp"

namespace troupe::detail {

constinit const MessageType ticket_type{"ticket", sizeof(Ticket), NodeKind::ticket, nullptr};

namespace {

// acquire: pairs with take_at_once.
Node* next_of(const Node& node) noexcept { return node.next.load(std::memory_order_acquire); }

}  // namespace

Linked link_specially(Cell& cell, Node& node) noexcept {
  tell_host(cell, node);
  if (!cell.counted()) return link_message(cell, node);
  return bounded_queue_of(cell).link_by_another_way(cell, node);
}

BoundedQueue::BoundedQueue(const Mailbox& options) noexcept
    : overflow_(options.overflow()),
      all_at_once_(options.overflow() != Overflow::drop_oldest &&
                   options.bytes() == Mailbox::kUnlimited),
      capacity_(options.capacity()),
      max_bytes_(options.bytes()),
      high_water_(options.high_water()),
      redirect_target_(options.target().target) {}

BoundedQueue::~BoundedQueue() = default;

// What the actor has taken counts as waiting until it begins it.
void BoundedQueue::look_at_progress() noexcept {
  ahead_ = taken_ - begun_.load(std::memory_order_relaxed);
}

// True: it is to be told, by the caller.
bool BoundedQueue::passes_mark() noexcept {
  const std::uint64_t waiting = waiting_ + ahead_;
  const bool passed = over_mark_ ? waiting < (high_water_ + 1) / 2 : waiting >= high_water_;
  if (!passed || closed_) return false;
  over_mark_ = !over_mark_;
  waiting_then_ = waiting;
  return over_mark_ != told_over_ && !std::exchange(telling_, true);
}

std::optional<BoundedQueue::Level> BoundedQueue::next_level() noexcept {
  std::lock_guard lock(lock_);
  if (over_mark_ == told_over_) {
    telling_ = false;
    return std::nullopt;
  }
  told_over_ = over_mark_;
  return Level{waiting_then_, told_over_};
}

bool BoundedQueue::has_room(std::uint64_t bytes) noexcept {
  if (waiting_ + ahead_ >= capacity_) {
    look_at_progress();
    if (waiting_ + ahead_ >= capacity_) return false;
  }
  if (max_bytes_ == Mailbox::kUnlimited) return true;
  look_at_progress();
  if (waiting_ + ahead_ == 0) return true;
  const std::uint64_t held = bytes_ + (ahead_ != 0 ? bytes_ahead_ : 0);
  return bytes <= max_bytes_ && held <= max_bytes_ - bytes;
}

std::uint64_t BoundedQueue::bytes_of(const Node& node) const noexcept {
  if (max_bytes_ == Mailbox::kUnlimited) return 0;
  return node.type->bytes ? node.type->bytes(node) : node.type->node_size;
}

// The common case: something waits, its ticket is announced, and one more is nothing special.
void BoundedQueue::review_common_case() noexcept {
  common_below_ = 0;
  progress_at_ = kNever;
  if (first_blocked_) {
    progress_at_ = 0;
  } else if (over_mark_) {
    // When half of the mark waits at most, if nothing more comes; else this is looked at again.
    const std::uint64_t came = taken_ + waiting_;
    const std::uint64_t half = (high_water_ + 1) / 2;
    progress_at_ = came >= half ? came - half + 1 : 0;
  }
  review_beginnings();
  if (closed_ || !announced_ || waiting_ == 0 || first_blocked_ ||
      max_bytes_ != Mailbox::kUnlimited) {
    return;
  }
  const std::uint64_t limit = over_mark_ ? capacity_ : std::min(capacity_, high_water_ - 1);
  common_below_ = limit > ahead_ ? limit - ahead_ : 0;
}

// The common case: it was taken, and its place is not wanted.
void BoundedQueue::review_beginnings() noexcept {
  look_at_.store(uncounted_ != 0 ? 0 : std::min(progress_at_, taken_ + 1),
                 std::memory_order_relaxed);
}

void BoundedQueue::put_uncounted_first(std::uint64_t count) noexcept {
  std::lock_guard lock(lock_);
  uncounted_ += count;
  review_beginnings();
}

bool BoundedQueue::begin_one_closely() noexcept {
  std::lock_guard lock(lock_);
  const std::uint64_t begun = begun_.load(std::memory_order_relaxed);
  if (uncounted_ != 0) {
    --uncounted_;
    review_beginnings();
    return false;
  }
  if (begun == taken_) return false;  // it came by another way
  begun_.store(begun + 1, std::memory_order_relaxed);
  return begun + 1 >= progress_at_;
}

void BoundedQueue::admit(Cell& cell, Node& node, std::uint64_t bytes, Offered& offered) noexcept {
  // relaxed: the lock publishes it.
  node.next.store(nullptr, std::memory_order_relaxed);
  if (waiting_ == 0) {
    messages_.first = &node;
  } else {
    messages_.last->next.store(&node, std::memory_order_release);
  }
  messages_.last = &node;
  ++waiting_;
  bytes_ += bytes;
  announce(cell, offered);
}

// Takes the oldest out, not all. Returns the last of them; the first is where it was.
Node* BoundedQueue::pop(std::uint64_t count) noexcept {
  Node* node = messages_.first;
  for (std::uint64_t left = count;; node = await_link(node->next)) {
    bytes_ -= bytes_of(*node);
    if (--left == 0) break;
  }
  waiting_ -= count;
  if (waiting_ != 0) messages_.first = await_link(node->next);
  return node;
}

void BoundedQueue::announce(Cell& cell, Offered& offered) noexcept {
  if (announced_) return;
  auto* ticket = ::new (pool_allocate(sizeof(Ticket))) Ticket;
  announced_ = ticket;
  switch (link_message(cell, *ticket)) {
    case Linked::idle:
      offered.schedule = true;
      break;
    case Linked::closed:
      // Whoever closed the mailbox is about to close the queue, too, and finds the message here.
      offered.reclaim = ticket;
      announced_ = nullptr;
      break;
    case Linked::behind:
      break;
  }
}

Linked BoundedQueue::link_by_another_way(Cell& cell, Node& node) noexcept {
  std::lock_guard lock(lock_);
  // When the mailbox is being closed, whoever closed it again may have freed that ticket. relaxed:
  // who pushed that ticket had seen it closed, and then had the lock.
  if (announced_ && !cell.closing.load(std::memory_order_relaxed)) {
    announced_->until = taken_ + left_ + waiting_;
    announced_ = nullptr;
    review_common_case();
  }
  return link_message(cell, node);
}

BoundedQueue::Offered BoundedQueue::offer(Cell& cell, Node& node, Admission admission,
                                          BlockedSender* sender) noexcept {
  Offered offered;
  std::lock_guard lock(lock_);
  if (waiting_ < common_below_) {  // the common case, but for those who were in here
    ++waiting_;
    // release: as in take_locked.
    std::exchange(messages_.last, &node)->next.store(&node, std::memory_order_release);
    return offered;
  }
  const std::uint64_t bytes = bytes_of(node);
  if (closed_) {
    offered.result = CastResult::closed;
  } else if (admission == Admission::always || (!first_blocked_ && has_room(bytes))) {
    admit(cell, node, bytes, offered);
  } else if (overflow_ == Overflow::drop_oldest) {
    drop_oldest(bytes, offered);
    admit(cell, node, bytes, offered);
  } else {
    refuse(node, sender, offered);
  }
  look_at_progress();
  offered.waiting = waiting_ + ahead_;
  offered.tell = passes_mark();
  review_common_case();
  return offered;
}

// Makes room, where something is here that can go; what the actor has taken is not. The actor may
// make some itself meanwhile: two looks may differ, and perhaps nothing has to go any more.
void BoundedQueue::drop_oldest(std::uint64_t bytes, Offered& offered) noexcept {
  Node* const oldest = messages_.first;
  Node* last = nullptr;
  for (; waiting_ != 0 && !has_room(bytes); ++left_) last = pop(1);
  if (!last) return;
  last->next.store(nullptr, std::memory_order_relaxed);  // relaxed: they are the caller's alone
  offered.displaced = oldest;
  offered.result = CastResult::displaced;
}

void BoundedQueue::refuse(Node& node, BlockedSender* sender, Offered& offered) noexcept {
  if (overflow_ == Overflow::drop_newest) {
    offered.result = CastResult::dropped;
    return;
  }
  offered.result = CastResult::full;
  if (overflow_ != Overflow::block || !sender) return;
  sender->node = &node;
  sender->waiting = offered.blocked = true;
  sender->older = last_blocked_;
  sender->younger = nullptr;
  (last_blocked_ ? last_blocked_->younger : first_blocked_) = sender;
  last_blocked_ = sender;
}

void BoundedQueue::unlink(BlockedSender& sender) noexcept {
  (sender.older ? sender.older->younger : first_blocked_) = sender.younger;
  (sender.younger ? sender.younger->older : last_blocked_) = sender.older;
  sender.waiting = false;
}

bool BoundedQueue::cancel(BlockedSender& sender) noexcept {
  std::lock_guard lock(lock_);
  if (!sender.waiting) return false;
  unlink(sender);
  review_common_case();
  return true;
}

BoundedQueue::Progress BoundedQueue::make_progress(Cell& cell) noexcept {
  look_at_progress();
  Progress progress;
  Offered offered;
  Node* last = nullptr;
  while (first_blocked_) {
    BlockedSender& sender = *first_blocked_;
    const std::uint64_t bytes = bytes_of(*sender.node);
    if (!has_room(bytes)) break;
    unlink(sender);
    if (Request* permit = sender.permit) {
      // relaxed: the permits are ours alone now.
      permit->next.store(nullptr, std::memory_order_relaxed);
      last ? last->next.store(permit, std::memory_order_relaxed) : void(progress.permits = permit);
      last = permit;
    }
    admit(cell, *sender.node, bytes, offered);
  }
  progress.schedule = offered.schedule;
  progress.reclaim = offered.reclaim;
  progress.tell = passes_mark();
  review_common_case();
  return progress;
}

BoundedQueue::Progress BoundedQueue::use_progress(Cell& cell) noexcept {
  std::lock_guard lock(lock_);
  return make_progress(cell);
}

BoundedQueue::Taken BoundedQueue::take(Cell& cell, Ticket& ticket) noexcept {
  Taken taken;
  std::lock_guard lock(lock_);
  // Messages leave in the order in which they came: those here are numbered from gone + 1.
  const std::uint64_t gone = taken_ + left_;
  if (announced_ == &ticket) {
    ticket.until = gone + waiting_;
    announced_ = nullptr;
  }
  std::uint64_t count = ticket.until > gone ? ticket.until - gone : 0;
  if (count != 0) {
    taken.first = messages_.first;
    if (all_at_once_ && count == waiting_) {
      taken.last = messages_.last;
      waiting_ = 0;
    } else {
      // By bytes one at a time, whose place is free when it is begun.
      const bool weighs = max_bytes_ != Mailbox::kUnlimited;
      count = std::min(count, weighs ? 1 : std::clamp<std::uint64_t>(capacity_ / 8, 1, kBatch));
      const std::uint64_t bytes = bytes_;
      taken.last = pop(count);
      bytes_ahead_ = bytes - bytes_;
    }
    taken_ += count;
  }
  // Once more when all has been handled, because then there may be room.
  ticket.done = count == 0;
  taken.progress = make_progress(cell);
  return taken;
}

BoundedQueue::Left BoundedQueue::close() noexcept {
  std::lock_guard lock(lock_);
  closed_ = true;
  announced_ = nullptr;
  Left left;
  Node* last_permit = nullptr;
  while (first_blocked_) {
    BlockedSender& sender = *first_blocked_;
    unlink(sender);
    sender.left = true;
    sender.node->next.store(nullptr, std::memory_order_relaxed);
    if (waiting_ == 0) {
      messages_.first = sender.node;
    } else {
      messages_.last->next.store(sender.node, std::memory_order_relaxed);
    }
    messages_.last = sender.node;
    ++waiting_;
    if (Request* permit = sender.permit) {
      permit->next.store(nullptr, std::memory_order_relaxed);
      last_permit ? last_permit->next.store(permit, std::memory_order_relaxed)
                  : void(left.permits = permit);
      last_permit = permit;
    }
  }
  if (waiting_ != 0) {
    left.first = messages_.first;
    left.last = messages_.last;
    await_links(left.first, left.last);
  }
  waiting_ = bytes_ = 0;
  review_common_case();
  return left;
}

AnyRef BoundedQueue::redirect_target() noexcept {
  std::lock_guard lock(lock_);
  return closed_ ? AnyRef() : redirect_target_;
}

std::uint64_t BoundedQueue::count(std::uint64_t limit, const Node* until, bool& found) noexcept {
  std::lock_guard lock(lock_);
  std::uint64_t count = 0;
  const Node* node = waiting_ == 0 ? nullptr : messages_.first;
  for (; node && count < limit && node != until; ++count) node = next_of(*node);
  found = node && node == until;
  return count;
}

std::uint64_t BoundedQueue::waiting() noexcept {
  std::lock_guard lock(lock_);
  look_at_progress();
  return waiting_ + ahead_;
}

std::uint64_t BoundedQueue::blocked() noexcept {
  std::lock_guard lock(lock_);
  std::uint64_t count = 0;
  for (const BlockedSender* one = first_blocked_; one; one = one->younger) ++count;
  return count;
}

}  // namespace troupe::detail
