// Actors that always have work must not starve the others: one on every worker sends to itself for
// ever, and another still answers calls.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "troupe/troupe.hpp"

using namespace std::chrono_literals;

namespace {

struct Again {};
struct Ask {
  using Reply = int;
};
struct Measure {
  using Reply = std::vector<std::chrono::nanoseconds>;
  int rounds;
};

class Restless : public troupe::Actor<Restless, Again> {
 public:
  void handle(Again) { self().cast<Again>(); }
};

class Answerer : public troupe::Actor<Answerer, Ask> {
 public:
  int handle(Ask) { return ++asked_; }

 private:
  int asked_ = 0;
};

class Caller : public troupe::Actor<Caller, Measure> {
 public:
  explicit Caller(troupe::ActorRef<Ask> answerer) : answerer_(std::move(answerer)) {}

  troupe::Task<std::vector<std::chrono::nanoseconds>> handle(Measure m) {
    std::vector<std::chrono::nanoseconds> times;
    for (int i = 0; i < m.rounds; ++i) {
      const auto began = now();
      auto answer = co_await answerer_.call<Ask>().within(1min);
      if (answer) times.push_back(now() - began);
    }
    co_return times;
  }

 private:
  troupe::ActorRef<Ask> answerer_;
};

std::chrono::nanoseconds median(std::vector<std::chrono::nanoseconds> times) {
  auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

constexpr int kRounds = 200;

}  // namespace

TEST_CASE("a call is answered soon although every worker has an actor that never rests") {
  for (unsigned workers : {1u, 2u, 4u}) {
    CAPTURE(workers);
    troupe::SystemOptions options;
    options.workers = workers;
    troupe::System system(options);
    for (unsigned i = 0; i < workers; ++i) system.spawn<Restless>().cast<Again>();
    auto answerer = system.spawn<Answerer>();

    std::vector<std::chrono::nanoseconds> from_thread;
    for (int i = 0; i < kRounds; ++i) {
      const auto began = system.now();
      REQUIRE(answerer.call<Ask>().within(1min).get());
      from_thread.push_back(system.now() - began);
    }
    auto caller = system.spawn<Caller>(answerer);
    auto from_actor = caller.call<Measure>(kRounds).within(1min).get();
    REQUIRE(from_actor);
    REQUIRE(from_actor->size() == kRounds);

    MESSAGE("workers ", workers, ": median from a thread ", median(from_thread).count() / 1000,
            " us, from an actor ", median(*from_actor).count() / 1000, " us");
    CHECK(median(*from_actor) < 10ms);
    // The thread itself shares the cores with the workers: on a busy machine its own time slices
    // are longer than any turn.
    CHECK(median(from_thread) < 50ms);
  }
}

TEST_CASE("two actors that wake each other for ever do not starve a third on their worker") {
  struct Pair : troupe::Actor<Pair, Again, troupe::ActorRef<Again>> {
    void handle(troupe::ActorRef<Again> other) { other_ = std::move(other); }
    void handle(Again) {
      if (other_) other_.cast<Again>();
    }
    troupe::ActorRef<Again> other_;
  };
  troupe::SystemOptions options;
  options.workers = 1;
  troupe::System system(options);
  auto one = system.spawn<Pair>();
  auto two = system.spawn<Pair>();
  one.cast(troupe::ActorRef<Again>(two));
  two.cast(troupe::ActorRef<Again>(one));
  one.cast<Again>();
  auto answerer = system.spawn<Answerer>();
  auto caller = system.spawn<Caller>(answerer);
  auto times = caller.call<Measure>(kRounds).within(1min).get();
  REQUIRE(times);
  CHECK(times->size() == kRounds);
}
