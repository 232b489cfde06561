#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/clock.hpp"
#include "troupe/factory_options.hpp"

namespace troupe::detail {

/// See RateLimit. Tokens are counted as the time that they take to come. It begins full.
class TokenBucket {
 public:
  TokenBucket() = default;
  TokenBucket(const RateLimit& limit, Nanoseconds now) : limited_(limit.jobs != 0), counted_(now) {
    if (!limited_) return;
    per_token_ = static_cast<double>(limit.per.count()) / static_cast<double>(limit.jobs);
    capacity_ = per_token_ * static_cast<double>(limit.burst != 0 ? limit.burst : limit.jobs);
    credit_ = capacity_;
  }

  bool limited() const noexcept { return limited_; }
  /// False: there is no token.
  bool take(Nanoseconds now) noexcept {
    count(now);
    if (credit_ + kRounding < per_token_) return false;
    credit_ -= per_token_;
    return true;
  }
  /// One that was taken in vain.
  void give_back() noexcept { credit_ = std::min(credit_ + per_token_, capacity_); }

  /// When there will be one more token than `before`: for somebody who has so many before him.
  Nanoseconds when(Nanoseconds now, std::size_t before) noexcept {
    count(now);
    const double missing = per_token_ * (static_cast<double>(before) + 1) - credit_;
    constexpr double kLongest = 0x1p62;
    return counted_ + static_cast<Nanoseconds>(std::ceil(std::clamp(missing, 0.0, kLongest)));
  }

 private:
  static constexpr double kRounding = 0.5;  // ns

  void count(Nanoseconds now) noexcept {
    if (now <= counted_) return;  // read before another thread's
    credit_ = std::min(credit_ + static_cast<double>(now - counted_), capacity_);
    counted_ = now;
  }

  bool limited_ = false;
  double per_token_ = 0;  // ns
  double capacity_ = 0;   // ns: what an empty bucket takes to be full
  double credit_ = 0;     // ns, at `counted_`
  Nanoseconds counted_ = 0;
};

}  // namespace troupe::detail
