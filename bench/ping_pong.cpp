// Two actors that pass a message to and fro.

#include <future>

#include "bench.hpp"

namespace {

struct Ball {
  std::uint64_t left;
};
struct Play {
  troupe::ActorRef<Ball> peer;
};
struct Handled {
  using Reply = std::uint64_t;
};

class Player : public troupe::Actor<Player, Play, Ball, Handled> {
 public:
  explicit Player(std::promise<void>* over) : over_(over) {}

  void handle(Play m) { peer_ = std::move(m.peer); }

  void handle(Ball m) {
    ++handled_;
    if (m.left > 1) {
      peer_.cast<Ball>(m.left - 1);
    } else {
      over_->set_value();
    }
  }

  std::uint64_t handle(Handled) const { return handled_; }

 private:
  std::promise<void>* over_;
  troupe::ActorRef<Ball> peer_;
  std::uint64_t handled_ = 0;
};

bench::Result ping_pong(const bench::Run& run) {
  std::promise<void> over;
  troupe::System system({.workers = run.workers});
  auto ping = system.spawn<Player>(&over);
  auto pong = system.spawn<Player>(&over);
  ping.cast<Play>(pong);
  pong.cast<Play>(ping);

  const bench::Stopwatch watch(run);
  ping.cast<Ball>(run.size);
  over.get_future().get();
  const auto ns = watch.stop();

  const auto handled = ping.call<Handled>().get().value() + pong.call<Handled>().get().value();
  return bench::result(run.size, bench::time(ns), handled, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "ping-pong", .size = 2'000'000, .run = ping_pong}, argv);
}
