#pragma once

#include <atomic>
#include <cstdint>

#include "base/linked_list.hpp"
#include "otp/factory_job.hpp"
#include "otp/pause.hpp"
#include "troupe/any_ref.hpp"

namespace troupe::detail {

struct FactoryReports;
struct FactoryWorker;

/// One life of a worker: what it shares with its factory. The factory's, which outlives its
/// workers; deleted when the factory has heard of the worker's end.
struct WorkerRecord {
  FactoryWorker* worker = nullptr;  // null: retired or given up
  // What follows is the worker's from when the job is pushed to it until it reports, or ends.
  const Node* job = nullptr;  // the node in its hands; compared only
  bool running = false;       // it is in the handler of that job
  bool done = false;          // it handled the job but does not report: it ends
  bool late = false;          // the job's time was over
  Node* rescued = nullptr;    // the job, when the worker ended without having begun it
  WorkerRecord* next_report = nullptr;
  FactoryReports* reports = nullptr;
  // The factory's own.
  bool stuck = false;           // given up by the dead man's switch
  bool has_worked = false;      // it has done a job
  ListHook<WorkerRecord> link;  // among all records
};

/// A worker's place: its number, its queue, and whoever is there now.
struct FactoryWorker {
  std::size_t index = 0;
  WorkerRecord* record = nullptr;  // null: nobody is there
  AnyRef ref;
  QueuedJob* job = nullptr;  // in hand
  JobQueue queue;
  bool free = false;         // in the list of free workers
  bool leaving = false;      // there are to be fewer workers: it ends when it has nothing left
  bool trusted = true;       // its next failure is followed by a replacement at once
  std::uint64_t ticket = 0;  // of the replacement to come; 0: none
  bool has_lived = false;    // somebody has been there
  Pause pause;
  ListHook<FactoryWorker> free_link;
  ListHook<FactoryWorker> busy_link;
};

}  // namespace troupe::detail
