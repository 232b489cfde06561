#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.hpp"
#include "troupe/factory_options.hpp"

namespace troupe::detail {

/// See RateLimit. Tokens are counted as the time that they take to come.
class TokenBucket {
 public:
  TokenBucket() = default;
  TokenBucket(const RateLimit& limit, Nanoseconds now)
      : limited_(limit.jobs != 0), full_at_(static_cast<double>(now)) {
    if (!limited_) return;
    per_token_ = static_cast<double>(limit.per.count()) / static_cast<double>(limit.jobs);
    capacity_ = per_token_ * static_cast<double>(limit.burst != 0 ? limit.burst : limit.jobs);
  }

  bool limited() const noexcept { return limited_; }
  /// False: there is no token.
  bool take(Nanoseconds now) noexcept {
    const double full_at = std::max(full_at_, static_cast<double>(now)) + per_token_;
    // Less than a nanosecond is a rounding error.
    if (full_at - static_cast<double>(now) > capacity_ + 1) return false;
    full_at_ = full_at;
    return true;
  }

 private:
  bool limited_ = false;
  double per_token_ = 0;  // ns
  double capacity_ = 0;   // ns: what an empty bucket takes to be full
  double full_at_ = 0;    // when it will be full
};

}  // namespace troupe::detail
