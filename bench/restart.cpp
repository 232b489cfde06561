// A child fails on its message, and its parent puts a new one in its place.

#include <future>
#include <stdexcept>

#include "bench.hpp"

namespace {

struct Fail {};
struct Start {};

class Child : public troupe::Actor<Child, Fail> {
 public:
  void handle(Fail) { throw std::runtime_error("as told"); }
};

class Parent : public troupe::Actor<Parent, Start> {
 public:
  Parent(std::uint64_t failures, std::promise<std::uint64_t>* failed)
      : wanted_(failures), promise_(failed) {}

  void pre_start() { child_ = spawn<Child>(); }

  void handle(Start) { child_.cast<Fail>(); }

  void handle(troupe::ChildFailed) {
    ++failures_;
    child_ = spawn<Child>();
    if (failures_ < wanted_) {
      child_.cast<Fail>();
    } else {
      promise_->set_value(failures_);
    }
  }

 private:
  std::uint64_t wanted_;
  std::uint64_t failures_ = 0;
  troupe::ActorRef<Fail> child_;
  std::promise<std::uint64_t>* promise_;
};

/// Where the crash reports go.
class Nowhere : public troupe::LogSink {
 public:
  void write(const troupe::LogRecord&) noexcept override {}
};

bench::Result restart(const bench::Run& run) {
  std::promise<std::uint64_t> failed;
  Nowhere log;
  troupe::System system({.workers = run.workers, .log = &log});
  auto parent = system.spawn<Parent>(run.size, &failed);

  const bench::Stopwatch watch(run);
  parent.cast<Start>();
  const auto failures = failed.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), failures, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "restart", .size = 20'000, .run = restart}, argv);
}
