#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "otp/factory_support.hpp"

using namespace factory_support;

// Everything at once; in the end each job is accounted for exactly once, and each call answered.

namespace {

struct Seen {
  std::atomic<int> begun{0};
  std::atomic<int> handled{0};
  std::atomic<int> hanging{0};
  std::atomic<int> discarded{0};
};
struct Throw {
  int luck;
};
struct Count {
  int luck;
  using Reply = int;
};

class Unreliable : public troupe::Actor<Unreliable, Throw, Count> {
 public:
  explicit Unreliable(Seen* seen) : seen_(seen) {}

  troupe::Task<> handle(Throw m) { co_await act(m.luck); }
  troupe::Task<int> handle(Count m) {
    co_await act(m.luck);
    co_return m.luck;
  }

 private:
  troupe::Task<> act(int luck) {
    ++seen_->begun;
    if (luck < 5) throw std::runtime_error("bad luck");
    if (luck == 5) {
      ++seen_->hanging;
      co_await troupe::sleep_for(std::chrono::hours(10));
    }
    if (luck < 20) co_await troupe::yield();
    if (luck < 23) stop();
    ++seen_->handled;
  }
  Seen* seen_;
};

std::size_t count_given_up(const World& world) {
  const auto records = world.log.records();
  return static_cast<std::size_t>(std::count_if(
      records.begin(), records.end(),
      [](const Record& record) { return record.text.ends_with("it is killed and replaced"); }));
}

void run(troupe::Routing route, unsigned seed) {
  CAPTURE(seed);
  constexpr int kThreads = 3;
  constexpr int kJobs = 1'500;
  Seen seen;
  World world(4);
  auto pool = world.system.spawn<troupe::Factory<Unreliable>>(
      troupe::FactoryOptions{
          .workers = 4,
          .route = std::move(route),
          .priorities = {4, [](const Throw& m) { return static_cast<unsigned>(m.luck % 4); }},
          .limit = 300,
          .discard = seed % 2 ? troupe::Discard::oldest : troupe::Discard::newest,
          .may_discard = [](const Throw& m) { return m.luck % 3 != 0; },
          .rate = {.jobs = 200'000, .per = 1s, .burst = 2'000},
          .dead_mans_switch = 20ms,
          .backoff = {.minimum = 1us, .maximum = 100us},
          .on_discard = [&seen](const troupe::Discarded&) { ++seen.discarded; }},
      &seen);
  std::atomic<int> answers{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, random = std::mt19937(seed + t)]() mutable {
      for (int i = 0; i < kJobs; ++i) {
        const int luck = static_cast<int>(random() % 1000);
        switch (random() % 8) {
          case 0: {
            const auto answer = pool.call<Count>(luck).within(kForever).get();
            if (answer) CHECK(*answer == luck);
            ++answers;
            break;
          }
          case 1:
            refused +=
                pool.call<troupe::Submit<Throw>>(Throw{luck}).within(kForever).get()->has_value();
            break;
          case 2:
            pool.cast(troupe::Job{Throw{luck}, {.key = "x", .retries = 1}});
            break;
          case 3:
            if (random() % 20 == 0) {
              (void)pool.call<troupe::ResizeFactory>(1 + random() % 8).within(kForever).get();
            }
            [[fallthrough]];
          default:
            pool.cast<Throw>(luck);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  troupe::FactoryStats now;
  do {
    now = pool.call<troupe::GetFactoryStats>().within(kForever).get().value();
    CHECK(now.submitted == now.queued + now.in_hand + now.done + now.failed + now.discarded());
  } while (now.queued + now.in_hand + now.stuck != 0);
  CHECK(now.submitted == kThreads * kJobs);
  CHECK(now.discarded() == seen.discarded + refused);
  // On a busy machine the switch may also give up a job that does not hang, before its worker has
  // begun it, or one that its worker handles nevertheless.
  const auto given_up = count_given_up(world);
  const auto not_begun = now.done + now.failed + now.retried - seen.begun;
  const auto handled_late = seen.handled - now.done;
  CHECK(now.done <= seen.handled);
  CHECK(seen.begun <= now.done + now.failed + now.retried);
  CHECK(given_up >= static_cast<std::size_t>(seen.hanging));
  CHECK(not_begun + handled_late <= given_up - seen.hanging);
  CHECK(pool.drain_and_wait().within(kForever).get()->kind == troupe::ExitKind::drained);
}

}  // namespace

TEST_CASE("whatever goes wrong, each job is accounted for once and each call answered") {
  const unsigned seed = std::random_device{}();
  MESSAGE("seed ", seed);
  const auto key = [](const Throw& m) { return m.luck % 50; };
  run(troupe::first_free(), seed);
  run(troupe::round_robin(), seed + 10);
  run(troupe::by_key(key), seed + 21);
  run(troupe::first_free_by_key(key), seed + 31);
}
