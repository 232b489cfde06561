#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "otp/factory_support.hpp"
#include "otp/factory_worker.hpp"
#include "otp/key_map.hpp"

using namespace factory_support;

TEST_CASE("the first free worker gets the next job, in the order of the jobs") {
  Office office;
  auto pool = office.pool({.workers = 2});
  for (int job = 0; job < 4; ++job) pool.cast<Work>(job);
  CHECK(office.desk.entered(0) == 0);
  CHECK(office.desk.entered(1) == 1);
  CHECK(stats(pool).queued == 2);
  office.desk.settle(1);
  CHECK(office.desk.entered(2) == 1);
  CHECK_FALSE(office.desk.has_entered(3));
  office.desk.settle(0);
  CHECK(office.desk.entered(3) == 0);
  office.desk.settle_all();
  await_done(pool, 4);
}

TEST_CASE("round robin goes round, whoever is free") {
  Office office;
  auto pool = office.pool({.workers = 3, .route = troupe::round_robin()});
  for (int job = 0; job < 6; ++job) pool.cast<Work>(job);
  for (int job = 0; job < 3; ++job) CHECK(office.desk.entered(job) == job);
  office.desk.settle(1);
  CHECK(office.desk.entered(4) == 1);
  office.desk.settle(4);
  await_done(pool, 2);
  CHECK(stats(pool).free == 1);
  CHECK_FALSE(office.desk.has_entered(3));
  office.desk.settle(0);
  CHECK(office.desk.entered(3) == 0);
  office.desk.settle(2);
  CHECK(office.desk.entered(5) == 2);
}

TEST_CASE("jobs of one key go to one worker, one after the other") {
  Office office;
  auto pool = office.pool({.workers = 8, .route = troupe::by_key(key_of_work, key_of_query)});
  for (int job = 0; job < 3; ++job) pool.cast<Work>(job, "a");
  auto last = in_thread([&] { return pool.call<Query>(3, "a").within(kForever).get(); });
  const std::size_t worker = office.desk.entered(0);
  CHECK_FALSE(office.desk.has_entered(1));
  for (int job = 0; job < 3; ++job) {
    office.desk.settle(job);
    CHECK(office.desk.entered(job + 1) == worker);
  }
  office.desk.settle(3);
  CHECK(last.get() == 30);
}

TEST_CASE("a key stays at the worker that has it, also when the pool is resized") {
  Office office;
  auto pool = office.pool({.workers = 2, .route = troupe::by_key(key_of_work)});
  std::vector<std::size_t> workers;
  for (int job = 0; job < 16; ++job) pool.cast<Work>(job, std::to_string(job % 8));
  (void)pool.call<troupe::ResizeFactory>(64u).within(kForever).get();
  for (int job = 16; job < 24; ++job) pool.cast<Work>(job, std::to_string(job % 8));
  office.desk.settle_all();
  await_done(pool, 24);
  for (int job = 0; job < 8; ++job) {
    CHECK(office.desk.entered(job) < 2);
    CHECK(office.desk.entered(job) == office.desk.entered(job + 16));
  }
}

TEST_CASE("few keys move when there is one worker more") {
  Office office;
  office.desk.settle_all();
  auto pool = office.pool({.workers = 10, .route = troupe::by_key(key_of_work)});
  constexpr int kKeys = 200;
  for (int key = 0; key < kKeys; ++key) pool.cast<Work>(key, std::to_string(key));
  await_done(pool, kKeys);
  (void)pool.call<troupe::ResizeFactory>(11u).within(kForever).get();
  for (int key = 0; key < kKeys; ++key) pool.cast<Work>(key + kKeys, std::to_string(key));
  await_done(pool, 2 * kKeys);
  int moved = 0;
  std::set<std::size_t> used;
  for (int key = 0; key < kKeys; ++key) {
    const std::size_t before = office.desk.entered(key);
    const std::size_t after = office.desk.entered(key + kKeys);
    used.insert(before);
    if (before == after) continue;
    CHECK(after == 10);
    ++moved;
  }
  CHECK(used.size() == 10);
  CHECK(moved > 0);
  CHECK(moved < kKeys / 4);
}

TEST_CASE(
    "first free by key: a key waits for the worker that has it, and has no place of its own") {
  Office office;
  auto pool = office.pool({.workers = 2, .route = troupe::first_free_by_key(key_of_work)});
  pool.cast<Work>(0, "a");
  pool.cast<Work>(1, "a");
  pool.cast<Work>(2, "b");
  pool.cast<Work>(3, "c");
  pool.cast<Work>(4, "c");
  const std::size_t a = office.desk.entered(0);
  const std::size_t b = office.desk.entered(2);
  CHECK(a != b);
  CHECK_FALSE(office.desk.has_entered(1));
  office.desk.settle(2);
  CHECK(office.desk.entered(3) == b);  // not 1: that waits for a's worker
  office.desk.settle(0);
  CHECK(office.desk.entered(1) == a);
  office.desk.settle(1);
  await_done(pool, 3);
  CHECK(stats(pool).free == 1);  // 4 waits for c's worker, though another is free
  CHECK_FALSE(office.desk.has_entered(4));
  office.desk.settle(3);
  CHECK(office.desk.entered(4) == b);
  pool.cast<Work>(5, "b");
  CHECK(office.desk.entered(5) == a);
}

TEST_CASE("a job's own key goes before the routing's") {
  Office office;
  auto pool = office.pool({.workers = 4, .route = troupe::by_key(key_of_work)});
  pool.cast<Work>(0, "a");
  pool.cast(troupe::Job{Work{1, "b"}, {.key = "a"}});
  office.desk.entered(0);
  CHECK(stats(pool).queued == 1);
  office.desk.settle(0);
  CHECK(office.desk.entered(1) == office.desk.entered(0));
}

TEST_CASE("a function can choose the worker") {
  Office office;
  auto pool =
      office.pool({.workers = 3, .route = troupe::by_index([](const Work& m, std::size_t workers) {
                                   return static_cast<std::size_t>(m.job) + workers;
                                 })});
  office.desk.settle_all();
  for (int job : {5, 1, 3}) pool.cast<Work>(job);
  CHECK(office.desk.entered(5) == 2);
  CHECK(office.desk.entered(1) == 1);
  CHECK(office.desk.entered(3) == 0);
}

TEST_CASE("jobs of a type that has no key go round") {
  Office office;
  auto pool = office.pool({.workers = 2, .route = troupe::by_key(key_of_query)});
  for (int job = 0; job < 2; ++job) pool.cast<Work>(job, "a");
  CHECK(office.desk.entered(0) == 0);
  CHECK(office.desk.entered(1) == 1);
}

TEST_CASE("a key function that throws costs its job only") {
  Office office;
  auto pool = office.pool({.route = troupe::by_key([](const Query& m) {
                             if (m.job == 0) throw std::runtime_error("no key");
                             return m.job;
                           })});
  office.desk.settle_all();
  const auto answer = pool.call<Query>(0).within(kForever).get();
  CHECK(answer.error().code == troupe::CallErrorCode::failed);
  CHECK(office.discarded.text() == "0 a function of the factory's options failed");
  CHECK(office.log.wait_for("no key").level == troupe::LogLevel::error);
  CHECK(pool.call<Query>(1).within(kForever).get() == 10);
}

TEST_CASE("the map of keys does what a map does") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  troupe::detail::KeyMap map;
  std::map<std::uint64_t, std::pair<std::size_t, std::size_t>> model;  // worker, count
  std::vector<troupe::detail::FactoryWorker> workers(7);
  for (int step = 0; step < 20'000; ++step) {
    const bool add = random() % 100 < (step / 2'000 % 2 ? 35u : 65u);
    // Few low bits: long clusters, which wrap around.
    const std::uint64_t key = (std::uint64_t{random() % 64} << 8) | (random() % 4 + 13);
    auto found = model.find(key);
    auto* holder = map.find(key);
    REQUIRE((holder != nullptr) == (found != model.end()));
    if (holder) REQUIRE(holder == &workers[found->second.first]);
    if (add) {
      if (found == model.end()) found = model.insert({key, {random() % workers.size(), 0}}).first;
      ++found->second.second;
      map.add(key, workers[found->second.first]);
    } else if (found != model.end()) {
      if (--found->second.second == 0) model.erase(found);
      map.remove(key);
    }
  }
}
