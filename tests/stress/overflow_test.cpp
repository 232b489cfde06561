// A mailbox that overflows while its actor makes room: what is dropped is what the sender hears of,
// no more and no less, however the two meet.

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>

#include "stress/support.hpp"
#include "troupe/troupe.hpp"

using namespace std::chrono_literals;

namespace {

struct Piece {};
struct Count {
  using Reply = std::uint64_t;
};

class Sink : public troupe::Actor<Sink, Piece, Count> {
 public:
  void handle(Piece) { ++handled_; }
  std::uint64_t handle(Count) const { return handled_; }

 private:
  std::uint64_t handled_ = 0;
};

struct Books {
  std::uint64_t sent = 0;
  std::uint64_t displaced = 0;
  std::uint64_t refused = 0;

  void enter(troupe::CastResult result) {
    ++sent;
    displaced += result == troupe::CastResult::displaced;
    refused += !accepted(result);
  }
};

void check(troupe::Overflow overflow) {
  stress::Random random(stress::seed());
  const auto until = std::chrono::steady_clock::now() + stress::duration() / 3;
  while (std::chrono::steady_clock::now() < until) {
    troupe::System system({.workers = 2, .log_level = troupe::LogLevel::off});
    const std::uint32_t capacity = 1 + random.below(1u << random.below(11));
    const auto sink = system.spawn<Sink>(troupe::bounded(capacity, overflow));
    Books books;
    for (int i = 0; i < 100'000; ++i) books.enter(sink.cast<Piece>());
    // The question may be refused, which is no dead letter, or displace pieces, which are some.
    std::uint64_t asked = 1;
    auto handled = sink.call<Count>().get();
    for (; !handled; ++asked) handled = sink.call<Count>().get();
    const std::uint64_t lost = system.stats().dead_letters;
    CAPTURE(capacity);
    REQUIRE(lost >= books.displaced + books.refused);
    REQUIRE(lost <= books.displaced + books.refused +
                        (overflow == troupe::Overflow::drop_oldest ? asked : 0));
    REQUIRE(*handled + lost == books.sent);
  }
}

}  // namespace

TEST_CASE("a mailbox that drops its oldest drops what it says") {
  check(troupe::Overflow::drop_oldest);
}

TEST_CASE("a mailbox that drops the newest drops what it says") {
  check(troupe::Overflow::drop_newest);
}

TEST_CASE("a mailbox that rejects refuses what it says") { check(troupe::Overflow::reject); }
