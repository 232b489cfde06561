#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "troupe/detail/work_core.hpp"

namespace troupe::detail {

/// What all parts of one incarnation of a queue know. Immutable.
struct WorkShared {
  AnyRef queue;
  AnyRef dead;  // handles DeadWork of these jobs; may be empty
  WorkTraits traits;
  unsigned max_deliveries;
  bool ordered;  // point-to-point
};

/// The jobs that one consumer was sent and has not opened yet, and how many it has opened. Between
/// the queue's turns and whoever has handles, hence the mutex; no destructor of a job and no
/// message runs under it.
///
/// `jobs_` is ordered by number. In it are as many jobs that the consumer may have as there are
/// tokens in its mailbox, so each token finds one. An ordered line has more where jobs came back:
/// those that the running incarnation may not have any more, and those for which a token follows.
///
/// What an incarnation has opened uses its credits; a new incarnation has all of its own. Which one
/// runs is known from what it opens, and from Restarted, whichever is first.
class WorkLine {
 public:
  WorkLine(std::shared_ptr<const WorkShared> shared, AnyRef consumer, std::size_t window);

  const WorkShared* shared() const noexcept { return shared_.get(); }
  const AnyRef& consumer() const noexcept { return consumer_; }

  // -- handles; any thread ---

  WorkItemRef take() noexcept;
  void acknowledge(WorkItem& item) noexcept;
  /// A handle with this job was destroyed.
  void drop(WorkItemRef item) noexcept;
  /// A token was destroyed in a mailbox.
  void drop_token() noexcept;
  /// Whether `address` is in the message that the consumer handles, on this thread.
  bool in_hand(const void* address) const noexcept;

  // -- the queue's turns ---

  std::size_t credit() const noexcept;
  /// Whether the consumer's incarnation had the job and dropped it.
  bool excludes(const WorkItem& item) const noexcept;
  void give(WorkItemRef item);
  /// Sends the tokens that are missing.
  void refill();
  void restarted(std::uint32_t incarnation) noexcept;
  void set_window(std::size_t window) noexcept;
  /// The queue ends: handles do nothing from now on, and no token will come for what has none.
  void close() noexcept;

  bool ready = false;  // in the queue's list of those that have credit
  bool left = false;
  bool ended = false;

 private:
  friend void retain_line(WorkLine& line) noexcept;
  friend void release_line(WorkLine& line) noexcept;

  template <class... Parts>
  void tell(Parts&&... parts) noexcept;
  void insert(WorkItemRef item);
  bool is_excluded(const WorkItem& item) const noexcept;
  std::uint32_t running_incarnation() const noexcept;
  void send_token();

  std::atomic<std::uint32_t> references_{1};
  const std::shared_ptr<const WorkShared> shared_;
  const AnyRef consumer_;

  mutable std::mutex mutex_;
  std::deque<WorkItemRef> jobs_;
  std::size_t tokens_ = 0;
  std::size_t window_;
  std::size_t opened_ = 0;  // by `incarnation_`, and neither acknowledged nor dropped
  std::uint32_t incarnation_ = 0;
  bool closed_ = false;
};

}  // namespace troupe::detail
