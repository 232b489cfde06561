#include "actor/circle.hpp"

using namespace circle;
using namespace std::chrono;

// What is left of a caller's time, for those who work for it.

namespace {

struct Left {
  using Reply = nanoseconds;
};
struct LeftLater {
  using Reply = std::pair<nanoseconds, nanoseconds>;  // before and after the gate
};
struct LeftOfPort {
  using Reply = std::pair<nanoseconds, nanoseconds>;  // the port's, and the handler's
};
struct LeftBelow {
  using Reply = nanoseconds;  // of a nested call without an end
};
struct LeftOfAll {
  using Reply = std::vector<nanoseconds>;
};
struct SendBelow {
  using Reply = void;
};
struct Tell {};
struct TellLater {};
struct LastTold {
  using Reply = nanoseconds;
};
struct SendError {
  using Reply = std::string;
};

class Clocked : public troupe::Actor<Clocked, Left, LeftLater, LeftOfPort, LeftBelow, LeftOfAll,
                                     SendBelow, Tell, TellLater, LastTold, SendError> {
 public:
  Clocked(Journal* journal, troupe::ActorRef<Ask> gate, Ref full = {})
      : journal_(journal), gate_(std::move(gate)), full_(std::move(full)) {
    note("constructor");
  }
  void pre_start() { note("pre_start"); }
  void post_start() { note("post_start"); }
  void post_stop() { note("post_stop"); }

  nanoseconds handle(Left) { return time_left(); }
  troupe::Task<std::pair<nanoseconds, nanoseconds>> handle(LeftLater) {
    const nanoseconds before = time_left();
    (void)co_await gate_.call<Ask>().within(kForever);
    co_return std::pair(before, time_left());
  }
  void handle(LeftOfPort, troupe::ReplyPort<std::pair<nanoseconds, nanoseconds>> port) {
    const nanoseconds of_port = port.time_left();
    port.send(of_port, time_left());
    CHECK(port.time_left() == troupe::forever);  // nothing is owed any more
  }
  troupe::Task<nanoseconds> handle(LeftBelow) {
    auto result = co_await below().call<Left>().within(troupe::forever);
    co_return result.value();
  }
  troupe::Task<std::vector<nanoseconds>> handle(LeftOfAll) {
    const std::vector<Reference> refs{below(), below()};
    auto results = co_await troupe::call_all<Left>(refs).within(troupe::forever);
    std::vector<nanoseconds> lefts;
    for (auto& result : results) lefts.push_back(result.value());
    co_return lefts;
  }
  troupe::Task<> handle(SendBelow) {
    auto result = co_await full_.send<Note>();
    send_error_ = result ? "sent" : std::string(to_string(result.error().code));
  }
  void handle(Tell) { told_ = time_left(); }
  troupe::Task<> handle(TellLater) {
    (void)co_await gate_.call<Ask>().within(kForever);
    told_ = time_left();
  }
  nanoseconds handle(LastTold) { return told_; }
  std::string handle(SendError) { return send_error_; }

 private:
  Reference below() { return spawn<Clocked>(journal_, gate_); }
  void note(const char* where) {
    journal_->add(std::string(where) + (time_left() == troupe::forever ? "" : " has an end"));
  }

  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
  Ref full_;
  nanoseconds told_{};
  std::string send_error_;
};

struct Scene {
  Journal journal;
  World world;
  Gate gate{world.system};
  Clocked::Reference clocked = world.system.spawn<Clocked>(&journal, gate.ref());
};

// What is left when at most `limit` was.
bool is_within(nanoseconds left, nanoseconds limit) { return left > 0ns && left <= limit; }

}  // namespace

TEST_CASE("a handler knows how much of its caller's time is left") {
  Scene scene;
  CHECK(is_within(*scene.clocked.call<Left>().within(1min).get(), 1min));
  CHECK(*scene.clocked.call<Left>().within(1min).get() > 1s);
  CHECK(*scene.clocked.call<Left>().within(troupe::forever).get() == troupe::forever);
  // A caller that is an actor reads a coarser clock: the end is never too early.
  auto clocked = scene.clocked;
  const auto from_actor =
      in_actor(scene.world.system,
               [clocked]() -> troupe::Task<std::expected<nanoseconds, troupe::CallError>> {
                 co_return co_await clocked.call<Left>().within(1min);
               });
  CHECK(is_within(*from_actor, 1min + 10ms));
}

TEST_CASE("a coroutine handler knows it before and after a wait") {
  Scene scene;
  auto clocked = scene.clocked;
  auto result = in_thread([clocked] { return clocked.call<LeftLater>().within(1min).get(); });
  scene.gate.wait_asked();
  scene.gate.answer(0);
  const auto [before, after] = result.get().value();
  CHECK(is_within(before, 1min));
  CHECK(is_within(after, 1min));
  CHECK(after < before);
  // The next message has nothing of it.
  clocked.cast<Tell>();
  CHECK(*clocked.call<LastTold>().get() == troupe::forever);
}

TEST_CASE("hooks and casts have all the time") {
  Scene scene;
  auto clocked = scene.clocked;
  CHECK(is_within(*clocked.call<Left>().within(1min).get(), 1min));
  clocked.cast<Tell>();
  CHECK(*clocked.call<LastTold>().within(1min).get() == troupe::forever);
  clocked.cast<TellLater>();
  scene.gate.wait_asked();
  scene.gate.answer(0);
  CHECK(*clocked.call<LastTold>().within(1min).get() == troupe::forever);
  REQUIRE(clocked.stop_and_wait().within(kForever).get());
  CHECK(scene.journal.text() == "constructor, pre_start, post_start, post_stop");
}

TEST_CASE("nested calls inherit what is left") {
  Scene scene;
  CHECK(is_within(*scene.clocked.call<LeftBelow>().within(1min).get(), 1min));
  CHECK(*scene.clocked.call<LeftBelow>().within(troupe::forever).get() == troupe::forever);
  const auto all = scene.clocked.call<LeftOfAll>().within(1min).get().value();
  REQUIRE(all.size() == 2);
  for (const nanoseconds left : all) CHECK(is_within(left, 1min));
  // What is spawned within a request's handler begins without an end, but for its constructor,
  // which the handler runs.
  for (const std::string& hook : scene.journal.entries()) {
    CHECK((hook == "constructor has an end" || hook.find("has an end") == std::string::npos));
  }
}

TEST_CASE("a send that waits for room ends with the request that it serves") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto full = party(world, "full", troupe::bounded(1, Overflow::block));
  auto busy = after_gate(gate, full, []() -> troupe::Task<int> { co_return 0; });
  fill(full);
  auto clocked = world.system.spawn<Clocked>(&journal, gate.ref(), full);
  std::string told;
  for (auto time = 5ms; told.empty(); time *= 2) {  // until it was taken up in time
    const auto result = clocked.call<SendBelow>().within(time).get();
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == CallErrorCode::timeout);
    told = *clocked.call<SendError>().within(kForever).get();
  }
  CHECK(told == "timed out");
  gate.answer(0);
  CHECK(*full.call<Noted>().within(kForever).get() == 1);
}

TEST_CASE("a reply port knows how much of its caller's time is left") {
  Scene scene;
  const auto [of_port, of_handler] = scene.clocked.call<LeftOfPort>().within(1min).get().value();
  CHECK(is_within(of_port, 1min));
  CHECK(is_within(of_handler, of_port));
  const auto endless = scene.clocked.call<LeftOfPort>().within(troupe::forever).get().value();
  CHECK(endless.first == troupe::forever);
  CHECK(endless.second == troupe::forever);
  CHECK(troupe::ReplyPort<int>().time_left() == troupe::forever);
}

TEST_CASE("a reply port that is kept runs out of time") {
  World world;
  auto server = party(world, "server");
  auto left = static_cast<Party*>(cell_of(server)->object())->left.get_future();
  for (auto time = 5ms; left.wait_for(0s) != std::future_status::ready; time *= 2) {
    CHECK(server.call<Leave>().within(time).get().error().code == CallErrorCode::timeout);
    REQUIRE(
        server.call<Poke>().within(kForever).get());  // the other is taken up by now, or dropped
  }
  troupe::ReplyPort<int> port = left.get();
  CHECK(port.time_left() == 0ns);
  port.send(1);  // goes nowhere
  CHECK_FALSE(port);
}

TEST_CASE("requests whose time is over are dropped unrun and counted") {
  World world;
  Gate gate(world.system);
  auto server = party(world, "server");
  auto busy = after_gate(gate, server, []() -> troupe::Task<int> { co_return 0; });
  for (int i = 0; i < 3; ++i) CHECK_FALSE(server.call<Poke>().within(1ms).get().has_value());
  auto from_actor = poke_from(world.system.spawn<Party>(), server);  // has all the time
  CHECK(world.system.stats().expired_requests == 0);
  gate.answer(0);
  CHECK(*from_actor.get() == 2);
  CHECK(world.system.stats().expired_requests == 3);
  CHECK(static_cast<Party*>(cell_of(server)->object())->poked == 1);
  CHECK(world.system.stats().dead_letters == 0);
}
