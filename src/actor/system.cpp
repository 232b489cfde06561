#include "troupe/system.hpp"

#include <stdexcept>
#include <utility>

#include "actor/system_state.hpp"
#include "actor/turn.hpp"
#include "troupe/end.hpp"

namespace troupe {

namespace {

// What a killed actor gets to unwind in before a shutdown gives it up.
constexpr std::chrono::nanoseconds kGrace = std::chrono::milliseconds(200);

AnyRef root_of(detail::SystemState& state) {
  detail::retain(*state.root);
  return adopt_cell(state.root);
}

}  // namespace

detail::SystemState& detail::state_of(const System& system) noexcept { return *system.state_; }

System::System(SystemOptions options) : state_(new detail::SystemState(std::move(options))) {}

System::~System() {
  shutdown(state_->options.shutdown_deadline);
  state_->blocking.stop();
  state_->timers.stop();
  state_->event_log.report(*state_, state_->clock.now(), true);
  const bool ended = state_->scheduler.stop(state_->clock.now() + kGrace.count());
  // A thread that is stuck in a handler needs the state for as long as the process lives.
  if (ended) delete state_;
}

ShutdownReport System::shutdown() { return shutdown(state_->options.shutdown_deadline); }

ShutdownReport System::shutdown(std::chrono::nanoseconds deadline) {
  if (detail::turn.cell)
    throw std::logic_error("shutdown() would wait for the actor that calls it");
  const AnyRef root = root_of(*state_);
  ShutdownReport report;
  if (root.stop_and_wait("the system shuts down").within(deadline).get()) return report;
  report.complete = false;
  // Who is in a handler now cannot be ended by anybody; who waits in one is named when it is
  // killed.
  for (unsigned i = 0; i < state_->scheduler.size(); ++i) {
    detail::Worker& worker = state_->scheduler.worker(i);
    const auto turns = worker.turns.load(std::memory_order_relaxed);
    if (auto who = state_->running_on(worker, turns)) report.held_up.push_back(std::move(*who));
  }
  state_->overdue.store(true, std::memory_order_relaxed);
  (void)root.kill_and_wait().within(kGrace).get();
  std::lock_guard lock(state_->held_up_mutex);
  for (HeldUp& who : state_->held_up) report.held_up.push_back(std::move(who));
  state_->held_up.clear();
  for (const HeldUp& who : report.held_up) {
    log().error("shutdown was held up by {} in {}", who.actor,
                who.handler.empty() ? "a hook" : who.handler);
  }
  return report;
}

std::vector<std::string> System::names() const { return state_->registry.names(); }

std::vector<AnyRef> System::top_level() const {
  std::lock_guard lock(state_->root_children);
  return detail::children_of(*state_->root);
}

Log System::log() const noexcept { return Log(*state_, nullptr); }

unsigned System::workers() const noexcept { return state_->workers(); }

SystemStats System::stats() const {
  SystemStats stats;
  // Fewer unstarted ones than spawned ones: read them first.
  const std::uint64_t unstarted = state_->unstarted.load(std::memory_order_acquire);
  stats.ended = state_->ended_outside.load(std::memory_order_acquire);
  stats.spawned = state_->spawned_outside.load(std::memory_order_relaxed) - unstarted;
  for (unsigned i = 0; i < state_->scheduler.size(); ++i) {
    const detail::Worker::Tally& tally = state_->scheduler.worker(i).tally;
    stats.ended += tally.ended.load(std::memory_order_acquire);
    stats.spawned += tally.spawned.load(std::memory_order_acquire);
  }
  stats.failures = state_->failures.load(std::memory_order_relaxed);
  stats.dead_letters = state_->event_log.dead_letters();
  stats.expired_requests = state_->expired_requests.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace troupe
