// What supervision costs: restarts of one child under load, and very many children under one
// dynamic supervisor. Troupe only; prints its figures, and fails when a message was lost.
//
//   build/release/bench/supervision [RESTARTS [CHILDREN]]

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <troupe/troupe.hpp>

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

class Nowhere : public troupe::LogSink {
 public:
  void write(const troupe::LogRecord&) noexcept override {}
};

struct Work {};
struct Fail {};

/// What outlives the child's incarnations.
struct Counts {
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> started{0};
};

class Child : public troupe::Actor<Child, Work, Fail> {
 public:
  explicit Child(Counts* counts) : counts_(counts) { add(counts_->started); }

  void handle(Work) { add(counts_->handled); }
  void handle(Fail) {
    add(counts_->failed);
    throw std::runtime_error("as told");
  }

 private:
  // relaxed: only a count, written by one actor.
  static void add(std::atomic<std::uint64_t>& count) {
    count.fetch_add(1, std::memory_order_relaxed);
  }
  Counts* counts_;
};

/// Two threads send; every 10th message makes the child fail.
bool restarts(std::uint64_t wanted) {
  Nowhere log;
  Counts counts;
  troupe::System system({.log = &log});
  auto supervisor =
      system.spawn<troupe::Supervisor>(troupe::one_for_one()
                                           .intensity(UINT32_MAX, std::chrono::hours(1))
                                           .child<Child>("child", &counts));
  auto child = *troupe::ref_as<Child>((**supervisor.call<troupe::FindChild>("child").get()).ref);
  const auto begin = Clock::now();
  const auto send = [&] {
    for (std::uint64_t i = 0; i < wanted / 2; ++i) {
      for (int k = 0; k < 9; ++k) child.cast<Work>();
      child.cast<Fail>();
    }
  };
  std::thread first(send);
  std::thread second(send);
  first.join();
  second.join();
  (void)child.drain_and_wait().within(std::chrono::minutes(5)).get();
  const double seconds = seconds_since(begin);
  const std::uint64_t failures = wanted / 2 * 2;
  const bool complete = counts.handled == 9 * failures && counts.failed == failures;
  std::printf("one child under load: %.0f restarts a second, %llu of %llu other messages handled\n",
              static_cast<double>(failures) / seconds,
              static_cast<unsigned long long>(counts.handled.load()),
              static_cast<unsigned long long>(9 * failures));
  return complete;
}

struct Idle : troupe::Actor<Idle> {};

struct Start {
  using Reply = std::uint64_t;
  std::uint64_t children;
};

/// Asks for children one after the other, as one who accepts connections does.
class Acceptor : public troupe::Actor<Acceptor, Start> {
 public:
  explicit Acceptor(troupe::DynamicSupervisor::Reference pool) : pool_(std::move(pool)) {}

  troupe::Task<std::uint64_t> handle(Start m) {
    std::uint64_t started = 0;
    for (std::uint64_t i = 0; i < m.children; ++i) {
      auto child = co_await troupe::start_child<Idle>(pool_);
      started += child.has_value();
    }
    co_return started;
  }

 private:
  troupe::DynamicSupervisor::Reference pool_;
};

bool dynamic_children(std::uint64_t wanted) {
  troupe::System system({.watchdog = {}});
  auto pool = system.spawn<troupe::DynamicSupervisor>(
      troupe::dynamic().restart(troupe::Restart::temporary));
  auto acceptor = system.spawn<Acceptor>(pool);

  auto begin = Clock::now();
  const std::uint64_t started =
      acceptor.call<Start>(wanted).within(std::chrono::minutes(5)).get().value();
  const double starting = seconds_since(begin);

  begin = Clock::now();
  std::uint64_t listed = 0;
  std::uint64_t pages = 0;
  for (std::uint64_t from = 0;;) {
    auto page = pool.call<troupe::ListDynamicChildren>(from, 1000u).get().value();
    listed += page.children.size();
    ++pages;
    if (page.next == 0) break;
    from = page.next;
  }
  const double listing = seconds_since(begin);

  begin = Clock::now();
  (void)pool.stop_and_wait().within(std::chrono::minutes(5)).get();
  const double stopping = seconds_since(begin);
  std::printf(
      "%llu dynamic children: started in %.2f s, listed in %llu pages in %.2f s, "
      "stopped in %.2f s\n",
      static_cast<unsigned long long>(started), starting, static_cast<unsigned long long>(pages),
      listing, stopping);
  return started == wanted && listed == wanted;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t wanted_restarts = argc > 1 ? std::stoull(argv[1]) : 100'000;
  const std::uint64_t wanted_children = argc > 2 ? std::stoull(argv[2]) : 1'000'000;
  const bool nothing_lost = restarts(wanted_restarts);
  const bool all_there = dynamic_children(wanted_children);
  if (nothing_lost && all_there) return 0;
  std::puts("something was lost");
  return 1;
}
