#include <doctest/doctest.h>

#include "otp/scripted.hpp"

using namespace scripted;

// "Not heard" is seen by what is heard later: timers fire in the order of their times, and what was
// let pass is in the mailbox already.

TEST_CASE("a state timeout is heard when the state lasts") {
  Scene scene;
  scene.with([](Scripted& machine) { machine.state_timeout(1ms); });
  scene.journal.wait_for("state timeout");
}

TEST_CASE("a change of the state cancels its timeout") {
  Scene scene;
  SUBCASE("before its time") {
    scene.with([](Scripted& machine) {
      machine.state_timeout(10ms);
      machine.become(Stage::second);
      machine.timeout("later", 11ms);
    });
  }
  SUBCASE("when its message is in the mailbox") {
    scene.with([](Scripted& machine) {
      machine.let_pass([&] { machine.state_timeout(1ns); });
      machine.become(Stage::second);
      machine.timeout("later", 1ns);
    });
  }
  SUBCASE("when its time was zero") {
    scene.with([](Scripted& machine) {
      machine.state_timeout(0ns);
      machine.become(Stage::second);
      machine.timeout("later", 1ns);
    });
  }
  scene.journal.wait_for("later");
  CHECK(scene.journal.text() == "later");
}

TEST_CASE("a state timeout that is started with the new state is its own") {
  Scene scene;
  scene.with([](Scripted& machine) {
    machine.state_timeout(0ns);
    machine.become(Stage::second);
    machine.state_timeout(0ns);
  });
  CHECK(scene.text() == "state timeout");
}

TEST_CASE("to become the same state keeps the state timeout") {
  Scene scene;
  scene.with([](Scripted& machine) {
    machine.state_timeout(1ms);
    machine.become(Stage::first);
  });
  scene.journal.wait_for("state timeout");
}

TEST_CASE("messages do not cancel a state timeout, nor a named one") {
  Scene scene;
  scene.with([](Scripted& machine) {
    machine.let_pass([&] { machine.state_timeout(1ns); });
    machine.let_pass([&] { machine.timeout("named", 1ns); });
    machine.insert_event<Number>(1);
  });
  CHECK(scene.text() == "1, state timeout, named");
}

TEST_CASE("any other event cancels the event timeout") {
  Scene scene;
  std::string expected;
  SUBCASE("a message") {
    scene.with([](Scripted& machine) {
      machine.send(1);
      machine.let_pass([&] { machine.event_timeout(1ns); });
    });
    expected = "1";
  }
  SUBCASE("another timeout") {
    scene.with([](Scripted& machine) {
      machine.timeout("named", 0ns);
      machine.let_pass([&] { machine.event_timeout(1ns); });
    });
    expected = "named";
  }
  SUBCASE("an inserted event, though its time is zero") {
    scene.with([](Scripted& machine) {
      machine.event_timeout(0ns);
      machine.insert_event<Number>(1);
    });
    expected = "1";
  }
  SUBCASE("before its time") {
    scene.with([](Scripted& machine) {
      machine.send(1);
      machine.event_timeout(10ms);
    });
    scene.with([](Scripted& machine) { machine.timeout("later", 11ms); });
    scene.journal.wait_for("later");
    expected = "1, later";
  }
  CHECK(scene.text() == expected);
}

TEST_CASE("an event timeout that nothing cancels is heard, in a new state too") {
  Scene scene;
  scene.with([](Scripted& machine) {
    machine.event_timeout(1ms);
    machine.become(Stage::second);
  });
  scene.journal.wait_for("event timeout");
}

TEST_CASE("a timeout that was cancelled does not cancel the event timeout") {
  Scene scene;
  scene.with([](Scripted& machine) {
    machine.let_pass([&] { machine.timeout("named", 1ns); });
    machine.let_pass([&] { machine.event_timeout(1ns); });
    machine.cancel_timeout("named");
  });
  CHECK(scene.text() == "event timeout");
}

TEST_CASE("there may be many named timeouts, and a change of the state cancels none") {
  Scene scene;
  scene.with([](Scripted& machine) {
    for (const char* name : {"one", "two", "three"}) machine.timeout(name, 1ms);
    machine.become(Stage::second);
  });
  scene.journal.wait_for("three");
  CHECK(scene.journal.text() == "one, two, three");
}

TEST_CASE("a timeout that is cancelled is not heard, though its message is in the mailbox") {
  Scene scene;
  scene.with([](Scripted& machine) {
    machine.let_pass([&] { machine.state_timeout(1ns); });
    machine.let_pass([&] { machine.event_timeout(1ns); });
    machine.let_pass([&] { machine.timeout("named", 1ns); });
    machine.let_pass([&] { machine.timeout("other", 1ns); });
    machine.cancel_state_timeout();
    machine.cancel_event_timeout();
    machine.cancel_timeout("named");
    machine.cancel_timeout("unknown");
  });
  CHECK(scene.text() == "other");
}

TEST_CASE("a timeout that is started again is heard once, when the new time is over") {
  Scene scene;
  std::string expected;
  SUBCASE("the state's") {
    scene.with([](Scripted& machine) {
      machine.let_pass([&] { machine.state_timeout(1ns); });
      machine.send(1);
      machine.let_pass([&] { machine.state_timeout(1ns); });
    });
    expected = "1, state timeout";
  }
  SUBCASE("an event's") {
    scene.with([](Scripted& machine) {
      machine.let_pass([&] { machine.event_timeout(1ns); });
      machine.let_pass([&] { machine.timeout("named", 1ns); });
      machine.event_timeout(1h);
    });
    expected = "named";
  }
  SUBCASE("a named one, from zero and to zero") {
    scene.with([](Scripted& machine) {
      machine.timeout("again", 0ns);
      machine.timeout("named", 0ns);
      machine.timeout("again", 1h);
      machine.timeout("again", 0ns);
    });
    expected = "named, again";
  }
  CHECK(scene.text() == expected);
}

TEST_CASE("a timeout of no time is heard before what waits, and after what the machine has") {
  Script script;
  script.number = [](Scripted& machine, Number m) {
    if (machine.state() == Stage::first && m.value < 3) machine.postpone(m);
    if (m.value == 10) {
      machine.timeout("zero", 0ns);
      machine.state_timeout(-1s);
      machine.become(Stage::second);  // which cancels the one of the first state
      machine.state_timeout(-1s);
      machine.insert_event<Number>(5);
    }
    if (m.value == 1 && machine.state() == Stage::second) machine.timeout("zero again", 0ns);
  };
  Scene scene(script);
  scene.with([](Scripted& machine) {
    for (int value : {1, 2, 10, 3}) machine.send(value);
  });
  CHECK(scene.text() == "1, 2, 10, 5, 1, 2, zero, state timeout, zero again, 3");
}

TEST_CASE("a timeout of no time waits for what came back before it was started") {
  Script script;
  script.number = [](Scripted& machine, Number m) {
    if (machine.state() == Stage::first && m.value < 3) return machine.postpone(m);
    if (m.value == 10) machine.become(Stage::second);
    if (m.value == 1) {
      machine.event_timeout(0ns);  // which 2 cancels
      machine.timeout("zero", 0ns);
    }
  };
  Scene scene(script);
  scene.with([](Scripted& machine) {
    for (int value : {1, 2, 10, 3}) machine.send(value);
  });
  CHECK(scene.text() == "1, 2, 10, 1, 2, zero, 3");
}

TEST_CASE("what a timeout of no time inserts comes before the next one") {
  Script script;
  script.timeout = [](Scripted& machine) {
    if (machine.state() != Stage::first) return;
    machine.become(Stage::second);
    machine.insert_event<Number>(1);
  };
  Scene scene(script);
  scene.with([](Scripted& machine) {
    machine.send(2);
    machine.timeout("one", 0ns);
    machine.timeout("two", 0ns);
  });
  CHECK(scene.text() == "one, 1, two, 2");
}

TEST_CASE("a timeout of no time finds its place behind a request that is dropped") {
  Script script;
  script.number = [](Scripted& machine, Number m) {
    if (machine.state() == Stage::first) return machine.postpone(m);
    machine.timeout("zero " + std::to_string(m.value), 0ns);
  };
  script.question = [](Scripted& machine, Question m, troupe::ReplyPort<int> port) {
    machine.postpone(m, std::move(port));
  };
  Scene scene(script);
  scene.machine.cast<Number>(1);
  CHECK(!scene.machine.call<Question>(2).within(50ms).get());
  scene.text();
  const std::string before = scene.journal.text();
  scene.with([](Scripted& machine) {
    machine.send(3);
    machine.become(Stage::second);
  });
  CHECK(scene.text() == before + ", 1, zero 1, 3, zero 3");
}

TEST_CASE("the constructor and post_start may start timeouts") {
  Script script;
  script.construct = [](Scripted& machine) {
    machine.send(1);
    machine.timeout("constructed", 0ns);
    machine.state_timeout(1ms);
  };
  script.post_start = [](Scripted& machine) { machine.timeout("started", 0ns); };
  Scene scene(script);
  scene.journal.wait_for("state timeout");
  CHECK(scene.journal.text() == "constructed, started, 1, state timeout");
}

TEST_CASE("timeouts that a machine leaves behind are no dead letters") {
  Scene scene;
  scene.with([](Scripted& machine) {
    machine.let_pass([&] { machine.state_timeout(1ns); });
    machine.timeout("zero", 0ns);
    machine.timeout("later", 1h);
    machine.become(Stage::second);
    machine.stop();
  });
  CHECK(scene.machine.wait().within(kForever).get());
  CHECK(scene.world.system.stats().dead_letters == 0);
}
