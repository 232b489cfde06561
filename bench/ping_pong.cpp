// Two actors that pass a counter to and fro.

#include <future>

#include "bench.hpp"
#include "troupe/troupe.hpp"

namespace {

struct Ball {
  std::uint64_t left;
};
struct Play {
  troupe::ActorRef<Ball> peer;
};

class Player : public troupe::Actor<Player, Ball, Play> {
 public:
  explicit Player(std::promise<std::uint64_t>* done) : done_(done) {}
  void handle(Play m) { peer_ = std::move(m.peer); }
  void handle(Ball m) {
    ++handled_;
    if (m.left > 1) {
      peer_.cast<Ball>(m.left - 1);
    } else {
      done_->set_value(handled_);
    }
  }

 private:
  std::promise<std::uint64_t>* done_;
  troupe::ActorRef<Ball> peer_;
  std::uint64_t handled_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::parse(argc, argv);
  const std::uint64_t messages = options.messages ? options.messages : 4'000'000;
  bench::report("ping-pong", options, "message", [&] {
    troupe::SystemOptions system_options;
    system_options.workers = options.workers;
    troupe::System system(system_options);
    std::promise<std::uint64_t> done;
    auto ping = system.spawn<Player>(&done);
    auto pong = system.spawn<Player>(&done);
    ping.cast<Play>(pong);
    pong.cast<Play>(ping);
    const bench::Stopwatch watch;
    ping.cast<Ball>(messages);
    const std::uint64_t handled = done.get_future().get();
    const double time = watch.nanoseconds();
    bench::require(handled == messages / 2 + (messages % 2), "half of the messages each");
    return time / static_cast<double>(messages);
  });
}
