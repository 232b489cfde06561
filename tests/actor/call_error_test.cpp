#include <regex>

#include "actor/circle.hpp"

using namespace circle;
using troupe::CastResult;

namespace {

/// The text with a T for each time.
std::string text_of(const troupe::CallError& error) {
  static const std::regex time("[0-9][0-9.]* (ns|us|ms|s)\\b");
  return std::regex_replace(to_string(error), time, "T");
}
template <class T>
std::string text_of(const std::expected<T, troupe::CallError>& result) {
  return result ? "no error" : text_of(result.error());
}

/// A server that waits in Perform for the gate.
struct Busy {
  World world;
  Gate gate{world.system};
  Ref server;
  std::future<int> done;

  Busy() : Busy(troupe::unbounded()) {}
  explicit Busy(troupe::Mailbox mailbox)
      : server(party(world, "server", std::move(mailbox))), done(wait_in(server)) {}

  std::future<int> wait_in(const Ref& actor) {
    return after_gate(gate, actor, []() -> troupe::Task<int> { co_return 0; });
  }
  void notes(int count) const {
    for (int i = 0; i < count; ++i) REQUIRE(server.cast<Note>() == CastResult::delivered);
  }
  std::future<Called> poke(std::chrono::nanoseconds time = kForever) {
    return perform(world.system.spawn<Party>(), [to = server, time]() -> troupe::Task<Called> {
      co_return co_await to.call<Poke>().within(time);
    });
  }
  /// A request behind what waits.
  std::future<Called> queue() {
    Mailbox mailbox(server);
    auto result = poke();
    mailbox.wait_for_message();
    return result;
  }
  std::string where() const {
    return "; the actor was in circle::Perform, which waited for " + gate.ref().name();
  }

  /// Where a request is has to be found out in little time. Calls until it was; every text must be
  /// the short one or `text`. Each call leaves its request in the mailbox.
  template <class Call>
  void check_located(Call call, const std::string& text) {
    for (;;) {
      const Called result = call();
      REQUIRE_FALSE(result.has_value());
      if (result.error().busy_with.empty()) {
        REQUIRE(text_of(result) == "call circle::Poke to server: timed out after T (queued for T)");
        continue;
      }
      CHECK(result.error().code == CallErrorCode::timeout);
      CHECK(result.error().stage == CallStage::queued);
      CHECK(result.error().busy_with == "circle::Perform");
      CHECK(result.error().busy_waiting_for == gate.ref());
      const std::string shape = std::regex_replace(
          text_of(result), std::regex("[0-9]+ messages? before it"), "N messages before it");
      CHECK(shape == text);
      return;
    }
  }
};

}  // namespace

TEST_CASE("a request that waits too long in a mailbox says what held it up") {
  const std::string queued =
      "call circle::Poke to server: timed out after T (queued for T, N messages before it";
  for (const bool has_bound : {false, true}) {
    CAPTURE(has_bound);
    Busy busy(has_bound ? troupe::bounded(100'000) : troupe::unbounded());
    busy.notes(3);
    const std::string text = queued + busy.where() + ")";
    busy.check_located([&] { return busy.poke(16ms).get(); }, text);
    busy.check_located([&] { return busy.server.call<Poke>().within(16ms).get(); }, text);
    const std::vector<Ref> refs{busy.server};
    busy.check_located([&] { return troupe::call_all<Poke>(refs).within(16ms).get()[0]; }, text);
    busy.check_located(
        [&] {
          return perform(busy.world.system.spawn<Party>(),
                         [refs]() -> troupe::Task<std::vector<Called>> {
                           co_return co_await troupe::call_all<Poke>(refs).within(16ms);
                         })
              .get()[0];
        },
        text);
  }
}

TEST_CASE("the messages before a request are counted") {
  for (const bool has_bound : {false, true}) {
    CAPTURE(has_bound);
    for (const int count : {0, 1, 7, 1500}) {
      CAPTURE(count);
      for (;;) {  // until there was time to find out
        Busy busy(has_bound ? troupe::bounded(2000) : troupe::unbounded());
        busy.notes(count);
        const Called result = busy.poke(16ms).get();
        if (result.error().busy_with.empty()) continue;
        const std::string ahead = count == 0   ? ""
                                  : count == 1 ? ", 1 message before it"
                                  : count == 7 ? ", 7 messages before it"
                                               : ", over 1000 messages before it";
        CHECK(result.error().ahead == static_cast<unsigned>(std::min(count, 1000)));
        CHECK(text_of(result) == "call circle::Poke to server: timed out after T (queued for T" +
                                     ahead + busy.where() + ")");
        break;
      }
    }
  }
}

TEST_CASE("a request behind a handler that holds its worker says so") {
  World world;
  auto server = party(world, "server");
  std::latch entered(1);
  std::atomic<bool> leave = false;
  Errand hog = [&](Party&) -> troupe::Task<> {
    entered.count_down();
    leave.wait(false);
    co_return;
  };
  server.cast<Perform>(hog);
  entered.wait();
  const Called result = perform(world.system.spawn<Party>(), [server]() -> troupe::Task<Called> {
                          co_return co_await server.call<Poke>().within(10ms);
                        }).get();
  leave = true;
  leave.notify_all();
  CHECK(text_of(result) ==
        "call circle::Poke to server: timed out after T (queued for T; the actor was in "
        "circle::Perform)");
}

TEST_CASE("a request whose time is over in its handler says so") {
  Busy busy;
  busy.gate.answer(0);
  (void)busy.done.get();
  Errand wait = [ask = busy.gate.ref()](Party&) -> troupe::Task<> {
    (void)co_await ask.call<Ask>().within(kForever);
  };
  auto target = busy.server;
  Called result;
  for (auto time = 10ms;; time *= 2) {  // until it was taken up in time
    result = target.call<Visit>(wait).within(time).get();
    REQUIRE_FALSE(result.has_value());
    if (result.error().stage == CallStage::running) break;
  }
  CHECK(text_of(result) ==
        "call circle::Visit to server: timed out after T (queued for T, running for T)");
}

TEST_CASE("a request that waits too long for room says so") {
  Busy busy(troupe::bounded(1, Overflow::block));
  fill(busy.server);
  const std::string text =
      "call circle::Poke to server: timed out after T (blocked for T: the mailbox was full)";
  CHECK(text_of(busy.poke(5ms).get()) == text);
  CHECK(text_of(busy.server.call<Poke>().within(5ms).get()) == text);
  const std::vector<Ref> refs{busy.server};
  CHECK(text_of(troupe::call_all<Poke>(refs).within(5ms).get()[0]) == text);
  busy.gate.answer(0);
  CHECK(*busy.server.call<Poke>().get() == 2);
  CHECK(static_cast<Party*>(cell_of(busy.server)->object())->poked == 1);
}

TEST_CASE("a request that a full mailbox refuses says how full it is") {
  for (const Overflow overflow : {Overflow::reject, Overflow::drop_newest}) {
    CAPTURE(overflow);
    Busy busy(troupe::bounded(2, overflow));
    fill(busy.server);
    const Called result = busy.poke().get();
    CHECK(result.error().code == CallErrorCode::full);
    CHECK(result.error().stage == CallStage::not_delivered);
    CHECK(result.error().ahead == 2);
    CHECK(text_of(result) ==
          "call circle::Poke to server: the mailbox is full: 2 of at most 2 messages wait after T "
          "(not delivered)");
  }
}

TEST_CASE("a request that is dropped for a newer message says so") {
  Busy busy(troupe::bounded(1, Overflow::drop_oldest));
  auto result = busy.queue();
  CHECK(busy.server.cast<Note>() == CastResult::displaced);
  CHECK(text_of(result.get()) ==
        "call circle::Poke to server: dropped from a full mailbox after T (queued for T)");
}

TEST_CASE("a request that was queued when the actor ended says how it ended") {
  Busy busy;
  busy.notes(2);
  auto result = busy.queue();
  SUBCASE("stopped") {
    busy.server.stop("the shop closes");
    busy.gate.answer(0);
    CHECK(text_of(result.get()) ==
          "call circle::Poke to server: the actor stopped: the shop closes after T (queued for T, "
          "2 messages before it)");
  }
  SUBCASE("killed") {
    busy.server.kill();
    CHECK(text_of(result.get()) ==
          "call circle::Poke to server: the actor was killed after T (queued for T, 2 messages "
          "before it)");
  }
  SUBCASE("gone before") {
    REQUIRE(busy.server.kill_and_wait().within(kForever).get());
    (void)result.get();
    CHECK(text_of(busy.poke().get()) ==
          "call circle::Poke to server: the actor stopped after T (not delivered: it had ended)");
  }
}

TEST_CASE("a request whose handler does not answer says why") {
  World world;
  auto server = party(world, "server");
  Errand broken = [](Party&) -> troupe::Task<> {
    throw std::runtime_error("broken");
    co_return;
  };
  auto left = static_cast<Party*>(cell_of(server)->object())->left.get_future();
  SUBCASE("failed") {
    CHECK(text_of(server.call<Visit>(broken).get()) ==
          "call circle::Visit to server: the actor failed: broken after T (queued for T, running "
          "for T)");
  }
  SUBCASE("no reply") {
    auto result = in_thread([server] { return server.call<Leave>().within(kForever).get(); });
    left.get();
    CHECK(text_of(result.get()) ==
          "call circle::Leave to server: no reply after T (queued for T, running for T)");
  }
  SUBCASE("fails by its port") {
    auto result = in_thread([server] { return server.call<Leave>().within(kForever).get(); });
    left.get().fail("sold out");
    CHECK(text_of(result.get()) ==
          "call circle::Leave to server: the actor failed: sold out after T (queued for T, running "
          "for T)");
  }
  SUBCASE("killed") {
    Gate gate(world.system);
    Errand wait = [ask = gate.ref()](Party&) -> troupe::Task<> {
      (void)co_await ask.call<Ask>().within(kForever);
    };
    auto result =
        in_thread([server, wait] { return server.call<Visit>(wait).within(kForever).get(); });
    gate.wait_asked();
    server.kill();
    CHECK(text_of(result.get()) ==
          "call circle::Visit to server: the actor was killed after T (queued for T, running for "
          "T)");
  }
}

namespace {

struct Pass {
  using Reply = int;
  Errand errand;
};
/// Hands each Pass on, as a Visit.
class Passer : public troupe::Actor<Passer, Pass> {
 public:
  explicit Passer(Ref next) : next_(std::move(next)) {}
  void handle(Pass m, troupe::ReplyPort<int> port) {
    next_.forward<Visit>({m.errand}, std::move(port));
  }

 private:
  Ref next_;
};

}  // namespace

TEST_CASE("a request that was passed on says where it ended") {
  World world;
  auto server = party(world, "server");
  auto passer = world.system.spawn<Passer>(troupe::named("passer"), server);
  Errand broken = [](Party&) -> troupe::Task<> {
    throw std::runtime_error("broken");
    co_return;
  };
  const auto result = passer.call<Pass>(broken).get();
  CHECK(result.error().target == passer);
  CHECK(result.error().ended_at == server);
  CHECK(text_of(result).starts_with("call "));
  CHECK(text_of(result).ends_with(
      "Pass to passer: the actor failed: broken after T (passed on to server; queued for T, "
      "running for T)"));
}

TEST_CASE("a send says why nobody has the message") {
  SUBCASE("full") {
    Busy busy(troupe::bounded(1));
    fill(busy.server);
    CHECK(text_of(busy.server.send<Note>().get()) ==
          "send circle::Note to server: the mailbox is full after T (not delivered)");
  }
  SUBCASE("dropped") {
    Busy busy(troupe::bounded(1, Overflow::drop_newest));
    fill(busy.server);
    CHECK(text_of(busy.server.send<Note>().get()) ==
          "send circle::Note to server: dropped from a full mailbox after T (not delivered)");
  }
  SUBCASE("gone") {
    for (auto mailbox : {troupe::unbounded(), troupe::bounded(1, Overflow::block)}) {
      Busy busy(mailbox);
      REQUIRE(busy.server.kill_and_wait().within(kForever).get());
      CHECK(text_of(busy.server.send<Note>().get()) ==
            "send circle::Note to server: the actor stopped after T (not delivered: it had ended)");
    }
  }
  SUBCASE("too late") {
    Busy busy(troupe::bounded(1, Overflow::block));
    fill(busy.server);
    const std::string text =
        "send circle::Note to server: timed out after T (blocked for T: the mailbox was full)";
    CHECK(text_of(busy.server.send<Note>().within(5ms).get()) == text);
    auto server = busy.server;
    CHECK(text_of(in_actor(busy.world.system, [server]() -> troupe::Task<Sent> {
            co_return co_await server.send<Note>().within(5ms);
          })) == text);
  }
  SUBCASE("ended meanwhile") {
    Busy busy(troupe::bounded(1, Overflow::block));
    fill(busy.server);
    auto sender = party(busy.world, "sender");
    auto result = note_from(sender, busy.server);
    wait_until_waiting(sender, busy.server);
    busy.server.kill();
    CHECK(text_of(result.get()) ==
          "send circle::Note to server: the actor was killed after T (blocked for T: the mailbox "
          "was full)");
  }
}

TEST_CASE("a caller can be killed in every state of its call") {
  World world;
  Gate gate(world.system);
  auto caller = party(world, "caller");
  auto server = party(world, "server", troupe::bounded(1, Overflow::block));
  Errand wait = [ask = gate.ref()](Party&) -> troupe::Task<> {
    (void)co_await ask.call<Ask>().within(kForever);
  };
  // A future that is never set: its promise goes with the errand.
  SUBCASE("blocked") {
    server.cast<Perform>(wait);
    gate.wait_asked();
    fill(server);
    SUBCASE("call") {
      (void)poke_from(caller, server);
      wait_until_waiting(caller, server);
    }
    SUBCASE("send") {
      (void)note_from(caller, server);
      wait_until_waiting(caller, server);
    }
    REQUIRE(caller.kill_and_wait().within(kForever).get());
    gate.answer(0);
    CHECK(*server.call<Noted>().within(kForever).get() == 1);
    CHECK(static_cast<Party*>(cell_of(server)->object())->poked == 0);
  }
  SUBCASE("queued") {
    server.cast<Perform>(wait);
    gate.wait_asked();
    (void)poke_from(caller, server);
    wait_until_waiting(caller, server);
    REQUIRE(caller.kill_and_wait().within(kForever).get());
    gate.answer(0);
    CHECK(*server.call<Noted>().within(kForever).get() == 0);
  }
  SUBCASE("running") {
    (void)perform(caller, [server, wait]() -> troupe::Task<Called> {
      co_return co_await server.call<Visit>(wait).within(troupe::forever);
    });
    gate.wait_asked();
    REQUIRE(caller.kill_and_wait().within(kForever).get());
    gate.answer(0);
    CHECK(*server.call<Noted>().within(kForever).get() == 0);
  }
  SUBCASE("being located") {
    std::latch entered(1);
    std::atomic<bool> leave = false;
    Errand hog = [&](Party&) -> troupe::Task<> {
      entered.count_down();
      leave.wait(false);
      co_return;
    };
    server.cast<Perform>(hog);
    entered.wait();
    for (int i = 0; i < 20; ++i) {
      auto another = world.system.spawn<Party>();
      (void)perform(another, [server]() -> troupe::Task<std::vector<Called>> {
        const std::vector<Ref> refs{server, server};
        co_return co_await troupe::call_all<Poke>(refs).within(16ms);
      });
      wait_until_expired(another);
      REQUIRE(another.kill_and_wait().within(kForever).get());
    }
    leave = true;
    leave.notify_all();
    CHECK(*server.call<Noted>().within(kForever).get() == 0);
  }
}

TEST_CASE("codes and stages and results have texts") {
  CHECK(to_string(CallErrorCode::open) == "the circuit breaker is open");
  CHECK(to_string(CallErrorCode::limited) == "over the limit");
  CHECK(to_string(CallErrorCode::deadlock) == "deadlock");
  CHECK(to_string(CallStage::not_delivered) == "not delivered");
  CHECK(to_string(CallStage::blocked) == "blocked");
  CHECK(to_string(CallStage::queued) == "queued");
  CHECK(to_string(CallStage::running) == "running");
  CHECK(to_string(CastResult::delivered) == "delivered");
  CHECK(to_string(CastResult::displaced) == "delivered, displacing another");
  CHECK(to_string(CastResult::redirected) == "redirected");
  CHECK(to_string(CastResult::full) == "full");
  CHECK(to_string(CastResult::dropped) == "dropped");
  CHECK(to_string(CastResult::closed) == "closed");
  CHECK(accepted(CastResult::redirected));
  CHECK_FALSE(accepted(CastResult::full));
}
