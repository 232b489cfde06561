// Fibonacci numbers, an actor for each call.

#include <future>

#include "bench.hpp"
#include "collector.hpp"

namespace {

class Fibonacci : public troupe::Actor<Fibonacci, bench::Report> {
 public:
  Fibonacci(std::uint64_t n, troupe::ActorRef<bench::Report> caller)
      : n_(n), caller_(std::move(caller)) {}

  void post_start() {
    if (n_ <= 2) {
      answer(1);
    } else {
      spawn<Fibonacci>(n_ - 1, self());
      spawn<Fibonacci>(n_ - 2, self());
    }
  }

  void handle(bench::Report m) {
    sum_ += m.count;
    if (--left_ == 0) answer(sum_);
  }

 private:
  void answer(std::uint64_t value) {
    caller_.cast<bench::Report>(value);
    stop();
  }

  std::uint64_t n_;
  std::uint64_t sum_ = 0;
  unsigned left_ = 2;
  troupe::ActorRef<bench::Report> caller_;
};

std::uint64_t fibonacci_number(std::uint64_t n) {
  std::uint64_t number = 1;
  std::uint64_t before = 0;
  for (std::uint64_t i = 1; i < n; ++i) before = std::exchange(number, number + before);
  return number;
}

bench::Result fibonacci(const bench::Run& run) {
  std::promise<std::uint64_t> answer;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<bench::Collector>(1u, &answer);

  const bench::Stopwatch watch(run);
  auto root = system.spawn<Fibonacci>(run.size, collector);
  const auto value = answer.get_future().get();
  root.wait().within(troupe::forever).get();  // all others end before it
  const auto ns = watch.stop();

  const std::uint64_t expected = fibonacci_number(run.size);
  return bench::result(2 * expected - 1, bench::time(ns), value, expected);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "fibonacci",
                         .size = 25,
                         .run = fibonacci,
                         .warm_up = [](std::uint64_t size) { return size > 5 ? size - 5 : 1; },
                         .accepts = [](std::uint64_t size) { return size <= 40; },
                         .sizes = "1 to 40"},
                        argv);
}
