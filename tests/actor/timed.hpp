#pragma once

#include "actor/in_handler.hpp"

/// An actor whose timers a test starts and stops.
namespace timed {

using namespace support;

struct Number {
  int value;
};
struct Held {
  std::shared_ptr<int> payload;
};
struct Tick {
  std::shared_ptr<int> payload;
};

/// Runs what a test wants to do with the actor's own members; tells what arrived.
class Timed : public troupe::Actor<Timed, Number, Held, Tick, Do, Run, troupe::ReceiveTimeout> {
 public:
  using Actor::kill_after;
  using Actor::receive_timeout;
  using Actor::self;
  using Actor::send_after;
  using Actor::send_every;
  using Actor::stop;
  using Actor::stop_after;

  void handle(Number m) {
    numbers.push_back(m.value);
    arrived();
  }
  void handle(Held) { arrived(); }
  void handle(Tick) {
    ++ticks;
    if (ticks == wanted_ticks) ticker.cancel();
    arrived();
  }
  void handle(Do m) { m.what(); }
  troupe::Task<> handle(Run m) { co_await m.body(); }
  void handle(troupe::ReceiveTimeout) {
    ++timeouts;
    arrived();
  }

  std::vector<int> numbers;
  int ticks = 0;
  int timeouts = 0;
  int wanted_ticks = 0;
  troupe::TimerHandle ticker;
  std::function<void()> arrived = [] {};
};

/// A Timed and a way into it.
struct Scene {
  World world;
  Timed::Reference timed = world.system.spawn<Timed>();

  /// Runs `what` with the actor in its handler and gives its result.
  template <class Function>
  auto with(Function what) {
    return in_handler<Timed>(timed, std::move(what));
  }
  /// Starts something and waits until `count` messages have arrived because of it.
  template <class Function>
  void await_arrivals(int count, Function start) {
    auto latch = std::make_shared<std::latch>(count);
    with([&](Timed& actor) {
      actor.arrived = [latch] {
        if (!latch->try_wait()) latch->count_down();
      };
      start(actor);
    });
    latch->wait();
  }
};

}  // namespace timed
