// Bursts of work between rests: the workers park and wake again and again, woken by threads and by
// busy actors, and nothing that was sent is left lying.

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "stress/support.hpp"
#include "troupe/troupe.hpp"

using namespace std::chrono_literals;

namespace {

struct Piece {};
struct Count {
  using Reply = std::uint64_t;
};
struct Burst {
  std::uint32_t pieces;
  bool goes_on;  // keeps its worker for a while after it sent them
};

std::atomic<std::uint64_t> done{0};

class Hand : public troupe::Actor<Hand, Piece, Count> {
 public:
  void handle(Piece) {
    ++pieces_;
    done.fetch_add(1, std::memory_order_relaxed);
  }
  std::uint64_t handle(Count) const { return pieces_; }

 private:
  std::uint64_t pieces_ = 0;
};

class Foreman : public troupe::Actor<Foreman, Burst> {
 public:
  Foreman(std::vector<troupe::ActorRef<Piece>> hands, std::uint64_t seed)
      : hands_(std::move(hands)), random_(seed) {}

  void handle(Burst m) {
    const std::uint64_t before = done.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < m.pieces; ++i) {
      hands_[random_.below(static_cast<std::uint32_t>(hands_.size()))].cast<Piece>();
    }
    if (!m.goes_on) return;
    // Whoever is free takes over what waits behind this handler; a single worker has nobody.
    const auto end = now() + 2ms;
    while (done.load(std::memory_order_relaxed) == before && now() < end) {
    }
  }

 private:
  std::vector<troupe::ActorRef<Piece>> hands_;
  stress::Random random_;
};

}  // namespace

TEST_CASE("every burst is worked off, however short the rests between them") {
  stress::Random random(stress::seed());
  const auto total = stress::duration();
  for (unsigned workers : {1u, 2u, 4u}) {
    CAPTURE(workers);
    troupe::SystemOptions options;
    options.workers = workers;
    options.log_level = troupe::LogLevel::error;
    troupe::System system(options);
    std::vector<troupe::ActorRef<Piece>> hands;
    std::vector<troupe::ActorRef<Count>> counters;
    for (int i = 0; i < 40; ++i) {
      auto hand = system.spawn<Hand>();
      hands.push_back(hand);
      counters.push_back(hand);
    }
    std::vector<troupe::ActorRef<Burst>> foremen;
    for (int i = 0; i < 3; ++i) foremen.push_back(system.spawn<Foreman>(hands, random.next()));

    done = 0;
    std::uint64_t sent = 0;
    int rounds = 0;
    const auto end = std::chrono::steady_clock::now() + total / 3;
    while (std::chrono::steady_clock::now() < end) {
      const std::uint32_t from_thread = random.below(8);
      for (std::uint32_t i = 0; i < from_thread; ++i) {
        hands[random.below(40)].cast<Piece>();
      }
      sent += from_thread;
      for (std::uint32_t i = random.below(3); i > 0; --i) {
        const std::uint32_t pieces = random.below(random.below(4) == 0 ? 600 : 6);
        foremen[random.below(3)].cast<Burst>(pieces, random.below(4) == 0);
        sent += pieces;
      }
      const auto patience = std::chrono::steady_clock::now() + 60s;
      while (done < sent && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
      REQUIRE_MESSAGE(done == sent, "a wake-up was lost in round ", rounds);
      ++rounds;
      switch (random.below(4)) {
        case 0:
          break;
        case 1:  // the workers still search
          for (std::uint32_t spin = random.below(2000); spin > 0; --spin) {
            __asm__ volatile("");
          }
          break;
        default:  // they park, or are about to
          std::this_thread::sleep_for(std::chrono::microseconds(random.below(120)));
      }
    }
    std::uint64_t counted = 0;
    for (auto& counter : counters) counted += counter.call<Count>().within(1min).get().value_or(0);
    CHECK(done == sent);
    CHECK(counted == sent);
    CHECK(system.stats().dead_letters == 0);
    MESSAGE("workers ", workers, ": ", rounds, " bursts");
  }
}
