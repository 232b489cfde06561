#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>

#include "troupe/detail/cell.hpp"

namespace troupe::detail {

/// Runnable actors that no worker has yet: from threads that are no workers, and from workers whose
/// own queue is full. First in, first out for each thread that pushes.
///
/// Pushing is one compare-exchange on a stack (after Treiber); it never waits for those who take.
/// They share a lock, turn the stack over, and take many at a time. Linked through Cell::run_next.
class InjectionQueue {
 public:
  /// Any thread. Sequentially consistent with empty().
  void push(Cell& cell) noexcept { push_chain(cell, cell); }
  void push(Cell** cells, std::size_t count) noexcept;

  /// Takes up to `most` of the oldest, but at most one in `sharers` of those that are there,
  /// rounded up, into `out`. Returns how many. What it leaves may look like nothing to others
  /// meanwhile: look again afterwards.
  std::size_t take(Cell** out, std::size_t most, std::size_t sharers) noexcept;

  bool empty() const noexcept {
    return !newest_.load(std::memory_order_seq_cst) && count_.load(std::memory_order_seq_cst) == 0;
  }
  /// A cheap hint.
  bool looks_empty() const noexcept {
    return !newest_.load(std::memory_order_relaxed) && count_.load(std::memory_order_relaxed) == 0;
  }

 private:
  void push_chain(Cell& newest, Cell& oldest) noexcept;
  void turn_over() noexcept;

  alignas(64) std::atomic<Cell*> newest_{nullptr};
  alignas(64) std::mutex mutex_;  // guards the rest
  Cell* oldest_ = nullptr;
  std::atomic<std::size_t> count_{0};
};

}  // namespace troupe::detail
