#include <algorithm>

#include "planted/planted.hpp"

namespace planted {

namespace {

// -- a receiver that relies on the order of messages from two senders ---

struct Configure {
  int factor;
};
struct Measure {
  int value;
};
struct Go {};

class Meter : public troupe::Actor<Meter, Configure, Measure> {
 public:
  explicit Meter(int* sum) : sum_(*sum) {}
  void handle(Configure m) { factor_ = m.factor; }
  void handle(Measure m) { sum_ += factor_ * m.value; }

 private:
  int& sum_;
  int factor_ = 0;
};

class Sensor : public troupe::Actor<Sensor, Go> {
 public:
  explicit Sensor(troupe::ActorRef<Measure> meter) : meter_(std::move(meter)) {}
  void handle(Go) { meter_.cast<Measure>(3); }

 private:
  troupe::ActorRef<Measure> meter_;
};

class Operator : public troupe::Actor<Operator> {
 public:
  Operator(troupe::ActorRef<Configure> meter, troupe::ActorRef<Go> sensor, bool mended)
      : meter_(std::move(meter)), sensor_(std::move(sensor)), mended_(mended) {}

  void post_start() {
    meter_.cast<Configure>(2);
    if (mended_) sensor_.cast<Go>();
  }

 private:
  troupe::ActorRef<Configure> meter_;
  troupe::ActorRef<Go> sensor_;
  bool mended_;
};

// -- an actor is stopped while messages wait ---

struct Line {};

class Writer : public troupe::Actor<Writer, Line> {
 public:
  explicit Writer(int* written) : written_(*written) {}
  void handle(Line) { ++written_; }

 private:
  int& written_;
};

// -- a full mailbox refuses, and nobody looks ---

class Producer : public troupe::Actor<Producer, Go> {
 public:
  Producer(troupe::ActorRef<Line> writer, bool mended)
      : writer_(std::move(writer)), mended_(mended) {}

  void post_start() { self().cast<Go>(); }
  troupe::Task<> handle(Go) {
    if (mended_) {
      (void)co_await writer_.send<Line>();
    } else {
      writer_.cast<Line>();
    }
    if (++sent_ < 12) self().cast<Go>();
  }

 private:
  troupe::ActorRef<Line> writer_;
  bool mended_;
  int sent_ = 0;
};

// -- a batch is written when it is large or old, and the flag that says so is not reset ---

struct Item {};
struct Flush {};

class Batcher : public troupe::Actor<Batcher, Item, Flush> {
 public:
  Batcher(int* written, bool mended) : written_(*written), mended_(mended) {}

  void handle(Item) {
    if (++waiting_ == 4) return write();
    if (!scheduled_) send_after<Flush>(10ms);
    scheduled_ = true;
  }
  void handle(Flush) {
    if (waiting_ == 0 && !mended_) return;
    scheduled_ = false;
    write();
  }

 private:
  void write() { written_ += std::exchange(waiting_, 0); }

  int& written_;
  bool mended_;
  bool scheduled_ = false;
  int waiting_ = 0;
};

}  // namespace

void cast_order(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  int sum = 0;
  auto meter = system.spawn<Meter>(&sum);
  auto sensor = system.spawn<Sensor>(meter);
  system.spawn<Operator>(meter, sensor, mended);
  if (!mended) after_messages(system, 6, [&] { sensor.cast<Go>(); });
  simulation.run();
  simulation.check(sum == 6, "the meter is configured before it measures");
}

void stop_loses_queue(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  int written = 0;
  auto writer = system.spawn<Writer>(&written);
  writer.cast<Line>();
  writer.cast<Line>();
  after_messages(system, 10, [&] { mended ? writer.drain() : writer.stop(); });
  simulation.run();
  simulation.check(written == 2, "every line is written");
}

void refused_cast(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  int written = 0;
  const auto overflow = mended ? troupe::Overflow::block : troupe::Overflow::reject;
  auto writer = system.spawn<Writer>(troupe::bounded(8, overflow), &written);
  system.spawn<Producer>(writer, mended);
  simulation.run();
  simulation.check(written == 12, "every line is written");
}

void stuck_batch(Simulation& simulation, bool mended) {
  int written = 0;
  auto batcher = simulation.system().spawn<Batcher>(&written, mended);
  for (int i = 0; i < 9; ++i) {
    batcher.cast<Item>();
    simulation.run_for(simulation.chance(0.1) ? 9ms : 1ms);
  }
  simulation.run();
  simulation.check(written == 9, "every item is written");
}

}  // namespace planted
