#pragma once

#include <algorithm>
#include <cstdint>

#include "actor/system_state.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/detail/pool.hpp"

namespace troupe::detail {

/// What a turn may take. Other actors wait for its end, so it is over
///
/// - when a slow handler has used up the time;
/// - after kMessages, or what was in the mailbox by then, if that is more: a flooded actor drains
///   what has come, so that it keeps up with its senders, but not what comes meanwhile;
/// - when it has sent so many messages that its thread had to fetch memory for them again and
///   again: a producer lets its consumers run while the messages are still in the cache.
///
/// An actor that has one thing to do in its turn never reads the clock. In a simulation, a turn is
/// one of these.
class Quantum {
 public:
  Quantum() : enough_batches_(turn.one_step ? 0 : thread_cache.batches + kBatches) {}

  /// Counts one message, hook or resumption. True: let others run.
  bool spent(const Cell& cell) {
    if (++count_ < look_ && address_of(cell.current()) != last_ &&
        thread_cache.batches < enough_batches_) [[likely]] {
      return false;
    }
    return look(cell);
  }

 private:
  static constexpr unsigned kMessages = 128;
  static constexpr std::uint64_t kBatches = 16;
  static constexpr Nanoseconds kTime = 100'000;
  static constexpr Nanoseconds kDrainTime = 1'000'000;

  static std::uintptr_t address_of(const Node* node) noexcept {
    return reinterpret_cast<std::uintptr_t>(node);
  }

  bool look(const Cell& cell) {
    if (address_of(cell.current()) == last_ || thread_cache.batches >= enough_batches_) return true;
    const Nanoseconds now = cell.system->clock.now();
    if (began_ == 0) began_ = now;
    if (now - began_ > (count_ <= kMessages ? kTime : kDrainTime)) return true;
    if (count_ == kMessages) {
      // relaxed: never followed, only compared with the message in hand.
      const std::uintptr_t head = cell.head.load(std::memory_order_relaxed) & ~kMailboxSignaled;
      if (head <= kMailboxClosed) return true;
      last_ = head;
      if (address_of(cell.current()) == last_) return true;
    }
    look_ += std::min(look_, kMessages);
    return false;
  }

  unsigned count_ = 0;
  unsigned look_ = 4;                   // the count at which to look again
  std::uintptr_t last_ = kMailboxIdle;  // the last message to handle; at first, nobody's address
  std::uint64_t enough_batches_;
  Nanoseconds began_ = 0;
};

}  // namespace troupe::detail
