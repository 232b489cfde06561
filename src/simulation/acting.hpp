#pragma once

#include <utility>

#include "base/host.hpp"

namespace troupe::detail {

/// While this is there, the thread's host is this one.
class Acting {
 public:
  explicit Acting(Host& host) noexcept : before_(std::exchange(host_of_this_thread, &host)) {}
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;
  ~Acting() { host_of_this_thread = before_; }

 private:
  Host* const before_;
};

}  // namespace troupe::detail
