#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::CallErrorCode;
using troupe::CallStage;

namespace {

struct Block {};
struct Plain {
  using Reply = int;
};
struct Suspend {
  using Reply = int;
};
struct Keep {
  using Reply = int;
};
struct SuspendWithPort {
  using Reply = int;
};
struct Break {
  using Reply = int;
};

/// Whose handlers wait for the gate, and fail when it answers with less than nothing.
class Server
    : public troupe::Actor<Server, Block, Plain, Suspend, Keep, SuspendWithPort, Break> {
 public:
  explicit Server(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}

  troupe::Task<> handle(Block) { (void)co_await pass(); }
  int handle(Plain) { return 1; }
  troupe::Task<int> handle(Suspend) { co_return co_await pass(); }
  void handle(Keep, troupe::ReplyPort<int> port) {
    ports_.push_back(std::move(port));
    gate_.cast<Ask>();  // tells the test
  }
  troupe::Task<> handle(SuspendWithPort, troupe::ReplyPort<int> port) {
    port.send(co_await pass());
  }
  int handle(Break) { throw std::runtime_error("broken"); }

 private:
  troupe::Task<int> pass() {
    auto answer = co_await gate_.call<Ask>().within(kForever);
    if (!answer || *answer < 0) throw std::runtime_error("broken");
    co_return *answer;
  }
  troupe::ActorRef<Ask> gate_;
  std::vector<troupe::ReplyPort<int>> ports_;
};

/// A server and a caller of it, which waits for an hour.
struct Scene {
  World world;
  Gate gate{world.system};
  Server::Reference server = world.system.spawn<Server>(gate.ref());
  bool in_actor_ = true;

  template <class M>
  std::future<troupe::CallResult<M>> call() {
    auto target = server;
    if (!in_actor_) return in_thread([target] { return target.call<M>().within(kForever).get(); });
    return start_in_actor(world.system, [target]() -> troupe::Task<troupe::CallResult<M>> {
      co_return co_await target.call<M>().within(kForever);
    });
  }
  /// A request behind a handler that is suspended.
  std::future<troupe::CallResult<Plain>> queue() {
    server.cast<Block>();
    gate.wait_asked();
    return queue_another();
  }
  std::future<troupe::CallResult<Plain>> queue_another() {
    Mailbox mailbox(server);
    auto caller = call<Plain>();
    mailbox.wait_for_message();
    return caller;
  }
  /// A request that is with its handler, or whose port is kept.
  template <class M>
  std::future<troupe::CallResult<M>> take_up() {
    auto caller = call<M>();
    gate.wait_asked();
    return caller;
  }
};

template <class Function>
void from_both(Function function) {
  for (const bool in_actor : {true, false}) {
    CAPTURE(in_actor);
    Scene scene;
    scene.in_actor_ = in_actor;
    function(scene);
  }
}

template <class Result>
void check_error(const Scene& scene, const Result& result, CallErrorCode code, CallStage stage,
                 std::string_view message, std::string_view reason) {
  REQUIRE_FALSE(result.has_value());
  const troupe::CallError& error = result.error();
  CHECK(error.code == code);
  CHECK(error.stage == stage);
  CHECK(error.target == scene.server);
  CHECK(error.message == message);
  CHECK(error.reason == reason);
  CHECK(error.elapsed < 1min);
  CHECK(error.elapsed >= error.queued_for + error.running_for);
  const std::string text = to_string(error);
  std::string begin = "call " + std::string(message) + " to " + scene.server.name() + ": " +
                      std::string(to_string(code));
  if (!reason.empty()) begin += ": " + std::string(reason);
  CHECK(text.starts_with(begin + " after "));
  CHECK(text.ends_with(")"));
  switch (stage) {
    case CallStage::not_delivered:
      CHECK(text.ends_with("(not delivered: it had ended)"));
      break;
    case CallStage::queued:
      CHECK(error.queued_for == error.elapsed);
      CHECK(text.find("(queued for ") != std::string::npos);
      break;
    case CallStage::running:
      CHECK(text.find(", running for ") != std::string::npos);
      break;
  }
}

}  // namespace

// -- queued ---

TEST_CASE("a stop tells who is queued") {
  from_both([](Scene& scene) {
    auto caller = scene.queue();
    scene.server.stop("closing time");
    scene.gate.answer(0);
    check_error(scene, caller.get(), CallErrorCode::stopped, CallStage::queued, "Plain",
                "closing time");
  });
}

TEST_CASE("a drain answers who is queued before it and tells who is queued behind it") {
  from_both([](Scene& scene) {
    auto before = scene.queue();
    scene.server.drain();
    auto behind = scene.queue_another();
    scene.gate.answer(0);
    CHECK(*before.get() == 1);
    check_error(scene, behind.get(), CallErrorCode::stopped, CallStage::queued, "Plain", "");
  });
}

TEST_CASE("a failure tells who is queued") {
  from_both([](Scene& scene) {
    auto caller = scene.queue();
    scene.gate.answer(-1);
    check_error(scene, caller.get(), CallErrorCode::failed, CallStage::queued, "Plain", "broken");
  });
}

TEST_CASE("a kill tells who is queued") {
  from_both([](Scene& scene) {
    auto caller = scene.queue();
    scene.server.kill();
    check_error(scene, caller.get(), CallErrorCode::killed, CallStage::queued, "Plain", "");
  });
}

TEST_CASE("who is told in the queue learns how many were before") {
  Scene scene;
  scene.server.cast<Block>();
  scene.gate.wait_asked();
  for (int i = 0; i < 5; ++i) scene.server.cast<Plain>();
  auto caller = scene.queue_another();
  scene.server.kill();
  const auto error = caller.get().error();
  CHECK(error.ahead == 5);
  CHECK(to_string(error).ends_with(", 5 messages before it)"));
}

TEST_CASE("who is queued is told before the children have ended") {
  struct Parent : troupe::Actor<Parent, Block, Plain> {
    explicit Parent(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {
      child_ = spawn<Server>(troupe::shutdown_time(kForever), gate_);
      child_.cast<Block>();
    }
    troupe::Task<> handle(Block) { (void)co_await gate_.call<Ask>().within(kForever); }
    int handle(Plain) { return 0; }
    troupe::ActorRef<Ask> gate_;
    troupe::ActorRef<Block> child_;
  };
  World world;
  Gate gate(world.system);
  auto parent = world.system.spawn<Parent>(gate);
  gate.wait_asked(1);  // the child waits
  parent.cast<Block>();
  gate.wait_asked(2);
  Mailbox mailbox(parent);
  auto caller = in_thread([parent] { return parent.call<Plain>().within(kForever).get(); });
  mailbox.wait_for_message();
  parent.stop();
  gate.answer(0, 1);
  CHECK(caller.get().error().code == CallErrorCode::stopped);
  gate.answer(0, 0);
  CHECK(parent.wait().get());
}

// -- in a suspended handler ---

TEST_CASE("a stop lets a suspended handler answer") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Suspend>();
    scene.server.stop("closing time");
    scene.gate.answer(5);
    CHECK(*caller.get() == 5);
    CHECK(scene.server.wait().get()->text == "closing time");
  });
}

TEST_CASE("a drain lets a suspended handler answer") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Suspend>();
    scene.server.drain();
    scene.gate.answer(5);
    CHECK(*caller.get() == 5);
    CHECK(scene.server.wait().get()->kind == troupe::ExitKind::drained);
  });
}

TEST_CASE("a failure tells whose request is in the handler") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Suspend>();
    scene.gate.answer(-1);
    check_error(scene, caller.get(), CallErrorCode::failed, CallStage::running, "Suspend",
                "broken");
  });
}

TEST_CASE("a failure of a plain handler tells whose request it was") {
  from_both([](Scene& scene) {
    check_error(scene, scene.call<Break>().get(), CallErrorCode::failed, CallStage::running,
                "Break", "broken");
  });
}

TEST_CASE("a kill tells whose request is in the handler") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Suspend>();
    scene.server.kill();
    check_error(scene, caller.get(), CallErrorCode::killed, CallStage::running, "Suspend", "");
  });
}

TEST_CASE("a stop after a stop changes nothing for whose request is in the handler") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Suspend>();
    scene.server.stop("one");
    scene.server.stop("two");
    scene.server.drain();
    scene.gate.answer(5);
    CHECK(*caller.get() == 5);
    CHECK(scene.server.wait().get()->text == "one");
  });
}

// -- in a suspended handler that has the port ---

TEST_CASE("a failure tells whose port is in the handler") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<SuspendWithPort>();
    scene.gate.answer(-1);
    check_error(scene, caller.get(), CallErrorCode::failed, CallStage::running, "SuspendWithPort",
                "broken");
  });
}

TEST_CASE("a kill tells whose port is in the handler") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<SuspendWithPort>();
    scene.server.kill();
    check_error(scene, caller.get(), CallErrorCode::killed, CallStage::running, "SuspendWithPort",
                "");
  });
}

TEST_CASE("a stop lets a suspended handler answer through its port") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<SuspendWithPort>();
    scene.server.stop();
    scene.gate.answer(6);
    CHECK(*caller.get() == 6);
  });
}

// -- with a port that is kept ---

TEST_CASE("a stop tells whose port is kept") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Keep>();
    scene.server.stop("closing time");
    check_error(scene, caller.get(), CallErrorCode::stopped, CallStage::running, "Keep",
                "closing time");
  });
}

TEST_CASE("a drain tells whose port is kept") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Keep>();
    scene.server.drain();
    check_error(scene, caller.get(), CallErrorCode::stopped, CallStage::running, "Keep", "");
  });
}

TEST_CASE("a failure tells whose port is kept") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Keep>();
    scene.server.cast<Break>();
    check_error(scene, caller.get(), CallErrorCode::failed, CallStage::running, "Keep", "broken");
  });
}

TEST_CASE("a kill tells whose port is kept") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Keep>();
    scene.server.kill();
    check_error(scene, caller.get(), CallErrorCode::killed, CallStage::running, "Keep", "");
  });
}

// -- not delivered ---

TEST_CASE("a call to an ended actor is told so at once") {
  using End = void (*)(const Server::Reference&);
  const End ends[] = {
      [](const Server::Reference& server) { CHECK(server.stop_and_wait("closing time").get()); },
      [](const Server::Reference& server) { CHECK(server.drain_and_wait().get()); },
      [](const Server::Reference& server) { CHECK(server.kill_and_wait().get()); },
      [](const Server::Reference& server) {
        server.cast<Break>();
        CHECK(server.wait().get()->kind == troupe::ExitKind::failed);
      },
  };
  for (const End end : ends) {
    from_both([end](Scene& scene) {
      end(scene.server);
      check_error(scene, scene.call<Plain>().get(), CallErrorCode::stopped,
                  CallStage::not_delivered, "Plain", "");
    });
  }
}

TEST_CASE("all of many callers of a killed actor are told") {
  Scene scene;
  scene.server.cast<Block>();
  scene.gate.wait_asked();
  std::vector<std::future<troupe::CallResult<Plain>>> callers;
  for (int i = 0; i < 20; ++i) {
    scene.in_actor_ = i % 5 != 0;
    callers.push_back(scene.queue_another());
  }
  scene.server.kill();
  for (auto& caller : callers) CHECK(caller.get().error().code == CallErrorCode::killed);
}

TEST_CASE("calls that race with a kill all end") {
  for (int round = 0; round < 50; ++round) {
    Scene scene;
    std::vector<std::future<troupe::CallResult<Suspend>>> callers;
    for (int i = 0; i < 6; ++i) callers.push_back(scene.call<Suspend>());
    scene.server.kill();
    for (auto& caller : callers) CHECK_FALSE(caller.get().has_value());
  }
}
