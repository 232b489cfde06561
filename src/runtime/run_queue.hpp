#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "troupe/detail/cell.hpp"

namespace troupe::detail {

/// A worker's runnable actors, first in first out: a bounded ring that its owner fills and any
/// worker may take from (as in Go's and tokio's schedulers).
///
/// head is where to take, tail where to put; both only grow. A taker reads slots and then claims
/// them by moving head; the owner reuses a slot only when head has passed it, so a claim that
/// succeeds read what was meant.
class RunQueue {
 public:
  static constexpr std::uint32_t kCapacity = 1024;

  /// Owner only. False: full.
  bool push(Cell* cell) noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);  // only we write it
    // acquire: the taker's reads of the slot happen before we write it again.
    if (tail - head_.load(std::memory_order_acquire) == kCapacity) return false;
    slots_[tail % kCapacity].store(cell, std::memory_order_relaxed);
    // seq_cst, as an exchange: publishes the slot, and orders it before the look at who is parked.
    tail_.exchange(tail + 1, std::memory_order_seq_cst);
    return true;
  }

  /// Owner only.
  Cell* pop() noexcept {
    std::uint32_t head = head_.load(std::memory_order_relaxed);
    while (head != tail_.load(std::memory_order_relaxed)) {
      Cell* cell = slots_[head % kCapacity].load(std::memory_order_relaxed);
      // acq_rel: release our read of the slot to the owner's next push (ourselves) and thieves.
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel,
                                      std::memory_order_relaxed)) {
        return cell;
      }
    }
    return nullptr;
  }

  /// Takes half, rounded up, at most kCapacity / 2, into `out`. Any thread. Returns how many.
  std::uint32_t take_half(std::array<Cell*, kCapacity / 2>& out) noexcept {
    std::uint32_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      // acquire: pairs with the push that published the slots. A stale head against a newer tail
      // can look like more than there is; the claim below then fails.
      const std::uint32_t tail = tail_.load(std::memory_order_acquire);
      std::uint32_t count = tail - head;
      if (count == 0) return 0;
      count -= count / 2;
      if (count > kCapacity / 2) {
        head = head_.load(std::memory_order_acquire);
        continue;
      }
      for (std::uint32_t i = 0; i < count; ++i) {
        out[i] = slots_[(head + i) % kCapacity].load(std::memory_order_relaxed);
      }
      if (head_.compare_exchange_weak(head, head + count, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return count;
      }
    }
  }

  /// Exact for the owner; for others a hint, but sequentially consistent with push.
  bool empty() const noexcept {
    return head_.load(std::memory_order_relaxed) == tail_.load(std::memory_order_seq_cst);
  }

 private:
  alignas(64) std::atomic<std::uint32_t> head_{0};
  alignas(64) std::atomic<std::uint32_t> tail_{0};
  std::array<std::atomic<Cell*>, kCapacity> slots_{};
};

}  // namespace troupe::detail
