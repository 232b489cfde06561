#include "otp/pause.hpp"

#include <algorithm>

namespace troupe::detail {

bool Pause::recovered(const Backoff& backoff, Nanoseconds now) noexcept {
  if (started_ == 0 || now - started_ < backoff.reset_after.count()) return false;
  started_ = 0;
  current_ = 0;
  return true;
}

Nanoseconds Pause::next(const Backoff& backoff, Nanoseconds now, std::uint64_t random) noexcept {
  if (backoff.minimum.count() <= 0) return 0;
  recovered(backoff, now);
  started_ = 0;
  const auto minimum = static_cast<double>(backoff.minimum.count());
  const auto maximum = static_cast<double>(backoff.maximum.count());
  current_ = current_ == 0 ? minimum : current_ * backoff.factor;
  current_ = std::clamp(current_, minimum, maximum);
  const double spread = 2 * static_cast<double>(random >> 11) * 0x1p-53 - 1;
  constexpr double kLongest = 0x1p62;
  return static_cast<Nanoseconds>(std::min(current_ * (1 + backoff.jitter * spread), kLongest));
}

}  // namespace troupe::detail
