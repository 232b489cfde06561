#include "troupe/detail/work_core.hpp"

#include "otp/work_state.hpp"
#include "troupe/format.hpp"

namespace troupe {

std::string_view to_string(DeadWorkReason reason) noexcept {
  return reason == DeadWorkReason::max_deliveries ? "delivered too often" : "the queue ended";
}

std::string to_string(const WorkStats& stats) {
  return format(
      "{} consumers, {} submitted, {} waiting, {} in flight, {} acknowledged, {} redelivered, "
      "{} given up, {} submits suspended, {} expired",
      stats.consumers, stats.submitted, stats.waiting, stats.in_flight, stats.acknowledged,
      stats.redelivered, stats.given_up, stats.suspended, stats.expired);
}

namespace detail {

WorkCore::WorkCore(const ActorRef<WorkEvent>& self, const WorkOptions& options, AnyRef dead,
                   const WorkTraits& traits)
    : state_(new WorkState(self, options, std::move(dead), traits, false)) {}

WorkCore::WorkCore(const ActorRef<WorkEvent>& self, const WorkOptions& options, AnyRef dead,
                   const WorkTraits& traits, const AnyRef& consumer) {
  if (!consumer) no_consumer();
  state_ = new WorkState(self, options, std::move(dead), traits, true);
  state_->add(consumer, 0);
}

WorkCore::~WorkCore() { delete state_; }

void WorkCore::submit(WorkItemRef item, ReplyPort<void> port) {
  state_->submit(std::move(item), std::move(port));
}
void WorkCore::complete(WorkItemRef item, ReplyPort<unsigned> port) {
  state_->complete(std::move(item), std::move(port));
}
bool WorkCore::has_room() const noexcept { return state_->has_room(); }
void WorkCore::accept(WorkItemRef item) { state_->accept(std::move(item)); }
void WorkCore::add(const AnyRef& consumer, std::size_t window) { state_->add(consumer, window); }
void WorkCore::remove(const AnyRef& consumer) { state_->remove(consumer); }
void WorkCore::hear(Down m) { state_->hear(m); }
void WorkCore::hear(Restarted m) { state_->hear(m); }
void WorkCore::hear(WorkEvent m) { state_->hear(m); }
WorkStats WorkCore::stats() { return state_->stats(); }
bool WorkCore::drain() { return state_->drain(); }

}  // namespace detail
}  // namespace troupe
