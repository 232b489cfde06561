#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "troupe/actor_ref.hpp"
#include "troupe/detail/export.hpp"
#include "troupe/detail/pool.hpp"

namespace troupe {

template <class J>
class Work;
template <class J>
struct DeadWork;
enum class DeadWorkReason : unsigned char;

/// Jobs on their way through a queue, without their type.
///
/// A job is in exactly one place at a time, which owns it: in the queue, on a consumer's line, in
/// the handle that a consumer has, or in the event that carries it back to the queue. So nobody can
/// be given a job that somebody else still has.
namespace detail {

struct WorkShared;

/// A job.
class TROUPE_EXPORT WorkItem {
 public:
  /// One incarnation of one actor.
  struct Taker {
    std::uint64_t actor;
    std::uint32_t incarnation;
    friend bool operator==(const Taker&, const Taker&) = default;
  };

  WorkItem() noexcept = default;
  WorkItem(const WorkItem&) = delete;
  WorkItem& operator=(const WorkItem&) = delete;
  virtual ~WorkItem();
  static void* operator new(std::size_t size) { return pool_allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { pool_free(memory, size); }

  /// Sends it away as a DeadWork.
  virtual void send_dead(const AnyRef& receiver, DeadWorkReason reason, AnyRef consumer) = 0;

  std::uint64_t number = 0;            // in the order of acceptance, from 1; 0: not accepted yet
  const WorkShared* shared = nullptr;  // its queue's; whoever owns an accepted job holds it
  unsigned deliveries = 0;
  std::uint32_t incarnation = 0;  // of the consumer that has it
  bool confirmed = false;         // a producer waits until it is acknowledged
  bool settled = false;           // acknowledged or given up
  std::vector<Taker> takers;      // who dropped it
  AnyRef last_consumer;
};

/// Owns a job. One that was accepted and is destroyed before it is settled has lost its queue: it
/// goes to the receiver of dead jobs.
class TROUPE_EXPORT WorkItemRef {
 public:
  WorkItemRef() noexcept = default;
  explicit WorkItemRef(WorkItem* owned) noexcept : item_(owned) {}
  WorkItemRef(WorkItemRef&& other) noexcept : item_(std::exchange(other.item_, nullptr)) {}
  WorkItemRef& operator=(WorkItemRef other) noexcept {
    std::swap(item_, other.item_);
    return *this;
  }
  ~WorkItemRef() {
    if (item_) destroy();
  }

  explicit operator bool() const noexcept { return item_ != nullptr; }
  WorkItem& operator*() const noexcept { return *item_; }
  WorkItem* operator->() const noexcept { return item_; }
  WorkItem* get() const noexcept { return item_; }

 private:
  void destroy() noexcept;

  WorkItem* item_ = nullptr;
};

template <class J>
class TypedWorkItem final : public WorkItem {
 public:
  explicit TypedWorkItem(J&& value) noexcept : job(std::move(value)) {}

  void send_dead(const AnyRef& receiver, DeadWorkReason reason, AnyRef consumer) override {
    ref_cast<ActorRef<DeadWork<J>>>(receiver).template cast<DeadWork<J>>(
        std::move(job), reason, deliveries, std::move(consumer));
  }

  J job;
};

// -- lines ---

/// What lies between a queue and one of its consumers; counted.
class WorkLine;
TROUPE_EXPORT void retain_line(WorkLine& line) noexcept;
TROUPE_EXPORT void release_line(WorkLine& line) noexcept;

class WorkLineRef {
 public:
  WorkLineRef() noexcept = default;
  explicit WorkLineRef(WorkLine* retained) noexcept : line_(retained) {}
  WorkLineRef(const WorkLineRef& other) noexcept : line_(other.line_) {
    if (line_) retain_line(*line_);
  }
  WorkLineRef(WorkLineRef&& other) noexcept : line_(std::exchange(other.line_, nullptr)) {}
  WorkLineRef& operator=(WorkLineRef other) noexcept {
    std::swap(line_, other.line_);
    return *this;
  }
  ~WorkLineRef() {
    if (line_) release_line(*line_);
  }

  explicit operator bool() const noexcept { return line_ != nullptr; }
  WorkLine& operator*() const noexcept { return *line_; }
  WorkLine* operator->() const noexcept { return line_; }

 private:
  WorkLine* line_ = nullptr;
};

/// A Work without its type. In a mailbox it is a token: the right to the first job of its line. It
/// gets that job when it is looked at or moved, which is when the consumer's handler has it; so a
/// job that comes back is first again, also before those whose tokens are in the mailbox already.
class TROUPE_EXPORT WorkLease {
 public:
  WorkLease() noexcept = default;
  explicit WorkLease(WorkLineRef line) noexcept : line_(std::move(line)) {}
  WorkLease(WorkLease&& other) noexcept {
    other.take();
    line_ = std::move(other.line_);
    item_ = std::move(other.item_);
  }
  WorkLease& operator=(WorkLease other) noexcept {
    std::swap(line_, other.line_);
    std::swap(item_, other.item_);
    return *this;
  }
  ~WorkLease() {
    if (line_) drop();
  }

  explicit operator bool() const noexcept { return static_cast<bool>(line_); }
  WorkItem& item() const noexcept {
    take();
    return *item_;
  }
  void acknowledge() noexcept;

 private:
  void take() const noexcept {
    if (line_ && !item_) take_first();
  }
  void take_first() const noexcept;
  void drop() noexcept;

  WorkLineRef line_;
  mutable WorkItemRef item_;
};

// -- what can be wrong; see check.hpp ---

template <class Consumer, class Message>
struct ConsumerDoesNotHandle {};
[[noreturn]] TROUPE_EXPORT void no_consumer();

}  // namespace detail
}  // namespace troupe
