#pragma once

#include <doctest/doctest.h>

#include "actor/support.hpp"

/// A server whose calls end in every way there is, and what the tests of that share.
namespace server {

using namespace support;
using troupe::CallErrorCode;
using troupe::CallStage;

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
class Server : public troupe::Actor<Server, Block, Plain, Suspend, Keep, SuspendWithPort, Break> {
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
    case CallStage::blocked:
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

}  // namespace server
