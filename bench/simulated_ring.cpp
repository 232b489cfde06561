// Tokens go round a ring of 100 actors in a simulation: on one thread, whatever the workers, with a
// seed that decides who goes on at each step.

#include <troupe/simulation.hpp>
#include <vector>

#include "bench.hpp"

namespace {

constexpr std::uint64_t kActors = 100;
constexpr std::uint64_t kTokens = 10;

struct Token {
  std::uint64_t left;
};
struct Close {
  troupe::ActorRef<Token> next;
};

class Link : public troupe::Actor<Link, Token, Close> {
 public:
  explicit Link(std::uint64_t* passes) : passes_(*passes) {}
  void handle(Close m) { next_ = std::move(m.next); }
  void handle(Token m) {
    ++passes_;
    if (m.left > 1) next_.cast<Token>(m.left - 1);
  }

 private:
  std::uint64_t& passes_;
  troupe::ActorRef<Token> next_;
};

bench::Result simulated_ring(const bench::Run& run) {
  std::uint64_t passes = 0;
  troupe::Simulation simulation({.max_steps = UINT64_MAX});
  std::vector<troupe::ActorRef<Token, Close>> links;
  for (std::uint64_t i = 0; i < kActors; ++i) {
    links.push_back(simulation.system().spawn<Link>(&passes));
  }
  for (std::uint64_t i = 0; i < kActors; ++i) links[i].cast<Close>(links[(i + 1) % kActors]);
  simulation.run();

  const bench::Stopwatch watch(run);
  for (std::uint64_t i = 0; i < kTokens; ++i) {
    links[i * (kActors / kTokens)].cast<Token>(run.size / kTokens);
  }
  simulation.run();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), passes, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "simulated-ring", .size = 2'000'000, .run = simulated_ring}, argv);
}
