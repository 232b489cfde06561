#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "troupe/backoff.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/export.hpp"
#include "troupe/detail/function.hpp"
#include "troupe/detail/job_function.hpp"
#include "troupe/factory_routing.hpp"
#include "troupe/factory_stats.hpp"

namespace troupe {

/// Which job goes when too many wait: of the least urgent ones the one that waits longest, or the
/// one that came last.
enum class Discard : unsigned char { newest, oldest };

enum class DiscardReason : unsigned char {
  expired,       ///< its time to live was over before a worker had time
  overload,      ///< too many waited
  rate_limited,  ///< too many came
  shutdown,      ///< the factory drains or ends
  misrouted,     ///< a function of the options threw
};
TROUPE_EXPORT std::string_view to_string(DiscardReason reason) noexcept;

/// A job that no worker will handle. Its caller, if it has one, is told afterwards:
/// CallErrorCode::failed, with the reason.
class Discarded {
 public:
  Discarded(DiscardReason why, detail::Node& job) noexcept : reason(why), job_(job) {}

  DiscardReason reason;
  /// The job's type.
  std::string_view type() const noexcept { return job_.type->name; }
  /// The job, if it is an M, else null. It is gone when the discard handler returns.
  template <class M>
  const M* get() const noexcept {
    return detail::same_type(*job_.type, detail::message_type<M>) ? &detail::payload_of<M>(job_)
                                                                  : nullptr;
  }

 private:
  detail::Node& job_;
};

/// Jobs of priority 0 are the first to be worked on, and the last to be discarded.
struct Priorities {
  unsigned count = 1;  ///< at most 64: 0 to count - 1
  /// One function for each type of job that has priorities; what they give beyond the last is the
  /// last. Other jobs have the last.
  detail::JobFunction<unsigned> of = {};
};

/// As many jobs as tokens: `jobs` tokens come each `per`, and at most `burst` are kept. Jobs beyond
/// that are discarded.
struct RateLimit {
  std::uint64_t jobs = 0;  ///< 0: no limit
  std::chrono::nanoseconds per = std::chrono::seconds(1);
  std::uint64_t burst = 0;  ///< 0: as `jobs`

  bool operator==(const RateLimit&) const = default;
};

/// What a factory is like. The functions are called in the factory's own turns, never two at a
/// time, and shall be quick. Where one throws, that is logged; the job that it was asked about is
/// discarded. While the factory runs, everything but `route` and `priorities` can be changed: see
/// UpdateFactory.
struct FactoryOptions {
  static constexpr std::size_t kMaxWorkers = 1'000'000;
  static constexpr std::size_t kUnlimited = ~std::size_t{0};

  std::size_t workers = 1;
  Routing route = {};
  Priorities priorities = {};

  std::size_t limit = kUnlimited;  ///< of jobs that wait, anywhere in the factory
  Discard discard = Discard::newest;
  /// One function for each type of job of which some, or all, are never discarded because of the
  /// limit; these may exceed it.
  detail::JobFunction<bool> may_discard = {};
  std::chrono::nanoseconds time_to_live{};  ///< of jobs that wait; 0: any time
  RateLimit rate = {};

  /// A worker that has one job for longer is killed, and given up at once: another takes its place
  /// and its queue, even if it is stuck in a loop where a kill cannot act. 0: never.
  std::chrono::nanoseconds dead_mans_switch{};
  /// When a worker that failed is replaced: the first time at once, then as this says.
  Backoff backoff = {.minimum = std::chrono::milliseconds(10), .maximum = std::chrono::seconds(1)};
  /// How long a worker may take to stop.
  std::chrono::nanoseconds shutdown_time = std::chrono::seconds(5);

  /// Asked every `adjust_every` for another limit, another number of workers.
  detail::Function<std::size_t(const FactoryStats&)> adjust_limit = {};
  detail::Function<std::size_t(const FactoryStats&)> adjust_workers = {};
  std::chrono::nanoseconds adjust_every = std::chrono::seconds(1);

  detail::Function<void(const Discarded&)> on_discard = {};
  detail::Function<void()> on_started = {};
  detail::Function<void()> on_draining = {};
  detail::Function<void()> on_stopped = {};
};

/// What can be said of one job: see Job.
struct JobOptions {
  std::chrono::nanoseconds time_to_live{};  ///< 0: the factory's
  std::optional<unsigned> priority = {};    ///< none: as Priorities say
  std::string key = {};                     ///< for routing by key; empty: as the routing says
  bool may_discard = true;                  ///< false: whatever the factory's function says
  /// How often a job whose worker failed, or was given up, begins again, from a copy; messages that
  /// cannot be copied do not. Nor do requests: their callers are told, and can call again.
  unsigned retries = 0;
};

}  // namespace troupe
