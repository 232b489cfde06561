#include <doctest/doctest.h>

#include "otp/scripted.hpp"
#include "runtime/mailbox.hpp"

using namespace scripted;

namespace {

// In the first state all numbers below 10 are postponed; 10 and 20 change it.
void postpone_in_first(Scripted& machine, Number m) {
  if (m.value == 10) {
    machine.become(Stage::second);
    machine.note("over");
  } else if (m.value == 20) {
    machine.become(Stage::third);
  } else if (machine.state() == Stage::first) {
    machine.postpone(m);
  }
}

Script postponing() {
  Script script;
  script.number = postpone_in_first;
  return script;
}

}  // namespace

TEST_CASE("postponed messages come again in order when the state has changed, before the others") {
  Scene scene(postponing());
  scene.with([](Scripted& machine) {
    for (int value : {1, 2, 10, 3}) machine.send(value);
  });
  CHECK(scene.text() == "1, 2, 10, over, 1, 2, 3");
}

TEST_CASE("a message that is postponed again keeps its place") {
  Script script;
  script.number = [](Scripted& machine, Number m) {
    if (m.value == 10) {
      machine.become(Stage::second);
    } else if (m.value == 2 && machine.state() == Stage::second) {
      machine.become(Stage::third);
    } else if (machine.state() == Stage::first ||
               (m.value == 1 && machine.state() == Stage::second)) {
      machine.postpone(m);
    }
  };
  Scene scene(script);
  scene.with([](Scripted& machine) {
    for (int value : {1, 2, 3, 10, 4}) machine.send(value);
  });
  CHECK(scene.text() == "1, 2, 3, 10, 1, 2, 1, 3, 4");
}

TEST_CASE("a message that is postponed where the state changes comes again after the older ones") {
  Script script;
  SUBCASE("before the change") {
    script.number = [](Scripted& machine, Number m) {
      if (machine.state() != Stage::first) return;
      machine.postpone(m);
      if (m.value == 10) machine.become(Stage::second);
    };
  }
  SUBCASE("after the change") {
    script.number = [](Scripted& machine, Number m) {
      if (machine.state() != Stage::first) return;
      if (m.value == 10) machine.become(Stage::second);
      machine.postpone(m);
    };
  }
  Scene scene(script);
  scene.with([](Scripted& machine) {
    for (int value : {1, 2, 10, 3}) machine.send(value);
  });
  CHECK(scene.text() == "1, 2, 10, 1, 2, 10, 3");
}

TEST_CASE("to become the same state brings nothing back") {
  Scene scene(postponing());
  scene.with([](Scripted& machine) { machine.send(1); });
  scene.with([](Scripted& machine) { machine.become(Stage::first); });
  CHECK(scene.text() == "1");
  scene.with([](Scripted& machine) { machine.become(Stage::third); });
  CHECK(scene.text() == "1, 1");
}

TEST_CASE("a child's end can change the state as well") {
  struct Child : troupe::Actor<Child> {};
  Script script;
  script.number = [](Scripted& machine, Number m) {
    if (m.value == 0) {
      machine.become(Stage::second);
    } else if (machine.state() == Stage::first) {
      machine.postpone(m);
    }
  };
  Scene scene(script);
  scene.with([](Scripted& machine) {
    machine.send(1);
    machine.spawn<Child>().stop();
  });
  scene.journal.wait_for("child stopped");
  const std::string text = scene.text();
  CHECK((text == "1, child stopped, 1" || text == "child stopped, 1"));
}

TEST_CASE("a coroutine's postponed message waits until the coroutine is over") {
  Scene scene(postponing());
  Gate gate(scene.world.system);
  auto* machine = static_cast<Scripted*>(cell_of(scene.machine)->object());
  scene.machine.cast<Number>(1);
  scene.machine.cast<Run>([&]() -> troupe::Task<> {
    machine->become(Stage::second);
    machine->insert_event<Number>(5);
    (void)co_await gate.ref().call<Ask>().within(kForever);
    machine->postpone(Number{6});
    machine->note("over");
  });
  gate.wait_asked();
  scene.machine.cast<Number>(2);
  gate.answer(0);
  CHECK(scene.text() == "1, over, 5, 1, 6, 2");
}

TEST_CASE("a request is postponed with its port and answered later") {
  Script script;
  script.question = [](Scripted& machine, Question m, troupe::ReplyPort<int> port) {
    if (machine.state() == Stage::first) return machine.postpone(m, std::move(port));
    port.send(m.value + 1);
  };
  Scene scene(script);
  auto answer = in_thread([&] { return *scene.machine.call<Question>(4).within(kForever).get(); });
  scene.journal.wait_for("question 4");
  scene.with([](Scripted& machine) { machine.become(Stage::second); });
  CHECK(answer.get() == 5);
  CHECK(scene.text() == "question 4, question 4");
}

TEST_CASE("a request can be postponed as another one") {
  Script script;
  script.question = [](Scripted& machine, Question, troupe::ReplyPort<int> port) {
    machine.postpone(OtherQuestion{"longer than it was", {}}, std::move(port));
  };
  Scene scene(script);
  auto answer = in_thread([&] { return *scene.machine.call<Question>(4).within(kForever).get(); });
  scene.journal.wait_for("question 4");
  scene.with([](Scripted& machine) { machine.become(Stage::second); });
  CHECK(answer.get() == 18);
}

TEST_CASE("a request that was answered can still be postponed") {
  Script script;
  script.question = [](Scripted& machine, Question m, troupe::ReplyPort<int> port) {
    if (machine.state() == Stage::first) port.send(7);
    machine.postpone(m, std::move(port));
  };
  Scene scene(script);
  CHECK(*scene.machine.call<Question>(4).within(kForever).get() == 7);
  scene.with([](Scripted& machine) { machine.become(Stage::second); });
  CHECK(scene.text() == "question 4, question 4");
}

TEST_CASE("a postponed request whose time is over does not come again") {
  Script script;
  script.number = postpone_in_first;
  script.question = [](Scripted& machine, Question m, troupe::ReplyPort<int> port) {
    machine.postpone(m, std::move(port));
  };
  Scene scene(script);
  scene.machine.cast<Number>(1);
  const auto answer = scene.machine.call<Question>(4).within(50ms).get();
  REQUIRE(!answer);
  CHECK(answer.error().code == troupe::CallErrorCode::timeout);
  scene.text();  // whether or not it was taken up within its time
  const auto before = scene.world.system.stats().expired_requests;
  const std::string noted = scene.journal.text();
  scene.with([](Scripted& machine) { machine.become(Stage::second); });
  CHECK(scene.text() == noted + ", 1");
  const bool taken_up = noted == "1, question 4";
  CHECK(scene.world.system.stats().expired_requests == before + taken_up);
}

TEST_CASE("more messages than the limit are a failure") {
  Script script = postponing();
  script.question = [](Scripted& machine, Question m, troupe::ReplyPort<int> port) {
    machine.postpone(m, std::move(port));
  };
  Scene scene(script);
  scene.with([](Scripted& machine) {
    machine.postpone_limit(2);
    machine.send(1);
    machine.send(2);
  });
  SUBCASE("a cast") { scene.machine.cast<Number>(3); }
  SUBCASE("a request, whose caller is told") {
    const auto answer = scene.machine.call<Question>(3).within(kForever).get();
    REQUIRE(!answer);
    CHECK(answer.error().code == troupe::CallErrorCode::failed);
    CHECK(answer.error().reason == "more than 2 messages are postponed");
  }
  const troupe::ExitReason reason = *scene.machine.wait().within(kForever).get();
  CHECK(reason.kind == troupe::ExitKind::failed);
  CHECK(reason.text == "more than 2 messages are postponed");
}

TEST_CASE("a thousand messages may be postponed, and make room when they come back") {
  Scene scene(postponing());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1000; ++i) scene.machine.cast<Number>(1);
    scene.with([](Scripted& machine) { machine.become(Stage::second); });
    scene.with([](Scripted& machine) { machine.become(Stage::first); });
  }
  CHECK(scene.journal.entries().size() == 6000);
}

TEST_CASE("what is postponed when the machine ends is treated as if it had not been read") {
  Script script = postponing();
  script.question = [](Scripted& machine, Question m, troupe::ReplyPort<int> port) {
    machine.postpone(m, std::move(port));
  };
  Scene scene(script);
  scene.machine.cast<Number>(1);
  scene.machine.cast<Number>(2);
  auto caller = in_thread([&] { return scene.machine.call<Question>(4).within(kForever).get(); });
  scene.journal.wait_for("question 4");
  auto expected = troupe::CallErrorCode::stopped;
  std::string text;
  SUBCASE("by a stop") {
    scene.machine.stop("closing time");
    text = "closing time";
  }
  SUBCASE("by a drain") { scene.machine.drain(); }
  SUBCASE("by a kill") {
    scene.machine.kill();
    expected = troupe::CallErrorCode::killed;
  }
  SUBCASE("by a failure") {
    scene.machine.cast<Do>([] { throw std::runtime_error("broken"); });
    expected = troupe::CallErrorCode::failed;
    text = "broken";
  }
  const auto answer = caller.get();
  REQUIRE(!answer);
  CHECK(answer.error().code == expected);
  CHECK(answer.error().reason == text);
  CHECK(scene.machine.wait().within(kForever).get());
  CHECK(scene.world.system.stats().dead_letters == 2);
}

TEST_CASE("inserted events come next, in their order, before postponed messages and the mailbox") {
  Script script;
  script.number = [](Scripted& machine, Number m) {
    if (m.value == 1 && machine.state() == Stage::first) machine.postpone(m);
    if (m.value != 10) return;
    machine.insert_event<Number>(5);
    machine.become(Stage::second);
    machine.insert_event<Number>(6);
  };
  Scene scene(script);
  scene.with([](Scripted& machine) {
    for (int value : {1, 10, 2}) machine.send(value);
  });
  CHECK(scene.text() == "1, 10, 5, 6, 1, 2");
}

TEST_CASE("an inserted event comes before those that an earlier handler inserted") {
  Script script;
  script.number = [](Scripted& machine, Number m) {
    if (m.value == 10) {
      machine.insert_event<Number>(11);
      machine.insert_event<Number>(12);
    } else if (m.value == 11) {
      machine.insert_event<Number>(20);
      machine.insert_event<Number>(21);
    }
  };
  Scene scene(script);
  scene.with([](Scripted& machine) {
    machine.send(10);
    machine.send(1);
  });
  CHECK(scene.text() == "10, 11, 20, 21, 12, 1");
}

TEST_CASE("a request can be inserted, and nobody waits for its answer") {
  Scene scene;
  scene.with([](Scripted& machine) { machine.insert_event<Question>(3); });
  CHECK(scene.text() == "question 3");
}

TEST_CASE("a constructor and post_start insert events in front of what came meanwhile") {
  Script script;
  script.construct = [](Scripted& machine) {
    machine.send(3);
    machine.insert_event<Number>(1);
  };
  script.post_start = [](Scripted& machine) { machine.insert_event<Number>(2); };
  Scene scene(script);
  CHECK(scene.text() == "1, 2, 3");
}

TEST_CASE("what a machine sends itself when it ends is a dead letter") {
  struct Last : troupe::StateMachine<Last, int, Number> {
    Last() : StateMachine(0) {}
    void post_stop() {
      postpone(Number{1});
      become(1);
      insert_event<Number>(2);
      state_timeout(0ns);
      state_timeout(1h);
    }
    void handle(Number) {}
    void handle(troupe::StateTimeout) {}
  };
  World world;
  auto last = world.system.spawn<Last>();
  CHECK(last.stop_and_wait().within(kForever).get());
  CHECK(world.system.stats().dead_letters == 2);
}

TEST_CASE("messages of a machine that goes while its mailbox stays are the first ones there") {
  using namespace troupe::detail;
  Cell cell(kMailboxBusy, nullptr, 1, nullptr, nullptr);
  push_unbounded(cell, *make_node<Number>(0));
  push_unbounded(cell, *make_node<Number>(3));
  CHECK(next_message(cell));
  {
    Machine machine(cell);
    machine.postpone(*make_node<Number>(1));
    machine.postpone(*make_node<Number>(2));
  }
  for (int value = 1; value < 4; ++value) {
    Node* node = next_message(cell);
    REQUIRE(node);
    CHECK(static_cast<CastNode<Number>*>(node)->message.value == value);
  }
  CHECK(close_mailbox(cell) == nullptr);
}
