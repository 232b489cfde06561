#pragma once

#include "troupe/detail/duration.hpp"

namespace troupe {

/// How long restarts are put off: the first by `minimum`, each further one by `factor` times as
/// much, up to `maximum`; spread by `jitter` of it in either direction. What has run for
/// `reset_after` begins again with `minimum`.
struct Backoff {
  std::chrono::nanoseconds minimum{};  ///< zero: restarts are not put off
  std::chrono::nanoseconds maximum{};
  double factor = 2;
  double jitter = 0.1;  ///< 0 to 1
  std::chrono::nanoseconds reset_after = std::chrono::seconds(10);
};

}  // namespace troupe
