#include "otp/work_state.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "actor/turn.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

constexpr const char* kDraining = "the queue drains";

WorkOptions checked(const WorkOptions& options) {
  if (options.window == 0) throw std::invalid_argument("WorkOptions: window is at least 1");
  if (options.max_deliveries == 0) {
    throw std::invalid_argument("WorkOptions: max_deliveries is at least 1");
  }
  return options;
}

// Whether the caller's time is over.
template <class T>
bool is_late(ReplyPort<T>& port) noexcept {
  Request* request = release_port(port);
  port = ReplyPort<T>(request);
  return request && is_late(*request);
}

}  // namespace

WorkState::WorkState(const ActorRef<WorkEvent>& self, const WorkOptions& options, AnyRef dead,
                     const WorkTraits& traits, bool ordered)
    : cell_(*cell_of(self)),
      shared_(std::make_shared<WorkShared>(self, std::move(dead), traits, options.max_deliveries,
                                           ordered)),
      options_(checked(options)) {}

WorkState::~WorkState() {
  for (auto& [id, line] : lines_) line->close();
  if (!waiting_.empty() || in_flight() != 0) {
    log().warning("ends with {} jobs waiting and {} in flight", waiting_.size(), in_flight());
  }
}

Log WorkState::log() const noexcept { return Log(*cell_.system, &cell_); }

std::uint64_t WorkState::in_flight() const noexcept {
  return counts_.submitted - waiting_.size() - counts_.acknowledged - counts_.given_up;
}

WorkStats WorkState::stats() {
  drop_late();
  WorkStats stats = counts_;
  stats.waiting = waiting_.size();
  stats.in_flight = in_flight();
  stats.suspended = parked_.size();
  for (const auto& [id, line] : lines_) stats.consumers += !line->left;
  return stats;
}

// -- producers ---

bool WorkState::takes_more() const noexcept {
  return waiting_.size() < options_.buffer || (waiting_.empty() && !ready_.empty());
}

bool WorkState::has_room() const noexcept { return !draining_ && parked_.empty() && takes_more(); }

void WorkState::submit(WorkItemRef item, ReplyPort<void> port) {
  if (draining_) return port.fail(kDraining);
  park({std::move(item), std::move(port), {}});
}

void WorkState::complete(WorkItemRef item, ReplyPort<unsigned> port) {
  if (draining_) return port.fail(kDraining);
  item->confirmed = true;
  park({std::move(item), {}, std::move(port)});
}

void WorkState::accept(WorkItemRef item) {
  item->number = ++counts_.submitted;
  item->shared = shared_.get();
  waiting_.push_back(std::move(item));
  dispatch();
}

void WorkState::park(Parked submit) {
  // Those who give up and try again must not pile up here while there is no room.
  if (parked_.size() >= sweep_at_) {
    drop_late();
    sweep_at_ = 2 * parked_.size() + kSweepAt;
  }
  parked_.push_back(std::move(submit));
  move_on();
}

void WorkState::drop_late() {
  counts_.expired += std::erase_if(parked_, [](Parked& submit) {
    return is_late(submit.accepted) || is_late(submit.completed);
  });
}

void WorkState::take_up(Parked submit) {
  if (is_late(submit.accepted) || is_late(submit.completed)) {
    ++counts_.expired;
    return;
  }
  const std::uint64_t number = counts_.submitted + 1;
  if (submit.completed) completions_.emplace(number, std::move(submit.completed));
  accept(std::move(submit.item));
  submit.accepted.send();
}

// What happened may have made room in the buffer, or room for those who wait for room.
void WorkState::move_on() {
  dispatch();
  while (!parked_.empty() && takes_more()) {
    Parked first = std::move(parked_.front());
    parked_.pop_front();
    take_up(std::move(first));
  }
  if (draining_ && is_drained()) ask_to_stop(cell_, {ExitKind::drained, {}});
}

bool WorkState::is_drained() const noexcept {
  return waiting_.empty() && parked_.empty() && in_flight() == 0;
}

bool WorkState::drain() {
  draining_ = true;
  return is_drained();
}

// -- jobs ---

void WorkState::dispatch() {
  for (std::size_t i = 0; i < waiting_.size() && !ready_.empty();) {
    WorkLineRef line = next_for(*waiting_[i]);
    if (!line) {
      ++i;
      continue;
    }
    WorkItemRef item = std::move(waiting_[i]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    line->give(std::move(item));
    refresh(line);
  }
}

// Takes the consumer that has waited longest, of those that may have the job, out of `ready_`.
WorkLineRef WorkState::next_for(const WorkItem& item) {
  const auto found = std::find_if(ready_.begin(), ready_.end(),
                                  [&](const WorkLineRef& line) { return !line->excludes(item); });
  if (found == ready_.end()) return {};
  WorkLineRef line = std::move(*found);
  ready_.erase(found);
  line->ready = false;
  return line;
}

void WorkState::put_back(WorkItemRef item) {
  const auto place = std::upper_bound(
      waiting_.begin(), waiting_.end(), item->number,
      [](std::uint64_t number, const WorkItemRef& other) { return number < other->number; });
  waiting_.insert(place, std::move(item));
}

void WorkState::give_up(WorkItemRef item) {
  ++counts_.given_up;
  item->settled = true;
  if (auto completion = completions_.extract(item->number)) {
    completion.mapped().fail(format("given up after {} deliveries", item->deliveries));
  }
  if (shared_->dead) {
    item->send_dead(shared_->dead, DeadWorkReason::max_deliveries, std::move(item->last_consumer));
  } else {
    log().error("gives up a job ({}) after {} deliveries; the last was to {}", shared_->traits.job,
                item->deliveries, item->last_consumer);
  }
}

void WorkState::hear(WorkEvent& event) {
  WorkLine& line = *event.line;
  if (line.shared() != shared_.get()) return;  // of an incarnation before this one
  switch (event.kind) {
    case WorkEvent::acknowledged:
      ++counts_.acknowledged;
      if (!event.confirmed) break;
      if (auto completion = completions_.extract(event.number)) {
        completion.mapped().send(event.deliveries);
      }
      break;
    case WorkEvent::dropped:
      if (event.item && event.item->deliveries >= shared_->max_deliveries) {
        give_up(std::move(event.item));
        break;
      }
      ++counts_.redelivered;
      [[fallthrough]];
    case WorkEvent::unopened:
      if (event.item) put_back(std::move(event.item));
      break;
  }
  refresh(event.line);
  move_on();
}

// -- consumers ---

void WorkState::add(const AnyRef& consumer, std::size_t window) {
  if (window == 0) window = options_.window;
  WorkLineRef& line = lines_[consumer.id()];
  if (!line) {
    line = WorkLineRef(new WorkLine(shared_, consumer, window));
    start_monitor(cell_, consumer, true);
  }
  line->set_window(window);
  line->left = false;
  forget_credit(*line);
  refresh(line);
  move_on();
}

void WorkState::remove(const AnyRef& consumer) {
  const auto found = lines_.find(consumer.id());
  if (found == lines_.end()) return;
  // Kept until the actor's end: should it come back, it is still known which jobs it has dropped.
  found->second->left = true;
  forget_credit(*found->second);
}

// What became of a line may have changed its credit.
void WorkState::refresh(const WorkLineRef& line) {
  if (line->ended) return forget_credit(*line);
  if (shared_->ordered) line->refill();
  const bool has_credit = !line->left && !line->ended && line->credit() > 0;
  if (has_credit && !line->ready) {
    line->ready = true;
    ready_.push_back(line);
  } else if (!has_credit) {
    forget_credit(*line);
  }
}

void WorkState::forget_credit(WorkLine& line) {
  if (!std::exchange(line.ready, false)) return;
  std::erase_if(ready_, [&](const WorkLineRef& other) { return &*other == &line; });
}

void WorkState::hear(const Down& down) {
  const auto found = lines_.find(down.actor.id());
  if (found == lines_.end()) return;
  const WorkLineRef line = found->second;
  line->ended = true;
  forget_credit(*line);
  if (shared_->ordered) {  // there will be no other; its line is closed with the queue
    ask_to_stop(cell_, {ExitKind::stopped, format("its consumer has ended: {}", down.reason)});
  } else {
    lines_.erase(found);
  }
}

void WorkState::hear(const Restarted& restarted) {
  const auto found = lines_.find(restarted.actor.id());
  if (found == lines_.end()) return;
  const WorkLineRef line = found->second;
  line->restarted(restarted.incarnation);
  refresh(line);
  move_on();
}

}  // namespace troupe::detail
