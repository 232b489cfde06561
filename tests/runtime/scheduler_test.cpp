#include "runtime/scheduler.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <deque>
#include <thread>

using namespace std::chrono_literals;
using namespace troupe::detail;

namespace {

// Cells whose turns are what the test wants; the scheduler looks at nothing else of them.
struct Job {
  Cell cell{2, nullptr, 0, nullptr, nullptr};
  bool (*turn)(Job&) = nullptr;
  std::atomic<int> runs{0};
  int wanted = 1;
  void* context = nullptr;
};

bool run_job(Cell& cell) {
  auto& job = *reinterpret_cast<Job*>(&cell);  // its first member
  return job.turn(job);
}

bool run_once(Job& job) {
  job.runs.fetch_add(1);
  return false;
}

bool eventually(auto condition) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

struct Fixture {
  std::atomic<int> wakes{0};
  Scheduler scheduler;

  explicit Fixture(unsigned workers, Nanoseconds longest_search = 200'000)
      : scheduler(
            workers, longest_search, &run_job,
            [](void* self) { ++static_cast<Fixture*>(self)->wakes; }, this) {}
  ~Fixture() { CHECK(scheduler.stop(Clock().now() + 60'000'000'000)); }
};

double cpu_seconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

}  // namespace

TEST_CASE("workers that may not search take what they are woken for") {
  Fixture fixture(2, 0);
  for (int i = 0; i < 200; ++i) {
    Job job;
    job.turn = &run_once;
    REQUIRE(eventually([&] { return fixture.scheduler.idle(); }));
    fixture.scheduler.schedule(job.cell);
    REQUIRE(eventually([&] { return job.runs.load() == 1 && fixture.scheduler.idle(); }));
  }
}

TEST_CASE("what is scheduled from threads runs once each") {
  for (unsigned workers : {1u, 2u, 4u}) {
    CAPTURE(workers);
    std::deque<Job> jobs(3000);
    for (Job& job : jobs) job.turn = &run_once;
    Fixture fixture(workers);
    {
      std::vector<std::jthread> threads;
      for (std::size_t t = 0; t < 3; ++t) {
        threads.emplace_back([&, t] {
          for (std::size_t i = t; i < jobs.size(); i += 3) fixture.scheduler.schedule(jobs[i].cell);
        });
      }
    }
    for (Job& job : jobs) REQUIRE(eventually([&] { return job.runs == 1; }));
    REQUIRE(eventually([&] { return fixture.scheduler.idle(); }));
    for (Job& job : jobs) REQUIRE(job.runs == 1);
  }
}

TEST_CASE("who wants another turn gets it, and so do the others") {
  for (unsigned workers : {1u, 2u}) {
    CAPTURE(workers);
    std::atomic<bool> over{false};
    std::deque<Job> restless(3);
    for (Job& job : restless) {
      job.context = &over;
      job.turn = [](Job& self) {
        ++self.runs;
        return !static_cast<std::atomic<bool>*>(self.context)->load();
      };
    }
    Job other;
    other.turn = &run_once;
    Fixture fixture(workers);
    for (Job& job : restless) fixture.scheduler.schedule(job.cell);
    for (int round = 1; round <= 100; ++round) {
      fixture.scheduler.schedule(other.cell);
      REQUIRE(eventually([&] { return other.runs == round; }));
    }
    for (Job& job : restless) CHECK(eventually([&] { return job.runs > 100; }));
    over = true;
    CHECK(eventually([&] { return fixture.scheduler.idle(); }));
  }
}

TEST_CASE("a turn may schedule more than a worker's queue holds") {
  struct Many {
    Scheduler* scheduler;
    std::deque<Job> jobs;
  };
  for (unsigned workers : {1u, 3u}) {
    CAPTURE(workers);
    Fixture fixture(workers);
    Many many{&fixture.scheduler, std::deque<Job>(5 * RunQueue::kCapacity)};
    for (Job& job : many.jobs) job.turn = &run_once;
    Job source;
    source.context = &many;
    source.turn = [](Job& self) {
      auto& all = *static_cast<Many*>(self.context);
      for (Job& job : all.jobs) all.scheduler->schedule(job.cell);
      return false;
    };
    fixture.scheduler.schedule(source.cell);
    for (Job& job : many.jobs) REQUIRE(eventually([&] { return job.runs == 1; }));
  }
}

TEST_CASE("what waits behind a long turn is taken by another worker") {
  struct Two {
    Scheduler* scheduler;
    Job first;
    Job second;
    std::atomic<bool> seen{false};
  };
  Fixture fixture(2);
  for (int round = 0; round < 200; ++round) {
    Two two{&fixture.scheduler, {}, {}};
    two.first.turn = two.second.turn = &run_once;
    Job longer;
    longer.context = &two;
    longer.turn = [](Job& self) {
      auto& them = *static_cast<Two*>(self.context);
      them.scheduler->schedule(them.first.cell);
      them.scheduler->schedule(them.second.cell);
      // One of them is this worker's next; the other is free to go.
      const bool moved = eventually([&] { return them.first.runs + them.second.runs > 0; });
      them.seen = moved;
      ++self.runs;
      return false;
    };
    fixture.scheduler.schedule(longer.cell);
    REQUIRE(eventually([&] { return longer.runs == 1; }));
    REQUIRE(two.seen);
    REQUIRE(eventually([&] { return two.first.runs == 1 && two.second.runs == 1; }));
    REQUIRE(eventually([&] { return fixture.scheduler.idle(); }));
  }
}

TEST_CASE("two that schedule each other do not starve a third on the same worker") {
  struct Pair {
    Scheduler* scheduler;
    Job one;
    Job two;
    std::atomic<bool> over{false};
  };
  Fixture fixture(1);
  Pair pair{&fixture.scheduler, {}, {}};
  for (Job* job : {&pair.one, &pair.two}) {
    job->context = &pair;
    job->turn = [](Job& self) {
      auto& both = *static_cast<Pair*>(self.context);
      ++self.runs;
      if (!both.over) both.scheduler->schedule((&self == &both.one ? both.two : both.one).cell);
      return false;
    };
  }
  fixture.scheduler.schedule(pair.one.cell);
  Job third;
  third.turn = &run_once;
  for (int round = 1; round <= 50; ++round) {
    fixture.scheduler.schedule(third.cell);
    REQUIRE(eventually([&] { return third.runs == round; }));
  }
  pair.over = true;
  CHECK(eventually([&] { return fixture.scheduler.idle(); }));
}

TEST_CASE("no wake-up is lost however the workers park") {
  for (unsigned workers : {1u, 2u, 4u}) {
    CAPTURE(workers);
    Fixture fixture(workers);
    Job job;
    job.turn = &run_once;
    const int rounds = 3000;
    for (int round = 1; round <= rounds; ++round) {
      fixture.scheduler.schedule(job.cell);
      REQUIRE(eventually([&] { return job.runs == round; }));
      // From not at all to long enough to park.
      for (int spin = 0; spin < (round * 37) % 4000; ++spin) __asm__ volatile("");
      if (round % 16 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round % 100));
    }
    CHECK(job.runs == rounds);
  }
}

TEST_CASE("idle workers use no time") {
  Fixture fixture(4);
  Job job;
  job.turn = &run_once;
  fixture.scheduler.schedule(job.cell);
  REQUIRE(eventually([&] { return job.runs == 1 && fixture.scheduler.idle(); }));
  const double before = cpu_seconds();
  std::this_thread::sleep_for(500ms);
  CHECK(cpu_seconds() - before < 0.02);
}

TEST_CASE("stopping ends the workers, parked or not, and leaves what is queued") {
  for (int round = 0; round < 50; ++round) {
    std::deque<Job> jobs(200);
    for (Job& job : jobs) {
      job.turn = [](Job& self) {
        ++self.runs;
        return true;
      };
    }
    Fixture fixture(1 + static_cast<unsigned>(round) % 4);
    if (round % 2 == 0) {
      for (Job& job : jobs) fixture.scheduler.schedule(job.cell);
    }
  }
}

TEST_CASE("each worker that wakes says so") {
  Fixture fixture(2);
  Job job;
  job.turn = &run_once;
  REQUIRE(eventually([&] { return fixture.scheduler.idle(); }));
  for (int round = 1; round <= 20; ++round) {
    const int before = fixture.wakes;
    fixture.scheduler.schedule(job.cell);
    REQUIRE(eventually([&] { return job.runs == round; }));
    REQUIRE(eventually([&] { return fixture.wakes > before; }));
    REQUIRE(eventually([&] { return fixture.scheduler.idle(); }));
  }
}
