#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::ExitKind;

namespace {

struct Note {
  std::string text;
};
struct Suspend {
  std::string text;
};
struct Nest {
  int depth;
};
struct Hold {
  std::latch* entered;
  std::latch* leave;
};
struct StopSelf {
  std::string reason;
};
struct KillSelf {};
struct Number {
  int sender;
  int value;
};

class Worker : public troupe::Actor<Worker, Note, Suspend, Nest, Hold, StopSelf, KillSelf> {
 public:
  Worker(Journal& journal, troupe::ActorRef<Ask> gate)
      : journal_(&journal), gate_(std::move(gate)) {}
  void post_stop() { journal_->add("post_stop"); }

  void handle(Note m) { journal_->add(m.text); }
  troupe::Task<> handle(Suspend m) {
    Trace trace(*journal_, m.text + " gone");
    (void)co_await gate_.call<Ask>().within(kForever);
    journal_->add(m.text);
  }
  troupe::Task<> handle(Nest m) { co_await nest(m.depth); }
  void handle(Hold m) {
    m.entered->count_down();
    m.leave->wait();
    journal_->add("held");
  }
  void handle(StopSelf m) {
    stop(m.reason);
    journal_->add("stopping");
  }
  void handle(KillSelf) {
    self().kill();
    journal_->add("killing");
  }

 private:
  troupe::Task<> nest(int depth) {
    Trace trace(*journal_, "frame " + std::to_string(depth));
    if (depth > 1) {
      co_await nest(depth - 1);
    } else {
      (void)co_await gate_.call<Ask>().within(kForever);
    }
    journal_->add("never");
  }
  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
};

struct Scene {
  Journal journal;
  World world;
  Gate gate{world.system};
  Worker::Reference worker = world.system.spawn<Worker>(journal, gate.ref());
};

/// Counts the numbers of each of four senders.
class Counter : public troupe::Actor<Counter, Number> {
 public:
  explicit Counter(std::vector<int>& last) : last_(&last) {}
  void handle(Number m) { (*last_)[static_cast<std::size_t>(m.sender)] = m.value; }

 private:
  std::vector<int>* last_;
};

}  // namespace

TEST_CASE("a stop finishes the current message and drops the queue") {
  Scene scene;
  scene.worker.cast<Suspend>("current");
  scene.gate.wait_asked();
  scene.worker.cast<Note>("queued");
  scene.worker.stop("enough");
  scene.gate.answer(0);
  const auto reason = scene.worker.wait().get();
  CHECK(reason->kind == ExitKind::stopped);
  CHECK(reason->text == "enough");
  CHECK(reason->clean());
  CHECK(scene.journal.text() == "current, current gone, post_stop");
  CHECK(scene.world.system.stats().dead_letters == 1);
}

TEST_CASE("an actor that stops itself finishes its handler") {
  Scene scene;
  std::latch entered(1);
  std::latch leave(1);
  scene.worker.cast<Hold>(&entered, &leave);
  scene.worker.cast<StopSelf>("done");
  scene.worker.cast<Note>("behind");
  entered.wait();
  leave.count_down();
  CHECK(scene.worker.wait().get()->text == "done");
  CHECK(scene.journal.text() == "held, stopping, post_stop");
}

TEST_CASE("the first stop gives the reason") {
  Scene scene;
  scene.worker.cast<Suspend>("current");
  scene.gate.wait_asked();
  scene.worker.stop("first");
  scene.worker.stop("second");
  scene.gate.answer(0);
  CHECK(scene.worker.stop_and_wait("third").get()->text == "first");
}

TEST_CASE("a drain handles what was queued before it and nothing after it") {
  Scene scene;
  scene.worker.cast<Suspend>("current");
  scene.gate.wait_asked();
  scene.worker.cast<Note>("one");
  scene.worker.cast<Note>("two");
  scene.worker.drain();
  CHECK(scene.worker.cast<Note>("late") == troupe::CastResult::delivered);
  scene.gate.answer(0);
  const auto reason = scene.worker.wait().get();
  CHECK(reason->kind == ExitKind::drained);
  CHECK(reason->clean());
  CHECK(scene.journal.text() == "current, current gone, one, two, post_stop");
  CHECK(scene.world.system.stats().dead_letters == 1);
}

TEST_CASE("a drain handles all that its sender sent before it while others send") {
  constexpr int kCount = 20'000;
  for (int round = 0; round < 10; ++round) {
    World world(2);
    std::vector<int> last(4);
    auto counter = world.system.spawn<Counter>(last);
    std::atomic<bool> ended = false;
    std::vector<std::future<void>> others;
    for (int sender = 1; sender < 4; ++sender) {
      others.push_back(in_thread([counter, sender, &ended] {
        for (int i = 1; !ended; ++i) counter.cast<Number>(sender, i);
      }));
    }
    for (int i = 1; i <= kCount; ++i) counter.cast<Number>(0, i);
    CHECK(counter.drain_and_wait().get());
    ended = true;
    for (auto& other : others) other.get();
    CHECK(last[0] == kCount);
  }
}

TEST_CASE("a stop overtakes a drain") {
  Scene scene;
  scene.worker.cast<Suspend>("current");
  scene.gate.wait_asked();
  scene.worker.cast<Note>("queued");
  scene.worker.drain();
  scene.worker.stop("now");
  scene.gate.answer(0);
  CHECK(scene.worker.wait().get()->kind == ExitKind::stopped);
  CHECK(scene.journal.text() == "current, current gone, post_stop");
}

TEST_CASE("a kill destroys a suspended coroutine where it waits") {
  Scene scene;
  scene.worker.cast<Suspend>("current");
  scene.gate.wait_asked();
  const auto reason = scene.worker.kill_and_wait().get();
  CHECK(reason->kind == ExitKind::killed);
  CHECK_FALSE(reason->clean());
  CHECK(to_string(*reason) == "killed");
  CHECK(scene.journal.text() == "current gone");
}

TEST_CASE("a kill unwinds nested tasks from the inside") {
  Scene scene;
  scene.worker.cast<Nest>(4);
  scene.gate.wait_asked();
  CHECK(scene.worker.kill_and_wait().get());
  const auto lines = scene.journal.entries();
  CHECK(lines.size() == 4);
  for (int depth = 1; depth <= 4; ++depth) {
    CHECK(std::count(lines.begin(), lines.end(), "frame " + std::to_string(depth)) == 1);
  }
}

TEST_CASE("a kill of an actor in a plain handler takes effect when it returns") {
  Scene scene;
  std::latch entered(1);
  std::latch leave(1);
  scene.worker.cast<Hold>(&entered, &leave);
  scene.worker.cast<Note>("behind");
  entered.wait();
  scene.worker.kill();
  CHECK_FALSE(scene.worker.wait().within(1ms).get());
  leave.count_down();
  CHECK(scene.worker.wait().get()->kind == ExitKind::killed);
  CHECK(scene.journal.text() == "held");
}

TEST_CASE("an actor that kills itself ends when its handler returns") {
  Scene scene;
  scene.worker.cast<KillSelf>();
  CHECK(scene.worker.wait().get()->kind == ExitKind::killed);
  CHECK(scene.journal.text() == "killing");
}

TEST_CASE("a kill does not wait for a stop") {
  Scene scene;
  scene.worker.cast<Suspend>("current");
  scene.gate.wait_asked();
  scene.worker.stop("never mind");
  CHECK(scene.worker.kill_and_wait().get()->kind == ExitKind::killed);
  CHECK(scene.journal.text() == "current gone");
}

TEST_CASE("reasons are readable") {
  using troupe::ExitReason;
  CHECK(to_string(ExitReason{ExitKind::stopped, ""}) == "stopped");
  CHECK(to_string(ExitReason{ExitKind::drained, ""}) == "drained");
  CHECK(to_string(ExitReason{ExitKind::failed, "broken"}) == "failed: broken");
}
