#pragma once

#include <atomic>

namespace troupe::detail {

/// A sequentially consistent fence right behind an atomic read-modify-write: on x86 that was one
/// already, as each locked instruction is.
inline void fence_after_exchange() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  std::atomic_signal_fence(std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace troupe::detail
