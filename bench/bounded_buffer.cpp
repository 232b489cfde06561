// Producers and consumers, and a manager that holds the items between them.

#include <cmath>
#include <deque>
#include <future>

#include "bench.hpp"
#include "draws.hpp"

namespace {

constexpr std::uint32_t kProducers = 40;
constexpr std::uint32_t kConsumers = 40;
constexpr std::size_t kBuffer = 50;
constexpr std::size_t kFull = kBuffer - kProducers;  // each producer may have one more under way

/// What an item costs, to make and to use.
double process(double item) {
  bench::Draws draws(1);
  for (int i = 0; i < 100; ++i) item += std::log(draws.next() / 65536.0 + 0.01);
  return item;
}

struct Produce {};
struct Data {
  std::uint32_t producer;
  double item;
};
struct ProducerDone {};
struct Item {
  double item;
};
struct Available {
  std::uint32_t consumer;
};
struct Finish {};
struct Consumed {
  std::uint64_t items;
};
struct Start {};

class Producer : public troupe::Actor<Producer, Produce> {
 public:
  Producer(std::uint32_t index, std::uint64_t items, troupe::ActorRef<Data, ProducerDone> manager)
      : index_(index), left_(items), manager_(std::move(manager)) {}

  void handle(Produce) {
    if (left_ == 0) {
      manager_.cast<ProducerDone>();
      return;
    }
    --left_;
    item_ = process(item_);
    manager_.cast<Data>(index_, item_);
  }

 private:
  std::uint32_t index_;
  std::uint64_t left_;
  double item_ = 0;
  troupe::ActorRef<Data, ProducerDone> manager_;
};

class Consumer : public troupe::Actor<Consumer, Item, Finish> {
 public:
  Consumer(std::uint32_t index, troupe::ActorRef<Available, Consumed> manager)
      : index_(index), manager_(std::move(manager)) {}

  void handle(Item m) {
    value_ = process(value_ + m.item);
    ++items_;
    manager_.cast<Available>(index_);
  }

  void handle(Finish) {
    // A value that is not finite would be a wrong result; and so the values are used.
    manager_.cast<Consumed>(std::isfinite(value_) ? items_ : 0);
  }

 private:
  std::uint32_t index_;
  std::uint64_t items_ = 0;
  double value_ = 0;
  troupe::ActorRef<Available, Consumed> manager_;
};

class Manager : public troupe::Actor<Manager, Start, Data, ProducerDone, Available, Consumed> {
 public:
  Manager(std::uint64_t items, std::promise<std::uint64_t>* consumed)
      : items_(items), promise_(consumed) {}

  void pre_start() {
    for (std::uint32_t i = 0; i < kProducers; ++i) {
      producers_.push_back(spawn<Producer>(i, items_, self()));
    }
    for (std::uint32_t i = 0; i < kConsumers; ++i) {
      consumers_.push_back(spawn<Consumer>(i, self()));
      idle_consumers_.push_back(i);
    }
  }

  void handle(Start) {
    for (auto& producer : producers_) producer.cast<Produce>();
  }

  void handle(Data m) {
    if (idle_consumers_.empty()) {
      buffer_.push_back(m.item);
    } else {
      consumers_[idle_consumers_.front()].cast<Item>(m.item);
      idle_consumers_.pop_front();
    }
    if (buffer_.size() >= kFull) {
      parked_producers_.push_back(m.producer);
    } else {
      producers_[m.producer].cast<Produce>();
    }
  }

  void handle(ProducerDone) {
    ++producers_done_;
    finish_when_done();
  }

  void handle(Available m) {
    if (buffer_.empty()) {
      idle_consumers_.push_back(m.consumer);
      finish_when_done();
      return;
    }
    consumers_[m.consumer].cast<Item>(buffer_.front());
    buffer_.pop_front();
    if (!parked_producers_.empty()) {
      producers_[parked_producers_.front()].cast<Produce>();
      parked_producers_.pop_front();
    }
  }

  void handle(Consumed m) {
    consumed_ += m.items;
    if (++reports_ == kConsumers) promise_->set_value(consumed_);
  }

 private:
  void finish_when_done() {
    if (producers_done_ < kProducers || idle_consumers_.size() < kConsumers) return;
    for (auto& consumer : consumers_) consumer.cast<Finish>();
  }

  std::uint64_t items_;
  std::vector<troupe::ActorRef<Produce>> producers_;
  std::vector<troupe::ActorRef<Item, Finish>> consumers_;
  std::deque<double> buffer_;
  std::deque<std::uint32_t> parked_producers_;
  std::deque<std::uint32_t> idle_consumers_;
  unsigned producers_done_ = 0;
  unsigned reports_ = 0;
  std::uint64_t consumed_ = 0;
  std::promise<std::uint64_t>* promise_;
};

bench::Result bounded_buffer(const bench::Run& run) {
  std::promise<std::uint64_t> consumed;
  troupe::System system({.workers = run.workers});
  auto manager = system.spawn<Manager>(run.size, &consumed);

  const bench::Stopwatch watch(run);
  manager.cast<Start>();
  const auto items = consumed.get_future().get();
  const auto ns = watch.stop();
  return bench::result(kProducers * run.size, bench::time(ns), items, kProducers * run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "bounded-buffer", .size = 1'000, .run = bounded_buffer}, argv);
}
