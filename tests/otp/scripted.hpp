#pragma once

#include <array>

#include "actor/in_handler.hpp"

/// A state machine that does what a test says, and notes each event before.
namespace scripted {

using namespace support;

enum class Stage { first, second, third };

inline std::string to_string(Stage stage) {
  switch (stage) {
    case Stage::first:
      return "first";
    case Stage::second:
      return "second";
    default:
      return "third";
  }
}

struct Number {
  int value;
};
struct Question {
  using Reply = int;
  int value;
};
struct OtherQuestion {
  using Reply = int;
  std::string text;
  std::array<char, 200> more{};
};

class Scripted;

struct Script {
  std::function<void(Scripted&)> construct = [](Scripted&) {};
  std::function<void(Scripted&)> post_start = [](Scripted&) {};
  std::function<void(Scripted&, Number)> number = [](Scripted&, Number) {};
  std::function<void(Scripted&, Question, troupe::ReplyPort<int>)> question =
      [](Scripted&, Question m, troupe::ReplyPort<int> port) { port.send(m.value); };
  std::function<void(Scripted&)> timeout = [](Scripted&) {};
};

class Scripted : public troupe::StateMachine<Scripted, Stage, Number, Question, OtherQuestion, Do,
                                             Run, troupe::ReceiveTimeout> {
 public:
  using StateMachine::become;
  using StateMachine::cancel_event_timeout;
  using StateMachine::cancel_state_timeout;
  using StateMachine::cancel_timeout;
  using StateMachine::event_timeout;
  using StateMachine::insert_event;
  using StateMachine::postpone;
  using StateMachine::postpone_limit;
  using StateMachine::self;
  using StateMachine::spawn;
  using StateMachine::state;
  using StateMachine::state_timeout;
  using StateMachine::stop;
  using StateMachine::timeout;

  Scripted(const Script& script, Journal& journal)
      : StateMachine(Stage::first), script_(script), journal_(journal) {
    script_.construct(*this);
  }
  void post_start() { script_.post_start(*this); }

  void handle(Number m) {
    note(std::to_string(m.value));
    script_.number(*this, m);
  }
  void handle(Question m, troupe::ReplyPort<int> port) {
    note("question " + std::to_string(m.value));
    script_.question(*this, m, std::move(port));
  }
  void handle(OtherQuestion m, troupe::ReplyPort<int> port) {
    note("other question " + m.text);
    port.send(static_cast<int>(m.text.size()));
  }
  void handle(Do m) { m.what(); }
  troupe::Task<> handle(Run m) { co_await m.body(); }
  void handle(troupe::ReceiveTimeout) {}
  void handle(troupe::ChildStopped) {
    note("child stopped");
    script_.number(*this, {0});
  }

  void handle(troupe::StateTimeout) {
    note("state timeout");
    script_.timeout(*this);
  }
  troupe::Task<> handle(troupe::EventTimeout) {
    note("event timeout");
    script_.timeout(*this);
    co_return;
  }
  void handle(troupe::NamedTimeout t) {
    note(t.name);
    script_.timeout(*this);
  }

  void note(std::string entry) { journal_.add(std::move(entry)); }
  void send(int value) const { self().cast<Number>(value); }
  /// Starts a timeout by `start` and returns when its message is in the mailbox, where only this
  /// handler's own messages are otherwise.
  template <class Start>
  void let_pass(Start start) const {
    Mailbox mailbox(self());
    start();
    mailbox.wait_for_message();
  }

 private:
  const Script& script_;
  Journal& journal_;
};

/// A Scripted and a way into it.
struct Scene {
  Script script;
  Journal journal;
  World world;
  Scripted::Reference machine;

  Scene() : Scene(Script()) {}
  explicit Scene(Script what) : script(std::move(what)) {
    machine = world.system.spawn<Scripted>(script, journal);
  }
  /// For what the destructors still use.
  ~Scene() { world.system.shutdown(kForever); }

  /// Runs `what` in a handler of the machine and gives its result.
  template <class Function>
  auto with(Function what) {
    return in_handler<Scripted>(machine, std::move(what));
  }
  /// What was noted when all that is in the mailbox now has been handled.
  std::string text() {
    with([](Scripted&) {});
    return journal.text();
  }
};

}  // namespace scripted
