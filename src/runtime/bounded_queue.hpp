#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/spin_lock.hpp"
#include "troupe/cast_result.hpp"
#include "troupe/detail/cell.hpp"
#include "troupe/detail/mailbox.hpp"
#include "troupe/detail/message.hpp"
#include "troupe/mailbox.hpp"

/// The messages of an actor whose mailbox counts them.
///
/// They wait here, in front of the mailbox, where senders can refuse them, drop the oldest, or wait
/// for room, all under a lock. In the mailbox itself a `Ticket` has their place: whoever puts a
/// message in here and finds no ticket announced pushes one, under the lock; so what an actor sends
/// later by another way, as its Down, is behind its messages. And what it sends by another way is
/// before its later messages, because the ticket that is announced does not cover those any more.
///
/// The actor that meets the ticket takes what is here, all at once where it can, and puts it in
/// front of the ticket, which it so meets again. What comes meanwhile has a ticket of its own,
/// further back. What it has taken waits until it begins it: so long it keeps its place.
///
/// Invariants: where a message is, there is a ticket in the mailbox that covers it. While the queue
/// is full or somebody is blocked, there is a ticket that the actor will meet: then it lets them
/// in, at the latest. So nobody needs to be sure that the actor sees them earlier.
namespace troupe::detail {

extern const MessageType ticket_type;

/// Stands in the mailbox for messages that wait in the bounded queue.
struct Ticket : Node {
  Ticket() noexcept : Node(&ticket_type) {}
  std::uint64_t until = 0;  // the number of the last message that it covers; 0: not known yet
  bool done = false;
};

/// Somebody who waits for room. Owned by who waits; in the queue until admitted or cancelled.
struct BlockedSender {
  BlockedSender* older = nullptr;
  BlockedSender* younger = nullptr;
  Node* node = nullptr;       // the message; the queue's while it is in there
  Request* permit = nullptr;  // what tells the sender; null: the message is a request, and answers
  bool waiting = false;
  bool left = false;  // it still waited when the queue was closed
};

class alignas(64) BoundedQueue {
 public:
  explicit BoundedQueue(const Mailbox& options) noexcept;
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;
  ~BoundedQueue();

  enum class Admission : std::uint8_t { bounded, always };

  struct Offered {
    CastResult result = CastResult::delivered;
    bool blocked = false;   // `full`, and the sender waits in the queue now
    bool schedule = false;  // the actor was idle: the caller schedules it
    Node* reclaim =
        nullptr;        // the mailbox was closed just now: the caller hands this to push_closed
    bool tell = false;  // the mark was passed: the caller tells it, see next_level
    Node* displaced = nullptr;  // what was dropped for it, oldest first
    std::uint64_t waiting = 0;  // messages, with this one where it was taken
  };
  /// Puts a node into the mailbox itself, in order with what is here: as link_message.
  Linked link_by_another_way(Cell& cell, Node& node) noexcept;
  /// The common case of `offer`: true, it was taken, and nothing else is to be done.
  bool take_at_once(Node& node) noexcept;
  /// The same, unless somebody else is in here.
  bool try_take_at_once(Node& node) noexcept;
  /// Takes the message, or not. Any thread; in front of a full queue `sender` waits, where there is
  /// one and the overflow is `block`.
  Offered offer(Cell& cell, Node& node, Admission admission, BlockedSender* sender) noexcept;

  /// What became possible when places were given back.
  struct Progress {
    Node* permits = nullptr;  // of senders whose messages were admitted, to be answered
    bool tell = false;        // as in Offered
    bool schedule = false;    // as in Offered
    Node* reclaim = nullptr;  // as in Offered
  };
  struct Taken {
    Node* first = nullptr;  // messages, linked
    Node* last = nullptr;
    Progress progress;
  };
  /// What the actor handles next, in its turn. Sets `ticket.done` when the ticket covers no more.
  Taken take(Cell& cell, Ticket& ticket) noexcept;
  /// The actor begins with its next message, which may be one that it took; in its turn. True: its
  /// place is wanted, see use_progress.
  bool begin_one() noexcept;
  /// So many messages that are not counted lie in front of those that were taken; in the actor's
  /// turn.
  void put_uncounted_first(std::uint64_t count) noexcept;
  /// Lets blocked senders in where there is room. Any thread.
  Progress use_progress(Cell& cell) noexcept;

  struct Left {
    Node* first = nullptr;  // messages, oldest first, those of blocked senders behind the others
    Node* last = nullptr;
    Node* permits = nullptr;  // of blocked senders, to be answered
  };
  /// Takes nothing any more. In the actor's turn, when its mailbox is closed.
  Left close() noexcept;

  struct Level {
    std::uint64_t waiting;
    bool over;
  };
  /// What is to be told of the mark; nothing: enough was told. One thread at a time tells, without
  /// the lock, and also what others find meanwhile: so it is told in order.
  std::optional<Level> next_level() noexcept;

  /// Gives up waiting. True: the message was not admitted, and is the caller's again, as is the
  /// permit. Any thread.
  bool cancel(BlockedSender& sender) noexcept;

  /// Counts what waits, as far as `limit`, or as far as `until`, which sets `found`.
  std::uint64_t count(std::uint64_t limit, const Node* until, bool& found) noexcept;
  /// How many messages wait, and how many senders for room.
  std::uint64_t waiting() noexcept;
  std::uint64_t blocked() noexcept;

  Overflow overflow() const noexcept { return overflow_; }
  std::uint64_t capacity() const noexcept { return capacity_; }
  std::uint64_t max_bytes() const noexcept { return max_bytes_; }
  /// Where the overflow goes; nobody when the queue is closed.
  AnyRef redirect_target() noexcept;

 private:
  static constexpr std::uint64_t kBatch = 16;
  static constexpr std::uint64_t kNever = UINT64_MAX;

  /// Nodes in order, linked as in a mailbox: the link from a node to the next may be under way.
  struct Chain {
    Node* first = nullptr;  // stale when the chain is empty
    Node* last = nullptr;
  };

  bool has_room(std::uint64_t bytes) noexcept;
  std::uint64_t bytes_of(const Node& node) const noexcept;
  void drop_oldest(std::uint64_t bytes, Offered& offered) noexcept;
  void refuse(Node& node, BlockedSender* sender, Offered& offered) noexcept;
  void admit(Cell& cell, Node& node, std::uint64_t bytes, Offered& offered) noexcept;
  Node* pop(std::uint64_t count) noexcept;
  void announce(Cell& cell, Offered& offered) noexcept;
  void unlink(BlockedSender& sender) noexcept;
  Progress make_progress(Cell& cell) noexcept;
  void look_at_progress() noexcept;
  bool passes_mark() noexcept;
  void review_common_case() noexcept;
  void review_beginnings() noexcept;
  bool begin_one_closely() noexcept;
  bool take_locked(Node& node) noexcept;

  // One cache line for the common case.
  SpinLock lock_;  // guards all but the constants and what is said
  const Overflow overflow_;
  const bool
      all_at_once_;  // the actor takes all; else some, because each may be dropped or weighed
  bool closed_ = false;
  bool over_mark_ = false;
  bool told_over_ = false;
  bool telling_ = false;
  Ticket* announced_ = nullptr;  // in the mailbox, not met, and covers what comes here
  Chain messages_;
  std::uint64_t waiting_ = 0;       // messages here
  std::uint64_t ahead_ = 0;         // taken and not begun, when somebody looked last
  std::uint64_t common_below_ = 0;  // with fewer than this here an offer is the common case
  // --- the actor's, written in its turns only
  alignas(64) std::uint64_t taken_ = 0;  // messages, ever; written under the lock
  // What it has begun of these: they do not wait any more. relaxed: a number, nothing else is read
  // because of it.
  std::atomic<std::uint64_t> begun_{0};
  // Beginning the one with this number is not the common case. relaxed: what others write here is a
  // hint for those who wait, see the second invariant.
  std::atomic<std::uint64_t> look_at_{0};
  // --- and the rest
  std::uint64_t uncounted_ = 0;  // what comes before those that were taken and is none of them
  // With so many begun, somebody is to be let in, or the mark is left below: see use_progress.
  std::uint64_t progress_at_ = kNever;
  std::uint64_t left_ = 0;          // the queue in any way but by being taken, ever
  std::uint64_t bytes_ = 0;         // of what is here
  std::uint64_t bytes_ahead_ = 0;   // of what was taken last
  std::uint64_t waiting_then_ = 0;  // when the mark was passed
  const std::uint64_t capacity_;
  const std::uint64_t max_bytes_;
  const std::uint64_t high_water_;
  BlockedSender* first_blocked_ = nullptr;
  BlockedSender* last_blocked_ = nullptr;
  AnyRef redirect_target_;
};

inline bool BoundedQueue::begin_one() noexcept {
  const std::uint64_t number = begun_.load(std::memory_order_relaxed) + 1;
  if (number >= look_at_.load(std::memory_order_relaxed)) [[unlikely]] {
    return begin_one_closely();
  }
  begun_.store(number, std::memory_order_relaxed);
  return false;
}

inline bool BoundedQueue::take_at_once(Node& node) noexcept {
  lock_.lock();
  return take_locked(node);
}

inline bool BoundedQueue::try_take_at_once(Node& node) noexcept {
  return lock_.try_lock() && take_locked(node);
}

// Unlocks.
inline bool BoundedQueue::take_locked(Node& node) noexcept {
  if (waiting_ >= common_below_) [[unlikely]] {
    lock_.unlock();
    return false;
  }
  Node* const previous = std::exchange(messages_.last, &node);
  ++waiting_;
  lock_.unlock();
  // Only now: the line of the one before may be another core's, and others want the lock. Until it
  // is linked it is not handled, hence not freed. release: publishes the payload.
  previous->next.store(&node, std::memory_order_release);
  return true;
}

/// The queue of an actor that has one: it lies in front of the cell, in the same block.
inline BoundedQueue& bounded_queue_of(Cell& cell) noexcept {
  return *(reinterpret_cast<BoundedQueue*>(&cell) - 1);
}

}  // namespace troupe::detail
