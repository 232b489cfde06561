#pragma once

#include <sched.h>

#include <atomic>

#include "base/futex.hpp"

namespace troupe::detail {

/// A lock for a few instructions at a time: one atomic exchange to take, a store to release. Who
/// finds it taken spins, then lets others have the core, as the holder may not be running.
class SpinLock {
 public:
  void lock() noexcept {
    // acquire: what the last holder wrote.
    while (taken_.exchange(true, std::memory_order_acquire)) [[unlikely]]
      wait();
  }
  bool try_lock() noexcept {
    return !taken_.exchange(true, std::memory_order_acquire);
  }  // as above
  // release: to the next holder.
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  [[gnu::noinline]] void wait() const noexcept {
    // relaxed: only a hint that another exchange may succeed.
    for (int spins = 0; taken_.load(std::memory_order_relaxed); ++spins) {
      if (spins < 100) {
        cpu_pause();
      } else {
        sched_yield();
      }
    }
  }

  std::atomic<bool> taken_{false};
};

}  // namespace troupe::detail
