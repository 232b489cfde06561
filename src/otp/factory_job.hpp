#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "base/clock.hpp"
#include "base/linked_list.hpp"
#include "troupe/detail/factory_core.hpp"

namespace troupe::detail {

class JobQueue;

/// A job: a message's node, and what the factory must know of it. It has the node until a worker
/// gets that.
struct QueuedJob {
  Node* node = nullptr;               // null while a worker has it
  const MessageType* type = nullptr;  // outlives the node
  Node* spare = nullptr;              // to begin again with, while a worker has it
  CopyNode copy = nullptr;
  unsigned retries = 0;
  std::uint64_t key = 0;
  bool has_key = false;
  bool holds_key = false;  // counted among its worker's jobs of this key
  bool may_discard = true;
  std::uint8_t priority = 0;
  Nanoseconds submitted = 0;
  Nanoseconds expires = 0;    // 0: never
  Nanoseconds given = 0;      // to a worker
  JobQueue* queue = nullptr;  // where it waits; null: nowhere
  ListHook<QueuedJob> queue_link;
  ListHook<QueuedJob> age_link;

  static void* operator new(std::size_t size) { return pool_allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { pool_free(memory, size); }
  ~QueuedJob() {
    if (spare) destroy_node(spare);
  }
};

/// Jobs that wait: by priority, then in their order.
class JobQueue {
 public:
  static constexpr unsigned kMaxPriorities = 64;

  bool empty() const noexcept { return occupied_ == 0; }
  void push_back(QueuedJob& job) {
    list_for(job).push_back(job);
    entered(job);
  }
  void push_front(QueuedJob& job) {
    list_for(job).push_front(job);
    entered(job);
  }
  void remove(QueuedJob& job) noexcept {
    List& list = lists_[job.priority];
    list.remove(job);
    job.queue = nullptr;
    if (list.empty()) occupied_ &= ~(std::uint64_t{1} << job.priority);
  }
  /// The first one of the highest priority; null: none.
  QueuedJob* front() const noexcept {
    return empty() ? nullptr : lists_[static_cast<unsigned>(std::countr_zero(occupied_))].front();
  }

 private:
  using List = LinkedList<QueuedJob, &QueuedJob::queue_link>;

  List& list_for(const QueuedJob& job) {
    if (lists_.size() <= job.priority) lists_.resize(job.priority + 1u);
    return lists_[job.priority];
  }
  void entered(QueuedJob& job) noexcept {
    occupied_ |= std::uint64_t{1} << job.priority;
    job.queue = this;
  }

  std::vector<List> lists_;
  std::uint64_t occupied_ = 0;  // a bit for each list
};

}  // namespace troupe::detail
