// What an idle actor costs in memory.

#include <unistd.h>

#include <future>
#include <stdexcept>

#include "bench.hpp"
#include "collector.hpp"

namespace {

struct Ask {
  troupe::ActorRef<bench::Report> asker;
};

class Idle : public troupe::Actor<Idle, Ask> {
 public:
  explicit Idle(std::uint64_t number) : number_(number) {}

  void handle(Ask m) {
    ++answers_;
    m.asker.cast<bench::Report>(answers_);
  }

 private:
  [[maybe_unused]] std::uint64_t number_;
  std::uint64_t answers_ = 0;
};

double resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long pages = 0;
  long resident = 0;
  if (!file || std::fscanf(file, "%ld %ld", &pages, &resident) != 2) {
    throw std::runtime_error("cannot read /proc/self/statm");
  }
  std::fclose(file);
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

bench::Result idle(const bench::Run& run) {
  std::promise<std::uint64_t> answers;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<bench::Collector>(run.size, &answers);

  const double before = resident_bytes();
  for (std::uint64_t i = 0; i < run.size; ++i) system.spawn<Idle>(i).cast<Ask>(collector);
  const auto sum = answers.get_future().get();
  const double bytes = (resident_bytes() - before) / static_cast<double>(run.size);
  return bench::result(run.size, troupe::format("bytes={:.1f}", bytes), sum, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "idle",
                         .size = 1'000'000,
                         .run = idle,
                         .warm_up = [](std::uint64_t) { return std::uint64_t{0}; },
                         .why_not_slower = "nothing is timed"},
                        argv);
}
