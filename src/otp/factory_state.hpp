#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "otp/factory_job.hpp"
#include "otp/factory_worker.hpp"
#include "otp/histogram.hpp"
#include "otp/key_map.hpp"
#include "otp/token_bucket.hpp"
#include "troupe/log.hpp"

namespace troupe::detail {

/// Workers that are done with their jobs: a stack that they push themselves to, and the factory
/// takes whole. So a report costs no message, and overtakes the jobs in the factory's mailbox; who
/// finds the stack empty wakes the factory.
struct alignas(64) FactoryReports {
  std::atomic<WorkerRecord*> first{nullptr};
  Cell* factory;

  void push(WorkerRecord& record);
};

/// A factory, but for what an actor is. All of it runs in the factory's turns.
///
/// A job is in one of these places: in a queue (the common one, or a worker's), in a worker's
/// hands, or accounted for.
class FactoryState {
 public:
  FactoryState(Cell& factory, FactoryOptions options, MakeWorker make,
               const MessageType* const* jobs);
  ~FactoryState();

  // -- jobs (factory_jobs.cpp) ---

  void take(Node& job, const JobOptions* options, CopyNode copy);
  /// Gives the node back when the job is refused at once.
  Node* submit(Node& job, const JobOptions& options, CopyNode copy);
  /// Hears what workers have reported.
  void collect() {
    // relaxed: a report that is missed here comes with a WakeFactory.
    if (reports_.first.load(std::memory_order_relaxed)) take_reports();
  }
  /// False: not everything is worked off yet; the actor will be asked to stop.
  bool drain();
  /// Discards what waits, and what comes from now on.
  void close() noexcept;
  /// The workers have ended: accounts for what they had.
  void settle() noexcept;

  // -- workers (factory_workers.cpp) ---

  /// Makes the first workers; throws SpawnError.
  void start();
  void worker_ended(const AnyRef& worker, bool failed);
  void replace(const ReplaceWorker& m);
  void give_up_overdue();

  // -- settings and figures (factory_state.cpp) ---

  std::expected<void, std::string> resize(std::size_t workers);
  std::expected<void, std::string> update(const Function<void(FactoryOptions&)>& change);
  void adjust();
  FactoryStats stats() const;

  /// Runs a function of the user's; logs what it throws.
  template <class Call>
  bool guarded(std::string_view what, Call&& call) noexcept;
  void run_hook(std::string_view what, const Function<void()>& hook) noexcept;
  const FactoryOptions& options() const noexcept { return options_; }

 private:
  // -- jobs ---
  void admit(QueuedJob& job, const JobOptions* options);
  void classify(QueuedJob& job, const JobOptions* options);
  void route(QueuedJob& job);
  void assign(QueuedJob& job, FactoryWorker& worker);
  void wait(QueuedJob& job, JobQueue& queue, bool first = false);
  void unqueue(QueuedJob& job) noexcept;
  void enforce_limit() noexcept;
  bool expired(const QueuedJob& job) noexcept;
  void hold_key(QueuedJob& job, FactoryWorker& worker);
  void release_key(QueuedJob& job) noexcept;
  /// The job is accounted for, and is in no queue.
  void discard(QueuedJob& job, DiscardReason reason) noexcept;
  void discard_queue(JobQueue& queue, DiscardReason reason) noexcept;
  void take_reports();
  void finished(WorkerRecord& record);
  /// A worker that ended or is given up leaves its job behind: it is queued again, or failed.
  void recover(FactoryWorker& worker, Node* rescued);
  void check_drained();

  // -- workers ---
  void give(FactoryWorker& worker, QueuedJob& job);
  QueuedJob& take_back(FactoryWorker& worker) noexcept;
  /// The worker has nothing to do: the next job for it, or it is free, or it leaves.
  void next(FactoryWorker& worker);
  void serve();
  void add_free(FactoryWorker& worker) noexcept;
  void remove_free(FactoryWorker& worker) noexcept;
  std::expected<void, SpawnError> begin_life(FactoryWorker& worker);
  void revive(FactoryWorker& worker);
  void revive_later(FactoryWorker& worker, Nanoseconds delay);
  Nanoseconds pause_before(FactoryWorker& worker);
  void end_life(FactoryWorker& worker) noexcept;
  void delete_record(WorkerRecord& record) noexcept;
  void retire(FactoryWorker& worker);
  void forget_leavers() noexcept;
  void give_up(FactoryWorker& worker);
  void watch_overdue();

  // -- settings ---
  std::string problem_with(const FactoryOptions& options) const;
  void grow_or_shrink();
  void start_adjusting();

  Nanoseconds now() noexcept;
  Log log() const noexcept;

  FactoryReports reports_;
  Cell& cell_;
  FactoryOptions options_;
  MakeWorker make_;
  const MessageType* const* jobs_;
  SpawnOptions spawn_options_;
  Nanoseconds now_ = 0;  // read once a step; 0: not read yet

  std::vector<std::unique_ptr<FactoryWorker>> workers_;        // leaving ones behind the others
  LinkedList<FactoryWorker, &FactoryWorker::free_link> free_;  // who was busy last comes first
  LinkedList<FactoryWorker, &FactoryWorker::busy_link> busy_;  // in the order of their jobs
  LinkedList<WorkerRecord, &WorkerRecord::link> records_;
  std::uint64_t tickets_ = 0;
  std::size_t turn_ = 0;  // whose turn it is in round robin

  JobQueue common_;
  KeyMap keys_;
  // Those that wait and may be discarded, by priority, oldest first.
  std::vector<LinkedList<QueuedJob, &QueuedJob::age_link>> discardable_;
  TokenBucket tokens_;
  QueuedJob* submitting_ = nullptr;  // is given back rather than discarded
  bool refused_ = false;
  bool draining_ = false;

  TimerHandle adjusting_;
  TimerHandle watching_;
  bool watch_armed_ = false;

  std::size_t queued_ = 0;
  std::size_t in_hand_ = 0;
  FactoryStats counts_;
  Histogram in_queue_;
  Histogram in_work_;
};

}  // namespace troupe::detail
