#pragma once

#include <doctest/doctest.h>

#include "actor/in_handler.hpp"
#include "runtime/bounded_queue.hpp"

/// An actor whose mailbox has a bound, and what the tests of that share.
namespace bounds {

using namespace support;
using troupe::bounded;
using troupe::CallErrorCode;
using troupe::CallStage;
using troupe::CastResult;
using troupe::DeadLetter;
using troupe::Overflow;

struct Item {
  int value;
};
struct Sized {
  int value;
  std::size_t size;
  std::size_t bytes() const { return size; }
};
struct Query {
  using Reply = int;
  int value;
};
struct Kept {  // its port is sent to from a later message
  using Reply = int;
  int value;
};
/// The handler and the test share it: either may be done with it first.
struct Holding {
  std::latch entered{1};
  std::latch leave{1};
  void hold() {
    entered.count_down();
    leave.wait();
  }
};
struct Hold {
  std::shared_ptr<Holding> holding;
};
struct Cargo {
  int value;
  Tracked tracked;
};
struct Fail {};
struct FailToAnswer {
  using Reply = int;
};

/// Writes down what it handles.
class Sink : public troupe::Actor<Sink, Item, Sized, Query, Kept, Hold, Cargo, Fail, FailToAnswer,
                                  Do, Run, troupe::Down, troupe::GroupChanged, DeadLetter> {
 public:
  explicit Sink(Journal* journal) : journal_(journal) {}

  void handle(Item m) { note(m.value); }
  void handle(Sized m) { note(m.value); }
  int handle(Query m) {
    note(m.value);
    return m.value;
  }
  void handle(Kept m, troupe::ReplyPort<int> port) {
    note(m.value);
    port_ = std::move(port);
    throw std::runtime_error("kept");
  }
  void handle(Hold m) { m.holding->hold(); }
  void handle(Cargo m) { note(m.value); }
  void handle(Fail) { throw std::runtime_error("broken"); }
  int handle(FailToAnswer) { throw std::runtime_error("broken"); }
  void handle(Do m) { m.what(); }
  troupe::Task<> handle(Run m) { co_await m.body(); }
  void handle(troupe::Down) { journal_->add("down"); }
  void handle(troupe::GroupChanged m) { journal_->add(m.joined ? "joined" : "left"); }
  void handle(DeadLetter m) { journal_->add(to_string(m)); }

  using Actor::monitor;
  using Actor::self;
  using Actor::send_after;
  using Actor::spawn;
  using Actor::try_spawn;

 private:
  void note(int value) { journal_->add(std::to_string(value)); }
  Journal* journal_;
  troupe::ReplyPort<int> port_;
};

/// Keeps an actor in a handler.
class Held {
 public:
  Held() = default;
  template <class Ref>
  explicit Held(const Ref& actor) {
    REQUIRE(accepted(send(actor)));
    await();
  }
  ~Held() { release(); }

  template <class Ref>
  CastResult send(const Ref& actor) {
    return actor.template cast<Hold>(holding_);
  }
  void await() { holding_->entered.wait(); }
  void release() {
    if (!std::exchange(released_, true)) holding_->leave.count_down();
  }

 private:
  std::shared_ptr<Holding> holding_ = std::make_shared<Holding>();
  bool released_ = false;
};

inline troupe::detail::BoundedQueue& queue_of(const troupe::AnyRef& actor) {
  return troupe::detail::bounded_queue_of(*cell_of(actor));
}
inline void await_blocked(const troupe::AnyRef& actor, std::uint64_t count) {
  while (queue_of(actor).blocked() != count) std::this_thread::yield();
}

inline void await_waiting(const troupe::AnyRef& actor, std::uint64_t count) {
  while (queue_of(actor).waiting() != count) std::this_thread::yield();
}

/// How an actor that is asked for nothing ends.
inline troupe::ExitReason end_of(const troupe::AnyRef& actor) {
  return actor.wait().within(kForever).get().value();
}

struct Scene {
  Journal journal;
  Journal letters;  // dead ones
  World world;
  Gate gate{world.system};

  /// A worker is needed for each actor that is held.
  explicit Scene(unsigned workers = 4) : world(workers) {}

  Sink::Reference spawn(troupe::SpawnOptions options) {
    return world.system.spawn<Sink>(std::move(options), &journal);
  }
  /// Casts items first, first + 1, ... and gives the results' texts.
  static std::string cast(const Sink::Reference& sink, int first, int count) {
    std::string text;
    for (int i = first; i < first + count; ++i) {
      text += (text.empty() ? "" : ", ") + std::string(to_string(sink.cast<Item>(i)));
    }
    return text;
  }
  /// How many more items the mailbox takes; the next one it does not.
  static int room(const Sink::Reference& sink) {
    int count = 0;
    while (sink.cast<Item>(1000 + count) == CastResult::delivered) ++count;
    return count;
  }
  /// From now on the system's dead letters are written down.
  void collect_letters() { world.system.subscribe<DeadLetter>(world.system.spawn<Sink>(&letters)); }
  std::uint64_t dead_letters() const { return world.system.stats().dead_letters; }

  using Outcome = std::expected<void, troupe::CallError>;
  /// An actor that sends an item and waits for room.
  std::future<Outcome> send(const Sink::Reference& sink, int value,
                            std::chrono::nanoseconds within = troupe::forever) {
    return start_in_actor(world.system, [sink, value, within]() -> troupe::Task<Outcome> {
      co_return co_await sink.send<Item>(value).within(within);
    });
  }
  std::future<Outcome> send_from_thread(const Sink::Reference& sink, int value,
                                        std::chrono::nanoseconds within = troupe::forever) {
    return in_thread([=] { return sink.send<Item>(value).within(within).get(); });
  }
  std::future<troupe::CallResult<Query>> call(const Sink::Reference& sink, int value,
                                              std::chrono::nanoseconds within = kForever) {
    using Result = troupe::CallResult<Query>;
    return start_in_actor(world.system, [sink, value, within]() -> troupe::Task<Result> {
      co_return co_await sink.call<Query>(value).within(within);
    });
  }
  std::future<troupe::CallResult<Query>> call_from_thread(
      const Sink::Reference& sink, int value, std::chrono::nanoseconds within = kForever) {
    return in_thread([=] { return sink.call<Query>(value).within(within).get(); });
  }
};

}  // namespace bounds
