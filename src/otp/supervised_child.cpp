#include "otp/supervised_child.hpp"

#include <stdexcept>
#include <utility>

#include "actor/incarnation.hpp"
#include "actor/turn.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

class ReviveOperation : public TypedOperation<bool> {
 public:
  ReviveOperation(const AnyRef& child, Construct construct)
      : TypedOperation(*cell_of(child), *make_node<Revive>(construct), forever) {}
};

// How a child is made. It may happen when whoever waits for it is gone; the child's entry is not.
Construct construct(const SupervisedChild& child) noexcept {
  return {[](void* object, const void* context) {
            auto& self = *static_cast<const SupervisedChild*>(context);
            self.spec.recipe()->construct(object, *self.siblings);
          },
          &child};
}

// What is done for a request is not cut short when the caller's time is over.
void outlive_caller(Cell& supervisor) noexcept { turn.deadline = supervisor.handler->deadline = 0; }

// Never empty.
std::string why(const CallError& error) {
  return error.reason.empty() ? std::string(to_string(error.code)) : error.reason;
}

EndOperation end_operation(const AnyRef& child, NodeKind ask, Fate fate) {
  return EndOperation(*cell_of(child), *make_node<EndWatch>(ask, "its supervisor ends it", fate));
}

// The actor was not dormant any more: only a new one can be made.
bool ended_for_good(const CallError& error) noexcept { return error.code != CallErrorCode::failed; }

}  // namespace

Intensity::Intensity(std::uint32_t most, Nanoseconds period) : most_(most), period_(period) {
  if (period <= 0) throw std::invalid_argument("a supervisor's period is above zero");
}

bool Intensity::allows(Nanoseconds now) {
  restarts_.push_back(now);
  while (now - restarts_.front() > period_) restarts_.pop_front();
  return restarts_.size() <= most_;
}

std::string Intensity::text() const {
  return format("more than {} restarts in {}", most_, duration_text(period_));
}

void check(const ChildSpec& spec) {
  const auto refuse = [&](std::string_view why) {
    throw std::invalid_argument(format("child '{}': {}", spec.id(), why));
  };
  const Backoff& backoff = spec.backoff();
  if (spec.shutdown().count() < 0) refuse("a negative shutdown time");
  if (spec.significant() && spec.restart() == Restart::permanent) {
    refuse("a permanent child cannot be significant");
  }
  if (backoff.minimum.count() < 0) refuse("a negative back-off");
  if (backoff.maximum < backoff.minimum) refuse("a back-off whose maximum is below its minimum");
  if (backoff.minimum.count() > 0 && !(backoff.factor >= 1)) refuse("a back-off factor below 1");
  if (!(backoff.jitter >= 0 && backoff.jitter <= 1)) refuse("a back-off jitter not from 0 to 1");
}

Task<std::string> start_child(Cell& supervisor, SupervisedChild& child, const Siblings& siblings,
                              std::string_view report_as) {
  outlive_caller(supervisor);
  child.siblings = &siblings;
  const Clock& clock = supervisor.system->clock;
  if (child.state == ChildState::restarting && child.ref) {
    ReviveOperation revive(child.ref, construct(child));
    auto revived = co_await revive;
    if (revived && *revived) {
      child.state = ChildState::running;
      ++child.incarnation;
      ++child.restarts;
      child.pause.started(clock.now());
      report(supervisor, LogLevel::debug, "restarted", child, std::string_view());
      co_return std::string();
    }
    if (revived) {
      // IgnoreStart: nothing waits to be made again.
      co_await end_child(supervisor, child, false);
      child.ref = AnyRef();
      co_return std::string();
    }
    if (!ended_for_good(revived.error())) {
      ++child.incarnation;
      std::string error = why(revived.error());
      report(supervisor, LogLevel::error, report_as, child, error);
      co_return error;
    }
  }
  const SpawnOptions options = SpawnOptions()
                                   .name(child.spec.name())
                                   .shutdown_time(child.spec.shutdown())
                                   .mailbox(child.spec.mailbox());
  child.ref = AnyRef();
  auto spawned = spawn_supervised(supervisor, child.spec.recipe()->type, options,
                                  child.spec.restart(), construct(child), child.ref);
  if (!spawned) {
    child.state = ChildState::stopped;
    // It may have children to end first. A supervisor that starts itself fails at once: it ends
    // after them anyway.
    if (child.ref && supervisor.phase == Phase::running) {
      EndOperation end = child.ref.wait().within(forever);
      (void)co_await end;
    }
    child.ref = AnyRef();
    if (spawned.error().code() == SpawnErrorCode::ignored) co_return std::string();
    report(supervisor, LogLevel::error, report_as, child, spawned.error().what());
    co_return spawned.error().what();
  }
  const bool again = child.incarnation != 0;
  child.incarnation = 1;
  const Extras* theirs = extras_if_any(*cell_of(child.ref));
  if (cell_of(child.ref)->type->pre_start_is_coroutine && !(theirs && theirs->started_at_spawn)) {
    StartOperation start = started(child.ref).within(forever);
    auto running = co_await start;
    if (!running) {
      const bool ignored = extras_of(*cell_of(child.ref)).ignored;
      child.state = ChildState::restarting;  // it may be dormant, and then has to be ended
      co_await end_child(supervisor, child, false);
      child.ref = AnyRef();
      child.state = ChildState::stopped;
      if (ignored) co_return std::string();
      std::string error = why(running.error());
      report(supervisor, LogLevel::error, report_as, child, error);
      co_return error;
    }
  }
  child.state = ChildState::running;
  child.restarts += again;
  child.pause.started(clock.now());
  report(supervisor, LogLevel::debug, "started", child, std::string_view());
  co_return std::string();
}

Task<> end_child(Cell& supervisor, SupervisedChild& child, bool for_restart) {
  if (!child.ref || child.state == ChildState::stopped) co_return;
  outlive_caller(supervisor);
  const Fate fate = for_restart && !child.temporary() ? Fate::next : Fate::last;
  const bool was_running = child.state == ChildState::running;
  child.state = fate == Fate::next ? ChildState::restarting : ChildState::stopped;
  const std::chrono::nanoseconds time = child.spec.shutdown();
  if (time.count() > 0) {
    EndOperation stop = end_operation(child.ref, NodeKind::stop, fate).within(time);
    auto end = co_await stop;
    if (end) {
      if (was_running && !end->clean()) {
        report(supervisor, LogLevel::warning, "shutdown_error", child, *end);
      }
      // It has ended, or waits for us to go on: what it left behind is ours.
      Extras* theirs = extras_if_any(*cell_of(child.ref));
      if (theirs && theirs->last_state) child.last_state = std::move(theirs->last_state);
      co_return;
    }
    report(supervisor, LogLevel::warning, "shutdown_error", child,
           "did not stop within its shutdown time: killed");
  }
  EndOperation kill = end_operation(child.ref, NodeKind::kill, fate).within(forever);
  (void)co_await kill;
}

void give_up(Cell& supervisor, std::string why) {
  supervisor.system->log(LogLevel::error, &supervisor, "gives up: " + why);
  extras_of(supervisor).gave_up = true;
  ask_to_stop(supervisor, {ExitKind::shutdown, std::move(why)});
}

void report(Cell& supervisor, LogLevel level, std::string_view context,
            const SupervisedChild& child, std::string_view reason) {
  if (level < supervisor.system->options.log_level) return;
  const std::string who = child.spec.id().empty() ? child.ref.name() : child.spec.id();
  supervisor.system->log(level, &supervisor,
                         format("{}: child '{}' ({}){}{}", context, who, child.spec.type(),
                                reason.empty() ? "" : ": ", reason));
}

void report(Cell& supervisor, LogLevel level, std::string_view context,
            const SupervisedChild& child, const ExitReason& reason) {
  if (level < supervisor.system->options.log_level) return;
  report(supervisor, level, context, child, std::string_view(to_string(reason)));
}

}  // namespace troupe::detail
