// An actor spawns others that handle one message and end, a thousand at a time.

#include <future>

#include "bench.hpp"
#include "once.hpp"

namespace {

constexpr std::uint64_t kWave = 1000;

struct Start {};

class Parent : public troupe::Actor<Parent, Start> {
 public:
  Parent(std::uint64_t actors, std::atomic<std::uint64_t>& handled, std::promise<void>* over)
      : left_(actors), handled_(handled), over_(over) {}

  void handle(Start) { spawn_wave(); }

  void handle(troupe::ChildStopped) {
    if (--living_ > 0) return;
    if (left_ > 0) {
      spawn_wave();
    } else {
      over_->set_value();
    }
  }

 private:
  void spawn_wave() {
    living_ = std::min(left_, kWave);
    left_ -= living_;
    for (std::uint64_t i = 0; i < living_; ++i) spawn<bench::Once>(handled_).cast<bench::Go>();
  }

  std::uint64_t left_;
  std::uint64_t living_ = 0;
  std::atomic<std::uint64_t>& handled_;
  std::promise<void>* over_;
};

bench::Result spawn_waves(const bench::Run& run) {
  std::promise<void> over;
  std::atomic<std::uint64_t> handled = 0;
  troupe::System system({.workers = run.workers});
  auto parent = system.spawn<Parent>(run.size, handled, &over);

  const bench::Stopwatch watch(run);
  parent.cast<Start>();
  over.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), handled.load(), run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "spawn-waves", .size = 200'000, .run = spawn_waves}, argv);
}
