#include "actor/circle.hpp"

using namespace circle;

namespace {

// Each visits the next one, and the last one pokes the first. Whoever is visited goes on when the
// visitor is seen to wait; otherwise another than the last one might close the circle.
Errand visit_on(const std::vector<Ref>& all, std::size_t next,
                std::shared_ptr<std::promise<Called>> last) {
  return [all, next, last](Party&) -> troupe::Task<> {
    if (next > 1) wait_until_waiting(all[next - 2], all[next - 1]);
    if (next == all.size()) {
      last->set_value(co_await all[0].call<Poke>().within(troupe::forever));
    } else {
      Errand further = visit_on(all, next + 1, last);
      (void)co_await all[next].call<Visit>(further).within(troupe::forever);
    }
  };
}

Called go_round(const std::vector<Ref>& all) {
  auto last = std::make_shared<std::promise<Called>>();
  all[0].cast<Perform>(visit_on(all, 1, last));
  return last->get_future().get();
}

}  // namespace

TEST_CASE("an actor that calls itself is told of a deadlock") {
  World world;
  auto alone = party(world, "alone");
  const Called result = poke_from(alone, alone).get();
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == CallErrorCode::deadlock);
  CHECK(result.error().stage == CallStage::not_delivered);
  CHECK(begin_of(result.error()) ==
        "call circle::Poke to alone: deadlock: alone waits for alone (circle::Poke)");
  CHECK(*alone.call<Poke>().get() == 2);
  // The request that closed the circle was dropped unrun.
  CHECK(static_cast<Party*>(cell_of(alone)->object())->poked == 1);
}

TEST_CASE("whoever closes a circle is told of all who are in it") {
  World world;
  std::vector<Ref> all;
  std::string text;
  SUBCASE("two") {
    all = {party(world, "a"), party(world, "b")};
    text = "b waits for a (circle::Poke), a waits for b (circle::Visit)";
  }
  SUBCASE("three") {
    all = {party(world, "a"), party(world, "b"), party(world, "c")};
    text =
        "c waits for a (circle::Poke), a waits for b (circle::Visit), b waits for c "
        "(circle::Visit)";
  }
  SUBCASE("fifty") {
    for (int i = 0; i < 50; ++i) all.push_back(party(world, ("p" + std::to_string(i)).c_str()));
    text = "p49 waits for p0 (circle::Poke)";
    for (int i = 0; i < 49; ++i) {
      text +=
          ", p" + std::to_string(i) + " waits for p" + std::to_string(i + 1) + " (circle::Visit)";
    }
  }
  const Called result = go_round(all);
  REQUIRE_FALSE(result.has_value());
  const troupe::CallError& error = result.error();
  CHECK(error.code == CallErrorCode::deadlock);
  CHECK(error.stage == CallStage::not_delivered);
  CHECK(error.target == all.front());
  CHECK(error.message == "circle::Poke");
  REQUIRE(error.circle.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(error.circle[i].actor == all[(i + all.size() - 1) % all.size()]);
    CHECK(error.circle[i].message == (i == 0 ? "circle::Poke" : "circle::Visit"));
  }
  CHECK(begin_of(error) == "call circle::Poke to " + all.front().name() + ": deadlock: " + text);
  CHECK(to_string(error).ends_with(" (not delivered)"));
  // All of them go on, and the request is not handled later.
  for (const Ref& one : all) CHECK(*one.call<Poke>().within(kForever).get() == 2);
  CHECK(static_cast<Party*>(cell_of(all.front())->object())->poked == 1);
}

TEST_CASE("a circle of requests that wait in mailboxes is a deadlock too") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto from_b = after_gate(gate, b, [a]() -> troupe::Task<Called> {
    co_return co_await a.call<Poke>().within(troupe::forever);
  });
  auto from_a = poke_from(a, b);
  wait_until_waiting(a, b);
  gate.answer(0);
  CHECK(begin_of(from_b.get().error()) ==
        "call circle::Poke to a: deadlock: b waits for a (circle::Poke), a waits for b "
        "(circle::Poke)");
  CHECK(*from_a.get() == 2);
}

TEST_CASE("of two that close a circle at the same time at least one is told") {
  World world;
  auto a = party(world, "a");
  auto b = party(world, "b");
  for (int i = 0; i < 300; ++i) {
    auto from_a = poke_from(a, b);
    auto from_b = poke_from(b, a);
    for (const Called& result : {from_a.get(), from_b.get()}) {
      if (!result) CHECK(result.error().code == CallErrorCode::deadlock);
    }
  }
}

TEST_CASE("the member of call_all that closes a circle fails and the others are answered") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto c = party(world, "c");
  using Results = std::vector<Called>;
  auto from_a = after_gate(gate, a, [a, b, c]() -> troupe::Task<Results> {
    const std::vector<Ref> refs{c, b, a};
    co_return co_await troupe::call_all<Poke>(refs).within(troupe::forever);
  });
  auto from_b = poke_from(b, a);
  wait_until_waiting(b, a);
  gate.answer(0);
  const Results results = from_a.get();
  REQUIRE(results.size() == 3);
  CHECK(*results[0] == 2);
  CHECK(begin_of(results[1].error()) ==
        "call circle::Poke to b: deadlock: a waits for b (circle::Poke), b waits for a "
        "(circle::Poke)");
  CHECK(begin_of(results[2].error()) ==
        "call circle::Poke to a: deadlock: a waits for a (circle::Poke)");
  CHECK(*from_b.get() == 2);
}

TEST_CASE("a circle through one of many that call_all waits for is a deadlock") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a");
  auto b = party(world, "b");
  auto from_b = after_gate(gate, b, [a]() -> troupe::Task<Called> {
    co_return co_await a.call<Poke>().within(troupe::forever);
  });
  auto c = party(world, "c");
  auto from_a = perform(a, [b, c]() -> troupe::Task<std::vector<Called>> {
    const std::vector<Ref> refs{c, b};
    co_return co_await troupe::call_all<Poke>(refs).within(troupe::forever);
  });
  CHECK(*c.call<Poke>().get() == 2);  // behind a's
  wait_until_waiting(a);              // for b only: else a may be the one who closes the circle
  gate.answer(0);
  CHECK(begin_of(from_b.get().error()) ==
        "call circle::Poke to a: deadlock: b waits for a (circle::Poke), a waits for b "
        "(circle::Poke)");
  const auto results = from_a.get();
  CHECK(*results[0] == 2);
  CHECK(*results[1] == 2);
}

TEST_CASE("sends that wait for room close circles") {
  World world;
  Gate gate(world.system);
  auto a = party(world, "a", troupe::bounded(2, Overflow::block));
  auto b = party(world, "b", troupe::bounded(2, Overflow::block));
  SUBCASE("both are sends") {
    auto from_b =
        after_gate(gate, b, [a]() -> troupe::Task<Sent> { co_return co_await a.send<Note>(); });
    fill(b);
    auto from_a = note_from(a, b);
    wait_until_waiting(a, b);
    fill(a);
    gate.answer(0);
    const Sent sent = from_b.get();
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error().code == CallErrorCode::deadlock);
    CHECK(sent.error().sent);
    CHECK(begin_of(sent.error()) ==
          "send circle::Note to a: deadlock: b waits for a (circle::Note), a waits for b "
          "(circle::Note)");
    CHECK(from_a.get().has_value());
    CHECK(*b.call<Noted>().get() == 3);
    CHECK(*a.call<Noted>().get() == 2);
  }
  SUBCASE("a call behind a send") {
    auto from_b = after_gate(gate, b, [a]() -> troupe::Task<Called> {
      co_return co_await a.call<Poke>().within(troupe::forever);
    });
    fill(b);
    auto from_a = note_from(a, b);
    wait_until_waiting(a, b);
    gate.answer(0);
    CHECK(begin_of(from_b.get().error()) ==
          "call circle::Poke to a: deadlock: b waits for a (circle::Poke), a waits for b "
          "(circle::Note)");
    CHECK(from_a.get().has_value());
  }
  SUBCASE("a call that waits for room") {
    auto from_b =
        after_gate(gate, b, [a]() -> troupe::Task<Sent> { co_return co_await a.send<Note>(); });
    fill(b);
    auto from_a = poke_from(a, b);
    wait_until_waiting(a, b);
    fill(a);
    gate.answer(0);
    CHECK(begin_of(from_b.get().error()) ==
          "send circle::Note to a: deadlock: b waits for a (circle::Note), a waits for b "
          "(circle::Poke)");
    CHECK(*from_a.get() == 2);
  }
  SUBCASE("to oneself") {
    auto from_a =
        after_gate(gate, a, [a]() -> troupe::Task<Sent> { co_return co_await a.send<Note>(); });
    fill(a);
    gate.answer(0);
    CHECK(begin_of(from_a.get().error()) ==
          "send circle::Note to a: deadlock: a waits for a (circle::Note)");
    CHECK(*a.call<Noted>().get() == 2);
  }
}

TEST_CASE("an error of a deadlock outlives its actors and their system") {
  std::optional<Called> result;
  {
    World world;
    result = go_round({party(world, "a"), party(world, "b")});
  }
  REQUIRE_FALSE(result->has_value());
  CHECK(begin_of(result->error()) ==
        "call circle::Poke to a: deadlock: b waits for a (circle::Poke), a waits for b "
        "(circle::Visit)");
}
