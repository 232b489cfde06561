// Random spawns, casts, calls, timers, stops, drains and kills, from threads and from actors. A
// lost wake-up leaves a call unanswered or an end unheard: the test watches for that, and counts
// every message and every actor.

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "stress/support.hpp"
#include "troupe/troupe.hpp"

using namespace std::chrono_literals;

namespace {

// What exists and what has happened, over all threads.
struct Ledger {
  std::atomic<std::int64_t> payloads{0};  // alive
  std::atomic<std::int64_t> actors{0};    // alive
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> steps{0};  // progress
};
Ledger* ledger = nullptr;

struct Payload {
  Payload() { ledger->payloads.fetch_add(1, std::memory_order_relaxed); }
  Payload(const Payload&) : Payload() {}
  Payload& operator=(const Payload&) = default;
  ~Payload() { ledger->payloads.fetch_sub(1, std::memory_order_relaxed); }
};

struct Note {
  Payload payload{};
};
struct Ask {
  using Reply = std::uint64_t;
  std::uint64_t value;
  Payload payload{};
};
struct AskLater {
  using Reply = std::uint64_t;
  std::uint64_t value;
  Payload payload{};
};
struct Act {};

class Node;
using NodeRef = troupe::ActorRef<Note, Ask, AskLater, Act>;

constexpr std::size_t kSlots = 32;

// The actors that others talk to; whoever ends one puts another in its place.
class Board {
 public:
  NodeRef pick(stress::Random& random) {
    std::lock_guard lock(mutex_);
    return slots_[random.below(kSlots)];
  }
  void put(stress::Random& random, NodeRef ref) {
    std::lock_guard lock(mutex_);
    std::swap(slots_[random.below(kSlots)], ref);  // the old one is released outside the lock
  }
  void clear() { slots_ = {}; }

 private:
  std::mutex mutex_;
  std::array<NodeRef, kSlots> slots_;
};

void cast_note(const NodeRef& ref) {
  if (ref && ref.cast<Note>() == troupe::CastResult::delivered) {
    ledger->delivered.fetch_add(1, std::memory_order_relaxed);
  }
}

class Node : public troupe::Actor<Node, Note, Ask, AskLater, Act> {
 public:
  Node(Board& board, std::uint64_t seed) : board_(board), random_(seed) {
    ledger->actors.fetch_add(1, std::memory_order_relaxed);
  }
  ~Node() { ledger->actors.fetch_sub(1, std::memory_order_relaxed); }

  void handle(Note) { ledger->handled.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t handle(Ask m) {
    if (random_.below(64) == 0) throw std::runtime_error("chance");
    return m.value + 1;
  }
  void handle(AskLater m, troupe::ReplyPort<std::uint64_t> port) {
    if (kept_) kept_.send(kept_value_ + 1);
    if (random_.below(16) == 0) return;  // no reply
    kept_ = std::move(port);
    kept_value_ = m.value;
    (void)send_after<Act>(std::chrono::microseconds(random_.below(200)));
  }
  void handle(troupe::ChildFailed) {}

  troupe::Task<> handle(Act) {
    if (kept_) kept_.send(kept_value_ + 1);
    ledger->steps.fetch_add(1, std::memory_order_relaxed);
    const Payload held_across_suspensions;
    NodeRef other = board_.pick(random_);
    switch (random_.below(10)) {
      case 0:
        for (std::uint32_t n = random_.below(50); n > 0; --n) cast_note(other);
        break;
      case 1:
      case 2:
        // An actor can meet itself here, and cycles: their time is short.
        if (other) co_await check(other.call<Ask>(7u).within(2ms));
        break;
      case 3:
        if (other) co_await check(other.call<AskLater>(7u).within(2ms));
        break;
      case 4:
        co_await troupe::sleep_for(std::chrono::microseconds(random_.below(300)));
        break;
      case 5:
        if (children().size() < 4) {
          auto child = spawn<Node>(board_, random_.next());
          child.cast<Act>();
          board_.put(random_, child);
        }
        break;
      case 6:
        if (other) other.cast<Act>();
        break;
      case 7: {
        auto timer = send_after<Note>(1h);  // never due: cancelled, or dropped at the end
        if (random_.below(2) == 0) timer.cancel();
        break;
      }
      case 8:
        if (random_.below(8) == 0) stop();
        break;
      default:
        if (random_.below(8) == 0) throw std::runtime_error("chance");
        break;
    }
  }

 private:
  static troupe::Task<> check(auto call) {
    auto answer = co_await call;
    if (answer && *answer != 8) std::abort();
  }

  Board& board_;
  stress::Random random_;
  troupe::ReplyPort<std::uint64_t> kept_;
  std::uint64_t kept_value_ = 0;
};

class Silence : public troupe::LogSink {
 public:
  void write(const troupe::LogRecord&) noexcept override {}
};

// Ends the process, with the seed above, when nothing happens for a long time.
class ProgressGuard {
 public:
  ProgressGuard()
      : thread_([this](std::stop_token stop) {
          std::uint64_t seen = 0;
          int quiet = 0;
          std::mutex mutex;
          std::unique_lock lock(mutex);
          while (!stop.stop_requested()) {
            changed_.wait_for(lock, stop, 1s, [] { return false; });
            const std::uint64_t now = ledger->steps.load();
            quiet = now == seen ? quiet + 1 : 0;
            seen = now;
            if (quiet == 60) {
              std::fprintf(stderr, "no progress for 60 s: a wake-up was lost\n");
              std::abort();
            }
          }
        }) {}

 private:
  std::condition_variable_any changed_;
  std::jthread thread_;
};

void drive(troupe::System& system, Board& board, std::uint64_t seed,
           std::chrono::steady_clock::time_point until) {
  stress::Random random(seed);
  while (std::chrono::steady_clock::now() < until) {
    ledger->steps.fetch_add(1, std::memory_order_relaxed);
    NodeRef other = board.pick(random);
    if (!other || random.below(8) == 0) {
      board.put(random, system.spawn<Node>(board, random.next()));
      continue;
    }
    switch (random.below(12)) {
      case 0:
        other.stop();
        break;
      case 1:
        other.kill();
        break;
      case 2:
        other.drain();
        break;
      case 3: {
        // Whatever else happens to it, its end is heard of.
        auto end = random.below(2) == 0 ? other.kill_and_wait().within(1h).get()
                                        : other.stop_and_wait().within(1h).get();
        if (!end) std::abort();
        break;
      }
      case 4:
      case 5: {
        // Nodes wait for one another for at most 2 ms: an hour means that an answer was lost.
        auto answer = other.call<Ask>(41u).within(1h).get();
        if (answer && *answer != 42) std::abort();
        break;
      }
      case 6: {
        auto answer = other.call<AskLater>(41u).within(1h).get();
        if (answer && *answer != 42) std::abort();
        break;
      }
      case 7:
        for (std::uint32_t n = random.below(100); n > 0; --n) cast_note(other);
        break;
      case 8:
        std::this_thread::yield();
        break;
      default:
        other.cast<Act>();
        break;
    }
  }
}

}  // namespace

TEST_CASE("no wake-up, message or actor is lost under random spawns, sends, stops and kills") {
  const std::uint64_t seed = stress::seed();
  stress::Random random(seed);
  const auto end = std::chrono::steady_clock::now() + stress::duration();
  int rounds = 0;
  do {
    Ledger counts;
    ledger = &counts;
    Silence silence;
    {
      const ProgressGuard guard;
      Board board;
      std::uint64_t dead_letters = 0;
      {
        troupe::SystemOptions options;
        options.workers = 1 + random.below(4);
        options.log = &silence;
        troupe::System system(options);
        const auto until = std::min(end, std::chrono::steady_clock::now() + 500ms);
        std::vector<std::jthread> drivers;
        for (std::uint32_t i = 1 + random.below(3); i > 0; --i) {
          drivers.emplace_back([&, seed = random.next()] { drive(system, board, seed, until); });
        }
        drivers.clear();
        const auto report = system.shutdown(60s);
        CHECK(report.complete);
        board.clear();
        CHECK(system.stats().spawned == system.stats().ended);
        dead_letters = system.stats().dead_letters;
      }
      CHECK(counts.actors == 0);
      CHECK(counts.payloads == 0);
      // Notes that were delivered were handled, or left in a queue: those are dead letters, among
      // refused ones and other messages.
      CHECK(counts.handled <= counts.delivered);
      CHECK(counts.delivered - counts.handled <= dead_letters);
    }
    ++rounds;
  } while (std::chrono::steady_clock::now() < end);
  MESSAGE("rounds: ", rounds);
}
