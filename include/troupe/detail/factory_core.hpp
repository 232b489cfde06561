#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <utility>

#include "troupe/actor.hpp"
#include "troupe/exit.hpp"
#include "troupe/factory_options.hpp"
#include "troupe/factory_stats.hpp"

/// What every factory is, whatever its workers are.
namespace troupe {

/// The number of workers that a factory shall have from now on. Workers that become too many finish
/// what they have. An error, and no change, for 0 or more than FactoryOptions::kMaxWorkers.
struct ResizeFactory {
  std::size_t workers;
  using Reply = std::expected<void, std::string>;
};

/// Changes a factory's options while it runs: `update` is called in the factory's turn, and changes
/// what it is given. An error, and no change, when the options make no sense then.
struct UpdateFactory {
  detail::Function<void(FactoryOptions&)> update;
  using Reply = std::expected<void, std::string>;
};

struct GetFactoryStats {
  using Reply = FactoryStats;
};

/// A job with options of its own; wherever M goes: `pool.cast<Job<M>>(message, options)`.
template <class M>
struct Job {
  M message;
  JobOptions options = {};
};
template <class M>
  requires detail::RequestMessage<M>
struct Job<M> {
  M message;
  JobOptions options = {};
  using Reply = typename M::Reply;
};

/// A job that comes back when it is refused at once, because of the limit, the rate, or because the
/// factory drains: the reply is empty when it was accepted. The answer of a request that is
/// submitted goes nowhere.
template <class M>
struct Submit {
  M message;
  JobOptions options = {};
  using Reply = std::optional<M>;
};

namespace detail {

struct WorkerRecord;
class FactoryState;

/// There are reports of finished jobs, in FactoryState.
struct WakeFactory {};
/// It is time to look for overdue jobs, or for another size.
struct FactoryTick {
  bool adjust;
};
/// It is time to replace a worker.
struct ReplaceWorker {
  std::size_t index;
  std::uint64_t ticket;
};

using CopyNode = Node* (*)(Node&);

/// Makes the worker with this number, as a child of `factory`.
using MakeWorker = Function<std::expected<AnyRef, SpawnError>(
    Cell& factory, WorkerRecord& record, std::size_t index, const SpawnOptions& options)>;

class TROUPE_EXPORT FactoryCore : public Actor<FactoryCore, WakeFactory, FactoryTick, ReplaceWorker,
                                               ResizeFactory, UpdateFactory, GetFactoryStats> {
 public:
  /// Throws std::invalid_argument for options that make no sense.
  FactoryCore(FactoryOptions options, MakeWorker make, const MessageType* const* jobs);
  ~FactoryCore();

  void pre_start();
  void post_start();
  void post_stop();

  void handle(WakeFactory);
  void handle(FactoryTick m);
  void handle(ReplaceWorker m);
  std::expected<void, std::string> handle(ResizeFactory m);
  std::expected<void, std::string> handle(UpdateFactory m);
  FactoryStats handle(GetFactoryStats);
  void handle(ChildFailed m);
  void handle(ChildStopped m);

  /// Takes a job's node over.
  void take(Node& job);
  void take(Node& job, const JobOptions& options, CopyNode copy);
  /// The same; gives it back when it is refused at once.
  Node* submit(Node& job, const JobOptions& options, CopyNode copy);
  /// Hears what workers have reported.
  void collect();
  bool drain();
  /// The factory ends: discards what waits, and what is taken from now on.
  void close() noexcept;

 private:
  FactoryState* state_;  // owned
};

/// The message in hand leaves the mailbox: its node travels on.
inline void detach_in_hand(Cell& cell) noexcept {
  cell.message_in_hand = false;
  detach_current(cell);
}

// -- workers ---

/// At the end of a worker's block, behind the object.
inline WorkerRecord*& record_of(Cell& worker) noexcept {
  char* end = reinterpret_cast<char*>(&worker) + worker.type->block_size;
  return *reinterpret_cast<WorkerRecord**>(end - sizeof(WorkerRecord*));
}
/// Whether a message is the job in hand, as opposed to one that came past the factory.
TROUPE_EXPORT void begin_job(Cell& worker, const Node& node) noexcept;
/// Tells the factory that the job in hand is done.
TROUPE_EXPORT void finish_job(Cell& worker, const Node* late) noexcept;
/// A worker ends: what it has not begun goes back to the factory.
TROUPE_EXPORT Node* rescue_job(Cell& worker, Node* left) noexcept;

/// A worker's class: W's, but what it has handled is told to the factory.
template <class W>
const ActorClass& worker_class() noexcept {
  static const ActorClass type = [] {
    ActorClass c = W::actor_class();
    constexpr std::size_t size = object_offset<W>() + sizeof(W) + sizeof(WorkerRecord*);
    c.block_size = (size + 63) / 64 * 64;
    c.handle = [](Cell& cell, Node& node) {
      begin_job(cell, node);
      const Outcome outcome = W::actor_class().handle(cell, node);
      if (outcome == Outcome::done) finish_job(cell, nullptr);
      return outcome;
    };
    c.handled = &finish_job;
    c.closing = &rescue_job;
    return c;
  }();
  return type;
}

template <class W, class... Args>
std::expected<AnyRef, SpawnError> spawn_worker(Cell& factory, WorkerRecord& record,
                                               const SpawnOptions& options, Args&&... args) {
  auto cell = open_cell(*factory.system, &factory, worker_class<W>(), options);
  if (!cell) return std::unexpected(std::move(cell.error()));
  record_of(**cell) = &record;
  auto ref = build_actor<W>(**cell, std::forward<Args>(args)...);
  if (!ref) return std::unexpected(std::move(ref.error()));
  return std::move(*ref);
}

}  // namespace detail
}  // namespace troupe
