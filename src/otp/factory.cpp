#include "troupe/factory.hpp"

#include "base/clock.hpp"
#include "otp/factory_guard.hpp"
#include "otp/factory_state.hpp"
#include "troupe/format.hpp"

namespace troupe {

std::string_view to_string(DiscardReason reason) noexcept {
  switch (reason) {
    case DiscardReason::expired:
      return "its time to live was over";
    case DiscardReason::overload:
      return "too many jobs waited";
    case DiscardReason::rate_limited:
      return "too many jobs came";
    case DiscardReason::shutdown:
      return "the factory ends";
    case DiscardReason::misrouted:
      return "a function of the factory's options failed";
  }
  return "?";
}

std::string to_string(const TimeSummary& times) {
  if (times.count == 0) return "none";
  const auto text = [](std::chrono::nanoseconds time) {
    return detail::duration_text(time.count());
  };
  return format("min {}, mean {}, p50 {}, p99 {}, max {}", text(times.min), text(times.mean),
                text(times.p50), text(times.p99), text(times.max));
}

std::string to_string(const FactoryStats& stats) {
  return format(
      "{} workers, {} free, {} stuck; {} jobs: {} queued, {} in hand, {} done, {} failed, "
      "{} discarded ({} expired, {} overload, {} rate limited, {} shutdown, {} misrouted); "
      "{} retried, {} restarts; in queue: {}; in work: {}",
      stats.workers, stats.free, stats.stuck, stats.submitted, stats.queued, stats.in_hand,
      stats.done, stats.failed, stats.discarded(), stats.expired, stats.overload,
      stats.rate_limited, stats.shutdown, stats.misrouted, stats.retried, stats.restarts,
      stats.in_queue, stats.in_work);
}

namespace detail {

FactoryCore::FactoryCore(FactoryOptions options, MakeWorker make, const MessageType* const* jobs)
    : state_(new FactoryState(*cell_of(self()), std::move(options), std::move(make), jobs)) {}

FactoryCore::~FactoryCore() { delete state_; }

void FactoryCore::pre_start() { state_->start(); }
void FactoryCore::post_start() { state_->run_hook("on_started", state_->options().on_started); }
void FactoryCore::post_stop() {
  state_->settle();
  state_->run_hook("on_stopped", state_->options().on_stopped);
}

void FactoryCore::handle(WakeFactory) {}  // whatever comes, reports are collected first
void FactoryCore::handle(FactoryTick m) { m.adjust ? state_->adjust() : state_->give_up_overdue(); }
void FactoryCore::handle(ReplaceWorker m) { state_->replace(m); }
std::expected<void, std::string> FactoryCore::handle(ResizeFactory m) {
  return state_->resize(m.workers);
}
std::expected<void, std::string> FactoryCore::handle(UpdateFactory m) {
  return state_->update(m.update);
}
FactoryStats FactoryCore::handle(GetFactoryStats) { return state_->stats(); }
void FactoryCore::handle(ChildFailed m) {
  state_->collect();
  state_->worker_ended(m.child, true);
}
void FactoryCore::handle(ChildStopped m) {
  state_->collect();
  state_->worker_ended(m.child, false);
}

void FactoryCore::take(Node& job) { state_->take(job, nullptr, nullptr); }
void FactoryCore::take(Node& job, const JobOptions& options, CopyNode copy) {
  state_->take(job, &options, copy);
}
Node* FactoryCore::submit(Node& job, const JobOptions& options, CopyNode copy) {
  return state_->submit(job, options, copy);
}
void FactoryCore::collect() { state_->collect(); }
bool FactoryCore::drain() { return state_->drain(); }
void FactoryCore::close() noexcept { state_->close(); }

}  // namespace detail
}  // namespace troupe
