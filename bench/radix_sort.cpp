// Values pass through sixty sorting actors, one for each bit.

#include <future>
#include <stdexcept>

#include "bench.hpp"
#include "draws.hpp"

namespace {

constexpr unsigned kBits = 60;
constexpr std::uint32_t kSeed = 2048;

struct Value {
  std::uint64_t value;
};
struct Start {};

class Source : public troupe::Actor<Source, Start> {
 public:
  Source(std::uint64_t values, troupe::ActorRef<Value> next)
      : values_(values), next_(std::move(next)) {}

  void handle(Start) {
    bench::Draws draws(kSeed);
    for (std::uint64_t i = 0; i < values_; ++i) next_.cast<Value>(draws.next());
  }

 private:
  std::uint64_t values_;
  troupe::ActorRef<Value> next_;
};

class Sorter : public troupe::Actor<Sorter, Value> {
 public:
  Sorter(unsigned bit, std::uint64_t values, troupe::ActorRef<Value> next)
      : bit_(bit), left_(values), next_(std::move(next)) {}

  void handle(Value m) {
    if (m.value >> bit_ & 1) {
      kept_.push_back(m.value);
    } else {
      next_.cast<Value>(m.value);
    }
    if (--left_ == 0) {
      for (const std::uint64_t value : kept_) next_.cast<Value>(value);
    }
  }

 private:
  unsigned bit_;
  std::uint64_t left_;
  std::vector<std::uint64_t> kept_;
  troupe::ActorRef<Value> next_;
};

class Validator : public troupe::Actor<Validator, Value> {
 public:
  Validator(std::uint64_t values, std::promise<std::uint64_t>* sum)
      : left_(values), promise_(sum) {}

  void handle(Value m) {
    if (m.value < last_) sorted_ = false;
    last_ = m.value;
    sum_ += m.value;
    if (--left_ > 0) return;
    if (sorted_) {
      promise_->set_value(sum_);
    } else {
      promise_->set_exception(std::make_exception_ptr(std::runtime_error("not in order")));
    }
  }

 private:
  std::uint64_t left_;
  std::uint64_t last_ = 0;
  std::uint64_t sum_ = 0;
  bool sorted_ = true;
  std::promise<std::uint64_t>* promise_;
};

std::uint64_t sum_without_actors(std::uint64_t values) {
  bench::Draws draws(kSeed);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < values; ++i) sum += draws.next();
  return sum;
}

bench::Result radix_sort(const bench::Run& run) {
  std::promise<std::uint64_t> sum;
  troupe::System system({.workers = run.workers});
  troupe::ActorRef<Value> next = system.spawn<Validator>(run.size, &sum);
  for (unsigned bit = kBits; bit-- > 0;) next = system.spawn<Sorter>(bit, run.size, next);
  auto source = system.spawn<Source>(run.size, next);

  const bench::Stopwatch watch(run);
  source.cast<Start>();
  const auto value = sum.get_future().get();
  const auto ns = watch.stop();
  return bench::result((kBits + 1) * run.size, bench::time(ns), value,
                       sum_without_actors(run.size));
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "radix-sort", .size = 100'000, .run = radix_sort}, argv);
}
