#include <regex>

#include "actor/circle.hpp"

using namespace circle;
using troupe::CastResult;
using troupe::CrashReport;
using troupe::DeadLetter;
using troupe::DeadLetterReason;
using troupe::HighWater;
using troupe::LogLevel;

namespace {

struct Heard {
  using Reply = std::string;  // all letters since the last time, sorted
};
struct Watch {};
struct Other {};

/// Writes down what it hears. Events are sent before what causes them returns, so whoever asks it
/// after that gets them.
class Listener : public troupe::Actor<Listener, DeadLetter, CrashReport, Heard, Watch, Other, Run> {
 public:
  void handle(DeadLetter m) {
    letters.push_back(m);
    lines_.push_back(to_string(m));
  }
  void handle(CrashReport m) { reports.push_back(m); }
  std::string handle(Heard) {
    std::ranges::sort(lines_);
    std::string text;
    for (const std::string& line : std::exchange(lines_, {})) text += line + "\n";
    return text;
  }
  void handle(Watch) { (void)subscribe<DeadLetter>(); }
  void handle(Other) {}
  troupe::Task<> handle(Run m) { co_await m.body(); }

  std::vector<DeadLetter> letters;
  std::vector<CrashReport> reports;

 private:
  std::vector<std::string> lines_;
};

std::string heard(const Listener::Reference& listener) {
  return listener.call<Heard>().within(kForever).get().value();
}

/// An actor that waits for the gate in Perform.
Ref busy(World& world, const Gate& gate, const char* name, troupe::Mailbox mailbox) {
  auto actor = party(world, name, std::move(mailbox));
  (void)after_gate(gate, actor, []() -> troupe::Task<int> { co_return 0; });
  return actor;
}
void end(const troupe::AnyRef& actor) { REQUIRE(actor.kill_and_wait().within(kForever).get()); }

/// Has an actor send a Note.
CastResult note_by(const Ref& sender, const Ref& to) {
  return perform(sender, [to]() -> troupe::Task<CastResult> { co_return to.cast<Note>(); }).get();
}

}  // namespace

TEST_CASE("dead letters reach each subscriber with their reasons") {
  World world;
  Gate gate(world.system);
  auto one = world.system.spawn<Listener>();
  auto two = world.system.spawn<Listener>();
  auto sender = party(world, "sender");
  (void)world.system.subscribe<DeadLetter>(one);
  two.cast<Watch>();
  CHECK(heard(two).empty());
  std::string expected;
  DeadLetterReason reason{};
  Ref actor;
  SUBCASE("closed") {
    actor = party(world, "gone");
    end(actor);
    CHECK(note_by(sender, actor) == CastResult::closed);
    CHECK(actor.cast<Note>() == CastResult::closed);
    expected = "circle::Note to gone (closed)\ncircle::Note to gone (closed), from sender\n";
    reason = DeadLetterReason::closed;
  }
  SUBCASE("left") {
    actor = busy(world, gate, "left", troupe::unbounded());
    CHECK(note_by(sender, actor) == CastResult::delivered);
    end(actor);
    expected = "circle::Note to left (left)\n";
    reason = DeadLetterReason::left;
  }
  SUBCASE("full") {
    actor = busy(world, gate, "full", troupe::bounded(1));
    fill(actor);
    CHECK(note_by(sender, actor) == CastResult::full);
    expected = "circle::Note to full (full)\ncircle::Note to full (full), from sender\n";
    reason = DeadLetterReason::full;
  }
  SUBCASE("dropped") {
    actor = busy(world, gate, "dropping", troupe::bounded(1, Overflow::drop_newest));
    fill(actor);
    CHECK(note_by(sender, actor) == CastResult::dropped);
    expected =
        "circle::Note to dropping (dropped)\ncircle::Note to dropping (dropped), from sender\n";
    reason = DeadLetterReason::dropped;
  }
  SUBCASE("displaced") {
    actor = busy(world, gate, "latest", troupe::bounded(1, Overflow::drop_oldest));
    fill(actor);
    CHECK(note_by(sender, actor) == CastResult::displaced);
    expected = "circle::Note to latest (displaced)\ncircle::Note to latest (displaced)\n";
    reason = DeadLetterReason::displaced;
  }
  for (const auto& listener : {one, two}) {
    CHECK(heard(listener) == expected);
    const auto& letters = static_cast<Listener*>(cell_of(listener)->object())->letters;
    for (const DeadLetter& letter : letters) {
      CHECK(letter.receiver == actor);
      CHECK(letter.message == "circle::Note");
      CHECK(letter.reason == reason);
    }
    CHECK(world.system.stats().dead_letters == letters.size());
  }
}

TEST_CASE("a request that somebody waits for is no dead letter but one that was cast is") {
  World world;
  auto listener = world.system.spawn<Listener>();
  (void)world.system.subscribe<DeadLetter>(listener);
  auto gone = party(world, "gone");
  end(gone);
  CHECK_FALSE(gone.call<Poke>().get().has_value());
  CHECK_FALSE(poke_from(party(world, "caller"), gone).get().has_value());
  CHECK(heard(listener).empty());
  gone.cast<Poke>();
  CHECK(heard(listener) == "circle::Poke to gone (closed)\n");
  CHECK(world.system.stats().dead_letters == 1);
}

TEST_CASE("a subscription ends when it is cancelled and with its subscriber") {
  World world;
  auto one = world.system.spawn<Listener>();
  auto two = world.system.spawn<Listener>();
  auto cancelled = world.system.subscribe<DeadLetter>(one);
  auto ended = world.system.subscribe<DeadLetter>(two);
  auto gone = party(world, "gone");
  end(gone);
  CHECK(cancelled.cancel());
  CHECK_FALSE(cancelled.cancel());
  gone.cast<Note>();
  CHECK(heard(one).empty());
  CHECK(heard(two) == "circle::Note to gone (closed)\n");
  end(two);
  gone.cast<Note>();
  CHECK_FALSE(ended.cancel());
  CHECK_FALSE(troupe::EventSubscription().cancel());
  CHECK(world.system.stats().dead_letters == 2);
}

TEST_CASE("events that do not reach a subscriber are no dead letters") {
  World world;
  Gate gate(world.system);
  const auto overflow = Overflow::reject;
  for (const auto policy : {overflow, Overflow::drop_newest, Overflow::drop_oldest}) {
    const std::uint64_t before = world.system.stats().dead_letters;
    auto full = world.system.spawn<Listener>(troupe::bounded(1, policy));
    auto all = world.system.spawn<Listener>();
    (void)world.system.subscribe<DeadLetter>(full);
    (void)world.system.subscribe<DeadLetter>(all);
    const std::size_t asked = gate.asked();
    full.cast<Run>([ask = gate.ref()]() -> troupe::Task<> {
      (void)co_await ask.call<Ask>().within(kForever);
    });
    gate.wait_asked(asked + 1);
    auto gone = party(world, "gone");
    end(gone);
    for (int i = 0; i < 5; ++i) gone.cast<Note>();
    CHECK(world.system.stats().dead_letters == before + 5);
    end(full);  // with one event in its mailbox
    gone.cast<Note>();
    CHECK(world.system.stats().dead_letters == before + 6);
    std::string expected;
    for (int i = 0; i < 6; ++i) expected += "circle::Note to gone (closed)\n";
    CHECK(heard(all) == expected);
    end(all);
  }
}

TEST_CASE("a message that an event displaces is a dead letter") {
  World world;
  Gate gate(world.system);
  auto latest = world.system.spawn<Listener>(troupe::named("latest").shutdown_time(0ns).mailbox(
      troupe::bounded(3, Overflow::drop_oldest)));
  auto all = world.system.spawn<Listener>();
  (void)world.system.subscribe<DeadLetter>(latest);
  (void)world.system.subscribe<DeadLetter>(all);
  latest.cast<Run>(
      [ask = gate.ref()]() -> troupe::Task<> { (void)co_await ask.call<Ask>().within(kForever); });
  gate.wait_asked();
  for (int i = 0; i < 3; ++i) CHECK(latest.cast<Other>() == CastResult::delivered);
  auto gone = party(world, "gone");
  end(gone);
  gone.cast<Note>();
  // The letter displaced one, whose letter displaced the next, and so on.
  const std::string text = heard(all);
  CHECK(std::ranges::count(text, '\n') == 4);
  CHECK(text.find("Other to latest (displaced)\n") != std::string::npos);
  CHECK(text.find("circle::Note to gone (closed)\n") != std::string::npos);
  CHECK(world.system.stats().dead_letters == 4);
}

TEST_CASE("nobody cannot be subscribed") {
  World world;
  CHECK_THROWS_WITH_AS(world.system.subscribe<DeadLetter>(troupe::ActorRef<DeadLetter>()),
                       "nobody is to be subscribed: the reference is empty", std::invalid_argument);
}

TEST_CASE("the log tells of many dead letters in few lines") {
  constexpr int kLetters = 1000;
  LogCollector log;
  const auto began = std::chrono::steady_clock::now();
  {
    auto options = World::options_for(2);
    options.log = &log;
    troupe::System system(options);
    auto gone = system.spawn<Party>(troupe::named("gone"));
    end(gone);
    for (int i = 0; i < kLetters; ++i) gone.cast<Note>();
    (void)log.wait_for("dead letter");
    auto full = system.spawn<Party>(troupe::named("full").mailbox(troupe::bounded(1)));
    Gate gate(system);
    (void)after_gate(gate, full, []() -> troupe::Task<int> { co_return 0; });
    while (full.cast<Note>() != CastResult::full) {
    }
    gone.cast<Note>();
    CHECK(system.stats().dead_letters == kLetters + 2);
    gate.answer(0);
    // Refused while the note is there; then nothing is left.
    while (!full.call<Noted>().within(kForever).get()) {
    }
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began)
          .count();
  const std::regex line(
      "([0-9]+) dead letters?( in [0-9.]+ (us|ms|s))?: (([0-9]+) closed)?(, )?(([0-9]+) full)?; "
      "the "
      "first: circle::Note to (gone \\(closed\\)|full \\(full\\))");
  int lines = 0;
  int total = 0;
  int closed = 0;
  int full = 0;
  for (const Record& record : log.records()) {
    std::smatch match;
    if (record.text.find("dead letter") == std::string::npos) continue;
    CAPTURE(record.text);
    REQUIRE(std::regex_match(record.text, match, line));
    CHECK(record.level == LogLevel::warning);
    CHECK(record.actor.empty());
    // The first line has no time to compare with.
    CHECK(match[2].matched == (lines != 0));
    ++lines;
    total += std::stoi(match[1]);
    if (match[5].matched) closed += std::stoi(match[5]);
    if (match[8].matched) full += std::stoi(match[8]);
  }
  CHECK(total == kLetters + 2);
  CHECK(closed == kLetters + 1);
  CHECK(full == 1);
  // One at first, one a second, and one at the end.
  CHECK(lines <= 2 + seconds);
}

namespace {

struct Break {};
struct Wait {};
class Child : public troupe::Actor<Child, Break, Wait, Note> {
 public:
  explicit Child(troupe::ActorRef<Ask> gate = {}) : gate_(std::move(gate)) {}
  void handle(Break) { throw std::runtime_error("broken"); }
  troupe::Task<> handle(Wait) {
    (void)co_await gate_.call<Ask>().within(kForever);
    throw std::runtime_error("late");
  }
  void handle(Note) {}

 private:
  troupe::ActorRef<Ask> gate_;
};

struct Make {
  using Reply = Child::Reference;
};
class Parent : public troupe::Actor<Parent, Make> {
 public:
  explicit Parent(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}
  Child::Reference handle(Make) { return spawn<Child>(troupe::named("child"), gate_); }
  void handle(troupe::ChildFailed) {}

 private:
  troupe::ActorRef<Ask> gate_;
};
struct MakeParent {
  using Reply = Parent::Reference;
};
class Grandparent : public troupe::Actor<Grandparent, MakeParent> {
 public:
  explicit Grandparent(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}
  Parent::Reference handle(MakeParent) { return spawn<Parent>(troupe::named("parent"), gate_); }

 private:
  troupe::ActorRef<Ask> gate_;
};

}  // namespace

TEST_CASE("a crash report has fields") {
  World world;
  Gate gate(world.system);
  auto listener = world.system.spawn<Listener>();
  (void)world.system.subscribe<CrashReport>(listener);
  auto top = world.system.spawn<Grandparent>(troupe::named("top"), gate.ref());
  auto parent = *top.call<MakeParent>().get();
  auto child = *parent.call<Make>().get();
  child.cast<Wait>();
  gate.wait_asked();
  for (int i = 0; i < 3; ++i) child.cast<Note>();
  gate.answer(0);
  REQUIRE(child.wait().within(kForever).get());
  CHECK(heard(listener).empty());
  const auto& reports = static_cast<Listener*>(cell_of(listener)->object())->reports;
  REQUIRE(reports.size() == 1);
  const CrashReport& report = reports[0];
  CHECK(report.actor == child);
  CHECK(report.type.ends_with("Child"));
  CHECK(report.incarnation == 1);
  CHECK(report.failed_in.ends_with("Wait"));
  CHECK(report.error == "late");
  CHECK(report.queued == 3);
  REQUIRE(report.ancestors.size() == 2);
  CHECK(report.ancestors[0] == parent);
  CHECK(report.ancestors[1] == top);
  const std::string text = "failed in " + report.failed_in + ": late (" + std::string(report.type) +
                           ", incarnation 1, 3 messages left in its queue; child of parent < top)";
  CHECK(to_string(report) == text);
  const Record record = world.log.wait_for("failed in ");
  CHECK(record.level == LogLevel::error);
  CHECK(record.actor == "child");
  CHECK(record.text == text);
}

TEST_CASE("crash reports count incarnations and what waits for the next one") {
  World world;
  Gate gate(world.system);
  auto listener = world.system.spawn<Listener>();
  (void)world.system.subscribe<CrashReport>(listener);
  auto supervisor = world.system.spawn<troupe::Supervisor>(
      troupe::named("supervisor"),
      troupe::one_for_one().intensity(5, 1min).child<Child>("worker", gate.ref()));
  const auto found = supervisor.call<troupe::FindChild>("worker").get().value();
  REQUIRE(found.has_value());
  const auto worker = troupe::ref_cast<Child::Reference>(found->ref);
  worker.cast<Wait>();
  gate.wait_asked();
  for (int i = 0; i < 2; ++i) worker.cast<Note>();
  gate.answer(0);
  (void)world.log.wait_for("incarnation 1, 2 messages left in its queue; child of supervisor");
  worker.cast<Break>();
  const Record second = world.log.wait_for("incarnation 2");
  CHECK(second.text.find("broken") != std::string::npos);
  CHECK(second.text.find("incarnation 2, 0 messages left") != std::string::npos);
  REQUIRE(supervisor.stop_and_wait().within(kForever).get());
  CHECK(heard(listener).empty());
  const auto& reports = static_cast<Listener*>(cell_of(listener)->object())->reports;
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].queued == 2);
  CHECK(reports[0].incarnation == 1);
  CHECK(reports[1].queued == 0);
  CHECK(reports[1].incarnation == 2);
  CHECK(reports[1].actor == worker);
}

TEST_CASE("a failure to start is no crash of a child that never was") {
  World world;
  auto listener = world.system.spawn<Listener>();
  (void)world.system.subscribe<CrashReport>(listener);
  class Stillborn : public troupe::Actor<Stillborn, Note> {
   public:
    Stillborn() { throw std::runtime_error("no"); }
    void handle(Note) {}
  };
  CHECK_FALSE(world.system.try_spawn<Stillborn>().has_value());
  CHECK(heard(listener).empty());
  CHECK(static_cast<Listener*>(cell_of(listener)->object())->reports.empty());
}

TEST_CASE("what is sent to an actor of a system that has gone touches nothing") {
  Ref gone;
  troupe::EventSubscription subscription;
  {
    World world;
    auto listener = world.system.spawn<Listener>();
    subscription = world.system.subscribe<DeadLetter>(listener);
    gone = party(world, "gone");
  }
  CHECK(gone.cast<Note>() == CastResult::closed);
  CHECK(gone.name() == "gone");
  CHECK_FALSE(gone.call<Poke>().get().has_value());
  CHECK_FALSE(gone.send<Note>().get().has_value());
  CHECK_FALSE(subscription.cancel());
  World other;
  auto sender = party(other, "sender");
  CHECK(note_by(sender, gone) == CastResult::closed);
}

TEST_CASE("threads may send to a system's actors while it ends") {
  for (int i = 0; i < 30; ++i) {
    std::atomic<bool> over = false;
    std::vector<std::thread> threads;
    {
      World world;
      auto listener = world.system.spawn<Listener>();
      (void)world.system.subscribe<DeadLetter>(listener);
      auto target = party(world, "target", troupe::bounded(100, Overflow::drop_oldest));
      for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&over, target] {
          while (!over) {
            (void)target.cast<Note>();
            (void)target.call<Poke>().within(1ms).get();
          }
        });
      }
      CHECK(*target.call<Noted>().within(kForever).get() >= 0);
    }
    over = true;
    for (auto& thread : threads) thread.join();
  }
}

TEST_CASE("events have texts") {
  CHECK(to_string(DeadLetterReason::closed) == "closed");
  CHECK(to_string(DeadLetterReason::left) == "left");
  CHECK(to_string(DeadLetterReason::full) == "full");
  CHECK(to_string(DeadLetterReason::dropped) == "dropped");
  CHECK(to_string(DeadLetterReason::displaced) == "displaced");
  CrashReport report;
  report.type = "Child";
  report.failed_in = "Note";
  report.error = "broken";
  report.queued = CrashReport::kMostCounted;
  CHECK(to_string(report) ==
        "failed in Note: broken (Child, incarnation 1, over 10000 messages left in its queue)");
}
