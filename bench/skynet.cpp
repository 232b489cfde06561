// A tree of actors, ten below each, whose leaves answer their numbers and others the sum.

#include <future>

#include "bench.hpp"
#include "collector.hpp"

namespace {

constexpr unsigned kChildren = 10;

class Node : public troupe::Actor<Node, bench::Report> {
 public:
  Node(std::uint64_t first_leaf, std::uint64_t leaves, troupe::ActorRef<bench::Report> parent)
      : first_leaf_(first_leaf), leaves_(leaves), parent_(std::move(parent)) {}

  void post_start() {
    if (leaves_ == 1) return answer(first_leaf_);
    const std::uint64_t each = leaves_ / kChildren;
    for (unsigned i = 0; i < kChildren; ++i) spawn<Node>(first_leaf_ + i * each, each, self());
  }

  void handle(bench::Report m) {
    sum_ += m.count;
    if (--left_ == 0) answer(sum_);
  }

 private:
  void answer(std::uint64_t value) {
    parent_.cast<bench::Report>(value);
    stop();
  }

  std::uint64_t first_leaf_;
  std::uint64_t leaves_;
  std::uint64_t sum_ = 0;
  unsigned left_ = kChildren;
  troupe::ActorRef<bench::Report> parent_;
};

bench::Result skynet(const bench::Run& run) {
  std::promise<std::uint64_t> sum;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<bench::Collector>(1u, &sum);

  const bench::Stopwatch watch(run);
  system.spawn<Node>(0u, run.size, collector);
  const auto value = sum.get_future().get();
  const auto ns = watch.stop();

  const std::uint64_t actors = (run.size * kChildren - 1) / (kChildren - 1);
  return bench::result(actors, bench::time(ns), value, run.size * (run.size - 1) / 2);
}

bool is_power_of_ten(std::uint64_t n) {
  while (n % 10 == 0) n /= 10;
  return n == 1;
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "skynet",
                         .size = 1'000'000,
                         .run = skynet,
                         .accepts = is_power_of_ten,
                         .sizes = "powers of 10"},
                        argv);
}
