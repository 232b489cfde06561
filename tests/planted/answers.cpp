#include <set>

#include "planted/planted.hpp"

namespace planted {

namespace {

// -- an answer to an earlier question is taken for the newest ---

struct Look {
  int number;
  using Reply = int;
};
struct Found {
  int number;
};
struct Type {};
struct Shown {
  using Reply = int;
};

class Index : public troupe::Actor<Index, Look> {
 public:
  explicit Index(Simulation* simulation) : simulation_(*simulation) {}
  troupe::Task<int> handle(Look m) {
    co_await troupe::sleep_for(simulation_.chance(0.01) ? 5ms : 1ms);
    co_return m.number;
  }

 private:
  Simulation& simulation_;
};

class SearchBox : public troupe::Actor<SearchBox, Type, Found, Shown> {
 public:
  SearchBox(std::vector<troupe::ActorRef<Look>> replicas, bool mended)
      : replicas_(std::move(replicas)), mended_(mended) {}

  void handle(Type) {
    ++typed_;
    const auto& replica = replicas_[static_cast<std::size_t>(typed_) % replicas_.size()];
    replica.call_and_forward<Look>(self(), [](int number) { return Found{number}; }, typed_);
  }
  void handle(Found m) {
    if (!mended_ || m.number > shown_) shown_ = m.number;
  }
  int handle(Shown) { return shown_; }

 private:
  std::vector<troupe::ActorRef<Look>> replicas_;
  bool mended_;
  int typed_ = 0;
  int shown_ = 0;
};

// -- a timeout that was cancelled is in the mailbox already ---

struct Begin {};
struct Done {};
struct TooLate {
  int number;
};

class Upload : public troupe::Actor<Upload, Begin, Done, TooLate> {
 public:
  Upload(int* given_up, bool mended) : given_up_(*given_up), mended_(mended) {}

  void handle(Begin) {
    began_ = now();
    limit_ = send_after<TooLate>(10ms, ++number_);
  }
  void handle(Done) {
    limit_.cancel();
    handle(Begin());
  }
  void handle(TooLate m) {
    if (mended_ && m.number != number_) return;
    if (now() < began_ + 10ms) ++given_up_;
  }

 private:
  int& given_up_;
  bool mended_;
  int number_ = 0;
  std::chrono::steady_clock::time_point began_;
  troupe::TimerHandle limit_;
};

// Takes some time, which may be as long as the limit.
class Store : public troupe::Actor<Store> {
 public:
  Store(troupe::ActorRef<Done> upload, std::chrono::nanoseconds time)
      : upload_(std::move(upload)), time_(time) {}
  troupe::Task<> post_start() {
    co_await troupe::sleep_for(time_);
    upload_.cast<Done>();
  }

 private:
  troupe::ActorRef<Done> upload_;
  std::chrono::nanoseconds time_;
};

// -- an end is counted as an answer, though the answer was there ---

struct Part {
  troupe::AnyRef worker;
};
struct Sum {
  using Reply = int;
};

class Worker : public troupe::Actor<Worker> {
 public:
  explicit Worker(troupe::ActorRef<Part> collector) : collector_(std::move(collector)) {}
  void post_start() {
    collector_.cast<Part>(self());
    stop();
  }

 private:
  troupe::ActorRef<Part> collector_;
};

class Collector : public troupe::Actor<Collector, Part, troupe::Down, Sum> {
 public:
  explicit Collector(bool mended) : mended_(mended) {}

  void post_start() {
    for (int i = 0; i < 4; ++i) waiting_.insert(spawn<Worker>(troupe::monitored(), self()).id());
  }
  void handle(Part m) {
    if (over_) return;
    ++parts_;
    heard_from(m.worker);
  }
  void handle(troupe::Down m) { heard_from(m.actor); }
  void handle(troupe::ChildStopped) {}
  int handle(Sum) { return parts_; }

 private:
  void heard_from(const troupe::AnyRef& worker) {
    waiting_.erase(worker.id());
    ++heard_;
    over_ = over_ || (mended_ ? waiting_.empty() : heard_ == 4);
  }

  bool mended_;
  bool over_ = false;
  int parts_ = 0;
  int heard_ = 0;
  std::set<std::uint64_t> waiting_;
};

}  // namespace

void stale_answer(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  std::vector<troupe::ActorRef<Look>> replicas;
  for (int i = 0; i < 2; ++i) replicas.push_back(system.spawn<Index>(&simulation));
  auto box = system.spawn<SearchBox>(replicas, mended);
  for (int i = 0; i < 3; ++i) {
    box.cast<Type>();
    simulation.run_for(2ms);
  }
  simulation.run();
  simulation.check(box.call<Shown>().get() == 3, "the newest answer is shown");
}

void stale_timeout(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  int given_up = 0;
  auto upload = system.spawn<Upload>(&given_up, mended);
  upload.cast<Begin>();
  system.spawn<Store>(upload, 1ms * (1 + simulation.below(20)));
  simulation.run();
  simulation.check(given_up == 0, "the second one is not given up before its time");
}

void early_aggregation(Simulation& simulation, bool mended) {
  auto collector = simulation.system().spawn<Collector>(mended);
  simulation.run();
  simulation.check(collector.call<Sum>().get() == 4, "all parts are counted");
}

}  // namespace planted
