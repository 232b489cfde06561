// Many idle actors with 16 bytes of state: what they cost in memory and in time, whether they
// answer, and whether their memory comes back.

#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "bench.hpp"
#include "troupe/troupe.hpp"

namespace {

struct Sum {
  using Reply = std::uint64_t;
};

class Idle : public troupe::Actor<Idle, Sum> {
 public:
  explicit Idle(std::uint64_t number) : a_(number), b_(1) {}
  std::uint64_t handle(Sum) { return a_ + b_; }

 private:
  std::uint64_t a_;
  std::uint64_t b_;
};

double resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long pages = 0;
  long resident = 0;
  if (!file || std::fscanf(file, "%ld %ld", &pages, &resident) != 2) std::exit(1);
  std::fclose(file);
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::parse(argc, argv);
  const std::uint64_t actors = options.messages ? options.messages : 1'000'000;
  troupe::SystemOptions system_options;
  system_options.workers = options.workers;
  troupe::System system(system_options);
  const double n = static_cast<double>(actors);
  const double before = resident_bytes();

  std::vector<troupe::ActorRef<Sum>> refs;
  refs.reserve(actors);
  bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < actors; ++i) refs.push_back(system.spawn<Idle>(i));
  std::printf("spawn                              %9.1f ns an actor\n", watch.nanoseconds() / n);
  const double full = resident_bytes() - before;
  std::printf("resident, with a vector of refs    %9.1f bytes an actor\n", full / n);
  std::printf("resident, without                  %9.1f bytes an actor\n",
              full / n - static_cast<double>(sizeof(refs[0])));

  std::this_thread::sleep_for(std::chrono::seconds(1));
  const double cpu = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(options.seconds));
  std::printf("CPU while idle                     %9.4f %% of a core, over %u s\n",
              (cpu_seconds() - cpu) * 100 / options.seconds, options.seconds);

  watch = {};
  std::uint64_t sum = 0;
  for (auto& ref : refs) sum += ref.call<Sum>().get().value_or(0);
  bench::require(sum == actors * (actors - 1) / 2 + actors, "every actor answered");
  std::printf("a call to each, from a thread      %9.1f ns an actor\n", watch.nanoseconds() / n);

  watch = {};
  for (auto& ref : refs) ref.stop();
  while (system.stats().ended < actors) std::this_thread::yield();
  std::printf("stop                               %9.1f ns an actor\n", watch.nanoseconds() / n);
  refs = {};
  std::this_thread::sleep_for(std::chrono::seconds(2));  // the system trims its memory when quiet
  std::printf("resident after the end             %9.1f MB more than before\n",
              (resident_bytes() - before) / 1e6);
}
