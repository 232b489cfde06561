#include <algorithm>

#include "actor/turn.hpp"
#include "otp/factory_guard.hpp"
#include "otp/factory_state.hpp"

namespace troupe::detail {

// -- on the workers' side ---

void FactoryReports::push(WorkerRecord& record) {
  WorkerRecord* next = first.load(std::memory_order_relaxed);
  // release: what the worker wrote to its record. The record is not the worker's any more then.
  do {
    record.next_report = next;
  } while (!first.compare_exchange_weak(next, &record, std::memory_order_release,
                                        std::memory_order_relaxed));
  if (!next) push_unbounded(*factory, *make_node<WakeFactory>());
}

void begin_job(Cell& worker, const Node& node) noexcept {
  WorkerRecord& record = *record_of(worker);
  record.running = record.job == &node;
}

void finish_job(Cell& worker, const Node* late) noexcept {
  WorkerRecord& record = *record_of(worker);
  if (late ? late != record.job : !record.running) return;
  record.running = false;
  record.job = nullptr;
  record.late = late != nullptr;
  record.done = worker.stop_asked;  // it takes no other job
  record.reports->push(record);
}

Node* rescue_job(Cell& worker, Node* left) noexcept {
  WorkerRecord& record = *record_of(worker);
  if (!record.job || record.running) return left;
  Node* before = nullptr;
  for (Node* node = left; node; node = node->next.load(std::memory_order_relaxed)) {
    if (node != record.job) {
      before = node;
      continue;
    }
    Node* next = node->next.exchange(nullptr, std::memory_order_relaxed);
    record.rescued = node;
    if (!before) return next;
    before->next.store(next, std::memory_order_relaxed);
    return left;
  }
  return left;
}

// -- lives ---

void FactoryState::start() {
  for (std::size_t i = 0; i < options_.workers; ++i) {
    workers_.push_back(std::make_unique<FactoryWorker>());
    workers_.back()->index = i;
    auto begun = begin_life(*workers_.back());
    if (!begun) throw std::move(begun.error());
  }
  // The first jobs go to the first workers.
  while (!free_.empty()) remove_free(*free_.front());
  for (std::size_t i = workers_.size(); i-- > 0;) add_free(*workers_[i]);
  start_adjusting();
}

std::expected<void, SpawnError> FactoryState::begin_life(FactoryWorker& worker) {
  auto record = std::make_unique<WorkerRecord>();
  record->worker = &worker;
  record->reports = &reports_;
  auto ref = make_(cell_, *record, worker.index, spawn_options_);
  if (!ref) return std::unexpected(std::move(ref.error()));
  worker.ref = std::move(*ref);
  worker.record = record.release();
  worker.has_lived = true;
  worker.pause.started(now());
  worker.ticket = 0;
  records_.push_back(*worker.record);
  next(worker);
  return {};
}

void FactoryState::end_life(FactoryWorker& worker) noexcept {
  if (worker.free) remove_free(worker);
  worker.record->worker = nullptr;
  worker.record = nullptr;
  worker.ref = {};
}

void FactoryState::delete_record(WorkerRecord& record) noexcept {
  counts_.stuck -= record.stuck;
  records_.remove(record);
  delete &record;
}

void FactoryState::revive(FactoryWorker& worker) {
  const bool first = !worker.has_lived;
  auto begun = begin_life(worker);
  if (begun) {
    if (!first) ++counts_.restarts;
    return;
  }
  log().error("worker {} cannot be made, and is tried again: {}", worker.index, begun.error());
  // Not at once: that would be tried for ever in one turn.
  worker.trusted = false;
  revive_later(worker, pause_before(worker));
}

void FactoryState::revive_later(FactoryWorker& worker, Nanoseconds delay) {
  worker.ticket = ++tickets_;
  start_message_timer(cell_, std::chrono::nanoseconds(delay),
                      *make_node<ReplaceWorker>(worker.index, worker.ticket));
}

Nanoseconds FactoryState::pause_before(FactoryWorker& worker) {
  if (worker.pause.recovered(options_.backoff, now())) worker.trusted = true;
  if (std::exchange(worker.trusted, false)) return 0;
  return worker.pause.next(options_.backoff, now(), cell_.system->random());
}

void FactoryState::replace(const ReplaceWorker& m) {
  now_ = 0;
  if (m.index >= workers_.size() || workers_[m.index]->ticket != m.ticket) return;
  workers_[m.index]->ticket = 0;
  revive(*workers_[m.index]);
}

void FactoryState::worker_ended(const AnyRef& ref, bool failed) {
  now_ = 0;
  WorkerRecord& record = *record_of(*cell_of(ref));
  FactoryWorker* worker = record.worker;
  if (!worker) {
    // Given up: its job was accounted for; that it was not begun is for its caller only.
    if (Node* node = record.rescued) {
      if (node->type->kind == NodeKind::request) {
        auto& request = static_cast<Request&>(*node);
        fail_request(request, Answer::failed, "its worker was given up");
        deliver(request);
      } else {
        destroy_node(node);
      }
    }
    delete_record(record);
    return;
  }
  Node* rescued = std::exchange(record.rescued, nullptr);
  const bool in_order = !failed && record.has_worked;
  end_life(*worker);
  delete_record(record);
  if (worker->job) recover(*worker, rescued);
  if (worker->leaving && worker->queue.empty()) {
    forget_leavers();
  } else if (const Nanoseconds delay = in_order ? 0 : pause_before(*worker); delay != 0) {
    revive_later(*worker, delay);
  } else {
    revive(*worker);
  }
  check_drained();
}

// -- free workers ---

void FactoryState::add_free(FactoryWorker& worker) noexcept {
  free_.push_front(worker);
  worker.free = true;
  ++counts_.free;
}

void FactoryState::remove_free(FactoryWorker& worker) noexcept {
  free_.remove(worker);
  worker.free = false;
  --counts_.free;
}

// -- more or fewer ---

void FactoryState::grow_or_shrink() {
  const std::size_t size = options_.workers;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    FactoryWorker& worker = *workers_[i];
    if (i >= size) {
      worker.leaving = true;
      if (worker.free) {
        retire(worker);
      } else if (!worker.record && worker.queue.empty()) {
        worker.ticket = 0;
      }
    } else if (worker.leaving) {
      worker.leaving = false;
      if (!worker.record && worker.ticket == 0) revive(worker);
    }
  }
  forget_leavers();
  while (workers_.size() < size) {
    workers_.push_back(std::make_unique<FactoryWorker>());
    workers_.back()->index = workers_.size() - 1;
    revive(*workers_.back());
  }
}

void FactoryState::retire(FactoryWorker& worker) {
  const AnyRef ref = worker.ref;
  end_life(worker);
  ref.stop("there are to be fewer workers");
}

void FactoryState::forget_leavers() noexcept {
  while (workers_.size() > options_.workers) {
    const FactoryWorker& last = *workers_.back();
    if (last.record || last.ticket != 0 || !last.queue.empty()) return;
    workers_.pop_back();
  }
}

// -- the dead man's switch ---

void FactoryState::watch_overdue() {
  if (watch_armed_ || busy_.empty() || options_.dead_mans_switch.count() == 0) return;
  const Nanoseconds due = busy_.front()->job->given + options_.dead_mans_switch.count();
  watching_ = start_message_timer(cell_, std::chrono::nanoseconds(due - now()),
                                  *make_node<FactoryTick>(false));
  watch_armed_ = true;
}

void FactoryState::give_up_overdue() {
  now_ = 0;
  watch_armed_ = false;
  const Nanoseconds longest = options_.dead_mans_switch.count();
  while (longest != 0 && !busy_.empty() && now() - busy_.front()->job->given >= longest) {
    give_up(*busy_.front());
  }
  watch_overdue();
  check_drained();
}

void FactoryState::give_up(FactoryWorker& worker) {
  const AnyRef ref = worker.ref;
  log().warning("{}, worker {}, has been in {} for {} ms: it is killed and replaced", ref,
                worker.index, worker.job->type->name, (now() - worker.job->given) / 1'000'000);
  worker.record->stuck = true;
  ++counts_.stuck;
  end_life(worker);
  ref.kill();
  recover(worker, nullptr);
  if (worker.leaving && worker.queue.empty()) return forget_leavers();
  revive(worker);
}

}  // namespace troupe::detail
