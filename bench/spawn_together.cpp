// An actor spawns others, all of them, and then sends each the message on which it ends.

#include <future>

#include "bench.hpp"
#include "once.hpp"

namespace {

struct Start {};

class Parent : public troupe::Actor<Parent, Start> {
 public:
  Parent(std::uint64_t actors, std::atomic<std::uint64_t>& handled, std::promise<void>* over)
      : living_(actors), handled_(handled), over_(over) {}

  void handle(Start) {
    std::vector<troupe::ActorRef<bench::Go>> children;
    children.reserve(living_);
    for (std::uint64_t i = 0; i < living_; ++i) children.push_back(spawn<bench::Once>(handled_));
    for (auto& child : children) child.cast<bench::Go>();
  }

  void handle(troupe::ChildStopped) {
    if (--living_ == 0) over_->set_value();
  }

 private:
  std::uint64_t living_;
  std::atomic<std::uint64_t>& handled_;
  std::promise<void>* over_;
};

bench::Result spawn_together(const bench::Run& run) {
  std::promise<void> over;
  std::atomic<std::uint64_t> handled = 0;
  troupe::System system({.workers = run.workers, .watchdog = {}});  // a long handler is meant
  auto parent = system.spawn<Parent>(run.size, handled, &over);

  const bench::Stopwatch watch(run);
  parent.cast<Start>();
  over.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), handled.load(), run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "spawn-together", .size = 1'000'000, .run = spawn_together}, argv);
}
