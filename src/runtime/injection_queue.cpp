#include "runtime/injection_queue.hpp"

#include <algorithm>

namespace troupe::detail {

void InjectionQueue::push(Cell** cells, std::size_t count) noexcept {
  for (std::size_t i = 1; i < count; ++i) cells[i]->run_next = cells[i - 1];
  push_chain(*cells[count - 1], *cells[0]);
}

void InjectionQueue::push_chain(Cell& newest, Cell& oldest) noexcept {
  Cell* before = newest_.load(std::memory_order_relaxed);
  do {
    oldest.run_next = before;
    // seq_cst: publishes the links, and comes before the look at who is parked; see Scheduler.
  } while (!newest_.compare_exchange_weak(before, &newest, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
}

std::size_t InjectionQueue::take(Cell** out, std::size_t most, std::size_t sharers) noexcept {
  std::lock_guard lock(mutex_);
  if (!oldest_) turn_over();
  const std::size_t there = count_.load(std::memory_order_relaxed);
  const std::size_t share = std::min(most, (there + sharers - 1) / sharers);
  for (std::size_t i = 0; i < share; ++i) {
    out[i] = oldest_;
    oldest_ = oldest_->run_next;
  }
  count_.store(there - share, std::memory_order_seq_cst);
  return share;
}

// Makes the pushed ones the list to take from, which is empty.
void InjectionQueue::turn_over() noexcept {
  // acquire: the links, and what the actors' last turns wrote.
  Cell* cell = newest_.exchange(nullptr, std::memory_order_acquire);
  std::size_t count = 0;
  for (; cell; ++count) {
    Cell* before = cell->run_next;
    cell->run_next = oldest_;
    oldest_ = cell;
    cell = before;
  }
  count_.store(count, std::memory_order_seq_cst);
}

}  // namespace troupe::detail
