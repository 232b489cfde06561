#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;
using troupe::one_for_all;
using troupe::one_for_one;

namespace {

struct Note {
  int number;
};
struct GetNotes {
  using Reply = std::vector<int>;
};
/// Keeps what it is sent, in a place that survives it.
class Recorder : public troupe::Actor<Recorder, Note, Fail, Hold, GetNotes> {
 public:
  explicit Recorder(std::vector<int>* notes) : notes_(notes) {}
  void handle(Note m) { notes_->push_back(m.number); }
  void handle(Fail) { throw std::runtime_error("broken"); }
  void handle(Hold m) {
    m.entered->count_down();
    m.leave->wait();
  }
  std::vector<int> handle(GetNotes) const { return *notes_; }

 private:
  std::vector<int>* notes_;
};

struct Tick {
  std::shared_ptr<int> payload;
};
struct Settle {
  using Reply = ChildRef;
  troupe::AnyRef watched;
  std::shared_ptr<int> payload;
};
/// Has a timer, a monitor and a child.
class Owner : public troupe::Actor<Owner, Settle, Tick, Fail, GetCount, troupe::Down> {
 public:
  explicit Owner(Journal* journal) : journal_(journal) {}
  void pre_start() { journal_->add("owner starts"); }
  ChildRef handle(Settle m) {
    send_after<Tick>(kForever, m.payload);
    monitor(m.watched);
    return spawn<Child>(journal_, "kid");
  }
  void handle(Tick) {}
  void handle(Fail) { throw std::runtime_error("broken"); }
  void handle(troupe::Down) { ++downs_; }
  int handle(GetCount) const { return downs_; }

 private:
  Journal* journal_;
  int downs_ = 0;
};

struct Try {
  using Reply = bool;
  troupe::ActorRef<Ask> whom;
};
class Caller : public troupe::Actor<Caller, Try> {
 public:
  troupe::Task<bool> handle(Try m) {
    const auto answer = co_await m.whom.call<Ask>().within(5ms);
    co_return answer.has_value();
  }
};
class Quick : public troupe::Actor<Quick, Ask> {
 public:
  int handle(Ask) { return 1; }
};

/// A child whose restart waits for the gate, and a younger one that waits behind it, dormant.
struct Halted : Stage {
  Supervisor::Reference top;
  Slow::Reference slow;

  template <class Younger>
  explicit Halted(Younger younger)
      : Stage(),
        top(spawn(one_for_all()
                      .child<Slow>("slow", &journal, "slow", gate.ref())
                      .child(younger(*this)))) {
    gate.wait_asked();
    gate.answer(0);
    REQUIRE(started(top).within(kForever).get());
    slow = child<Slow>(top, "slow");
  }
  void halt() {
    slow.cast<Fail>();
    gate.wait_asked(2);
  }
  void go_on() { gate.answer(0, 1); }
};

troupe::ChildSpec b(Stage& stage) { return stage.spec("b"); }

}  // namespace

TEST_CASE("a restarted actor keeps its references and its name, also while it is restarted") {
  Stage stage;
  auto top = stage.spawn(
      one_for_one().child<Slow>("a", &stage.journal, "a", stage.gate.ref()).named("name"));
  stage.gate.wait_asked();
  stage.gate.answer(0);
  REQUIRE(started(top).within(kForever).get());
  auto a = stage.child<Slow>(top, "a");
  a.cast<Count>();
  a.cast<Fail>();
  stage.gate.wait_asked(2);
  CHECK(*stage.world.system.find<Count>("name") == a);
  CHECK(a.name() == "name");
  for (int i = 0; i < 3; ++i) CHECK(a.cast<Count>() == troupe::CastResult::delivered);
  stage.gate.answer(0, 1);
  CHECK(count_of(a) == 3);
  CHECK(*stage.world.system.find<Count>("name") == a);
  CHECK(stage.child<Slow>(top, "a") == a);
}

TEST_CASE("unread messages are handled by the next incarnation, in order") {
  std::vector<int> notes;
  Stage stage;
  std::latch entered(1), leave(1);
  auto top = stage.spawn(one_for_one().child<Recorder>("a", &notes));
  auto a = stage.child<Recorder>(top, "a");
  a.cast<Hold>(&entered, &leave);
  entered.wait();
  a.cast<Note>(1);
  a.cast<Fail>();
  a.cast<Note>(2);
  a.cast<Note>(3);
  leave.count_down();
  CHECK(a.call<GetNotes>().within(kForever).get() == std::vector<int>{1, 2, 3});
}

TEST_CASE("messages that come between two incarnations are handled after those that were unread") {
  std::vector<int> notes;
  Halted halted([&](Stage&) { return troupe::child<Recorder>("a", &notes); });
  auto a = halted.child<Recorder>(halted.top, "a");
  std::latch entered(1), leave(1);
  a.cast<Hold>(&entered, &leave);
  entered.wait();
  a.cast<Note>(1);
  halted.slow.cast<Fail>();  // stops the other one before it has read that
  halted.world.log.wait_for("child_terminated: child 'slow'");
  leave.count_down();
  halted.gate.wait_asked(2);
  CHECK(inspect(a).get()->state == troupe::ActorState::restarting);
  a.cast<Note>(2);
  a.cast<Note>(3);
  CHECK(inspect(a).get()->queued >= 2);
  halted.go_on();
  CHECK(a.call<GetNotes>().within(kForever).get() == std::vector<int>{1, 2, 3});
}

TEST_CASE("calls that wait behind a failing message are answered by the next incarnation") {
  std::vector<int> notes;
  Stage stage;
  std::latch entered(1), leave(1);
  auto top = stage.spawn(one_for_one().child<Recorder>("a", &notes));
  auto a = stage.child<Recorder>(top, "a");
  a.cast<Hold>(&entered, &leave);
  entered.wait();
  a.cast<Fail>();
  Mailbox mailbox(a);
  auto answer = in_thread([a] { return a.call<GetNotes>().within(kForever).get(); });
  mailbox.wait_for_message();
  a.cast<Note>(1);
  leave.count_down();
  CHECK(answer.get() == std::vector<int>{});
  CHECK(stage.world.system.stats().failures == 1);
}

TEST_CASE("the failing message is dropped, and its caller is told why") {
  Stage stage;
  auto top = stage.spawn(one_for_one().child(stage.spec("a")));
  auto a = stage.child(top, "a");
  const auto answer = a.call<Break>().within(kForever).get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == troupe::CallErrorCode::failed);
  CHECK(answer.error().stage == troupe::CallStage::running);
  CHECK(answer.error().reason == "broken");
  CHECK(count_of(a) == 0);
  CHECK(stage.journal.text() == "a starts, a stops, a starts");
  CHECK(stage.world.system.stats().failures == 1);
  CHECK(stage.world.system.stats().dead_letters == 0);
}

TEST_CASE("timers, monitors and children end with their incarnation, before the next one starts") {
  Stage stage;
  auto watched = stage.world.system.spawn<Child>(&stage.journal, "watched");
  auto top = stage.spawn(one_for_one().child<Owner>("owner", &stage.journal));
  auto owner = stage.child<Owner>(top, "owner");
  auto payload = std::make_shared<int>(1);
  const std::weak_ptr<int> timer = payload;
  auto kid = owner.call<Settle>(watched, std::move(payload)).within(kForever).get().value();
  owner.cast<Fail>();
  CHECK(count_of(owner) == 0);
  CHECK(timer.expired());
  CHECK(end_of(kid).kind == ExitKind::shutdown);
  CHECK(stage.journal.text() ==
        "watched starts, owner starts, kid starts, kid stops, owner starts");
  stop(watched);
  CHECK(count_of(owner) == 0);
}

TEST_CASE("who stops or kills a permanent child waits for the end of that incarnation") {
  Stage stage;
  auto top = stage.spawn(one_for_one().intensity(3, 1h).child(stage.spec("a")));
  auto a = stage.child(top, "a");
  auto for_good = in_thread([a] { return a.wait().within(kForever).get().value(); });
  CHECK(a.stop_and_wait("tired").within(kForever).get()->text == "tired");
  CHECK(count_of(a) == 0);
  CHECK(a.kill_and_wait().within(kForever).get()->kind == ExitKind::killed);
  CHECK(count_of(a) == 0);
  CHECK(a.drain_and_wait().within(kForever).get()->kind == ExitKind::drained);
  CHECK(count_of(a) == 0);
  CHECK(stage.info(top, "a")->restarts == 3);
  stop(top);
  CHECK(for_good.get().kind == ExitKind::shutdown);
}

TEST_CASE("a stop or a kill of a dormant actor has no effect, and who waits for it is answered") {
  Halted halted(b);
  auto child = halted.child(halted.top, "b");
  halted.halt();
  child.stop();
  child.kill();
  CHECK(child.stop_and_wait().within(kForever).get()->kind == ExitKind::shutdown);
  CHECK(child.kill_and_wait().within(kForever).get()->kind == ExitKind::shutdown);
  halted.go_on();
  CHECK(count_of(child) == 0);
  CHECK(halted.journal.text() ==
        "slow starts, b starts, slow stops, b stops, slow starts, b starts");
  CHECK(halted.states(halted.top) == "slow running, b running");
}

TEST_CASE("a dormant actor ends with its supervisor, and its messages are dead letters") {
  Halted halted(b);
  auto child = halted.child(halted.top, "b");
  halted.halt();
  child.cast<Count>();
  auto answer = in_thread([child] { return child.call<GetCount>().within(kForever).get(); });
  (void)halted.top.kill_and_wait().within(kForever).get();
  CHECK_FALSE(answer.get());
  CHECK(end_of(child).kind == ExitKind::shutdown);
  CHECK(halted.world.system.stats().dead_letters >= 1);
}

TEST_CASE("an incarnation can be killed before its pre_start is over, and is tried again") {
  Halted halted(b);
  halted.halt();
  halted.slow.kill();
  // The restart has failed: one more, which is too many by default.
  CHECK(end_of(halted.top).kind == ExitKind::shutdown);
  CHECK(halted.world.log.wait_for("start_error").text.ends_with("): killed"));
}

TEST_CASE("a crash report tells which incarnation has failed") {
  Stage stage;
  auto top = stage.spawn(one_for_one().intensity(2, 1h).child(stage.spec("a")));
  auto a = stage.child(top, "a");
  for (const std::string incarnation : {"incarnation 1,", "incarnation 2,"}) {
    a.cast<Fail>();
    CHECK(stage.world.log.wait_for(incarnation).text.starts_with("failed in "));
  }
  CHECK(count_of(a) == 0);
}

TEST_CASE(
    "a suspended handler is destroyed at a kill, and the next incarnation goes on behind it") {
  Stage stage;
  auto top = stage.spawn(one_for_one().child(stage.spec("a")));
  auto a = stage.child(top, "a");
  a.cast<Suspend>();
  a.cast<Count>();
  stage.journal.wait_for("a waits");
  a.kill();
  CHECK(count_of(a) == 1);
  CHECK(stage.journal.text() == "a starts, a waits, a unwinds, a starts");
}

TEST_CASE("a call's time is watched also when the one before it ended while nobody was there") {
  Halted halted([](Stage&) { return troupe::child<Caller>("caller"); });
  auto caller = halted.child<Caller>(halted.top, "caller");
  // Answered, but its deadline is still ahead.
  auto quick = halted.world.system.spawn<Quick>();
  (void)caller.call<Try>(quick).within(kForever).get();
  halted.halt();
  in_actor(halted.world.system, []() -> troupe::Task<> { co_await troupe::sleep_for(10ms); });
  CHECK(inspect(caller).get()->state == troupe::ActorState::restarting);
  halted.go_on();
  Gate never(halted.world.system);
  CHECK(caller.call<Try>(never.ref()).within(kForever).get() == false);
}

TEST_CASE("no message is lost or handled twice while a flooded child fails again and again") {
  constexpr int kMessages = 20'000;
  constexpr int kFailures = 100;
  Stage stage;
  std::vector<int> notes;
  auto top = stage.spawn(one_for_one().intensity(UINT32_MAX, 1h).child<Recorder>("a", &notes));
  auto a = stage.child<Recorder>(top, "a");
  const auto flood = [a](int sender) {
    return in_thread([a, sender] {
      for (int i = 0; i < kMessages; ++i) a.cast<Note>(2 * i + sender);
    });
  };
  auto first = flood(0);
  auto second = flood(1);
  for (int i = 0; i < kFailures; ++i) {
    a.cast<Fail>();
    (void)a.call<GetNotes>().within(kForever).get();
  }
  first.get();
  second.get();
  const auto got = a.call<GetNotes>().within(kForever).get().value();
  REQUIRE(got.size() == 2 * kMessages);
  int expected[] = {0, 1};
  bool in_order = true;
  for (int note : got) {
    in_order = in_order && note == expected[note % 2];
    expected[note % 2] = note + 2;
  }
  CHECK(in_order);
  CHECK(stage.info(top, "a")->restarts == kFailures);
  CHECK(stage.world.system.stats().failures == kFailures);
}
