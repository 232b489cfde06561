#include <doctest/doctest.h>

#include <sstream>

#include "otp/factory_support.hpp"
#include "otp/token_bucket.hpp"

using namespace factory_support;

namespace {

// One worker, busy with job 0.
PoolRef busy_pool(Office& office, troupe::FactoryOptions options) {
  auto pool = office.pool(std::move(options));
  pool.cast<Work>(0);
  office.desk.entered(0);
  return pool;
}

// In which order the waiting jobs come up, each after the other.
std::string order(Office& office, const PoolRef& pool, std::vector<int> jobs) {
  std::string order;
  int current = 0;
  while (!jobs.empty()) {
    office.desk.settle(current);
    for (std::size_t i = 0;; i = (i + 1) % jobs.size()) {
      if (!office.desk.has_entered(jobs[i])) continue;
      current = jobs[i];
      order += (order.empty() ? "" : " ") + std::to_string(current);
      jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  }
  office.desk.settle_all();
  (void)pool.drain_and_wait().within(kForever).get();
  return order;
}

troupe::Priorities by_tens() {
  return {3, [](const Work& m) { return static_cast<unsigned>(m.job / 10); }};
}

}  // namespace

TEST_CASE("more urgent jobs first, among equals the one that waits longest") {
  Office office;
  auto pool = busy_pool(office, {.priorities = by_tens()});
  const std::vector<int> jobs{21, 11, 1, 12, 2, 99};
  for (int job : jobs) pool.cast<Work>(job);
  stats(pool);
  CHECK(order(office, pool, jobs) == "1 2 11 12 21 99");
}

TEST_CASE("a job's own priority goes before the factory's") {
  Office office;
  auto pool = busy_pool(office, {.priorities = by_tens()});
  pool.cast<Work>(1);
  pool.cast<Work>(11);
  pool.cast(troupe::Job{Work{2}, {.priority = 2}});
  stats(pool);
  CHECK(order(office, pool, {1, 11, 2}) == "1 11 2");
}

TEST_CASE("over the limit, the newest job is discarded") {
  Office office;
  auto pool = busy_pool(office, {.limit = 2});
  for (int job = 1; job < 5; ++job) pool.cast<Work>(job);
  const auto now = stats(pool);
  CHECK(now.queued == 2);
  CHECK(now.overload == 2);
  CHECK(office.discarded.text() == "3 too many jobs waited, 4 too many jobs waited");
  CHECK(order(office, pool, {1, 2}) == "1 2");
}

TEST_CASE("over the limit, the oldest job is discarded where the options say so") {
  Office office;
  auto pool = busy_pool(office, {.limit = 2, .discard = troupe::Discard::oldest});
  for (int job = 1; job < 5; ++job) pool.cast<Work>(job);
  CHECK(stats(pool).overload == 2);
  CHECK(office.discarded.text() == "1 too many jobs waited, 2 too many jobs waited");
  CHECK(order(office, pool, {3, 4}) == "3 4");
}

TEST_CASE("the least urgent jobs are discarded first") {
  for (const auto mode : {troupe::Discard::newest, troupe::Discard::oldest}) {
    CAPTURE(static_cast<int>(mode));
    Office office;
    auto pool = busy_pool(office, {.priorities = by_tens(), .limit = 3, .discard = mode});
    for (int job : {1, 21, 22, 11, 2}) pool.cast<Work>(job);
    CHECK(stats(pool).overload == 2);
    CHECK(office.discarded.text() == (mode == troupe::Discard::newest
                                          ? "22 too many jobs waited, 21 too many jobs waited"
                                          : "21 too many jobs waited, 22 too many jobs waited"));
    CHECK(order(office, pool, {1, 11, 2}) == "1 2 11");
  }
}

TEST_CASE("what may not be discarded stays in both modes, and may exceed the limit") {
  for (const auto mode : {troupe::Discard::newest, troupe::Discard::oldest}) {
    CAPTURE(static_cast<int>(mode));
    Office office;
    auto pool = busy_pool(office, {.limit = 2, .discard = mode, .may_discard = [](const Work& m) {
                                     return m.job % 2 == 1;
                                   }});
    for (int job : {2, 1, 4, 6, 3}) pool.cast<Work>(job);
    pool.cast(troupe::Job{Work{5}, {.may_discard = false}});
    CHECK(stats(pool).queued == 4);
    CHECK(office.discarded.text() == "1 too many jobs waited, 3 too many jobs waited");
    CHECK(order(office, pool, {2, 4, 6, 5}) == "2 4 6 5");
  }
}

TEST_CASE("the limit counts jobs that wait at workers too") {
  Office office;
  auto pool = office.pool({.workers = 2, .route = troupe::round_robin(), .limit = 2});
  for (int job = 0; job < 6; ++job) pool.cast<Work>(job);
  const auto now = stats(pool);
  CHECK(now.queued == 2);
  CHECK(now.in_hand == 2);
  CHECK(office.discarded.text() == "4 too many jobs waited, 5 too many jobs waited");
}

TEST_CASE("the caller of a discarded job is told at once, and why") {
  Office office;
  auto pool = busy_pool(office, {.limit = 0});
  const auto answer = pool.call<Query>(1).within(kForever).get();
  CHECK(answer.error().code == troupe::CallErrorCode::failed);
  CHECK(answer.error().reason == "discarded by the factory: too many jobs waited");
  CHECK(answer.error().stage == troupe::CallStage::queued);
}

TEST_CASE("the limit can be a function's, asked now and then") {
  Office office;
  auto pool = busy_pool(office, {.discard = troupe::Discard::oldest,
                                 .adjust_limit =
                                     [](const troupe::FactoryStats& now) {
                                       return now.queued >= 4 ? std::size_t{1} : now.limit;
                                     },
                                 .adjust_every = 1ms});
  for (int job = 1; job < 6; ++job) pool.cast<Work>(job);
  await_stats(pool, [](const auto& now) { return now.limit == 1 && now.queued == 1; });
  CHECK(office.discarded.wait_for("4 ") == "4 too many jobs waited");
  CHECK(order(office, pool, {5}) == "5");
}

TEST_CASE("a job whose time to live is over is not begun") {
  Office office;
  auto pool = busy_pool(office, {.time_to_live = 1h});
  pool.cast(troupe::Job{Work{1}, {.time_to_live = 1ns}});
  auto answer = in_thread([&] {
    return pool.call<troupe::Job<Query>>(Query{2}, troupe::JobOptions{.time_to_live = 1ns})
        .within(kForever)
        .get();
  });
  await_stats(pool, [](const auto& now) { return now.queued == 2; });
  pool.cast<Work>(3);
  office.desk.settle(0);
  office.desk.entered(3);
  CHECK(stats(pool).expired == 2);
  CHECK(office.discarded.text() == "1 its time to live was over, 2 its time to live was over");
  const auto error = answer.get().error();
  CHECK(error.code == troupe::CallErrorCode::failed);
  CHECK(error.reason == "discarded by the factory: its time to live was over");
  CHECK_FALSE(office.desk.has_entered(1));
}

TEST_CASE("the factory's time to live is for jobs that name none") {
  Office office;
  auto pool = busy_pool(office, {.time_to_live = 1ns});
  pool.cast<Work>(1);
  pool.cast(troupe::Job{Work{2}, {.time_to_live = 1h}});
  stats(pool);
  office.desk.settle(0);
  office.desk.entered(2);
  CHECK(office.discarded.text() == "1 its time to live was over");
}

TEST_CASE("a request whose caller has gone is not begun") {
  Office office;
  auto pool = busy_pool(office, {});
  CHECK(pool.call<Query>(1).within(1ms).get().error().code == troupe::CallErrorCode::timeout);
  office.desk.settle(0);
  await_stats(pool, [](const auto& now) { return now.done == 1 && now.queued == 0; });
  CHECK_FALSE(office.desk.has_entered(1));
}

TEST_CASE("jobs beyond the rate are discarded") {
  Office office;
  office.desk.settle_all();
  auto pool = office.pool({.rate = {.jobs = 1, .per = 1h, .burst = 3}});
  for (int job = 0; job < 5; ++job) pool.cast<Work>(job);
  const auto now = stats(pool);
  CHECK(now.submitted == 5);
  CHECK(now.rate_limited == 2);
  CHECK(office.discarded.text() == "3 too many jobs came, 4 too many jobs came");
}

TEST_CASE("tokens come at their rate and are kept up to the burst") {
  using troupe::detail::TokenBucket;
  TokenBucket bucket({.jobs = 10, .per = 1000ns, .burst = 2}, 5000);
  CHECK(bucket.take(5000));
  CHECK(bucket.take(5000));
  CHECK_FALSE(bucket.take(5000));
  CHECK_FALSE(bucket.take(5090));
  CHECK(bucket.take(5100));
  CHECK_FALSE(bucket.take(5100));
  CHECK(bucket.take(9000));
  CHECK(bucket.take(9000));
  CHECK_FALSE(bucket.take(9000));
  CHECK_FALSE(TokenBucket({}, 0).limited());
}

TEST_CASE("a submitted job comes back when it is refused at once") {
  Office office;
  auto pool = busy_pool(office, {.limit = 1});
  const auto submit = [&](int job) {
    return pool.call<troupe::Submit<Work>>(Work{job, "key"}).within(kForever).get().value();
  };
  CHECK_FALSE(submit(1));
  const auto refused = submit(2);
  REQUIRE(refused);
  CHECK(refused->job == 2);
  CHECK(refused->key == "key");
  CHECK(office.discarded.text() == "");
  CHECK(stats(pool).overload == 1);
  CHECK(order(office, pool, {1}) == "1");
}
