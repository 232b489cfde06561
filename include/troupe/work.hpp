#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "troupe/detail/work_item.hpp"

namespace troupe {

/// A job of type J in the hands of a consumer, which lists `Work<J>` among its messages. Move-only.
/// A WorkQueue or a PointToPoint sends it; it comes with the duty to acknowledge it.
///
///   void handle(troupe::Work<Image> work) {
///     resize(*work);
///     work.acknowledge();
///   }
///
/// It may be kept beyond the handler and moved elsewhere, also to other actors and threads, one at
/// a time: whoever has it has the job, and nobody else gets it meanwhile. When it is destroyed and
/// was not acknowledged, because the handler threw, because the consumer was killed or has ended,
/// or because it was just dropped, the job is delivered again: but never again to this incarnation
/// of this consumer. What is in the mailbox of a consumer that is restarted waits for the new
/// incarnation.
///
/// It may outlive the queue and the system. Then acknowledging it does nothing.
template <class J>
class Work {
 public:
  /// An empty one, as after a move.
  Work() noexcept = default;
  /// For the framework.
  explicit Work(detail::WorkLineRef line) noexcept : lease_(std::move(line)) {}

  /// Whether there is a job here.
  explicit operator bool() const noexcept { return static_cast<bool>(lease_); }

  /// The job, as it was submitted; also after it was acknowledged. Not for an empty one.
  const J& operator*() const noexcept {
    return static_cast<const detail::TypedWorkItem<J>&>(lease_.item()).job;
  }
  const J* operator->() const noexcept { return &**this; }

  /// How often the job was delivered, this time included: 1 unless somebody had it before. Not for
  /// an empty one.
  unsigned deliveries() const noexcept { return lease_.item().deliveries; }

  /// The job is done: it is not delivered again, and there is room for another in the consumer's
  /// credit window. Never blocks. Again, or on an empty one: does nothing.
  void acknowledge() noexcept {
    if (lease_) lease_.acknowledge();
  }

 private:
  detail::WorkLease lease_;
};

/// Why a job will not be delivered again.
enum class DeadWorkReason : unsigned char {
  max_deliveries,  ///< it was delivered as often as WorkOptions::max_deliveries allows
  queue_ended,     ///< the queue ended before it was acknowledged
};
TROUPE_EXPORT std::string_view to_string(DeadWorkReason reason) noexcept;

/// A job that was accepted and not acknowledged, and is given up; sent to the actor that the queue
/// was given for that.
template <class J>
struct DeadWork {
  J job;
  DeadWorkReason reason;
  unsigned deliveries;  ///< how often it was delivered
  AnyRef consumer;      ///< who had it last; empty: nobody
};

/// What a WorkQueue or a PointToPoint is like.
struct WorkOptions {
  static constexpr unsigned kUnlimited = ~0u;

  /// How many accepted jobs may wait for a consumer before producers do. 0: a job is accepted only
  /// when there is a consumer for it.
  std::size_t buffer = 1000;
  /// The credit window: how many unacknowledged jobs a consumer has at most, those in its mailbox
  /// included.
  std::size_t window = 1;
  /// How often a job is delivered before it is given up. A delivery counts when the consumer's
  /// handler has the job, not while it is in a mailbox.
  unsigned max_deliveries = 5;
};

/// A queue's state, and what it has done so far. Each accepted job is counted once:
/// `submitted == waiting + in_flight + acknowledged + given_up`.
struct WorkStats {
  std::size_t waiting = 0;    ///< jobs for which no consumer has credit
  std::size_t in_flight = 0;  ///< jobs sent to consumers, and neither acknowledged nor back
  std::size_t suspended = 0;  ///< submits that wait for room
  std::size_t consumers = 0;
  std::uint64_t submitted = 0;  ///< jobs accepted
  std::uint64_t acknowledged = 0;
  std::uint64_t redelivered = 0;  ///< times that a job came back, to be delivered again
  std::uint64_t given_up = 0;     ///< jobs delivered too often
  std::uint64_t expired = 0;      ///< submits whose caller's time was over before there was room

  bool operator==(const WorkStats&) const = default;
};
TROUPE_EXPORT std::string to_string(const WorkStats& stats);

struct GetWorkStats {
  using Reply = WorkStats;
};

}  // namespace troupe
