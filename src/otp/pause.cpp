#include "otp/pause.hpp"

#include <algorithm>

namespace troupe::detail {

Nanoseconds next_pause(double& current, const Backoff& backoff, std::uint64_t random) noexcept {
  const auto minimum = static_cast<double>(backoff.minimum.count());
  const auto maximum = static_cast<double>(backoff.maximum.count());
  current = current == 0 ? minimum : current * backoff.factor;
  current = std::clamp(current, minimum, maximum);
  const double spread = 2 * static_cast<double>(random >> 11) * 0x1p-53 - 1;
  constexpr double kLongest = 0x1p62;
  return static_cast<Nanoseconds>(std::min(current * (1 + backoff.jitter * spread), kLongest));
}

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
  return next_pause(current_, backoff, random);
}

}  // namespace troupe::detail
