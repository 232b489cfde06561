// Series of requests, and values through a chain.

#include "../workloads.hpp"
#include "mailbox.hpp"

namespace bench {
namespace {

using Number = std::uint64_t;

// -- logistic map ---------------------------------------------------------------------------------

struct Question {
  double x;
  Reply<double>* reply;  // none: no more questions
};

void answer(Mailbox<Question>& own, double rate) {
  for (;;) {
    const Question question = own.receive();
    if (question.reply == nullptr) return;
    question.reply->set(rate * question.x * (1 - question.x));
  }
}

enum class Next { term, none };

/// A term for each message; what waits meanwhile waits in the queue.
double terms(Mailbox<Next>& own, Mailbox<Question>& computer, double x) {
  Reply<double> reply;
  while (own.receive() == Next::term) {
    computer.send({x, &reply});
    x = reply.get();
  }
  computer.send({});
  return x;
}

// -- radix sort -----------------------------------------------------------------------------------

constexpr std::size_t bits = 60;

void sort(Mailbox<Number>& own, Mailbox<Number>& next, Number values, std::size_t bit) {
  std::vector<Number> kept;
  for (; values > 0; --values) {
    const Number value = own.receive();
    if (value >> bit & 1) {
      kept.push_back(value);
    } else {
      next.send(value);
    }
  }
  for (const Number value : kept) next.send(value);
}

struct Validation {
  Number sum = 0;
  bool in_order = true;
};

Validation validate(Mailbox<Number>& own, Number values) {
  Validation seen;
  for (Number last = 0; values > 0; --values) {
    const Number value = own.receive();
    seen.in_order &= last <= value;
    seen.sum += value;
    last = value;
  }
  return seen;
}

}  // namespace

Result logistic_map(unsigned workers, std::uint64_t count) {
  constexpr std::size_t series = 10;
  std::vector<Mailbox<Next>> all(series);
  std::vector<Mailbox<Question>> computers(series);
  std::vector<Mailbox<double>> last(series);
  Threads threads(workers);
  for (std::size_t i = 0; i < series; ++i) {
    threads.start([&, i] { answer(computers[i], 3.46 + 0.0025 * static_cast<double>(i)); });
    threads.start(
        [&, i] { last[i].send(terms(all[i], computers[i], 0.0025 * static_cast<double>(i))); });
  }
  const Stopwatch watch;
  for (Number term = 0; term < count; ++term) {
    for (auto& each : all) each.send(Next::term);
  }
  for (auto& each : all) each.send(Next::none);
  std::array<double, series> x;
  for (std::size_t i = 0; i < series; ++i) x[i] = last[i].receive();
  return timed(watch.nanoseconds(), sum_of_terms(x));
}

Result radix_sort(unsigned workers, std::uint64_t values) {
  std::vector<Mailbox<Number>> queues(bits + 1);  // the last one is the validator's
  Mailbox<Number> source;
  Mailbox<Validation> done;
  Threads threads(workers);
  for (std::size_t bit = 0; bit < bits; ++bit) {
    threads.start([&, bit] { sort(queues[bit], queues[bit + 1], values, bit); });
  }
  threads.start([&] { done.send(validate(queues.back(), values)); });
  threads.start([&] {
    Random random(2048);
    for (Number left = source.receive(); left > 0; --left) queues.front().send(random.draw());
  });
  const Stopwatch watch;
  source.send(values);
  const Validation seen = done.receive();
  const auto time = watch.nanoseconds();
  return seen.in_order ? timed(time, seen.sum) : timed(time, "out of order");
}

}  // namespace bench
