#include "troupe/explore.hpp"

#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "base/temporarily.hpp"
#include "simulation/black_box.hpp"
#include "simulation/child_process.hpp"
#include "simulation/failure_text.hpp"
#include "simulation/make_smaller.hpp"
#include "simulation/progress_line.hpp"
#include "troupe/format.hpp"

namespace troupe {

namespace {

using detail::BlackBox;

// What the processes share. relaxed, all of it: numbers, and nothing else is read because of them.
struct Shared {
  std::atomic<std::uint64_t> next_seed;
  std::atomic<std::uint64_t> runs{0};
  std::atomic<std::uint64_t> messages{0};
  std::atomic<std::uint64_t> failures{0};
  std::atomic<std::uint64_t> current[ExploreOptions::kMostProcesses] = {};  // each process's seed
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

struct Unmap {
  void operator()(Shared* shared) const noexcept { munmap(shared, sizeof *shared); }
};

std::unique_ptr<Shared, Unmap> share(std::uint64_t first_seed) {
  return std::unique_ptr<Shared, Unmap>(::new (detail::shared_memory(sizeof(Shared)))
                                            Shared{first_seed});
}

void check(const Scenario& scenario, const ExploreOptions& options) {
  const Simulation can_be_made(scenario.options);
  if (options.enough_failures == 0) {
    throw std::invalid_argument("ExploreOptions: enough_failures is at least 1");
  }
  if (options.seeds > UINT64_MAX - options.first_seed) {
    throw std::invalid_argument("ExploreOptions: there are not so many seeds after first_seed");
  }
  if (options.longest_run.count() < 0 || options.shrink.count() < 0) {
    throw std::invalid_argument("ExploreOptions: longest_run and shrink are not negative");
  }
}

// What a process tells of a run: "seed steps size text".
std::string told_of(std::uint64_t seed, const RunReport& report) {
  const std::string text = report.failure.value_or("");
  return format("{} {} {} {}", seed, report.steps, text.size(), text);
}

// Reads the next one; `at` is behind it then.
FailedRun read_told(const char*& at) {
  FailedRun told;
  char* end = nullptr;
  told.seed = std::strtoull(at, &end, 10);
  told.steps_found = told.steps = std::strtoull(end, &end, 10);
  const std::size_t size = std::strtoull(end, &end, 10);
  told.text.assign(end + 1, size);
  at = end + 1 + size;
  return told;
}

// A process's work.
void run_seeds(const Scenario& scenario, const ExploreOptions& options, Shared& shared,
               unsigned index, BlackBox& box, int descriptor) {
  const detail::Temporarily writing(detail::black_box, &box);
  SimulationOptions run = scenario.options;
  const std::uint64_t end = options.first_seed + options.seeds;
  while (shared.failures.load(std::memory_order_relaxed) < options.enough_failures) {
    const std::uint64_t seed = shared.next_seed.fetch_add(1, std::memory_order_relaxed);
    if (seed >= end) return;
    shared.current[index].store(seed, std::memory_order_relaxed);
    detail::end_after(options.longest_run);
    box.clear();
    run.seed = seed;
    const RunReport report = run_once(scenario, run);
    shared.runs.fetch_add(1, std::memory_order_relaxed);
    shared.messages.fetch_add(report.messages, std::memory_order_relaxed);
    if (!report.failure) continue;
    shared.failures.fetch_add(1, std::memory_order_relaxed);
    detail::write_all(descriptor, told_of(seed, report));
  }
}

class Explorer {
 public:
  Explorer(const Scenario& scenario, const ExploreOptions& options)
      : scenario_(scenario),
        options_(options),
        shared_(share(options.first_seed)),
        progress_(options.shows_progress) {}

  Exploration run() {
    const detail::Clock clock;
    const detail::Nanoseconds began = clock.now();
    unsigned count = options_.processes != 0 ? options_.processes
                                             : std::max(1u, std::thread::hardware_concurrency());
    count = std::min(count, ExploreOptions::kMostProcesses);
    for (unsigned i = 0; i < count; ++i) start(i);
    while (
        std::ranges::any_of(processes_, [](const auto& each) { return each.process != nullptr; }))
      listen(clock.now() - began);
    Exploration result;
    result.runs = shared_->runs;
    result.messages = shared_->messages;
    result.time = std::chrono::nanoseconds(clock.now() - began);
    // Seeds are taken in order, and each that was taken is run to its end: whatever else was found
    // beside these, they are the first that fail, however many processes there are.
    std::ranges::sort(failures_, {}, &FailedRun::seed);
    if (failures_.size() > options_.enough_failures) failures_.resize(options_.enough_failures);
    result.failures = std::move(failures_);
    return result;
  }

 private:
  struct Worker {
    std::unique_ptr<BlackBox> box;
    std::unique_ptr<detail::ChildProcess> process;
    std::string written;
  };

  void start(unsigned index) {
    if (index >= processes_.size()) processes_.resize(index + 1);
    Worker& worker = processes_[index];
    if (!worker.box) worker.box = std::make_unique<BlackBox>();
    worker.written.clear();
    worker.process = std::make_unique<detail::ChildProcess>([&](int descriptor) {
      run_seeds(scenario_, options_, *shared_, index, *worker.box, descriptor);
    });
  }

  void listen(detail::Nanoseconds elapsed) {
    std::vector<pollfd> descriptors;
    std::vector<unsigned> indices;
    for (unsigned i = 0; i < processes_.size(); ++i) {
      if (!processes_[i].process) continue;
      descriptors.push_back({processes_[i].process->descriptor(), POLLIN, 0});
      indices.push_back(i);
    }
    constexpr int kTick = 200;
    if (poll(descriptors.data(), descriptors.size(), kTick) > 0) {
      for (std::size_t i = 0; i < descriptors.size(); ++i) {
        if (descriptors[i].revents != 0) hear(indices[i]);
      }
    }
    if (!progress_.on()) return;
    progress_.show(format("{}: {} of {} runs, {} s, {} failed", scenario_.name,
                          shared_->runs.load(), options_.seeds, elapsed / 1'000'000'000,
                          failures_.size()));
  }

  void hear(unsigned index) {
    Worker& worker = processes_[index];
    const std::string more = worker.process->read();
    worker.written += more;
    if (!more.empty()) return;
    for (const char* at = worker.written.c_str(); *at != 0;) failures_.push_back(read_told(at));
    const std::string trouble = worker.process->wait().trouble;
    worker.process.reset();
    if (trouble.empty()) return;
    shared_->failures.fetch_add(1, std::memory_order_relaxed);
    shared_->runs.fetch_add(1, std::memory_order_relaxed);
    FailedRun failed;
    failed.seed = shared_->current[index];
    failed.steps = failed.steps_found = worker.box->step();
    failed.text =
        detail::failure_text(trouble, worker.box->step(), worker.box->time(), failed.seed);
    failures_.push_back(std::move(failed));
    start(index);  // the seeds that are left
  }

  const Scenario& scenario_;
  const ExploreOptions& options_;
  const std::unique_ptr<Shared, Unmap> shared_;
  detail::ProgressLine progress_;
  std::vector<Worker> processes_;
  std::vector<FailedRun> failures_;
};

}  // namespace

Exploration explore(const Scenario& scenario, const ExploreOptions& options) {
  check(scenario, options);
  Exploration result = Explorer(scenario, options).run();
  if (options.shrink.count() != 0 && !result.failures.empty()) {
    detail::make_smaller(scenario, options, result.failures.front());
  }
  return result;
}

}  // namespace troupe
