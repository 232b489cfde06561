// A token goes round a ring of 100 actors.

#include <future>

#include "bench.hpp"

namespace {

constexpr std::uint64_t kActors = 100;

struct Token {
  std::uint64_t left;
};
struct Close {
  troupe::ActorRef<Token> next;
};

class Link : public troupe::Actor<Link, Token, Close> {
 public:
  Link(std::uint64_t index, troupe::ActorRef<Token> next, std::promise<std::uint64_t>* last)
      : index_(index), next_(std::move(next)), last_(last) {}

  void handle(Close m) { next_ = std::move(m.next); }

  void handle(Token m) {
    if (m.left == 0) {
      last_->set_value(index_);
    } else {
      next_.cast<Token>(m.left - 1);
    }
  }

 private:
  std::uint64_t index_;
  troupe::ActorRef<Token> next_;
  std::promise<std::uint64_t>* last_;
};

bench::Result thread_ring(const bench::Run& run) {
  std::promise<std::uint64_t> last;
  troupe::System system({.workers = run.workers});
  auto end = system.spawn<Link>(kActors - 1, troupe::ActorRef<Token>(), &last);
  troupe::ActorRef<Token> first = end;
  for (std::uint64_t i = kActors - 1; i-- > 0;) first = system.spawn<Link>(i, first, &last);
  end.cast<Close>(first);

  const bench::Stopwatch watch(run);
  first.cast<Token>(run.size);
  const auto index = last.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), index, run.size % kActors);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "thread-ring", .size = 2'000'007, .run = thread_ring}, argv);
}
