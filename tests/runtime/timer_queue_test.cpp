#include "runtime/timer_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <mutex>
#include <random>
#include <semaphore>
#include <thread>

#include "troupe/timer.hpp"

using namespace std::chrono_literals;
using namespace troupe::detail;

namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kFarAway = 3'600'000 * kMillisecond;

std::atomic<int> payloads{0};

struct Counted {
  Counted() { ++payloads; }
  Counted(const Counted&) { ++payloads; }
  ~Counted() { --payloads; }
};
struct Letter {
  Counted counted{};
};

// What fired, in order.
class Record {
 public:
  struct Entry {
    int number;
    Nanoseconds time;
  };
  void add(int number) {
    std::lock_guard lock(mutex_);
    entries_.push_back({number, Clock().now()});
  }
  std::vector<Entry> entries() const {
    std::lock_guard lock(mutex_);
    return entries_;
  }
  std::vector<int> numbers() const {
    std::vector<int> numbers;
    for (const Entry& entry : entries()) numbers.push_back(entry.number);
    return numbers;
  }
  std::size_t size() const { return entries().size(); }

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

// The test holds a reference to each timer and to the cell: the queue deletes neither.
struct Probe : Timer {
  Record* record = nullptr;
  int number = 0;
  std::binary_semaphore* entered = nullptr;  // held up there, when set
  std::binary_semaphore* leave = nullptr;
};

void fire_probe(Timer& timer, Node* node) {
  auto& probe = static_cast<Probe&>(timer);
  probe.record->add(probe.number);
  if (probe.entered) {
    probe.entered->release();
    probe.leave->acquire();
  }
  if (node && timer.period == 0) destroy_node(node);
}

struct Fixture {
  Clock clock;
  Cell cell{kInitialHead, nullptr, 1, nullptr, nullptr};
  Record record;
  std::deque<Probe> probes;
  std::atomic<int> ticks{0};
  std::atomic<bool> busy{false};
  TimerQueue queue{clock,
                   [](void* self) {
                     auto& fixture = *static_cast<Fixture*>(self);
                     ++fixture.ticks;
                     return fixture.busy.load();
                   },
                   this};

  static constexpr std::uintptr_t kInitialHead = 2;

  ~Fixture() {
    queue.stop();
    for (Probe& probe : probes) CHECK(probe.position == Timer::kNotQueued);
  }

  Probe& probe(int number) {
    Probe& made = probes.emplace_back();
    made.cell = &cell;
    made.record = &record;
    made.number = number;
    made.fire = &fire_probe;
    return made;
  }
  // No longer armed, and nobody but the test holds it or the cell.
  void check_let_go() {
    for (Probe& probe : probes) CHECK(probe.references == 1);
    CHECK(cell.references == Cell::kFirstReferences);
  }
  bool fired(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (record.size() < count) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
};

}  // namespace

TEST_CASE("timers fire in the order of their times, and of their age when those are equal") {
  Fixture f;
  const Nanoseconds now = f.clock.now();
  const Nanoseconds base = now + 40 * kMillisecond;
  const int delays[] = {30, 10, 20, 10, 0, 30, 10};
  for (int i = 0; i < 7; ++i) f.queue.arm(f.probe(i), base + delays[i] * kMillisecond, nullptr);
  REQUIRE(f.fired(7));
  CHECK(f.record.numbers() == std::vector<int>{4, 1, 3, 6, 2, 0, 5});
  for (const auto& entry : f.record.entries()) {
    CHECK(entry.time >= base + delays[entry.number] * kMillisecond);
  }
  f.queue.stop();
  f.check_let_go();
}

TEST_CASE("a time that has passed fires at once") {
  Fixture f;
  f.queue.arm(f.probe(1), 0, nullptr);
  CHECK(f.fired(1));
}

TEST_CASE("a cancelled timer frees its message at once and never fires") {
  Fixture f;
  Probe& probe = f.probe(1);
  probe.node = make_node<Letter>();
  CHECK(payloads == 1);
  Timer* list = nullptr;
  f.queue.arm(probe, f.clock.now() + 50 * kMillisecond, &list);
  CHECK(list == &probe);
  CHECK(f.queue.cancel(probe));
  CHECK(payloads == 0);
  CHECK(list == nullptr);
  CHECK_FALSE(f.queue.cancel(probe));
  std::this_thread::sleep_for(100ms);
  CHECK(f.record.size() == 0);
  f.check_let_go();
}

TEST_CASE("a timer that has fired cannot be cancelled") {
  Fixture f;
  Probe& probe = f.probe(1);
  probe.node = make_node<Letter>();
  Timer* list = nullptr;
  f.queue.arm(probe, 0, &list);
  REQUIRE(f.fired(1));
  CHECK_FALSE(f.queue.cancel(probe));
  f.queue.stop();
  CHECK(list == nullptr);
  CHECK(payloads == 0);
  f.check_let_go();
}

TEST_CASE("arming an armed timer moves it") {
  Fixture f;
  const Nanoseconds now = f.clock.now();
  Probe& sooner = f.probe(1);
  Probe& middle = f.probe(2);
  Probe& later = f.probe(3);
  f.queue.arm(sooner, now + kFarAway, nullptr);
  f.queue.arm(middle, now + 60 * kMillisecond, nullptr);
  f.queue.arm(later, now + 50 * kMillisecond, nullptr);
  f.queue.arm(sooner, now + 30 * kMillisecond, nullptr);
  f.queue.arm(later, now + 90 * kMillisecond, nullptr);
  REQUIRE(f.fired(3));
  CHECK(f.record.numbers() == std::vector<int>{1, 2, 3});
  f.queue.stop();
  f.check_let_go();
}

TEST_CASE("an actor's timers end together, others' do not") {
  Fixture f;
  Timer* mine = nullptr;
  Timer* theirs = nullptr;
  const Nanoseconds now = f.clock.now();
  for (int i = 0; i < 100; ++i) {
    Probe& probe = f.probe(i);
    probe.node = make_node<Letter>();
    f.queue.arm(probe, now + (60 + i % 7) * kMillisecond, i % 10 == 0 ? &theirs : &mine);
  }
  CHECK(payloads == 100);
  f.queue.cancel_all(mine);
  CHECK(payloads == 10);
  CHECK(mine == nullptr);
  REQUIRE(f.fired(10));
  std::this_thread::sleep_for(20ms);
  CHECK(f.record.size() == 10);
  f.queue.stop();
  CHECK(theirs == nullptr);
  CHECK(payloads == 0);
  f.check_let_go();
}

TEST_CASE("a timer leaves its actor's list from any place in it") {
  Fixture f;
  Timer* list = nullptr;
  for (int i = 0; i < 5; ++i) f.queue.arm(f.probe(i), f.clock.now() + kFarAway, &list);
  for (int i : {2, 0, 4, 3, 1}) {  // middle, oldest, newest, ...
    CHECK(f.queue.cancel(f.probes[static_cast<std::size_t>(i)]));
    int left = 0;
    for (Timer* timer = list; timer; timer = timer->next) ++left;
    CHECK(left == std::count_if(f.probes.begin(), f.probes.end(),
                                [](Probe& probe) { return !probe.cancelled; }));
  }
  f.check_let_go();
}

TEST_CASE("while a timer fires") {
  Fixture f;
  std::binary_semaphore entered{0};
  std::binary_semaphore leave{0};
  Probe& probe = f.probe(1);
  probe.entered = &entered;
  probe.leave = &leave;
  probe.node = make_node<Letter>();
  Timer* list = nullptr;

  SUBCASE("a single one is past cancelling") {
    f.queue.arm(probe, 0, &list);
    entered.acquire();
    CHECK_FALSE(f.queue.cancel(probe));
    leave.release();
  }
  SUBCASE("a periodic one fires no more when it is cancelled") {
    // cancel waits for the firing, so that the message is free when it returns.
    probe.period = kFarAway;
    f.queue.arm(probe, 0, &list);
    entered.acquire();
    bool cancelled = false;
    std::thread canceller([&] { cancelled = f.queue.cancel(probe); });
    leave.release();
    canceller.join();
    CHECK(cancelled);
    CHECK_FALSE(f.queue.cancel(probe));
  }
  SUBCASE("a periodic one fires no more when its actor ends") {
    probe.period = kFarAway;
    f.queue.arm(probe, 0, &list);
    entered.acquire();
    std::thread ender([&] { f.queue.cancel_all(list); });
    leave.release();
    ender.join();
    CHECK(list == nullptr);
  }
  SUBCASE("its actor may end together with other timers") {
    for (int i = 2; i < 6; ++i) f.queue.arm(f.probe(i), f.clock.now() + kFarAway, &list);
    f.queue.arm(probe, 0, &list);
    for (int i = 6; i < 9; ++i) f.queue.arm(f.probe(i), f.clock.now() + kFarAway, &list);
    entered.acquire();
    f.queue.cancel_all(list);
    CHECK(list == nullptr);
    leave.release();
  }
  SUBCASE("it may be armed again") {
    f.queue.arm(probe, 0, nullptr);
    entered.acquire();
    f.queue.arm(probe, f.clock.now() + 10 * kMillisecond, nullptr);
    leave.release();
    entered.acquire();
    leave.release();
    CHECK(f.record.size() == 2);
  }
  std::this_thread::sleep_for(20ms);
  CHECK(f.record.size() <= 2);
  f.queue.stop();
  CHECK(payloads == 0);
  f.check_let_go();
}

TEST_CASE("a periodic timer does not drift") {
  Fixture f;
  Probe& probe = f.probe(1);
  probe.period = 10 * kMillisecond;
  probe.node = make_node<Letter>();
  Timer* list = nullptr;
  const Nanoseconds first = f.clock.now() + probe.period;
  f.queue.arm(probe, first, &list);
  REQUIRE(f.fired(20));
  CHECK(f.queue.cancel(probe));
  const auto entries = f.record.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(entries[i].time >= first + static_cast<Nanoseconds>(i) * probe.period);
  }
  CHECK((probe.when - first) % probe.period == 0);
  f.queue.stop();
  CHECK(payloads == 0);
}

TEST_CASE("ticks that could not be served in time are skipped") {
  Fixture f;
  std::binary_semaphore entered{0};
  std::binary_semaphore leave{0};
  Probe& probe = f.probe(1);
  probe.period = 20 * kMillisecond;
  const Nanoseconds first = f.clock.now() + probe.period;
  f.queue.arm(probe, first, nullptr);
  REQUIRE(f.fired(1));
  Probe& blocker = f.probe(2);
  blocker.entered = &entered;
  blocker.leave = &leave;
  f.queue.arm(blocker, 0, nullptr);
  entered.acquire();
  std::this_thread::sleep_for(110ms);
  const Nanoseconds resumed = f.clock.now();
  leave.release();
  REQUIRE(f.fired(5));
  CHECK(f.queue.cancel(probe));
  const auto entries = f.record.entries();
  const auto after = std::count_if(entries.begin(), entries.end(), [&](const auto& entry) {
    return entry.number == 1 && entry.time >= resumed && entry.time < resumed + probe.period;
  });
  CHECK(after <= 2);  // one that was due, one that came in time: not the five that were missed
}

TEST_CASE("nothing fires after stop") {
  Fixture f;
  for (int i = 0; i < 10; ++i) f.queue.arm(f.probe(i), f.clock.now() + 30 * kMillisecond, nullptr);
  f.queue.stop();
  std::this_thread::sleep_for(60ms);
  CHECK(f.record.size() == 0);
  for (Probe& probe : f.probes) CHECK(f.queue.cancel(probe));
  f.check_let_go();
}

TEST_CASE("thousands of timers, armed, moved and cancelled at random, fire once and in order") {
  Fixture f;
  std::mt19937 random(7);
  constexpr int kTimers = 5000;
  const Nanoseconds base = f.clock.now() + 300 * kMillisecond;
  std::vector<Nanoseconds> when(kTimers);
  std::vector<bool> wanted(kTimers, true);
  const auto draw = [&] { return base + static_cast<Nanoseconds>(random() % 200) * 500'000; };
  for (int i = 0; i < kTimers; ++i) f.queue.arm(f.probe(i), when[i] = draw(), nullptr);
  for (int i = 0; i < kTimers; ++i) {
    const auto which = random() % kTimers;
    if (!wanted[which]) continue;
    if (random() % 2 == 0) {
      f.queue.arm(f.probes[which], when[which] = draw(), nullptr);
    } else {
      REQUIRE(f.queue.cancel(f.probes[which]));
      wanted[which] = false;
    }
  }
  REQUIRE(f.clock.now() < base);
  const auto expected = static_cast<std::size_t>(std::count(wanted.begin(), wanted.end(), true));
  REQUIRE(f.fired(expected));
  f.queue.stop();
  const auto numbers = f.record.numbers();
  CHECK(numbers.size() == expected);
  CHECK(std::is_sorted(numbers.begin(), numbers.end(),
                       [&](int a, int b) { return when[a] < when[b]; }));
  CHECK(std::all_of(numbers.begin(), numbers.end(), [&](int i) { return wanted[i]; }));
  f.check_let_go();
}

TEST_CASE("timers may be armed and cancelled from many threads while they fire") {
  Fixture f;
  constexpr int kThreads = 3;
  constexpr int kRounds = 3000;
  std::atomic<int> cancelled{0};
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kRounds; ++i) f.probe(t * kRounds + i).node = make_node<Letter>();
  }
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        Timer* list = nullptr;
        for (int i = 0; i < kRounds; ++i) {
          Probe& probe = f.probes[static_cast<std::size_t>(t * kRounds + i)];
          f.queue.arm(probe, f.clock.now() + (i % 5) * 20'000, &list);
          if (i % 3 == 0) cancelled += f.queue.cancel(probe);
          if (i % 100 == 99) f.queue.cancel_all(list);
        }
        f.queue.cancel_all(list);
      });
    }
  }
  f.queue.stop();
  CHECK(payloads == 0);
  CHECK(static_cast<int>(f.record.size()) <= kThreads * kRounds - cancelled);
  f.check_let_go();
}

TEST_CASE("ticks come while the system is active and rest when it is quiet") {
  Fixture f;
  f.busy = true;
  f.queue.wake_ticks();
  const int first = f.ticks;
  std::this_thread::sleep_for(200ms);
  CHECK(f.ticks >= first + 3);
  f.busy = false;
  std::this_thread::sleep_for(50ms);
  const int quiet = f.ticks;
  std::this_thread::sleep_for(100ms);
  CHECK(f.ticks == quiet);
  f.busy = true;
  f.queue.wake_ticks();
  std::this_thread::sleep_for(100ms);
  CHECK(f.ticks > quiet);
}
