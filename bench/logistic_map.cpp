// Ten series x' = r x (1 - x), each by a worker that asks its computer for every term.

#include <future>

#include "bench.hpp"

namespace {

constexpr int kSeries = 10;

double rate(int series) { return 3.46 + 0.0025 * series; }
double first_term(int series) { return 0.0025 * series; }
double next_term(double r, double x) { return r * x * (1 - x); }

struct Compute {
  using Reply = double;
  double term;
};
struct NextTerm {};
struct Term {
  using Reply = double;
};
struct Run {
  using Reply = double;
  std::uint64_t terms;
};

class Computer : public troupe::Actor<Computer, Compute> {
 public:
  explicit Computer(double r) : r_(r) {}

  double handle(Compute m) const { return next_term(r_, m.term); }

 private:
  double r_;
};

class Worker : public troupe::Actor<Worker, NextTerm, Term> {
 public:
  Worker(double first_term, troupe::ActorRef<Compute> computer)
      : term_(first_term), computer_(std::move(computer)) {}

  troupe::Task<> handle(NextTerm) {
    const auto term = co_await computer_.call<Compute>(term_).within(troupe::forever);
    term_ = term.value();
  }

  double handle(Term) const { return term_; }

 private:
  double term_;
  troupe::ActorRef<Compute> computer_;
};

class Master : public troupe::Actor<Master, Run> {
 public:
  void pre_start() {
    for (int i = 0; i < kSeries; ++i) {
      workers_.push_back(spawn<Worker>(first_term(i), spawn<Computer>(rate(i))));
    }
  }

  troupe::Task<double> handle(Run m) {
    for (std::uint64_t i = 0; i < m.terms; ++i) {
      for (auto& worker : workers_) worker.cast<NextTerm>();
    }
    double sum = 0;
    for (const auto& term : co_await troupe::call_all<Term>(workers_).within(troupe::forever)) {
      sum += term.value();
    }
    co_return sum;
  }

 private:
  std::vector<troupe::ActorRef<NextTerm, Term>> workers_;
};

double sum_without_actors(std::uint64_t terms) {
  double sum = 0;
  for (int i = 0; i < kSeries; ++i) {
    double x = first_term(i);
    for (std::uint64_t term = 0; term < terms; ++term) x = next_term(rate(i), x);
    sum += x;
  }
  return sum;
}

bench::Result logistic_map(const bench::Run& run) {
  troupe::System system({.workers = run.workers});
  auto master = system.spawn<Master>();

  const bench::Stopwatch watch(run);
  const double sum = master.call<Run>(run.size).within(troupe::forever).get().value();
  const auto ns = watch.stop();
  return bench::result(kSeries * run.size, bench::time(ns), troupe::format("{:.12f}", sum),
                       troupe::format("{:.12f}", sum_without_actors(run.size)));
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "logistic-map", .size = 25'000, .run = logistic_map}, argv);
}
