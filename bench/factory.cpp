// A producer sends jobs to pools of 100 and of 10,000 workers, routed to the first free worker and
// by key: what a job costs does not grow with the number of workers.

#include "troupe/factory.hpp"

#include <atomic>
#include <future>

#include "bench.hpp"
#include "draws.hpp"

namespace {

constexpr std::uint64_t kAtATime = 1024;
constexpr std::uint64_t kUnderWay = 16 * kAtATime;  // at most: a backlog measures the memory

struct Work {
  std::uint64_t key;
};
struct Produce {
  std::uint64_t jobs;
};

struct Total {
  std::uint64_t expected;
  std::atomic<std::uint64_t> done{0};
  std::promise<void> complete{};
};

class Worker : public troupe::Actor<Worker, Work> {
 public:
  explicit Worker(Total* total) : total_(total) {}

  void handle(Work) {
    if (total_->done.fetch_add(1, std::memory_order_relaxed) + 1 == total_->expected) {
      total_->complete.set_value();
    }
  }

 private:
  Total* total_;
};

class Producer : public troupe::Actor<Producer, Produce> {
 public:
  Producer(troupe::ActorRef<Work> pool, Total* total) : pool_(std::move(pool)), total_(total) {}

  void handle(Produce m) {
    const auto under_way = total_->expected - m.jobs - total_->done.load(std::memory_order_relaxed);
    const auto now = under_way < kUnderWay ? std::min(m.jobs, kAtATime) : 0;
    for (std::uint64_t i = 0; i < now; ++i) pool_.cast<Work>(draws_.next());
    if (m.jobs > now) self().cast<Produce>(m.jobs - now);
  }

 private:
  troupe::ActorRef<Work> pool_;
  Total* total_;
  bench::Draws draws_{1};
};

std::uint64_t time_pool(const bench::Run& run, std::size_t workers, troupe::Routing route,
                        std::uint64_t& done) {
  Total total{run.size};
  troupe::System system({.workers = run.workers, .watchdog = {}});
  auto pool = system.spawn<troupe::Factory<Worker>>(
      troupe::FactoryOptions{.workers = workers, .route = std::move(route)}, &total);
  auto producer = system.spawn<Producer>(pool, &total);

  const bench::Stopwatch watch(run);
  producer.cast<Produce>(run.size);
  total.complete.get_future().get();
  const auto ns = watch.stop();
  done += total.done;
  return ns;
}

bench::Result factory(const bench::Run& run) {
  std::uint64_t ns = 0;
  std::uint64_t done = 0;
  std::string figures;
  const auto add = [&](std::string_view name, std::size_t workers, troupe::Routing route) {
    const std::uint64_t time = time_pool(run, workers, std::move(route), done);
    ns += time;
    figures += troupe::format(" {}-{}={:.1f}", name, workers,
                              static_cast<double>(time) / static_cast<double>(run.size));
  };
  for (const std::size_t workers : {100, 10'000}) {
    add("first-free", workers, troupe::first_free());
    add("by-key", workers, troupe::by_key([](const Work& m) { return m.key; }));
    add("round-robin", workers, troupe::round_robin());
  }
  return bench::result(6 * run.size, bench::time(ns) + figures, done, 6 * run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "factory", .size = 1'000'000, .run = factory}, argv);
}
