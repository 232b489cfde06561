// How long an idle actor takes to answer a thread: back to back, and after a pause in which its
// worker has gone to sleep.

#include <thread>

#include "bench.hpp"
#include "troupe/troupe.hpp"

namespace {

struct Ask {
  using Reply = std::uint64_t;
};

class Answerer : public troupe::Actor<Answerer, Ask> {
 public:
  std::uint64_t handle(Ask) { return ++asked_; }

 private:
  std::uint64_t asked_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::parse(argc, argv);
  const auto run = [&](const char* name, std::uint64_t rounds, std::chrono::microseconds pause) {
    troupe::SystemOptions system_options;
    system_options.workers = options.workers;
    troupe::System system(system_options);
    auto answerer = system.spawn<Answerer>();
    std::vector<double> times;
    times.reserve(rounds);
    for (std::uint64_t i = 1; i <= rounds; ++i) {
      if (pause.count() > 0) std::this_thread::sleep_for(pause);
      const bench::Stopwatch watch;
      const auto answer = answerer.call<Ask>().get();
      times.push_back(watch.nanoseconds() / 1000);
      bench::require(answer && *answer == i, "answers come in order");
    }
    std::sort(times.begin(), times.end());
    const auto at = [&](double part) {
      return times[static_cast<std::size_t>(part * static_cast<double>(rounds))];
    };
    std::printf("%-34s workers %-3u p50 %.2f us, p99 %.2f us, p99.9 %.2f us\n", name,
                options.workers, at(0.5), at(0.99), at(0.999));
  };
  run("wake, back to back", options.messages ? options.messages : 200'000, {});
  run("wake, after 1 ms", 2'000, std::chrono::milliseconds(1));
}
