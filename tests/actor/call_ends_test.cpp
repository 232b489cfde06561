#include "actor/server.hpp"

using namespace server;

TEST_CASE("a stop tells who is queued") {
  from_both([](Scene& scene) {
    auto caller = scene.queue();
    scene.server.stop("closing time");
    scene.gate.answer(0);
    check_error(scene, caller.get(), CallErrorCode::stopped, CallStage::queued, "server::Plain",
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
    check_error(scene, behind.get(), CallErrorCode::stopped, CallStage::queued, "server::Plain",
                "");
  });
}

TEST_CASE("a failure tells who is queued") {
  from_both([](Scene& scene) {
    auto caller = scene.queue();
    scene.gate.answer(-1);
    check_error(scene, caller.get(), CallErrorCode::failed, CallStage::queued, "server::Plain",
                "broken");
  });
}

TEST_CASE("a kill tells who is queued") {
  from_both([](Scene& scene) {
    auto caller = scene.queue();
    scene.server.kill();
    check_error(scene, caller.get(), CallErrorCode::killed, CallStage::queued, "server::Plain", "");
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
    check_error(scene, caller.get(), CallErrorCode::failed, CallStage::running, "server::Suspend",
                "broken");
  });
}

TEST_CASE("a failure of a plain handler tells whose request it was") {
  from_both([](Scene& scene) {
    check_error(scene, scene.call<Break>().get(), CallErrorCode::failed, CallStage::running,
                "server::Break", "broken");
  });
}

TEST_CASE("a kill tells whose request is in the handler") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Suspend>();
    scene.server.kill();
    check_error(scene, caller.get(), CallErrorCode::killed, CallStage::running, "server::Suspend",
                "");
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
                  CallStage::not_delivered, "server::Plain", "");
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
