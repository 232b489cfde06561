#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "troupe/detail/duration.hpp"
#include "troupe/detail/export.hpp"

namespace troupe {

/// How long something took. The percentiles are upper bounds that are at most an eighth too high.
struct TimeSummary {
  std::uint64_t count = 0;
  std::chrono::nanoseconds min{};
  std::chrono::nanoseconds mean{};
  std::chrono::nanoseconds max{};
  std::chrono::nanoseconds p50{};
  std::chrono::nanoseconds p99{};
};

/// A factory's state, and what it has done so far. Each job is counted once:
/// `submitted == queued + in_hand + done + failed + discarded()`.
struct FactoryStats {
  std::size_t workers = 0;  ///< as many as it shall have
  std::size_t free = 0;     ///< of those, without a job
  std::size_t stuck = 0;    ///< given up by the dead man's switch, and not ended yet
  std::size_t queued = 0;   ///< jobs that wait
  std::size_t in_hand = 0;  ///< jobs that workers have
  std::size_t limit = 0;    ///< of jobs that wait
  std::uint64_t submitted = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;   ///< their worker failed, was killed or given up
  std::uint64_t expired = 0;  ///< discarded, by reason: see DiscardReason
  std::uint64_t overload = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t shutdown = 0;
  std::uint64_t misrouted = 0;
  std::uint64_t retried = 0;   ///< times that a job began again: see JobOptions
  std::uint64_t restarts = 0;  ///< workers that took another's place
  bool draining = false;
  TimeSummary in_queue;  ///< of jobs that a worker was given
  TimeSummary in_work;   ///< of jobs done

  std::uint64_t discarded() const noexcept {
    return expired + overload + rate_limited + shutdown + misrouted;
  }
};

TROUPE_EXPORT std::string to_string(const TimeSummary& times);
TROUPE_EXPORT std::string to_string(const FactoryStats& stats);

}  // namespace troupe
