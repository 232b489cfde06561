#include <algorithm>

#include "planted/planted.hpp"

namespace planted {

namespace {

// -- a publisher that was restarted knows no subscribers ---

struct News {
  int number;
};
struct Subscribe {
  troupe::ActorRef<News> subscriber;
};
struct Publish {
  int number;
};

class Publisher : public troupe::Actor<Publisher, Subscribe, Publish> {
 public:
  void handle(Subscribe m) {
    if (std::ranges::find(subscribers_, m.subscriber) == subscribers_.end()) {
      subscribers_.push_back(std::move(m.subscriber));
    }
  }
  void handle(Publish m) {
    for (const auto& each : subscribers_) each.cast<News>(m.number);
  }

 private:
  std::vector<troupe::ActorRef<News>> subscribers_;
};

class Reader : public troupe::Actor<Reader, News, troupe::Down, troupe::Restarted> {
 public:
  Reader(troupe::ActorRef<Subscribe> publisher, int* last, bool mended)
      : publisher_(std::move(publisher)), last_(*last), mended_(mended) {}

  void post_start() {
    monitor(publisher_);
    publisher_.cast<Subscribe>(self());
  }
  void handle(News m) { last_ = m.number; }
  void handle(troupe::Restarted) {
    if (mended_) publisher_.cast<Subscribe>(self());
  }
  void handle(troupe::Down) {}

 private:
  troupe::ActorRef<Subscribe> publisher_;
  int& last_;
  bool mended_;
};

// -- a child that depends on its elder sibling is not restarted with it ---

struct GetEpoch {
  using Reply = int;
};
struct Enter {
  int epoch;
  using Reply = bool;
};
struct Record {
  using Reply = bool;
};

class Ledger : public troupe::Actor<Ledger, GetEpoch, Enter> {
 public:
  explicit Ledger(int* epochs) : epoch_(++*epochs) {}
  int handle(GetEpoch) { return epoch_; }
  bool handle(Enter m) { return m.epoch == epoch_; }

 private:
  int epoch_;
};

class Till : public troupe::Actor<Till, Record> {
 public:
  explicit Till(troupe::ActorRef<GetEpoch, Enter> ledger) : ledger_(std::move(ledger)) {}

  troupe::Task<> post_start() {
    while (epoch_ == 0) epoch_ = (co_await ledger_.call<GetEpoch>()).value_or(0);
  }
  troupe::Task<bool> handle(Record) {
    co_return (co_await ledger_.call<Enter>(epoch_)).value_or(false);
  }

 private:
  troupe::ActorRef<GetEpoch, Enter> ledger_;
  int epoch_ = 0;
};

}  // namespace

void no_resubscribe(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  system.spawn<troupe::Supervisor>(
      troupe::one_for_one().intensity(100, 1s).child<Publisher>("publisher").named("publisher"));
  auto publisher = *system.find<Subscribe, Publish>("publisher");
  int last = 0;
  system.spawn<Reader>(publisher, &last, mended);
  simulation.faults().fail_often(publisher, 1e-3);
  for (int i = 1; i <= 4; ++i) {
    publisher.cast<Publish>(i);
    simulation.settle();
  }
  simulation.faults().stop();
  publisher.cast<Publish>(5);
  simulation.settle();
  simulation.check(last == 5, "the reader has the latest news");
}

void stale_sibling(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  int epochs = 0;
  system.spawn<troupe::Supervisor>((mended ? troupe::rest_for_one() : troupe::one_for_one())
                                       .intensity(100, 1s)
                                       .child<Ledger>("ledger", &epochs)
                                       .named("ledger")
                                       .child<Till>("till", troupe::sibling<Ledger>("ledger"))
                                       .named("till"));
  auto till = *system.find<Record>("till");
  simulation.settle();
  simulation.faults().fail_often("ledger", 1e-3);
  for (int i = 0; i < 4; ++i) (void)till.call<Record>().get();
  simulation.faults().stop();
  simulation.settle();
  simulation.check(till.call<Record>().get() == true, "the ledger takes what the till records");
}

}  // namespace planted
