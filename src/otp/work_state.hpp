#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "otp/work_line.hpp"
#include "troupe/log.hpp"

namespace troupe::detail {

/// A queue: the jobs that wait, the producers that wait, the consumers. In its actor's turns only.
///
/// Whenever a turn ends, no job waits that a consumer with credit may have, and no producer waits
/// while there is room.
class WorkState {
 public:
  WorkState(const ActorRef<WorkEvent>& self, const WorkOptions& options, AnyRef dead,
            const WorkTraits& traits, bool ordered);
  ~WorkState();

  void submit(WorkItemRef item, ReplyPort<void> port);
  void complete(WorkItemRef item, ReplyPort<unsigned> port);
  bool has_room() const noexcept;
  void accept(WorkItemRef item);

  void add(const AnyRef& consumer, std::size_t window);
  void remove(const AnyRef& consumer);

  void hear(const Down& down);
  void hear(const Restarted& restarted);
  void hear(WorkEvent& event);
  WorkStats stats();
  bool drain();

 private:
  struct Parked {
    WorkItemRef item;
    ReplyPort<void> accepted;
    ReplyPort<unsigned> completed;  // one of the two
  };

  bool takes_more() const noexcept;
  void park(Parked submit);
  void drop_late();
  void take_up(Parked submit);
  void move_on();
  void dispatch();
  void put_back(WorkItemRef item);
  void give_up(WorkItemRef item);
  void refresh(const WorkLineRef& line);
  void forget_credit(WorkLine& line);
  WorkLineRef next_for(const WorkItem& item);
  std::uint64_t in_flight() const noexcept;
  bool is_drained() const noexcept;
  Log log() const noexcept;

  Cell& cell_;
  const std::shared_ptr<const WorkShared> shared_;
  const WorkOptions options_;
  std::deque<WorkItemRef> waiting_;  // ordered by number
  std::deque<Parked> parked_;
  static constexpr std::size_t kSweepAt = 64;
  std::size_t sweep_at_ = kSweepAt;  // how many are parked when it is time to look for late ones
  std::unordered_map<std::uint64_t, WorkLineRef> lines_;  // by the consumer's id
  std::deque<WorkLineRef> ready_;                         // those with credit; longest first
  std::unordered_map<std::uint64_t, ReplyPort<unsigned>> completions_;  // by the job's number
  WorkStats counts_;
  bool draining_ = false;
};

}  // namespace troupe::detail
