#include "runtime/mailbox.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "actor/system_state.hpp"
#include "troupe/detail/turn.hpp"

using namespace std::chrono_literals;
using namespace troupe::detail;

namespace {

std::atomic<std::int64_t> alive{0};

struct Number {
  int value;
};
struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) = delete;
  ~Counted() { --alive; }
};
struct Letter {
  int from;
  int value;
  Counted counted{};
};
struct Question {
  using Reply = int;
  Counted counted{};
};

int value_of(Node* node) { return static_cast<CastNode<Number>*>(node)->message.value; }

// An actor whose turns the test takes itself. It counts as scheduled, so that no push schedules it.
struct Box {
  Cell cell{kMailboxBusy, nullptr, 1, nullptr, nullptr};

  ~Box() {
    CHECK(cell.references == Cell::kFirstReferences);
    for (Node* node = close_mailbox(cell); node;) {
      Node* next = node->next;
      destroy_node(node);
      node = next;
    }
  }

  std::uintptr_t head() const { return cell.head.load(); }
  bool push(int value) { return push_unbounded(cell, *make_node<Number>(value)); }
  int next() {
    Node* node = next_message(cell);
    return node ? value_of(node) : -1;
  }
  void signal() {
    Node* node = ::new (pool_allocate(sizeof(Node))) Node(&signal_type);
    REQUIRE(push_signal(cell, *node));
  }
  int drop_signals() {
    int count = 0;
    for (Node* node = take_signals(cell); node; ++count) {
      Node* next = node->next;
      free_node(node);
      node = next;
    }
    return count;
  }
  // What follows in a chain that was taken out, disposing of it.
  static std::vector<int> values(Node* chain) {
    std::vector<int> values;
    while (chain) {
      values.push_back(value_of(chain));
      Node* next = chain->next;
      free_node(chain);
      chain = next;
    }
    return values;
  }

  static constexpr MessageType signal_type{"signal", sizeof(Node), NodeKind::kill, nullptr};
};

}  // namespace

TEST_CASE("messages come out in the order they went in") {
  Box box;
  for (int i = 0; i < 5; ++i) CHECK(box.push(i));
  for (int i = 0; i < 5; ++i) CHECK(box.next() == i);
  CHECK(box.next() == -1);
  CHECK(go_idle(box.cell));
  CHECK(box.head() == kMailboxIdle);
  box.cell.head = kMailboxBusy;
}

TEST_CASE("an actor does not fall idle over a message") {
  Box box;
  SUBCASE("that is its first") {
    box.push(1);
    CHECK_FALSE(go_idle(box.cell));
    CHECK(box.next() == 1);
  }
  SUBCASE("that came while it had another in hand") {
    box.push(0);
    CHECK(box.next() == 0);
    box.push(1);
    CHECK_FALSE(go_idle(box.cell));
    CHECK(box.next() == 1);
  }
  CHECK(box.next() == -1);
  CHECK(go_idle(box.cell));
  box.cell.head = kMailboxBusy;
}

TEST_CASE("an idle mailbox is as new") {
  Box box;
  for (int round = 0; round < 3; ++round) {
    CHECK(go_idle(box.cell));
    CHECK(box.cell.current() == nullptr);
    CHECK(box.cell.front == nullptr);
    box.cell.head = kMailboxBusy;  // as whoever schedules it does
    box.push(2 * round);
    box.push(2 * round + 1);
    CHECK(box.next() == 2 * round);
    CHECK(box.next() == 2 * round + 1);
  }
}

TEST_CASE("an actor does not fall idle over a signal") {
  Box box;
  SUBCASE("without messages") {}
  SUBCASE("with its last message in hand") {
    box.push(1);
    CHECK(box.next() == 1);
  }
  box.signal();
  CHECK((box.head() & kMailboxSignaled) != 0);
  CHECK_FALSE(go_idle(box.cell));
  CHECK((box.head() & kMailboxSignaled) == 0);
  CHECK(box.drop_signals() == 1);
  CHECK(box.next() == -1);
  CHECK(go_idle(box.cell));
  box.cell.head = kMailboxBusy;
}

TEST_CASE("a message behind a signal is delivered, and so is the signal") {
  Box box;
  SUBCASE("to an empty mailbox") {}
  SUBCASE("to one with a message in hand") {
    box.push(0);
    CHECK(box.next() == 0);
  }
  box.signal();
  CHECK(box.push(1));
  CHECK(box.push(2));
  CHECK(box.next() == 1);
  CHECK(box.next() == 2);
  CHECK(box.drop_signals() == 1);
  CHECK(go_idle(box.cell));
  box.cell.head = kMailboxBusy;
}

TEST_CASE("signals come out oldest first") {
  Box box;
  std::array<Node*, 4> sent;
  for (Node*& node : sent) {
    node = ::new (pool_allocate(sizeof(Node))) Node(&Box::signal_type);
    CHECK(push_signal(box.cell, *node));
  }
  Node* taken = take_signals(box.cell);
  for (Node* node : sent) {
    REQUIRE(taken == node);
    taken = taken->next;
    free_node(node);
  }
  CHECK(taken == nullptr);
  CHECK(take_signals(box.cell) == nullptr);
}

TEST_CASE("an actor waits for a signal only when there is none") {
  Box box;
  box.signal();
  CHECK_FALSE(wait_for_signal(box.cell));
  CHECK(box.drop_signals() == 1);
  CHECK(wait_for_signal(box.cell));
  CHECK(box.cell.signals == kSignalsWaiting);
  CHECK(box.drop_signals() == 0);
  CHECK(box.cell.signals == kSignalsNone);
}

TEST_CASE("the message in hand can leave the mailbox") {
  Box box;
  SUBCASE("as the only one") {
    box.push(0);
    CHECK(box.next() == 0);
    Node* taken = box.cell.current();
    detach_current(box.cell);
    CHECK(box.head() == kMailboxBusy);
    CHECK(taken->next == nullptr);
    free_node(taken);
    box.push(1);
  }
  SUBCASE("with another behind it") {
    box.push(0);
    box.push(1);
    CHECK(box.next() == 0);
    Node* taken = box.cell.current();
    detach_current(box.cell);
    CHECK(taken->next == nullptr);
    free_node(taken);
  }
  SUBCASE("under a signal") {
    box.push(0);
    CHECK(box.next() == 0);
    box.signal();
    Node* taken = box.cell.current();
    detach_current(box.cell);
    CHECK(box.head() == (kMailboxBusy | kMailboxSignaled));
    free_node(taken);
    box.push(1);
    CHECK(box.drop_signals() == 1);
  }
  CHECK(box.next() == 1);
  CHECK(box.next() == -1);
  CHECK(go_idle(box.cell));
  box.cell.head = kMailboxBusy;
}

TEST_CASE("a message that left the mailbox can be sent to it again") {
  Box box;
  for (int i = 0; i < 3; ++i) box.push(i);
  CHECK(box.next() == 0);
  Node* taken = box.cell.current();
  detach_current(box.cell);
  CHECK(push_unbounded(box.cell, *taken));
  CHECK(box.next() == 1);
  CHECK(box.next() == 2);
  CHECK(box.next() == 0);
}

namespace {

// Messages to insert: linked, not sent.
struct Chain {
  Node* first;
  Node* last;

  explicit Chain(const std::vector<int>& values) : first(make_node<Number>(values.front())) {
    last = first;
    for (std::size_t i = 1; i < values.size(); ++i) {
      Node* node = make_node<Number>(values[i]);
      last->next = node;
      last = node;
    }
  }
  void insert(Box& box, Node* place) const { insert_messages(box.cell, place, first, last); }
  void insert(Box& box) const { insert(box, box.cell.current()); }
};

}  // namespace

TEST_CASE("inserted messages come next") {
  Box box;
  SUBCASE("into an empty mailbox") {
    Chain({1, 2}).insert(box);
    box.push(3);
  }
  SUBCASE("before those that wait, when none is in hand") {
    box.push(3);
    Chain({1, 2}).insert(box);
  }
  SUBCASE("behind the message in hand, the last one") {
    box.push(0);
    CHECK(box.next() == 0);
    Chain({1, 2}).insert(box);
    box.push(3);
  }
  SUBCASE("between the message in hand and those that wait") {
    box.push(0);
    box.push(3);
    CHECK(box.next() == 0);
    Chain({1, 2}).insert(box);
  }
  SUBCASE("where the message in hand has left, the last one") {
    box.push(0);
    CHECK(box.next() == 0);
    Node* taken = box.cell.current();
    detach_current(box.cell);
    free_node(taken);
    Chain({1, 2}).insert(box);
    box.push(3);
  }
  SUBCASE("where the message in hand has left, before those that wait") {
    box.push(0);
    box.push(3);
    CHECK(box.next() == 0);
    Node* taken = box.cell.current();
    detach_current(box.cell);
    free_node(taken);
    Chain({1, 2}).insert(box);
  }
  SUBCASE("behind a message that was inserted, the last one") {
    const Chain first({1});
    first.insert(box);
    Chain({2}).insert(box, first.last);
    box.push(3);
  }
  SUBCASE("behind a message that was inserted, before those that wait") {
    box.push(3);
    const Chain first({1});
    first.insert(box);
    Chain({2}).insert(box, first.last);
  }
  for (int expected = 1; expected < 4; ++expected) {
    CHECK_FALSE(go_idle(box.cell));
    CHECK(box.next() == expected);
  }
  CHECK(box.next() == -1);
  CHECK(go_idle(box.cell));
  CHECK(box.head() == kMailboxIdle);
  box.cell.head = kMailboxBusy;
}

TEST_CASE("a message is inserted under a signal, and the signal stays announced") {
  Box box;
  SUBCASE("into an empty mailbox") {}
  SUBCASE("behind the message in hand") {
    box.push(0);
    CHECK(box.next() == 0);
  }
  box.signal();
  Chain({1}).insert(box);
  CHECK((box.head() & kMailboxSignaled) != 0);
  CHECK(box.next() == 1);
  CHECK_FALSE(go_idle(box.cell));
  CHECK(box.drop_signals() == 1);
  CHECK(go_idle(box.cell));
  box.cell.head = kMailboxBusy;
}

TEST_CASE("a message that was inserted can leave the mailbox, and closing returns it") {
  Box box;
  Chain({1, 2, 3}).insert(box);
  CHECK(box.next() == 1);
  Node* taken = box.cell.current();
  detach_current(box.cell);
  CHECK(taken->next == nullptr);
  free_node(taken);
  CHECK_FALSE(is_closed(box.cell));
  CHECK(Box::values(close_mailbox(box.cell)) == std::vector<int>{2, 3});
  CHECK(is_closed(box.cell));
}

TEST_CASE("inserted messages come next while others send, and each sender's order stays") {
  constexpr int kSenders = 3;
  constexpr int kMessages = 5000;
  Box box;
  std::vector<std::jthread> senders;
  for (int t = 0; t < kSenders; ++t) {
    senders.emplace_back([&, t] {
      for (int i = 0; i < kMessages; ++i) {
        push_unbounded(box.cell, *make_node<Number>(t * kMessages + i));
        // So that the mailbox is often empty, and the end of it is where messages are inserted.
        if (i % 4 == 0) std::this_thread::yield();
      }
    });
  }
  std::array<int, kSenders> expected{};
  int disordered = 0;
  int overtaken = 0;
  for (int received = 0; received < kSenders * kMessages;) {
    const int value = box.next();
    if (value < 0) continue;
    ++received;
    if (value % kMessages != expected[static_cast<std::size_t>(value / kMessages)]++) ++disordered;
    if (value % 3 == 0) {  // as a request does
      Node* taken = box.cell.current();
      detach_current(box.cell);
      free_node(taken);
    }
    const Chain chain({-2, -4});
    chain.insert(box);
    Chain({-5}).insert(box, chain.last);
    Chain({-3}).insert(box, chain.first);
    for (int next = -2; next >= -5; --next) overtaken += box.next() != next;
  }
  CHECK(disordered == 0);
  CHECK(overtaken == 0);
  CHECK(box.next() == -1);
}

TEST_CASE("closing returns what was queued, oldest first") {
  Box box;
  std::vector<int> expected;
  SUBCASE("nothing") {}
  SUBCASE("nothing, under a signal") { box.signal(); }
  SUBCASE("nothing behind the message in hand") {
    box.push(0);
    CHECK(box.next() == 0);
  }
  SUBCASE("messages") {
    for (int i = 1; i < 4; ++i) box.push(i);
    expected = {1, 2, 3};
  }
  SUBCASE("messages behind the one in hand") {
    for (int i = 0; i < 4; ++i) box.push(i);
    CHECK(box.next() == 0);
    expected = {1, 2, 3};
  }
  SUBCASE("messages under a signal") {
    for (int i = 0; i < 4; ++i) box.push(i);
    CHECK(box.next() == 0);
    box.signal();
    expected = {1, 2, 3};
  }
  SUBCASE("messages behind one that left") {
    for (int i = 0; i < 3; ++i) box.push(i);
    CHECK(box.next() == 0);
    Node* taken = box.cell.current();
    detach_current(box.cell);
    free_node(taken);
    expected = {1, 2};
  }
  CHECK(Box::values(close_mailbox(box.cell)) == expected);
  CHECK(box.head() == kMailboxClosed);
  box.drop_signals();
}

TEST_CASE("a closed mailbox disposes of what is sent") {
  Box box;
  CHECK(close_mailbox(box.cell) == nullptr);
  CHECK_FALSE(box.push(1));
  CHECK_FALSE(push_unbounded(box.cell, *make_node<Letter>(0, 0)));
  CHECK(alive == 0);
  CHECK(box.head() == kMailboxClosed);

  static Answer answer;
  auto* request = make_node<Question>();
  request->deliver = [](Request& answered) noexcept {
    answer = answered.answer;
    destroy_node(&answered);
  };
  CHECK_FALSE(push_unbounded(box.cell, *request));
  CHECK(answer == Answer::closed);
  CHECK(alive == 0);
}

TEST_CASE("whoever finds the mailbox closed takes back what others linked to its node") {
  Box box;
  CHECK(close_mailbox(box.cell) == nullptr);
  Node* mine = make_node<Number>(1);
  // The first half of a push that met a closed mailbox.
  CHECK(box.cell.head.exchange(reinterpret_cast<std::uintptr_t>(mine)) == kMailboxClosed);
  CHECK(box.push(2));
  CHECK(box.push(3));
  box.signal();
  CHECK(Box::values(reclaim_closed(box.cell, *mine)) == std::vector<int>{1, 2, 3});
  CHECK(box.head() == kMailboxClosed);
  CHECK(box.drop_signals() == 1);
}

TEST_CASE("a closed signal lane returns what it had and leaves the rest to the sender") {
  Box box;
  SUBCASE("with signals") {
    box.signal();
    box.signal();
    int count = 0;
    for (Node* node = close_signals(box.cell); node; ++count) {
      Node* next = node->next;
      free_node(node);
      node = next;
    }
    CHECK(count == 2);
  }
  SUBCASE("without") { CHECK(close_signals(box.cell) == nullptr); }
  SUBCASE("that was waited at") {
    CHECK(wait_for_signal(box.cell));
    CHECK(close_signals(box.cell) == nullptr);
  }
  auto* late = ::new (pool_allocate(sizeof(Node))) Node(&Box::signal_type);
  CHECK_FALSE(push_signal(box.cell, *late));
  free_node(late);
}

TEST_CASE("each message of many senders is closed over or disposed of, and none twice") {
  for (int round = 0; round < 200; ++round) {
    Box box;
    std::atomic<int> delivered{0};
    std::atomic<int> ready{0};
    int taken = 0;
    {
      std::vector<std::jthread> senders;
      for (int t = 0; t < 3; ++t) {
        senders.emplace_back([&, t] {
          ++ready;
          for (int i = 0; i < 100; ++i) {
            delivered += push_unbounded(box.cell, *make_node<Letter>(t, i));
          }
        });
      }
      while (ready < 2) std::this_thread::yield();
      for (int i = 0; i < round; ++i) {
        Node* node = next_message(box.cell);
        if (!node) continue;
        static_cast<CastNode<Letter>*>(node)->message.~Letter();
        ++taken;
      }
      for (Node* node = close_mailbox(box.cell); node; ++taken) {
        Node* next = node->next;
        destroy_node(node);
        node = next;
      }
    }
    // A push beside another that met the closed mailbox counts as delivered, and is taken back.
    REQUIRE(taken <= delivered);
    REQUIRE(alive == 0);
    REQUIRE(box.head() == kMailboxClosed);
  }
}

namespace {

// An actor without a class behind it, run by real workers: it checks each sender's order.
struct Receiver {
  static constexpr int kSenders = 3;
  Cell cell;
  std::array<int, kSenders> expected{};
  std::atomic<int> received{0};
  std::atomic<int> disordered{0};
  std::atomic<int> inside{0};
  std::atomic<int> overlaps{0};

  explicit Receiver(SystemState& system) : cell(kMailboxIdle, &system, 7, nullptr, &type) {
    cell.phase = Phase::running;
  }

  static Outcome handle(Cell& cell, Node& node) {
    auto& self = reinterpret_cast<Receiver&>(cell);  // its first member
    if (self.inside.fetch_add(1) != 0) ++self.overlaps;
    const Letter& letter = static_cast<CastNode<Letter>&>(node).message;
    if (letter.value != self.expected[static_cast<std::size_t>(letter.from)]++) ++self.disordered;
    self.inside.fetch_sub(1);
    ++self.received;
    return Outcome::done;
  }

  static constexpr ActorClass type = [] {
    ActorClass made{};
    made.name = "Receiver";
    made.handle = &Receiver::handle;
    return made;
  }();
};

}  // namespace

TEST_CASE("workers that come and go run an actor one message at a time, in each sender's order") {
  for (unsigned workers : {1u, 2u, 4u}) {
    CAPTURE(workers);
    troupe::SystemOptions options;
    options.workers = workers;
    SystemState system(options);
    Receiver receiver(system);
    constexpr int kMessages = 20'000;
    {
      std::vector<std::jthread> senders;
      for (int t = 0; t < Receiver::kSenders; ++t) {
        senders.emplace_back([&, t] {
          unsigned pause = static_cast<unsigned>(t);
          for (int i = 0; i < kMessages; ++i) {
            push_unbounded(receiver.cell, *make_node<Letter>(t, i));
            pause = pause * 1664525 + 1013904223;
            // So that it falls idle now and then.
            if (pause >> 25 == 0) std::this_thread::sleep_for(50us);
          }
        });
      }
    }
    const auto end = std::chrono::steady_clock::now() + 60s;
    const auto at_rest = [&] {
      return receiver.received == Receiver::kSenders * kMessages &&
             receiver.cell.head == kMailboxIdle;
    };
    while (!at_rest() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    CHECK(receiver.received == Receiver::kSenders * kMessages);
    CHECK(receiver.cell.head == kMailboxIdle);
    CHECK(receiver.disordered == 0);
    CHECK(receiver.overlaps == 0);
    CHECK(alive == 0);
    system.timers.stop();
    CHECK(system.scheduler.stop(system.clock.now() + 60'000'000'000));
    release(*system.root);  // its own life, which a shutdown would have ended
  }
}
