#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/clock.hpp"
#include "troupe/factory_stats.hpp"

namespace troupe::detail {

/// How long things took: eight buckets for each power of two.
class Histogram {
 public:
  void add(Nanoseconds time) noexcept {
    const std::uint64_t value = static_cast<std::uint64_t>(std::max<Nanoseconds>(time, 0));
    ++buckets_[bucket_of(value)];
    min_ = count_ == 0 ? value : std::min(min_, value);
    max_ = std::max(max_, value);
    sum_ += value;
    ++count_;
  }

  TimeSummary summary() const noexcept {
    TimeSummary times;
    times.count = count_;
    if (count_ == 0) return times;
    times.min = std::chrono::nanoseconds(min_);
    times.mean = std::chrono::nanoseconds(sum_ / count_);
    times.max = std::chrono::nanoseconds(max_);
    times.p50 = percentile(50);
    times.p99 = percentile(99);
    return times;
  }

 private:
  static constexpr unsigned kBits = 3;

  static unsigned bucket_of(std::uint64_t value) noexcept {
    if (value < (1u << kBits)) return static_cast<unsigned>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kBits;
    return ((shift + 1) << kBits) + static_cast<unsigned>((value >> shift) & ((1u << kBits) - 1));
  }
  static std::uint64_t last_of(unsigned bucket) noexcept {
    if (bucket < (1u << kBits)) return bucket;
    const unsigned shift = (bucket >> kBits) - 1;
    const std::uint64_t first = ((1ull << kBits) + (bucket & ((1u << kBits) - 1))) << shift;
    return first + ((1ull << shift) - 1);
  }
  std::chrono::nanoseconds percentile(std::uint64_t percent) const noexcept {
    const std::uint64_t rank = (count_ * percent + 99) / 100;
    std::uint64_t seen = 0;
    for (unsigned i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen >= rank) return std::chrono::nanoseconds(std::min(last_of(i), max_));
    }
    return std::chrono::nanoseconds(max_);
  }

  std::array<std::uint64_t, 64 << kBits> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace troupe::detail
