// A producer sends a counter many increments in one handler, then asks for the value.

#include "bench.hpp"

namespace {

struct Increment {};
struct Value {
  using Reply = std::uint64_t;
};
struct Produce {
  using Reply = std::uint64_t;
  std::uint64_t messages;
};

class Counter : public troupe::Actor<Counter, Increment, Value> {
 public:
  void handle(Increment) { ++value_; }
  std::uint64_t handle(Value) const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

class Producer : public troupe::Actor<Producer, Produce> {
 public:
  explicit Producer(troupe::ActorRef<Increment, Value> counter) : counter_(std::move(counter)) {}

  troupe::Task<std::uint64_t> handle(Produce m) {
    for (std::uint64_t i = 0; i < m.messages; ++i) counter_.cast<Increment>();
    const auto value = co_await counter_.call<Value>().within(troupe::forever);
    co_return value.value();
  }

 private:
  troupe::ActorRef<Increment, Value> counter_;
};

bench::Result counting(const bench::Run& run) {
  troupe::System system({.workers = run.workers, .watchdog = {}});  // a long handler is meant
  auto counter = system.spawn<Counter>();
  auto producer = system.spawn<Producer>(counter);

  const bench::Stopwatch watch(run);
  const auto value = producer.call<Produce>(run.size).within(troupe::forever).get().value();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), value, run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "counting", .size = 2'000'000, .run = counting}, argv);
}
