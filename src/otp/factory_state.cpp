#include "otp/factory_state.hpp"

#include <stdexcept>

#include "actor/turn.hpp"
#include "otp/factory_guard.hpp"

namespace troupe::detail {

FactoryState::FactoryState(Cell& factory, FactoryOptions options, MakeWorker make,
                           const MessageType* const* jobs)
    : cell_(factory), options_(std::move(options)), make_(std::move(make)), jobs_(jobs) {
  reports_.factory = &factory;
  if (const std::string problem = problem_with(options_); !problem.empty()) {
    throw std::invalid_argument("FactoryOptions: " + problem);
  }
  discardable_.resize(options_.priorities.count);
  tokens_ = TokenBucket(options_.rate, now());
  spawn_options_ = SpawnOptions().shutdown_time(options_.shutdown_time);
}

FactoryState::~FactoryState() {
  close();
  settle();
  while (!busy_.empty()) delete &take_back(*busy_.front());
  while (WorkerRecord* record = records_.front()) delete_record(*record);
}

Nanoseconds FactoryState::now() noexcept {
  if (now_ == 0) now_ = cell_.system->clock.now();
  return now_;
}

Log FactoryState::log() const noexcept { return Log(*cell_.system, &cell_); }

void FactoryState::run_hook(std::string_view what, const Function<void()>& hook) noexcept {
  if (hook) guarded(what, hook);
}

// -- settings ---

std::string FactoryState::problem_with(const FactoryOptions& options) const {
  if (options.workers == 0) return "a factory has at least one worker";
  if (options.workers > FactoryOptions::kMaxWorkers) return "too many workers";
  if (options.priorities.count == 0 || options.priorities.count > JobQueue::kMaxPriorities) {
    return "1 to 64 priorities";
  }
  const Backoff& backoff = options.backoff;
  for (const auto time : {options.time_to_live, options.dead_mans_switch, options.shutdown_time,
                          backoff.minimum, backoff.reset_after}) {
    if (time.count() < 0) return "a time is negative";
  }
  if (backoff.maximum < backoff.minimum || !(backoff.factor >= 1) ||
      !(backoff.jitter >= 0 && backoff.jitter <= 1)) {
    return "backoff's maximum is at least its minimum, its factor at least 1, its jitter from 0 "
           "to 1";
  }
  if (options.rate.jobs != 0 && options.rate.per.count() <= 0) return "a rate needs a time";
  if (options.adjust_every.count() <= 0) return "adjust_every is no time";
  const MessageType* stranger = options.route.function().stranger_to(jobs_);
  if (!stranger) stranger = options.priorities.of.stranger_to(jobs_);
  if (!stranger) stranger = options.may_discard.stranger_to(jobs_);
  if (stranger) return format("{} is no job of these workers", stranger->name);
  return {};
}

std::expected<void, std::string> FactoryState::resize(std::size_t workers) {
  return update([workers](FactoryOptions& options) { options.workers = workers; });
}

std::expected<void, std::string> FactoryState::update(
    const Function<void(FactoryOptions&)>& change) {
  now_ = 0;
  FactoryOptions changed = options_;
  const std::string error = with_error_text(
      [&] {
        change(changed);
        return std::string();
      },
      [](std::string text) { return text; });
  if (!error.empty()) return std::unexpected(error);
  changed.route = options_.route;
  changed.priorities = options_.priorities;
  if (std::string problem = problem_with(changed); !problem.empty()) {
    return std::unexpected(std::move(problem));
  }
  const bool other_rate = changed.rate != options_.rate;
  const bool other_watch = changed.dead_mans_switch != options_.dead_mans_switch;
  options_ = std::move(changed);
  if (other_rate) tokens_ = TokenBucket(options_.rate, now());
  spawn_options_ = SpawnOptions().shutdown_time(options_.shutdown_time);
  grow_or_shrink();
  enforce_limit();
  start_adjusting();
  if (other_watch) {
    watching_.cancel();
    give_up_overdue();
  }
  check_drained();
  return {};
}

void FactoryState::start_adjusting() {
  adjusting_.cancel();
  if (!options_.adjust_limit && !options_.adjust_workers) return;
  adjusting_ = start_periodic_timer(cell_, options_.adjust_every, *make_node<FactoryTick>(true),
                                    &copy_node<FactoryTick>);
}

void FactoryState::adjust() {
  now_ = 0;
  const FactoryStats figures = stats();
  if (options_.adjust_limit) {
    guarded("adjust_limit", [&] { options_.limit = options_.adjust_limit(figures); });
    enforce_limit();
  }
  if (options_.adjust_workers) {
    guarded("adjust_workers", [&] {
      const std::size_t workers = options_.adjust_workers(figures);
      if (workers == options_.workers) return;
      if (workers == 0 || workers > FactoryOptions::kMaxWorkers) {
        throw std::invalid_argument(format("{} workers", workers));
      }
      options_.workers = workers;
      grow_or_shrink();
    });
  }
  check_drained();
}

FactoryStats FactoryState::stats() const {
  FactoryStats stats = counts_;
  stats.workers = options_.workers;
  stats.queued = queued_;
  stats.in_hand = in_hand_;
  stats.limit = options_.limit;
  stats.draining = draining_;
  stats.in_queue = in_queue_.summary();
  stats.in_work = in_work_.summary();
  return stats;
}

}  // namespace troupe::detail
