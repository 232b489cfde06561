#include "runtime/mailbox.hpp"

#include <sched.h>

#include <utility>

#include "base/futex.hpp"
#include "runtime/bounded_queue.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe::detail {

namespace {

Node* reversed(std::uintptr_t word) noexcept {
  Node* newest = reinterpret_cast<Node*>(word);
  Node* oldest = nullptr;
  while (newest) {
    Node* older = newest->next.load(std::memory_order_relaxed);
    newest->next.store(oldest, std::memory_order_relaxed);
    oldest = newest;
    newest = older;
  }
  return oldest;
}

// Makes an actor that is not parked in a handler look at its signals.
void announce_signal(Cell& cell) noexcept {
  std::uintptr_t word = cell.head.load(std::memory_order_relaxed);
  while (word != kMailboxClosed) {  // an ending actor looks at its signals before it waits
    const std::uintptr_t wanted = word == kMailboxIdle ? kMailboxBusy : word | kMailboxSignaled;
    // release: the consumer that meets the bit also sees the signal. acquire: as in push_message.
    if (cell.head.compare_exchange_weak(word, wanted, std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
      if (word == kMailboxIdle) schedule(cell);
      return;
    }
  }
}

}  // namespace

// A producer has exchanged the head and is about to store this link. It may have been descheduled
// in between, so yield after a while.
Node* await_link(std::atomic<Node*>& link) noexcept {
  for (int spins = 0;; ++spins) {
    if (Node* node = link.load(std::memory_order_acquire)) return node;
    if (spins < 100) {
      cpu_pause();
    } else {
      sched_yield();
    }
  }
}

void await_links(Node* first, Node* last) noexcept {
  while (first != last) first = await_link(first->next);
  last->next.store(nullptr, std::memory_order_relaxed);
}

bool push_signal(Cell& cell, Node& node) noexcept {
  tell_host(cell, node);
  // Whoever pushes onto an empty stack announces it; those who find signals there ride along, and
  // never touch the mailbox's word. As soon as the node is in, the actor may take it, end, and be
  // freed by its last owner: hold it while announcing.
  bool retained = false;
  // acquire, here and where the exchange fails: whoever finds it closed may free what the actor
  // used.
  std::uintptr_t seen = cell.signals.load(std::memory_order_acquire);
  do {
    if (seen == kSignalsClosed) {
      if (retained) release(cell);
      return false;
    }
    if (seen == kSignalsNone && !retained) {
      retain(cell);
      retained = true;
    }
    node.next.store(seen == kSignalsWaiting ? nullptr : reinterpret_cast<Node*>(seen),
                    std::memory_order_relaxed);
    // release: publishes the node; acquire: a turn that we win begins after the last one ended.
  } while (!cell.signals.compare_exchange_weak(seen, reinterpret_cast<std::uintptr_t>(&node),
                                               std::memory_order_acq_rel,
                                               std::memory_order_acquire));
  if (seen == kSignalsWaiting) {
    schedule(cell);
  } else if (seen == kSignalsNone) {
    announce_signal(cell);
  }
  if (retained) release(cell);
  return true;
}

bool stay_busy(Cell& cell, std::uintptr_t head) noexcept {
  if (head & kMailboxSignaled) {
    // Whether or not the word has changed since: the bit has done its work.
    cell.head.fetch_and(~kMailboxSignaled, std::memory_order_acquire);
  } else {
    // A producer came, and its link follows. It may be descheduled just now: let the turn go on,
    // and end, rather than wait here.
    cpu_pause();
  }
  return false;
}

std::uint64_t count_messages(Cell& cell, std::uint64_t limit) noexcept {
  // acquire, as in next_message: a node's link is read. A link that is under way ends the count.
  const Node* node = cell.front.load(std::memory_order_acquire);
  if (node && cell.consumed) node = node->next.load(std::memory_order_acquire);
  std::uint64_t count = 0;
  for (; node && count < limit; node = node->next.load(std::memory_order_acquire)) {
    count += node->type->kind != NodeKind::ticket;
  }
  bool found = false;
  if (cell.counted()) count += bounded_queue_of(cell).count(limit - count, nullptr, found);
  return count;
}

bool wait_for_signal(Cell& cell) noexcept {
  std::uintptr_t none = kSignalsNone;
  // release: our writes to the actor happen before its next turn.
  return cell.signals.compare_exchange_strong(none, kSignalsWaiting, std::memory_order_release,
                                              std::memory_order_relaxed);
}

Node* take_signals(Cell& cell) noexcept {
  // acquire: the senders' writes to the nodes.
  const std::uintptr_t word = cell.signals.exchange(kSignalsNone, std::memory_order_acq_rel);
  return word == kSignalsWaiting ? nullptr : reversed(word);
}

void detach_current(Cell& cell) noexcept {
  Node* node = leave_front(cell);
  Node* next = node->next.load(std::memory_order_acquire);
  if (!next) {
    // Empty, but we go on running: busy, with the bit if it is set.
    const auto ours = reinterpret_cast<std::uintptr_t>(node);
    std::uintptr_t word = ours;
    do {
      if (cell.head.compare_exchange_weak(word, kMailboxBusy | (word & kMailboxSignaled),
                                          std::memory_order_acq_rel, std::memory_order_relaxed)) {
        return;
      }
    } while ((word & ~kMailboxSignaled) == ours);
    next = await_link(node->next);
  }
  cell.front.store(next, std::memory_order_relaxed);
  node->next.store(nullptr, std::memory_order_relaxed);
}

void insert_messages(Cell& cell, Node* place, Node* first, Node* last) noexcept {
  std::atomic<Node*>& link = place ? place->next : cell.front;
  // acquire: pairs with the producer's store, as in next_message, which will read our copy of it.
  Node* next = link.load(std::memory_order_acquire);
  if (!next) {
    // relaxed: the exchange below publishes it.
    last->next.store(nullptr, std::memory_order_relaxed);
    const std::uintptr_t end = place ? reinterpret_cast<std::uintptr_t>(place) : kMailboxBusy;
    std::uintptr_t word = end;
    do {
      // release: the producer that meets `last` there writes its link after we have cleared it. A
      // signal's sender has released with the bit, and an exchange goes on with its release.
      // relaxed on failure: the word is only compared.
      if (cell.head.compare_exchange_weak(
              word, reinterpret_cast<std::uintptr_t>(last) | (word & kMailboxSignaled),
              std::memory_order_release, std::memory_order_relaxed)) {
        // relaxed: nobody but us knows this link any more.
        link.store(first, std::memory_order_relaxed);
        return;
      }
    } while ((word & ~kMailboxSignaled) == end);
    next = await_link(link);
  }
  // relaxed: the producer of `next` was the last one to write the link, and those behind it write
  // others.
  last->next.store(next, std::memory_order_relaxed);
  link.store(first, std::memory_order_relaxed);
}

Node* close_mailbox(Cell& cell) noexcept {
  Node* consumed = leave_front(cell);
  // relaxed: the exchange publishes it.
  cell.closing.store(true, std::memory_order_relaxed);
  const std::uintptr_t word =
      cell.head.exchange(kMailboxClosed, std::memory_order_acq_rel) & ~kMailboxSignaled;
  if (word <= kMailboxClosed) return nullptr;
  Node* last = reinterpret_cast<Node*>(word);
  if (consumed) {
    Node* first = consumed == last ? nullptr : await_link(consumed->next);
    free_node(consumed);
    if (!first) return nullptr;
    await_links(first, last);
    return first;
  }
  Node* first = await_link(cell.front);
  cell.front.store(nullptr, std::memory_order_relaxed);
  await_links(first, last);
  return first;
}

Node* reclaim_closed(Cell& cell, Node& mine) noexcept {
  // Our push replaced `closed` by our node, and others may have linked to it since. Whoever closes
  // it again owns exactly the chain from its own node to the last one.
  const std::uintptr_t word =
      cell.head.exchange(kMailboxClosed, std::memory_order_acq_rel) & ~kMailboxSignaled;
  await_links(&mine, reinterpret_cast<Node*>(word));
  return &mine;
}

bool close_empty_signals(Cell& cell) noexcept {
  std::uintptr_t none = kSignalsNone;
  // release: whoever finds it closed may read what the actor wrote.
  return cell.signals.compare_exchange_strong(none, kSignalsClosed, std::memory_order_acq_rel,
                                              std::memory_order_relaxed);
}

Node* close_signals(Cell& cell) noexcept {
  const std::uintptr_t word = cell.signals.exchange(kSignalsClosed, std::memory_order_acq_rel);
  return word == kSignalsWaiting ? nullptr : reversed(word);
}

}  // namespace troupe::detail
