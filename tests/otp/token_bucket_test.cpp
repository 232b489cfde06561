#include "otp/token_bucket.hpp"

#include <doctest/doctest.h>

#include "stress/support.hpp"

using troupe::detail::Nanoseconds;
using troupe::detail::TokenBucket;

TEST_CASE("a bucket tells when the next tokens come, for as many as wait before") {
  TokenBucket bucket({.jobs = 10, .per = std::chrono::nanoseconds(1000), .burst = 2}, 0);
  constexpr Nanoseconds kNow = 1'000'000;
  CHECK(bucket.when(kNow, 0) == kNow);
  CHECK(bucket.when(kNow, 1) == kNow);
  CHECK(bucket.when(kNow, 2) == kNow + 100);
  CHECK(bucket.take(kNow));
  CHECK(bucket.take(kNow));
  CHECK(bucket.when(kNow, 0) == kNow + 100);
  CHECK(bucket.when(kNow + 30, 0) == kNow + 100);
  CHECK(bucket.when(kNow + 30, 4) == kNow + 500);
  CHECK_FALSE(bucket.take(kNow + 99));
  CHECK(bucket.take(kNow + 100));
  CHECK_FALSE(bucket.take(kNow + 100));
}

TEST_CASE("a token that is given back can be taken again, and a full bucket stays full") {
  TokenBucket bucket({.jobs = 1, .per = std::chrono::nanoseconds(1000)}, 0);
  CHECK(bucket.take(5000));
  bucket.give_back();
  CHECK(bucket.take(5000));
  CHECK_FALSE(bucket.take(5000));
  bucket.give_back();
  bucket.give_back();
  CHECK(bucket.take(5000));
  CHECK_FALSE(bucket.take(5000));
}

TEST_CASE("a time read before another thread's does no harm") {
  TokenBucket bucket({.jobs = 1, .per = std::chrono::nanoseconds(1000)}, 0);
  CHECK(bucket.take(5000));
  CHECK_FALSE(bucket.take(4000));
  CHECK(bucket.when(4000, 0) == 6000);
  CHECK_FALSE(bucket.take(5999));
  CHECK(bucket.take(6000));
}

TEST_CASE("at the time that a bucket tells there is a token, and never too many before") {
  const std::uint64_t seed = stress::seed();
  CAPTURE(seed);
  stress::Random random(seed);
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t jobs = 1 + random.below(1'000'000);
    const Nanoseconds per = 1 + static_cast<Nanoseconds>(random.next() >> (20 + random.below(30)));
    const std::uint64_t burst = 1 + random.below(3);
    // As after years of running: no precision is lost in large times.
    const auto begin = static_cast<Nanoseconds>(random.next() >> (2 + random.below(40)));
    CAPTURE(jobs);
    CAPTURE(per);
    TokenBucket bucket({jobs, std::chrono::nanoseconds(per), burst}, 0);
    Nanoseconds now = begin;
    std::uint64_t taken = 0;
    for (int step = 0; step < 200; ++step) {
      now = bucket.when(now, 0);
      REQUIRE(bucket.take(now));
      ++taken;
      now += static_cast<Nanoseconds>(random.below(3)) * per / static_cast<Nanoseconds>(jobs) / 2;
    }
    const double most =
        static_cast<double>(burst) + 1 +
        static_cast<double>(now - begin) * static_cast<double>(jobs) / static_cast<double>(per);
    CHECK(static_cast<double>(taken) <= most);
  }
}
