#include <doctest/doctest.h>

#include "otp/factory_support.hpp"

using namespace factory_support;

namespace {

// A worker whose constructor fails while `refuses` is not zero, and which blocks its thread.
struct Block {
  using Reply = int;
};
struct Pass {
  using Reply = std::size_t;
};
struct Starts {
  std::atomic<int> refuses{0};
  std::atomic<int> made{0};
  std::latch entered{1};
  std::latch released{1};
};
class Blocker : public troupe::Actor<Blocker, Block, Pass> {
 public:
  Blocker(Starts* starts, std::size_t index) : starts_(starts), index_(index) {
    if (starts->refuses > 0 && starts->refuses-- > 0) throw std::runtime_error("not now");
    ++starts->made;
  }
  int handle(Block) {
    starts_->entered.count_down();
    starts_->released.wait();
    return 7;
  }
  std::size_t handle(Pass) { return index_; }

 private:
  Starts* starts_;
  std::size_t index_;
};

// Its first life fails in a message of its own.
struct Sulk {};
struct Mood {
  std::atomic<int> lives{0};
  std::latch sulking{1};
  std::latch released{1};
};
class Moody : public troupe::Actor<Moody, Pass, Sulk> {
 public:
  explicit Moody(Mood* mood) : mood_(mood), life_(++mood->lives) {
    if (life_ == 1) self().cast<Sulk>();
  }
  void handle(Sulk) {
    mood_->sulking.count_down();
    mood_->released.wait();
    throw std::runtime_error("bad mood");
  }
  std::size_t handle(Pass) { return static_cast<std::size_t>(life_); }

 private:
  Mood* mood_;
  int life_;
};

template <class Pool>
auto figures(const Pool& pool) {
  return pool.template call<troupe::GetFactoryStats>().within(kForever).get().value();
}

}  // namespace

TEST_CASE("a worker that fails loses the job in its hands, and nothing else") {
  Office office;
  auto pool = office.pool({.workers = 2, .route = troupe::by_key(key_of_work, key_of_query)});
  auto lost = in_thread([&] { return pool.call<Query>(0, "a").within(kForever).get(); });
  const std::size_t worker = office.desk.entered(0);
  for (int job = 1; job < 4; ++job) pool.cast<Work>(job, "a");
  office.desk.settle(0, Verdict::fail);
  const auto error = lost.get().error();
  CHECK(error.code == troupe::CallErrorCode::failed);
  CHECK(error.reason == "job 0");
  for (int job = 1; job < 4; ++job) {
    CHECK(office.desk.entered(job) == worker);
    office.desk.settle(job);
  }
  await_done(pool, 3);
  const auto now = stats(pool);
  CHECK(now.failed == 1);
  CHECK(now.restarts == 1);
  CHECK(now.free == 2);
}

TEST_CASE("a job that its worker had not begun goes to the replacement") {
  World world;
  Mood mood;
  auto pool = world.system.spawn<troupe::Factory<Moody>>(troupe::FactoryOptions{}, &mood);
  mood.sulking.wait();
  auto answer = in_thread([&] { return pool.call<Pass>().within(kForever).get(); });
  while (figures(pool).in_hand == 0) std::this_thread::yield();
  mood.released.count_down();
  CHECK(answer.get() == 2);
  CHECK(figures(pool).failed == 0);
}

TEST_CASE("a worker that stops itself has done its job") {
  Office office;
  auto pool = office.pool({});
  for (int job = 0; job < 3; ++job) pool.cast<Work>(job);
  for (int job = 0; job < 3; ++job) {
    office.desk.entered(job);
    office.desk.settle(job, Verdict::stop);
  }
  const auto now = await_stats(pool, [](const auto& s) { return s.done == 3 && s.restarts == 3; });
  CHECK(now.failed == 0);
}

TEST_CASE("a job begins again as often as its options say") {
  Office office;
  auto pool = office.pool({.backoff = {.minimum = 1ns, .maximum = 1ns}});
  pool.cast(troupe::Job{Work{0, "key"}, {.retries = 2}});
  pool.cast<Work>(1);
  for (int i = 0; i < 3; ++i) {
    await_stats(pool, [](const auto& now) { return now.in_hand == 1; });
    office.desk.settle(0, Verdict::fail);
    await_stats(pool, [&](const auto& now) { return now.restarts == i + 1u; });
  }
  office.desk.entered(1);  // not before: what begins again is the first in the queue
  const auto now = stats(pool);
  CHECK(now.retried == 2);
  CHECK(now.failed == 1);
}

TEST_CASE("a replacement that cannot start is tried again") {
  World world;
  Starts starts;
  auto pool = world.system.spawn<troupe::Factory<Blocker>>(
      troupe::FactoryOptions{.backoff = {.minimum = 1ms, .maximum = 2ms}}, &starts,
      troupe::worker_index);
  starts.refuses = 3;
  const auto worker = pool.call<Pass>().within(kForever).get();
  CHECK(worker == 0);
  CHECK(pool.call<troupe::ResizeFactory>(2u).within(kForever).get().value());
  while (starts.made < 2) std::this_thread::yield();
  CHECK(starts.refuses == 0);
  world.log.wait_for("worker 1 cannot be made, and is tried again");
  CHECK(pool.call<Pass>().within(kForever).get());
}

TEST_CASE("a factory whose first workers cannot start does not start") {
  World world;
  Starts starts;
  starts.refuses = 1;
  auto refused = world.system.try_spawn<troupe::Factory<Blocker>>(
      troupe::FactoryOptions{.workers = 3}, &starts, troupe::worker_index);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == troupe::SpawnErrorCode::start_failed);
  CHECK(std::string(refused.error().what()).find("not now") != std::string::npos);
}

TEST_CASE("the pool grows, and gives the new workers what waits") {
  Office office;
  auto pool = office.pool({});
  for (int job = 0; job < 3; ++job) pool.cast<Work>(job);
  CHECK(pool.call<troupe::ResizeFactory>(3u).within(kForever).get().value());
  CHECK(office.desk.entered(0) == 0);
  CHECK(office.desk.entered(1) == 1);
  CHECK(office.desk.entered(2) == 2);
  CHECK(stats(pool).workers == 3);
}

TEST_CASE("when the pool shrinks, busy workers finish first what they have") {
  Office office;
  auto pool = office.pool({.workers = 3, .route = troupe::round_robin()});
  for (int job = 0; job < 6; ++job) pool.cast<Work>(job);
  CHECK(pool.call<troupe::ResizeFactory>(1u).within(kForever).get().value());
  const auto before = office.system.stats().ended;
  pool.cast<Work>(6);
  office.desk.settle_all();
  await_done(pool, 7);
  CHECK(office.desk.entered(5) == 2);
  CHECK(office.desk.entered(6) == 0);
  while (office.system.stats().ended < before + 2) std::this_thread::yield();
  CHECK(stats(pool).free == 1);
  CHECK(stats(pool).failed == 0);
}

TEST_CASE("a worker that was to leave stays when the pool grows again") {
  Office office;
  auto pool = office.pool({.workers = 2});
  pool.cast<Work>(0);
  pool.cast<Work>(1);
  CHECK(office.desk.entered(1) == 1);
  const auto spawned = office.system.stats().spawned;
  CHECK(pool.call<troupe::ResizeFactory>(1u).within(kForever).get().value());
  CHECK(pool.call<troupe::ResizeFactory>(2u).within(kForever).get().value());
  office.desk.settle(1);
  await_done(pool, 1);
  pool.cast<Work>(2);
  CHECK(office.desk.entered(2) == 1);
  CHECK(office.system.stats().spawned == spawned);
}

TEST_CASE("sizes that make no sense are refused") {
  Office office;
  auto pool = office.pool({});
  const auto none = pool.call<troupe::ResizeFactory>(0u).within(kForever).get().value();
  CHECK(none.error() == "a factory has at least one worker");
  CHECK_FALSE(pool.call<troupe::ResizeFactory>(2'000'000u).within(kForever).get().value());
  CHECK(stats(pool).workers == 1);
}

TEST_CASE("the size can be a function's, asked now and then") {
  Office office;
  auto pool = office.pool(
      {.adjust_workers = [](const troupe::FactoryStats& now) { return now.workers + now.queued; },
       .adjust_every = 1ms});
  for (int job = 0; job < 4; ++job) pool.cast<Work>(job);
  for (int job = 0; job < 4; ++job) office.desk.entered(job);
  CHECK(stats(pool).workers == 4);
}

TEST_CASE("a worker that waits for too long is killed and replaced, and its caller is told") {
  Office office;
  auto pool = office.pool({.dead_mans_switch = 1ms});
  const auto answer = pool.call<Query>(0).within(kForever).get();
  CHECK(answer.error().code == troupe::CallErrorCode::killed);
  const auto record = office.log.wait_for("it is killed and replaced");
  CHECK(record.level == troupe::LogLevel::warning);
  CHECK(record.text.find("worker 0") != std::string::npos);
  CHECK(record.text.find("Query") != std::string::npos);
  const auto now = await_stats(pool, [](const auto& s) { return s.stuck == 0; });
  CHECK(now.failed == 1);
  CHECK(now.restarts == 1);
}

TEST_CASE("a worker that is stuck in a loop is given up, and its queue goes on without it") {
  World world(4);
  Starts starts;
  auto pool = world.system.spawn<troupe::Factory<Blocker>>(
      troupe::FactoryOptions{.route = troupe::round_robin()}, &starts, troupe::worker_index);
  auto stuck = in_thread([&] { return pool.call<Block>().within(kForever).get(); });
  starts.entered.wait();
  auto waiting = in_thread([&] { return pool.call<Pass>().within(kForever).get(); });
  while (figures(pool).queued == 0) std::this_thread::yield();
  // Not before: a busy machine would make the switch see more.
  CHECK(pool.call<troupe::UpdateFactory>(
                [](troupe::FactoryOptions& options) { options.dead_mans_switch = 1ns; })
            .within(kForever)
            .get()
            .value());
  while (figures(pool).stuck == 0) std::this_thread::yield();
  CHECK(pool.call<troupe::UpdateFactory>(
                [](troupe::FactoryOptions& options) { options.dead_mans_switch = {}; })
            .within(kForever)
            .get()
            .value());
  (void)waiting.get();
  CHECK(pool.call<Pass>().within(kForever).get() == 0);
  CHECK(figures(pool).stuck >= 1);
  starts.released.count_down();
  CHECK(stuck.get() == 7);
  while (figures(pool).stuck != 0) std::this_thread::yield();
  const auto now = figures(pool);
  CHECK(now.submitted == now.done + now.failed);
  CHECK(now.failed >= 1);
}
