#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <troupe/troupe.hpp>
#include <vector>

#include "stress/support.hpp"

using namespace std::chrono_literals;

namespace {

struct Visit {
  using Reply = int;
  int depth;
};
struct Keep {
  using Reply = int;
};
struct Start {
  int calls;
};
class Caller;
using Ref = troupe::ActorRef<Visit, Keep, Start>;

struct Field {
  std::vector<Ref> actors;
  bool upwards;      // everybody calls those with higher numbers only
  bool with_limits;  // some calls have short timeouts
  std::uint32_t deepest;

  std::atomic<bool> over{false};  // what still runs is what nobody waits for any more
  std::atomic<std::uint64_t> ended{0};
  std::atomic<std::uint64_t> deadlocks{0};
  std::atomic<std::uint64_t> others{0};
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t idle = 0;  // actors that have made all of their calls
};

/// Calls others, one after another, whose handlers call others.
class Caller : public troupe::Actor<Caller, Visit, Keep, Start> {
 public:
  Caller(Field* field, std::size_t number, std::uint64_t seed)
      : field_(field), number_(number), random_(seed) {}

  troupe::Task<int> handle(Visit m) {
    if (m.depth > 0 && random_.below(3) != 0) co_await call_somebody(m.depth - 1);
    co_return 1;
  }
  // Answered with the next message, or by the port's end.
  void handle(Keep, troupe::ReplyPort<int> port) {
    kept_ = std::move(port);
    if (random_.below(2) == 0) kept_.send(2);
    kept_ = {};
  }
  troupe::Task<> handle(Start m) {
    for (int i = 0; i < m.calls; ++i) co_await call_somebody(static_cast<int>(field_->deepest));
    std::lock_guard lock(field_->mutex);
    ++field_->idle;
    field_->changed.notify_all();
  }

 private:
  std::size_t somebody() {
    const std::size_t count = field_->actors.size();
    if (!field_->upwards) return random_.below(static_cast<std::uint32_t>(count));
    const auto above = static_cast<std::uint32_t>(count - number_ - 1);
    return number_ + 1 + random_.below(above);
  }
  std::chrono::nanoseconds limit() {
    if (!field_->with_limits || random_.below(2) == 0) return troupe::forever;
    return std::chrono::microseconds(random_.below(2000));
  }
  troupe::Task<> call_somebody(int depth) {
    if (field_->upwards && number_ + 1 == field_->actors.size()) co_return;
    switch (random_.below(8)) {
      case 0: {
        std::vector<Ref> refs;
        for (std::uint32_t i = 0; i < 3; ++i) refs.push_back(field_->actors[somebody()]);
        auto results = co_await troupe::call_all<Visit>(refs, depth).within(limit());
        for (const auto& result : results) note(result);
        break;
      }
      case 1:
        note(co_await field_->actors[somebody()].call<Keep>().within(limit()));
        break;
      default:
        note(co_await field_->actors[somebody()].call<Visit>(depth).within(limit()));
        break;
    }
  }
  void note(const std::expected<int, troupe::CallError>& result) {
    ++field_->ended;
    if (result || field_->over) return;
    if (result.error().code == troupe::CallErrorCode::deadlock) {
      ++field_->deadlocks;
      if (result.error().circle.empty()) ++field_->others;
    } else if (result.error().code != troupe::CallErrorCode::no_reply &&
               !(field_->with_limits && result.error().code == troupe::CallErrorCode::timeout)) {
      ++field_->others;
    }
  }

  Field* field_;
  std::size_t number_;
  stress::Random random_;
  troupe::ReplyPort<int> kept_;
};

// A round that does not end within a minute hangs.
void play(Field& field, unsigned workers, std::size_t count, int calls, std::uint64_t seed) {
  troupe::SystemOptions options;
  options.workers = workers;
  options.watchdog = 0ns;
  troupe::System system(options);
  std::vector<Ref> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(system.spawn<Caller>(&field, i, seed + i));
  field.actors = all;
  for (const Ref& one : field.actors) one.cast<Start>(calls);
  {
    std::unique_lock lock(field.mutex);
    const bool done = field.changed.wait_for(lock, 60s, [&] { return field.idle == count; });
    if (!done) {
      std::printf("a call does not end\n");
      std::abort();
    }
  }
  field.over = true;
  CHECK(system.shutdown(60s).complete);
  field.actors.clear();
}

}  // namespace

TEST_CASE("calls to anybody always end") {
  stress::Random random(stress::seed());
  const auto until = std::chrono::steady_clock::now() + stress::duration();
  std::uint64_t deadlocks = 0;
  while (std::chrono::steady_clock::now() < until) {
    Field field;
    field.upwards = false;
    field.with_limits = random.below(2) == 0;
    field.deepest = random.below(4);
    play(field, 2 + random.below(3), 2 + random.below(12), 50, random.next());
    CHECK(field.others == 0);
    deadlocks += field.deadlocks;
  }
  CHECK(deadlocks > 0);
}

TEST_CASE("calls to higher numbers only are never called a deadlock") {
  stress::Random random(stress::seed() + 1);
  const auto until = std::chrono::steady_clock::now() + stress::duration();
  while (std::chrono::steady_clock::now() < until) {
    Field field;
    field.upwards = true;
    field.with_limits = random.below(2) == 0;
    field.deepest = 1 + random.below(3);
    play(field, 2 + random.below(3), 2 + random.below(12), 50, random.next());
    CHECK(field.deadlocks == 0);
    CHECK(field.others == 0);
    CHECK(field.ended > 0);
  }
}

namespace {

struct Ball {
  std::uint64_t passes;
};
struct Ready {
  using Reply = int;
};
struct Meet {
  troupe::ActorRef<Ready, Ball> other;
};
struct Filler {};

/// Two that call each other by turns: who has the ball. No two calls are under way at a time.
class Player : public troupe::Actor<Player, Meet, Ready, Ball, Filler> {
 public:
  Player(std::atomic<std::uint64_t>* wrong, std::atomic<bool>* over) : wrong_(wrong), over_(over) {}
  void handle(Meet m) { other_ = std::move(m.other); }
  int handle(Ready) {
    self().cast<Filler>();  // so that somebody might be waiting
    return 1;
  }
  void handle(Filler) {}
  troupe::Task<> handle(Ball m) {
    auto ready = co_await other_.call<Ready>().within(troupe::forever);
    if (!ready) ++*wrong_;
    if (m.passes == 0) {
      *over_ = true;
      over_->notify_all();
    } else {
      other_.cast<Ball>(m.passes - 1);
    }
  }

 private:
  std::atomic<std::uint64_t>* wrong_;
  std::atomic<bool>* over_;
  troupe::ActorRef<Ready, Ball> other_;
};

}  // namespace

TEST_CASE("two that call each other by turns never hear of a deadlock") {
  const auto until = std::chrono::steady_clock::now() + stress::duration() / 2;
  while (std::chrono::steady_clock::now() < until) {
    troupe::SystemOptions options;
    options.workers = 3;
    options.watchdog = 0ns;
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<bool> over{false};
    troupe::System system(options);
    auto a = system.spawn<Player>(&wrong, &over);
    auto b = system.spawn<Player>(&wrong, &over);
    a.cast<Meet>(b);
    b.cast<Meet>(a);
    a.cast<Ball>(20'000u);
    over.wait(false);
    CHECK(wrong == 0);
  }
}
