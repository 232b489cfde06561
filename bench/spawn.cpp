// Actors that are spawned, get one message and stop: all alive together, and in waves of 1,000; as
// children of an actor, and from a thread.

#include <atomic>
#include <thread>

#include "bench.hpp"
#include "troupe/troupe.hpp"

namespace {

std::atomic<std::uint64_t> handled{0};

struct Go {};
struct Wave {
  using Reply = void;
  std::uint64_t actors;
};

class Once : public troupe::Actor<Once, Go> {
 public:
  void handle(Go) {
    handled.fetch_add(1, std::memory_order_relaxed);
    stop();
  }
};

// Answers a wave when all of its children have ended.
class Parent : public troupe::Actor<Parent, Wave> {
 public:
  void handle(Wave m, troupe::ReplyPort<void> port) {
    port_ = std::move(port);
    left_ = m.actors;
    for (std::uint64_t i = 0; i < m.actors; ++i) spawn<Once>().cast<Go>();
  }
  void handle(troupe::ChildStopped) {
    if (--left_ == 0) port_.send();
  }

 private:
  troupe::ReplyPort<void> port_;
  std::uint64_t left_ = 0;
};

troupe::SystemOptions with_workers(unsigned workers) {
  troupe::SystemOptions options;
  options.workers = workers;
  options.watchdog = {};  // a wave of a million takes its time
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::parse(argc, argv);
  const std::uint64_t actors = options.messages ? options.messages : 1'000'000;
  const auto as_children = [&](std::uint64_t wave) {
    troupe::System system(with_workers(options.workers));
    auto parent = system.spawn<Parent>();
    handled = 0;
    const bench::Stopwatch watch;
    for (std::uint64_t done = 0; done < actors; done += wave) {
      bench::require(parent.call<Wave>(std::min(wave, actors - done))
                         .within(troupe::forever)
                         .get()
                         .has_value(),
                     "the wave ended");
    }
    const double time = watch.nanoseconds();
    bench::require(handled == actors, "every actor got its message");
    return time / static_cast<double>(actors);
  };
  bench::report("spawn to stop, in waves", options, "actor", [&] { return as_children(1000); });
  bench::report("spawn to stop, together", options, "actor", [&] { return as_children(actors); });
  bench::report("spawn to stop, from a thread", options, "actor", [&] {
    troupe::System system(with_workers(options.workers));
    handled = 0;
    const bench::Stopwatch watch;
    for (std::uint64_t i = 0; i < actors; ++i) system.spawn<Once>().cast<Go>();
    while (system.stats().ended < actors) std::this_thread::yield();
    const double time = watch.nanoseconds();
    bench::require(handled == actors, "every actor got its message");
    return time / static_cast<double>(actors);
  });
}
