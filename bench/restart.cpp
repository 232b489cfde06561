// A child fails on its message, and its supervisor restarts it; then comes the next message.

#include <future>
#include <stdexcept>

#include "bench.hpp"

namespace {

struct Fail {};

/// Counts its starts, asks itself for the next failure at each, and tells when that were enough.
struct Count {
  std::uint64_t wanted;
  std::uint64_t failures = 0;
  std::promise<std::uint64_t> reached{};
};

class Child : public troupe::Actor<Child, Fail> {
 public:
  explicit Child(Count* count) : count_(count) {}

  void pre_start() {
    if (count_->failures < count_->wanted) {
      self().cast<Fail>();
    } else {
      count_->reached.set_value(count_->failures);
    }
  }
  void handle(Fail) {
    ++count_->failures;
    throw std::runtime_error("as told");
  }

 private:
  Count* count_;
};

/// Where the crash reports go.
class Nowhere : public troupe::LogSink {
 public:
  void write(const troupe::LogRecord&) noexcept override {}
};

bench::Result restart(const bench::Run& run) {
  Count count{run.size};
  Nowhere log;
  troupe::System system({.workers = run.workers, .log = &log});

  const bench::Stopwatch watch(run);
  auto supervisor =
      system.spawn<troupe::Supervisor>(troupe::one_for_one()
                                           .intensity(UINT32_MAX, std::chrono::hours(1))
                                           .child<Child>("child", &count));
  const auto failures = count.reached.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), failures, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "restart", .size = 20'000, .run = restart}, argv);
}
