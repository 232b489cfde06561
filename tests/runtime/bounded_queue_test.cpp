#include "runtime/bounded_queue.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "actor/system_state.hpp"
#include "runtime/mailbox.hpp"

using namespace troupe::detail;
using troupe::bounded;
using troupe::CastResult;
using troupe::Overflow;

namespace {

struct Number {
  int value;
};
struct Permit {
  using Reply = void;
  static constexpr NodeKind kNodeKind = NodeKind::watch;
};

int value_of(Node& node) { return static_cast<CastNode<Number>&>(node).message.value; }

// An actor whose turns the test takes itself. It counts as scheduled, so that no push schedules it.
class Box {
 public:
  explicit Box(const troupe::Mailbox& mailbox)
      : queue(*::new(static_cast<void*>(memory_)) BoundedQueue(mailbox)),
        cell(*::new(static_cast<void*>(&queue + 1))
                 Cell(kMailboxBusy, nullptr, 1, nullptr, nullptr, true)) {}
  ~Box() {
    close();
    CHECK(cell.references == Cell::kFirstReferences);
    queue.~BoundedQueue();
  }

  BoundedQueue::Offered offer(int value, BlockedSender* sender = nullptr) {
    auto& node = *make_node<Number>(value);
    const auto offered = queue.offer(cell, node, BoundedQueue::Admission::bounded, sender);
    CHECK_FALSE(offered.schedule);
    if (!accepted(offered.result) && !offered.blocked) destroy_node(&node);
    for (Node* dropped = offered.displaced; dropped;) {
      Node* next = dropped->next;
      displaced += std::to_string(value_of(*dropped)) + " ";
      destroy_node(dropped);
      dropped = next;
    }
    return offered;
  }
  // What a cast does: the common case first.
  bool cast(int value) {
    auto& node = *make_node<Number>(value);
    if (queue.take_at_once(node)) return true;
    const auto offered = queue.offer(cell, node, BoundedQueue::Admission::bounded, nullptr);
    if (!accepted(offered.result)) destroy_node(&node);
    return accepted(offered.result);
  }
  void push(int value) { push_unbounded(cell, *make_node<Number>(value)); }

  // The next message is begun; -1: there is none now.
  int next() {
    for (;;) {
      Node* node = next_message(cell);
      if (!node) return -1;
      if (node->type->kind != NodeKind::ticket) {
        if (queue.begin_one()) answer(queue.use_progress(cell).permits);
        return value_of(*node);
      }
      auto& ticket = static_cast<Ticket&>(*node);
      if (ticket.done) continue;
      const auto taken = queue.take(cell, ticket);
      if (taken.first || !ticket.done) {
        put_back(cell);
        if (taken.first) insert_messages(cell, nullptr, taken.first, taken.last);
      }
      answer(taken.progress.permits);
    }
  }
  std::string all() {
    std::string text;
    for (int value = next(); value >= 0; value = next()) text += std::to_string(value) + " ";
    return text;
  }
  // What is left, in the order in which it is.
  std::string close() {
    if (is_closed(cell)) return {};
    std::string text;
    for (Node* node = close_mailbox(cell); node;) {
      Node* next = node->next;
      if (node->type->kind != NodeKind::ticket) text += std::to_string(value_of(*node)) + " ";
      free_node(node);
      node = next;
    }
    auto left = queue.close();
    text += "| ";
    while (left.first) {
      Node* next = left.first->next;
      text += std::to_string(value_of(*left.first)) + " ";
      free_node(left.first);
      left.first = next;
    }
    answer(left.permits);
    return text;
  }

 private:
  void answer(Node* permits) {
    while (permits) {
      Node* next = permits->next;
      permitted += std::to_string(static_cast<Request*>(permits)->id) + " ";
      permits = next;
    }
  }
  alignas(64) unsigned char memory_[sizeof(BoundedQueue) + sizeof(Cell)];

 public:
  BoundedQueue& queue;
  Cell& cell;
  std::string displaced;
  std::string permitted;
};

// One that waits for room, and is told by a permit.
struct Waiting {
  BlockedSender sender;
  Request* permit = make_node<Permit>();

  explicit Waiting(std::uint32_t id) {
    permit->id = id;
    sender.permit = permit;
  }
  ~Waiting() { destroy_node(permit); }
};

}  // namespace

TEST_CASE("one ticket stands for all messages that came before it was met") {
  Box box(bounded(10));
  for (int i = 1; i <= 3; ++i) CHECK(box.cast(i));
  CHECK(box.next() == 1);
  CHECK(box.queue.waiting() == 2);
  CHECK(box.cast(4));
  CHECK(box.cast(5));
  CHECK(box.all() == "2 3 4 5 ");
  CHECK(box.queue.waiting() == 0);
}

TEST_CASE("what comes by another way keeps its place between the tickets") {
  Box box(bounded(10));
  box.cast(1);
  box.push(100);
  CHECK(box.next() == 1);
  box.cast(2);
  box.push(200);
  box.cast(3);
  CHECK(box.all() == "100 2 200 3 ");
}

TEST_CASE("the last place is taken once, wherever the messages are") {
  Box box(bounded(4));
  for (int i = 1; i <= 4; ++i) CHECK(box.cast(i));
  CHECK_FALSE(box.cast(5));
  CHECK(box.next() == 1);
  CHECK(box.cast(6));
  CHECK_FALSE(box.cast(7));
  CHECK(box.next() == 2);
  CHECK(box.next() == 3);
  CHECK(box.cast(8));
  CHECK(box.cast(9));
  CHECK_FALSE(box.cast(10));
  CHECK(box.all() == "4 6 8 9 ");
}

TEST_CASE("the oldest are dropped from what the actor has not taken, and tickets cover the rest") {
  Box box(bounded(16, Overflow::drop_oldest));
  for (int i = 1; i <= 16; ++i) box.offer(i);
  CHECK(box.next() == 1);  // 2 is taken, too
  for (int i = 17; i <= 20; ++i) box.offer(i);
  CHECK(box.displaced == "3 4 5 ");
  box.push(100);
  for (int i = 21; i <= 23; ++i) box.offer(i);
  CHECK(box.displaced == "3 4 5 6 7 8 ");
  CHECK(box.all() == "2 9 10 11 12 13 14 15 16 17 18 19 20 100 21 22 23 ");
}

TEST_CASE("nothing is dropped for a message where the actor has taken all that there was") {
  Box box(bounded(1, Overflow::drop_oldest));
  box.offer(1);
  // As a signal does that comes just then: the message is taken, and not begun.
  Node* node = next_message(box.cell);
  const auto taken = box.queue.take(box.cell, static_cast<Ticket&>(*node));
  put_back(box.cell);
  insert_messages(box.cell, nullptr, taken.first, taken.last);
  CHECK(box.offer(2).result == CastResult::delivered);
  CHECK(box.displaced.empty());
  CHECK(box.all() == "1 2 ");
}

TEST_CASE("messages that are not counted leave the places of those that were taken alone") {
  Box box(bounded(4));
  for (int i = 1; i <= 4; ++i) box.cast(i);
  CHECK(box.next() == 1);
  auto& first = *make_node<Number>(100);
  auto& last = *make_node<Number>(101);
  first.next = &last;
  box.queue.put_uncounted_first(2);
  insert_messages(box.cell, box.cell.current(), &first, &last);
  CHECK(box.next() == 100);
  CHECK(box.next() == 101);
  CHECK(box.queue.waiting() == 3);
  CHECK(box.all() == "2 3 4 ");
  CHECK(box.queue.waiting() == 0);
}

TEST_CASE("who waits for room is let in in order, except those who gave up") {
  Box box(bounded(2, Overflow::block));
  Waiting one(1);
  Waiting two(2);
  Waiting three(3);
  Waiting four(4);
  box.cast(1);
  box.cast(2);
  CHECK(box.offer(11, &one.sender).blocked);
  CHECK(box.offer(12, &two.sender).blocked);
  CHECK(box.offer(13, &three.sender).blocked);
  CHECK(box.offer(14, &four.sender).blocked);
  CHECK(box.queue.blocked() == 4);
  CHECK(box.offer(3).result == CastResult::full);
  CHECK(box.queue.cancel(two.sender));
  destroy_node(two.sender.node);
  CHECK_FALSE(box.queue.cancel(two.sender));
  CHECK(box.next() == 1);
  CHECK(box.permitted == "1 ");
  CHECK_FALSE(box.queue.cancel(one.sender));
  CHECK(box.queue.cancel(four.sender));
  destroy_node(four.sender.node);
  CHECK(box.next() == 2);
  CHECK(box.permitted == "1 3 ");
  CHECK(box.all() == "11 13 ");
}

TEST_CASE("a closed queue gives back what waited, then what waited for room, and takes nothing") {
  Box box(bounded(2, Overflow::block));
  Waiting one(1);
  Waiting two(2);
  box.cast(1);
  box.cast(2);
  CHECK(box.next() == 1);
  box.cast(3);
  box.offer(11, &one.sender);
  box.offer(12, &two.sender);
  CHECK(box.close() == "2 | 3 11 12 ");
  CHECK(box.permitted == "1 2 ");
  CHECK(one.sender.left);
  CHECK_FALSE(box.queue.cancel(one.sender));
  CHECK(box.offer(4).result == CastResult::closed);
  CHECK(box.queue.blocked() == 0);
}

TEST_CASE("who meets a mailbox that was closed before its queue gets the ticket back") {
  Box box(bounded(2));
  Node* left = close_mailbox(box.cell);
  CHECK_FALSE(left);
  const auto offered = box.offer(1);
  CHECK(offered.result == CastResult::delivered);
  REQUIRE(offered.reclaim);
  CHECK(reclaim_closed(box.cell, *offered.reclaim) == offered.reclaim);
  free_node(offered.reclaim);
  const auto rest = box.queue.close();
  REQUIRE(rest.first);
  CHECK(rest.first == rest.last);
  CHECK(value_of(*rest.first) == 1);
  destroy_node(rest.first);
}

TEST_CASE("the level is told once each time that it passes the mark, by one at a time") {
  Box box(bounded(10).high_water(3));
  CHECK_FALSE(box.offer(1).tell);
  CHECK_FALSE(box.offer(2).tell);
  CHECK(box.offer(3).tell);
  // Whoever tells has not looked yet: others leave it to them.
  CHECK_FALSE(box.offer(4).tell);
  const auto level = box.queue.next_level();
  REQUIRE(level);
  CHECK(level->over);
  CHECK(level->waiting == 3);
  CHECK_FALSE(box.queue.next_level());
  CHECK(box.next() == 1);
  CHECK(box.next() == 2);
  CHECK(box.next() == 3);  // the box does not tell
  const auto below = box.queue.next_level();
  REQUIRE(below);
  CHECK_FALSE(below->over);
  CHECK(below->waiting == 1);
  CHECK_FALSE(box.queue.next_level());
  CHECK(box.next() == 4);
}

TEST_CASE("threads that send to a small mailbox keep order and bound, and lose nothing") {
  for (const Overflow overflow : {Overflow::reject, Overflow::drop_oldest}) {
    constexpr int kThreads = 4;
    constexpr int kEach = 20'000;
    Box box(bounded(5, overflow));
    std::atomic<int> running{kThreads};
    std::atomic<int> refused{0};
    std::atomic<int> displaced{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 1; i <= kEach; ++i) {
          auto& node = *make_node<Number>(thread * 1'000'000 + i);
          if (box.queue.take_at_once(node)) continue;
          const auto offered =
              box.queue.offer(box.cell, node, BoundedQueue::Admission::bounded, nullptr);
          if (!accepted(offered.result)) {
            ++refused;
            destroy_node(&node);
          }
          if (offered.displaced) {
            ++displaced;
            destroy_node(offered.displaced);
          }
        }
        --running;
      });
    }
    std::vector<int> last(kThreads);
    int handled = 0;
    bool in_order = true;
    bool bound_held = true;
    for (;;) {
      const bool over = running == 0;  // before it is found empty
      const int value = box.next();
      if (value < 0) {
        if (over) break;
        std::this_thread::yield();
        continue;
      }
      ++handled;
      bound_held = bound_held && box.queue.waiting() <= 5;
      int& before = last[static_cast<std::size_t>(value / 1'000'000)];
      in_order = in_order && value % 1'000'000 > before;
      before = value % 1'000'000;
    }
    for (auto& thread : threads) thread.join();
    CHECK(handled + refused + displaced == kThreads * kEach);
    CHECK(in_order);
    CHECK(bound_held);
    CHECK(box.queue.waiting() == 0);
  }
}
