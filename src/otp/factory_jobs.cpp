#include <algorithm>

#include "actor/overflow.hpp"
#include "actor/turn.hpp"
#include "otp/factory_guard.hpp"
#include "otp/factory_state.hpp"

namespace troupe::detail {

// -- from the factory's mailbox to a queue or a worker ---

void FactoryState::take(Node& node, const JobOptions* options, CopyNode copy) {
  now_ = 0;
  auto* job = new QueuedJob;
  job->node = &node;
  job->type = node.type;
  if (options && copy) {
    job->copy = copy;
    job->retries = options->retries;
  }
  // relaxed: a figure for error texts. The request waits again.
  if (node.type->kind == NodeKind::request) {
    static_cast<Request&>(node).started_at.store(0, std::memory_order_relaxed);
  }
  ++counts_.submitted;
  if (submitting_) submitting_ = job;
  admit(*job, options);
}

Node* FactoryState::submit(Node& node, const JobOptions& options, CopyNode copy) {
  QueuedJob place_holder;
  submitting_ = &place_holder;
  refused_ = false;
  take(node, &options, copy);
  QueuedJob* job = std::exchange(submitting_, nullptr);
  if (!refused_) return nullptr;
  delete job;
  return &node;
}

void FactoryState::admit(QueuedJob& job, const JobOptions* options) {
  if (draining_) return discard(job, DiscardReason::shutdown);
  job.submitted = now();
  if (tokens_.limited() && !tokens_.take(now())) return discard(job, DiscardReason::rate_limited);
  const Nanoseconds own = options ? options->time_to_live.count() : 0;
  const Nanoseconds time = own != 0 ? own : options_.time_to_live.count();
  if (time != 0) job.expires = time < INT64_MAX - now() ? now() + time : INT64_MAX;
  if (!guarded("a function of its options", [&] { classify(job, options); })) {
    return discard(job, DiscardReason::misrouted);
  }
  route(job);
  if (queued_ > options_.limit) enforce_limit();
}

void FactoryState::classify(QueuedJob& job, const JobOptions* options) {
  if (!options_.route.function().empty()) {
    if (const auto key = options_.route.function()(*job.node, options_.workers)) {
      job.has_key = true;
      job.key = *key;
    }
  }
  if (options && !options->key.empty()) {
    job.has_key = true;
    job.key = hash_of_key(options->key);
  }
  const unsigned last = options_.priorities.count - 1;
  if (last != 0) {
    unsigned priority = last;
    if (options && options->priority) {
      priority = *options->priority;
    } else if (const auto given = options_.priorities.of(*job.node)) {
      priority = *given;
    }
    job.priority = static_cast<std::uint8_t>(std::min(priority, last));
  }
  if (options && !options->may_discard) {
    job.may_discard = false;
  } else if (!options_.may_discard.empty()) {
    job.may_discard = options_.may_discard(*job.node).value_or(true);
  }
}

void FactoryState::route(QueuedJob& job) {
  using Rule = Routing::Rule;
  const Rule rule = options_.route.rule();
  if (rule == Rule::first_free || rule == Rule::sticky) {
    if (rule == Rule::sticky && job.has_key) {
      if (FactoryWorker* holder = keys_.find(job.key)) return assign(job, *holder);
    }
    FactoryWorker* worker = free_.front();
    return worker ? assign(job, *worker) : wait(job, common_);
  }
  if (job.has_key && rule == Rule::by_key) {
    FactoryWorker* holder = keys_.find(job.key);
    return assign(job, holder ? *holder : *workers_[consistent_hash(job.key, options_.workers)]);
  }
  const std::size_t index = job.has_key ? job.key : turn_++;
  assign(job, *workers_[index % options_.workers]);
}

void FactoryState::assign(QueuedJob& job, FactoryWorker& worker) {
  hold_key(job, worker);
  if (!worker.free) return wait(job, worker.queue);
  remove_free(worker);
  give(worker, job);
}

void FactoryState::hold_key(QueuedJob& job, FactoryWorker& worker) {
  const Routing::Rule rule = options_.route.rule();
  if (!job.has_key || (rule != Routing::Rule::by_key && rule != Routing::Rule::sticky)) return;
  keys_.add(job.key, worker);
  job.holds_key = true;
}

void FactoryState::release_key(QueuedJob& job) noexcept {
  if (std::exchange(job.holds_key, false)) keys_.remove(job.key);
}

void FactoryState::wait(QueuedJob& job, JobQueue& queue, bool first) {
  first ? queue.push_front(job) : queue.push_back(job);
  ++queued_;
  if (!job.may_discard) return;
  auto& ages = discardable_[job.priority];
  first ? ages.push_front(job) : ages.push_back(job);
}

void FactoryState::unqueue(QueuedJob& job) noexcept {
  job.queue->remove(job);
  --queued_;
  if (job.may_discard) discardable_[job.priority].remove(job);
}

bool FactoryState::expired(const QueuedJob& job) noexcept {
  if (job.expires != 0 && now() >= job.expires) return true;
  if (job.type->kind != NodeKind::request) return false;
  const Nanoseconds deadline = static_cast<Request&>(*job.node).deadline();
  return deadline != 0 && now() >= deadline;
}

// -- workers get jobs ---

void FactoryState::give(FactoryWorker& worker, QueuedJob& job) {
  job.given = now();
  in_queue_.add(job.given - job.submitted);
  worker.job = &job;
  busy_.push_back(worker);
  ++in_hand_;
  Node& node = *std::exchange(job.node, nullptr);
  if (job.retries != 0 && !job.spare) job.spare = job.copy(node);
  worker.record->job = &node;
  push_own(*cell_of(worker.ref), node);  // one at a time: no bound is needed
  if (!watch_armed_ && options_.dead_mans_switch.count() != 0) watch_overdue();
}

QueuedJob& FactoryState::take_back(FactoryWorker& worker) noexcept {
  busy_.remove(worker);
  --in_hand_;
  return *std::exchange(worker.job, nullptr);
}

void FactoryState::next(FactoryWorker& worker) {
  for (;;) {
    QueuedJob* job = worker.queue.front();
    if (!job) {
      if (worker.leaving) return retire(worker);
      job = common_.front();
      if (!job) return add_free(worker);
      if (job->has_key && options_.route.rule() == Routing::Rule::sticky) {
        FactoryWorker* holder = keys_.find(job->key);
        hold_key(*job, holder ? *holder : worker);
        if (holder && holder != &worker) {
          common_.remove(*job);
          holder->queue.push_back(*job);
          continue;
        }
      }
    }
    unqueue(*job);
    if (!expired(*job)) return give(worker, *job);
    discard(*job, DiscardReason::expired);
  }
}

void FactoryState::serve() {
  while (!common_.empty() && !free_.empty()) {
    FactoryWorker& worker = *free_.front();
    remove_free(worker);
    next(worker);
  }
}

void FactoryState::take_reports() {
  now_ = 0;
  // acquire: what the workers wrote to their records.
  WorkerRecord* record = reports_.first.exchange(nullptr, std::memory_order_acquire);
  WorkerRecord* oldest = nullptr;
  while (record) {
    WorkerRecord* older = record->next_report;
    record->next_report = oldest;
    oldest = record;
    record = older;
  }
  while (oldest) {
    WorkerRecord& report = *oldest;
    oldest = report.next_report;
    finished(report);
  }
  check_drained();
}

void FactoryState::finished(WorkerRecord& record) {
  FactoryWorker* worker = record.worker;
  if (!worker) return;  // it was given up, and its job accounted for
  QueuedJob& job = take_back(*worker);
  if (record.late) {
    ++counts_.expired;
  } else {
    ++counts_.done;
    in_work_.add(now() - job.given);
  }
  record.has_worked = true;
  record.late = false;
  release_key(job);
  delete &job;
  if (!record.done) next(*worker);
}

void FactoryState::recover(FactoryWorker& worker, Node* rescued) {
  QueuedJob& job = take_back(worker);
  if (rescued) {
    job.node = rescued;
  } else if (job.spare && job.retries != 0) {
    job.node = std::exchange(job.spare, nullptr);
    --job.retries;
    ++counts_.retried;
  } else {
    ++counts_.failed;
    release_key(job);
    delete &job;
    return;
  }
  const Routing::Rule rule = options_.route.rule();
  const bool anywhere = rule == Routing::Rule::first_free || rule == Routing::Rule::sticky;
  if (anywhere && !job.holds_key) {
    wait(job, common_, true);
    serve();
  } else {
    wait(job, worker.queue, true);
  }
}

// -- jobs that no worker gets ---

void FactoryState::enforce_limit() noexcept {
  for (std::size_t i = discardable_.size(); i-- > 0 && queued_ > options_.limit;) {
    auto& jobs = discardable_[i];
    while (queued_ > options_.limit && !jobs.empty()) {
      QueuedJob& job = options_.discard == Discard::oldest ? *jobs.front() : *jobs.back();
      unqueue(job);
      discard(job, DiscardReason::overload);
    }
  }
}

void FactoryState::discard(QueuedJob& job, DiscardReason reason) noexcept {
  release_key(job);
  switch (reason) {
    case DiscardReason::expired:
      ++counts_.expired;
      break;
    case DiscardReason::overload:
      ++counts_.overload;
      break;
    case DiscardReason::rate_limited:
      ++counts_.rate_limited;
      break;
    case DiscardReason::shutdown:
      ++counts_.shutdown;
      break;
    case DiscardReason::misrouted:
      ++counts_.misrouted;
      break;
  }
  if (&job == submitting_) {
    refused_ = true;
    return;
  }
  Node& node = *job.node;
  if (options_.on_discard) {
    guarded("on_discard", [&] { options_.on_discard(Discarded(reason, node)); });
  }
  if (node.type->kind == NodeKind::request) {
    auto& request = static_cast<Request&>(node);
    const bool late =
        reason == DiscardReason::expired && request.deadline() != 0 && now() >= request.deadline();
    fail_request(request, late ? Answer::expired : Answer::failed,
                 "discarded by the factory: " + std::string(to_string(reason)));
    deliver(request);
  } else {
    destroy_node(&node);
  }
  delete &job;
}

void FactoryState::discard_queue(JobQueue& queue, DiscardReason reason) noexcept {
  while (QueuedJob* job = queue.front()) {
    unqueue(*job);
    discard(*job, reason);
  }
}

// -- the end ---

bool FactoryState::drain() {
  if (std::exchange(draining_, true)) return false;
  run_hook("on_draining", options_.on_draining);
  check_drained();
  return false;
}

void FactoryState::check_drained() {
  if (!draining_ || queued_ != 0 || in_hand_ != 0 || cell_.phase == Phase::stopping) return;
  ask_to_stop(cell_, {ExitKind::drained, {}});
}

void FactoryState::close() noexcept {
  draining_ = true;
  now_ = 0;
  discard_queue(common_, DiscardReason::shutdown);
  for (auto& worker : workers_) discard_queue(worker->queue, DiscardReason::shutdown);
}

void FactoryState::settle() noexcept {
  for (WorkerRecord* record = records_.front(); record; record = record->link.next) {
    Node* node = std::exchange(record->rescued, nullptr);
    if (!node) continue;
    FactoryWorker* worker = record->worker;
    auto* job = worker ? &take_back(*worker) : new QueuedJob;
    job->node = node;
    job->type = node->type;
    discard(*job, DiscardReason::shutdown);
  }
}

}  // namespace troupe::detail
