#pragma once

#include <atomic>
#include <cstdint>

#include "troupe/troupe.hpp"

namespace bench {

struct Go {};

/// Handles one message and ends.
class Once : public troupe::Actor<Once, Go> {
 public:
  explicit Once(std::atomic<std::uint64_t>& handled) : handled_(handled) {}

  void handle(Go) {
    handled_.fetch_add(1, std::memory_order_relaxed);
    stop();
  }

 private:
  std::atomic<std::uint64_t>& handled_;
};

}  // namespace bench
