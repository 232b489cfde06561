#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>

#include "base/clock.hpp"
#include "base/futex.hpp"
#include "troupe/detail/message.hpp"

namespace troupe::detail {

/// Throws std::logic_error in an actor, where a thread would block a worker.
TROUPE_EXPORT void refuse_in_actor();

/// This thread sleeps until the word has the value, or the deadline has passed. In a simulation it
/// runs that meanwhile, and gives up when nothing can happen any more. Whether the word has it.
inline bool block_until(std::atomic<std::uint32_t>& word, std::uint32_t value,
                        Nanoseconds deadline) noexcept {
  if (host_of_this_thread) return host_of_this_thread->wait(word, value, deadline);
  const Clock clock;
  for (;;) {
    const std::uint32_t seen = word.load(std::memory_order_acquire);
    if (seen == value) return true;
    const Nanoseconds left = deadline - clock.now();
    if (left <= 0) return false;
    futex_wait(word, seen, left);
  }
}

/// What a thread that is no actor's waits on. Owned by whichever comes last: the thread that gave
/// up, or the answer.
struct ThreadWait {
  enum : std::uint32_t { waiting, answered, abandoned, asleep };
  // As long as it takes to sleep and to be woken. The worker searches for longer (see Scheduler),
  // so that the two do not put each other to sleep in turn.
  static constexpr Nanoseconds kSpinTime = 20'000;
  std::atomic<std::uint32_t> state{waiting};

  static void deliver(Request& request) noexcept {
    auto& wait = *static_cast<ThreadWait*>(request.context);
    // acq_rel: publishes the answer; acquires the abandonment.
    switch (wait.state.exchange(answered, std::memory_order_acq_rel)) {
      case abandoned:
        destroy_node(&request);
        delete &wait;
        break;
      case asleep:
        futex_wake(wait.state);
        break;
      default:
        break;
    }
  }

  // False: the time is over. Then it may be waited once more, or abandoned.
  bool block(Nanoseconds deadline) noexcept {
    if (host_of_this_thread) return block_until(state, answered, deadline);
    Clock clock;
    static const bool alone = std::thread::hardware_concurrency() == 1;
    const Nanoseconds spin_until = alone ? 0 : std::min(deadline, clock.now() + kSpinTime);
    do {
      for (int spins = 0; spins < 100; ++spins) {
        if (state.load(std::memory_order_acquire) == answered) return true;
        cpu_pause();
      }
      // Whoever is to answer may have been put on this core.
      std::this_thread::yield();
    } while (clock.now() < spin_until);
    // Not when it was answered meanwhile, or is `asleep` since an earlier wait. relaxed: publishes
    // nothing, and what is answered is acquired below.
    std::uint32_t seen = waiting;
    state.compare_exchange_strong(seen, asleep, std::memory_order_relaxed);
    return block_until(state, answered, deadline);
  }

  // Waits for an answer that is certain to come soon.
  void finish() noexcept { (void)block(INT64_MAX); }

  // True: the answer will dispose of both. False: it came after all.
  bool abandon() noexcept {
    return state.exchange(abandoned, std::memory_order_acq_rel) != answered;
  }
};

}  // namespace troupe::detail
