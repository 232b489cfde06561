#include "actor/circle.hpp"

using namespace circle;

// Waits that look like circles, and end.

namespace {

struct First {
  using Reply = int;
};
struct Second {
  using Reply = int;
};
struct Meet {
  troupe::ActorRef<Second> other;
};
struct Go {};
struct Filler {};

/// Calls back whom it has answered, when that one has not run since.
class Late : public troupe::Actor<Late, Meet, First, Go, Filler> {
 public:
  explicit Late(Journal* journal) : journal_(journal) {}
  void handle(Meet m) { other_ = std::move(m.other); }
  int handle(First) {
    self().cast<Go>();
    self().cast<Filler>();
    return 1;
  }
  troupe::Task<> handle(Go) {
    auto result = co_await other_.call<Second>().within(troupe::forever);
    journal_->add(result ? "called" : to_string(result.error()));
  }
  void handle(Filler) {}

 private:
  Journal* journal_;
  troupe::ActorRef<Second> other_;
};

class Early : public troupe::Actor<Early, Go, Second> {
 public:
  Early(troupe::ActorRef<First> late, Journal* journal)
      : late_(std::move(late)), journal_(journal) {}
  troupe::Task<> handle(Go) {
    auto result = co_await late_.call<First>().within(troupe::forever);
    journal_->add(result ? "answered" : to_string(result.error()));
  }
  int handle(Second) { return 2; }

 private:
  troupe::ActorRef<First> late_;
  Journal* journal_;
};

struct Pass {
  using Reply = int;
};
/// Hands each Pass on to where the test keeps it, as an Ask.
class Passer : public troupe::Actor<Passer, Pass, Run> {
 public:
  explicit Passer(troupe::ActorRef<Ask> next) : next_(std::move(next)) {}
  void handle(Pass, troupe::ReplyPort<int> port) { next_.forward<Ask>({}, std::move(port)); }
  troupe::Task<> handle(Run m) { co_await m.body(); }

 private:
  troupe::ActorRef<Ask> next_;
};

}  // namespace

TEST_CASE("an actor may call whom it has answered") {
  for (const unsigned workers : {1u, 2u}) {
    World world(workers);
    Journal journal;
    auto late = world.system.spawn<Late>(&journal);
    auto early = world.system.spawn<Early>(late, &journal);
    late.cast<Meet>(early);
    for (std::size_t i = 1; i <= 200; ++i) {
      early.cast<Go>();
      journal.wait_count(2 * i);
    }
    for (const std::string& line : journal.entries()) {
      CHECK((line == "answered" || line == "called"));
    }
  }
}

TEST_CASE("who keeps a reply port may call its caller") {
  World world;
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto left = static_cast<Party*>(cell_of(b)->object())->left.get_future();
  auto from_a = perform(a, [b]() -> troupe::Task<Called> {
    co_return co_await b.call<Leave>().within(troupe::forever);
  });
  troupe::ReplyPort<int> port = left.get();
  auto from_b = poke_from(b, a);
  wait_until_waiting(b, a);
  port.send(7);
  CHECK(*from_a.get() == 7);
  CHECK(*from_b.get() == 2);
}

TEST_CASE("a reply port that is taken at once is none of the waits") {
  World world;
  for (int i = 0; i < 200; ++i) {
    auto a = world.system.spawn<Party>();
    auto b = world.system.spawn<Party>();
    auto left = static_cast<Party*>(cell_of(b)->object())->left.get_future();
    std::promise<Called> done;
    // b may have taken it, and wait for a, before a has looked.
    Errand errand = [a, &done](Party&) -> troupe::Task<> {
      done.set_value(co_await a.call<Poke>().within(troupe::forever));
    };
    auto from_a = perform(a, [b, errand]() -> troupe::Task<Called> {
      co_return co_await b.call<Borrow>(errand).within(troupe::forever);
    });
    left.get().send(7);
    CHECK(*from_a.get() == 7);
    CHECK(*done.get_future().get() == 2);
  }
}

TEST_CASE("who has forwarded a request may call its caller") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a");
  auto passer = world.system.spawn<Passer>(gate);
  auto from_a = perform(a, [passer]() -> troupe::Task<Called> {
    co_return co_await passer.call<Pass>().within(troupe::forever);
  });
  gate.wait_asked();
  std::promise<Called> done;
  passer.cast<Run>([a, &done]() -> troupe::Task<> {
    done.set_value(co_await a.call<Poke>().within(troupe::forever));
  });
  wait_until_waiting(passer, a);
  gate.answer(5);
  CHECK(*from_a.get() == 5);
  CHECK(*done.get_future().get() == 2);
}

TEST_CASE("call_and_forward waits for nobody") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto from_b = after_gate(gate, b, [a]() -> troupe::Task<Called> {
    co_return co_await a.call<Poke>().within(troupe::forever);
  });
  b.call_and_forward<Poke>(a, [](int) { return Note{}; });
  gate.answer(0);
  CHECK(*from_b.get() == 2);
}

TEST_CASE("who is called may call others that are free") {
  World world;
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto c = party(world, "c");
  auto from_a = perform(a, [b, c]() -> troupe::Task<Called> {
    Errand errand = [c](Party&) -> troupe::Task<> {
      (void)co_await c.call<Poke>().within(troupe::forever);
    };
    co_return co_await b.call<Visit>(errand).within(troupe::forever);
  });
  CHECK(*from_a.get() == 1);
}

TEST_CASE("a member of call_all that has answered may call the caller") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto c = party(world, "c");
  auto from_c = after_gate(gate, c, []() -> troupe::Task<int> { co_return 0; });
  Mailbox mailbox(c);
  auto from_a = perform(a, [b, c]() -> troupe::Task<std::vector<Called>> {
    const std::vector<Ref> refs{b, c};
    co_return co_await troupe::call_all<Poke>(refs).within(troupe::forever);
  });
  mailbox.wait_for_message();
  auto from_b = poke_from(b, a);  // behind a's request
  wait_until_waiting(b, a);
  gate.answer(0);
  (void)from_c.get();
  const auto results = from_a.get();
  CHECK(*results[0] == 2);
  CHECK(*results[1] == 2);
  CHECK(*from_b.get() == 2);
}

TEST_CASE("a wait that has timed out is none") {
  World world;
  Gate gate(world.system);
  Gate other(world.system);
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto from_b = after_gate(gate, b, [a]() -> troupe::Task<Called> {
    co_return co_await a.call<Poke>().within(troupe::forever);
  });
  auto from_a = perform(a, [b, ask = other.ref()]() -> troupe::Task<Called> {
    Called result = co_await b.call<Poke>().within(5ms);
    (void)co_await ask.call<Ask>().within(kForever);
    co_return result;
  });
  other.wait_asked();
  gate.answer(0);
  wait_until_waiting(b, a);
  other.answer(0);
  CHECK(from_a.get().error().code == CallErrorCode::timeout);
  CHECK(*from_b.get() == 2);
}

TEST_CASE("waiting for an end is no call") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto from_b = after_gate(
      gate, b, [a]() -> troupe::Task<Called> { co_return co_await a.call<Poke>().within(5ms); });
  auto from_a = perform(a, [b]() -> troupe::Task<bool> {
    auto end = co_await b.stop_and_wait();
    co_return end.has_value();
  });
  gate.answer(0);
  const Called result = from_b.get();
  if (!result) CHECK(result.error().code == CallErrorCode::timeout);
  CHECK(from_a.get());
}

TEST_CASE("a request that a full mailbox passes on or refuses waits for nobody there") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a");
  auto spare = party(world, "spare");
  SUBCASE("passed on") {
    Gate keep(world.system);
    auto busy = after_gate(keep, spare, []() -> troupe::Task<int> { co_return 0; });
    auto b = party(world, "b", troupe::bounded(1, troupe::redirect(spare)));
    auto from_b = after_gate(gate, b, [a]() -> troupe::Task<Called> {
      co_return co_await a.call<Poke>().within(troupe::forever);
    });
    while (b.cast<Note>() == troupe::CastResult::delivered) {
    }
    Mailbox mailbox(spare);
    auto from_a = poke_from(a, b);
    mailbox.wait_for_message();
    gate.answer(0);
    wait_until_waiting(b, a);
    keep.answer(0);
    CHECK(*from_a.get() == 2);
    CHECK(*from_b.get() == 2);
  }
  SUBCASE("refused, by oneself") {
    auto b = party(world, "b", troupe::bounded(1));
    auto from_b = after_gate(gate, b, [b]() -> troupe::Task<Called> {
      co_return co_await b.call<Poke>().within(troupe::forever);
    });
    fill(b);
    gate.answer(0);
    CHECK(from_b.get().error().code == CallErrorCode::full);
  }
}

TEST_CASE("a request that was dropped for a newer message is none of the waits") {
  World world(1);
  Gate gate(world.system);
  auto a = party(world, "a");
  auto b = party(world, "b", troupe::bounded(1, Overflow::drop_oldest));
  auto from_b = after_gate(gate, b, [a, b]() -> troupe::Task<Called> {
    (void)b.cast<Note>();  // a's request goes, and a has not run since
    co_return co_await a.call<Poke>().within(troupe::forever);
  });
  auto from_a = poke_from(a, b);
  wait_until_waiting(a, b);
  gate.answer(0);
  CHECK(*from_b.get() == 2);
  CHECK(from_a.get().error().code == CallErrorCode::dropped);
}
