#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "actor/support.hpp"
#include "stress/support.hpp"

/// Producers and consumers that do everything that can go wrong, and a ledger of what became of
/// each job.
namespace works {

using namespace std::chrono_literals;

inline constexpr std::chrono::nanoseconds kForever = 1h;

/// Move-only. A job of `hold` is kept by whoever gets it until it is told to let go.
struct Job {
  int number;
  bool hold = false;
  std::unique_ptr<int> proof = std::make_unique<int>(0);
};

/// One consumer, through all of its incarnations.
struct Slot {
  std::size_t window = 1;
  std::atomic<int> lives{0};
  std::deque<std::size_t> open;  // by life: handles that it has; guarded by the ledger
};

class Ledger {
 public:
  enum class Known { never, unknown, accepted, refused };

  Ledger(std::size_t jobs, unsigned max_deliveries, bool ordered)
      : max_deliveries_(max_deliveries), ordered_(ordered), traces_(jobs) {}

  // -- consumers ---

  void opened(Slot& slot, int life, int number, unsigned deliveries) {
    std::lock_guard lock(mutex_);
    Trace& trace = traces_.at(static_cast<std::size_t>(number));
    if (trace.held) wrong(number, "is delivered while somebody has it");
    if (trace.acknowledged != 0) wrong(number, "is delivered after it was acknowledged");
    if (trace.dead != 0) wrong(number, "is delivered after it was given up");
    if (trace.known == Known::never || trace.known == Known::refused) {
      wrong(number, "is delivered, and was not accepted");
    }
    const std::pair<const Slot*, int> taker(&slot, life);
    if (std::find(trace.takers.begin(), trace.takers.end(), taker) != trace.takers.end()) {
      wrong(number, "is delivered twice to one incarnation");
    }
    trace.held = true;
    trace.takers.push_back(taker);
    if (trace.takers.size() != deliveries) wrong(number, "has a wrong count of deliveries");
    if (deliveries > max_deliveries_) wrong(number, "is delivered too often");
    if (slot.open.size() <= static_cast<std::size_t>(life)) {
      slot.open.resize(static_cast<std::size_t>(life) + 1);
    }
    if (++slot.open[static_cast<std::size_t>(life)] > slot.window) {
      wrong(number, "exceeds its consumer's window");
    }
    if (ordered_ && !ending) check_order(number, taker);
    ++opens;
  }
  void closed(Slot& slot, int life, int number, bool acknowledged) {
    std::lock_guard lock(mutex_);
    Trace& trace = traces_[static_cast<std::size_t>(number)];
    trace.held = false;
    trace.acknowledged += acknowledged;
    --slot.open[static_cast<std::size_t>(life)];
  }
  void dead(int number, troupe::DeadWorkReason reason, unsigned deliveries) {
    std::lock_guard lock(mutex_);
    Trace& trace = traces_[static_cast<std::size_t>(number)];
    ++trace.dead;
    lost_ += reason == troupe::DeadWorkReason::queue_ended;
    if (trace.held) wrong(number, "is given up while somebody has it");
    if (deliveries != trace.takers.size()) wrong(number, "is dead with a wrong count");
    if (reason == troupe::DeadWorkReason::max_deliveries && deliveries != max_deliveries_) {
      wrong(number, "is given up too early");
    }
  }

  // -- producers ---

  void know(int number, Known known) {
    std::lock_guard lock(mutex_);
    traces_[static_cast<std::size_t>(number)].known = known;
  }
  /// What a producer was told of its job's end; 0: that it was given up.
  void completed(int number, unsigned deliveries) {
    std::lock_guard lock(mutex_);
    const Trace& trace = traces_[static_cast<std::size_t>(number)];
    if (deliveries == 0 ? trace.takers.size() != max_deliveries_
                        : trace.acknowledged != 1 || trace.takers.size() != deliveries) {
      wrong(number, "was reported with a wrong end");
    }
  }

  // -- the test ---

  struct Sums {
    std::uint64_t acknowledged = 0;
    std::uint64_t dead = 0;
  };
  /// Checks that each job has come to one end.
  Sums settle() {
    std::lock_guard lock(mutex_);
    Sums sums;
    for (std::size_t i = 0; i < traces_.size(); ++i) {
      const Trace& trace = traces_[i];
      const int number = static_cast<int>(i);
      if (trace.held) wrong(number, "is still in somebody's hands");
      const unsigned ends = trace.acknowledged + trace.dead;
      if (ends > 1) wrong(number, "has two ends");
      if (trace.known == Known::accepted && ends == 0) wrong(number, "is lost");
      if (trace.known == Known::refused && ends > 0) wrong(number, "was refused, and has an end");
      sums.acknowledged += trace.acknowledged;
      sums.dead += trace.dead;
    }
    return sums;
  }
  /// Whether nobody has a job, and none has lost its queue.
  bool all_done() {
    std::lock_guard lock(mutex_);
    return lost_ == 0 && std::none_of(traces_.begin(), traces_.end(),
                                      [](const Trace& trace) { return trace.held; });
  }
  std::string wrongs() {
    std::lock_guard lock(mutex_);
    return wrongs_;
  }

  std::atomic<unsigned> opens{0};
  std::atomic<bool> calm{false};    // nobody makes trouble any more
  std::atomic<bool> ending{false};  // what the consumer drops from now on may go to nobody

 private:
  struct Trace {
    Known known = Known::never;
    bool held = false;
    unsigned acknowledged = 0;
    unsigned dead = 0;
    std::vector<std::pair<const Slot*, int>> takers;
  };

  void wrong(int number, const char* what) {
    if (wrongs_.empty()) wrongs_ = "job " + std::to_string(number) + " " + what;
  }
  // Every earlier job is done, given up, or with this incarnation: nothing was passed over.
  void check_order(int number, const std::pair<const Slot*, int>& taker) {
    for (int before = 0; before < number; ++before) {
      const Trace& trace = traces_[static_cast<std::size_t>(before)];
      if (trace.acknowledged != 0 || trace.takers.size() >= max_deliveries_) continue;
      if (trace.known == Known::never || trace.known == Known::refused) continue;
      if (!trace.takers.empty() && trace.takers.back() == taker) continue;
      wrong(number, "overtakes an earlier one");
    }
    for (std::size_t after = static_cast<std::size_t>(number) + 1; after < traces_.size();
         ++after) {
      const auto& takers = traces_[after].takers;
      if (!takers.empty() && takers.back() == taker) wrong(number, "comes after a later one");
    }
  }

  std::mutex mutex_;
  const unsigned max_deliveries_;
  const bool ordered_;
  std::vector<Trace> traces_;
  std::string wrongs_;
  unsigned lost_ = 0;  // dead because the queue has ended
};

/// A job in somebody's hands.
class Held {
 public:
  Held(Ledger& ledger, Slot& slot, int life, troupe::Work<Job> work)
      : ledger_(&ledger), slot_(&slot), life_(life), work_(std::move(work)) {
    ledger.opened(slot, life, work_->number, work_.deliveries());
  }
  Held(Held&& other) noexcept
      : ledger_(std::exchange(other.ledger_, nullptr)),
        slot_(other.slot_),
        life_(other.life_),
        work_(std::move(other.work_)) {}
  Held& operator=(Held&&) = delete;
  ~Held() {  // the handle is destroyed after this
    if (ledger_) ledger_->closed(*slot_, life_, work_->number, false);
  }
  const Job& job() const { return *work_; }
  void acknowledge() {
    std::exchange(ledger_, nullptr)->closed(*slot_, life_, work_->number, true);
    work_.acknowledge();
  }

 private:
  Ledger* ledger_;
  Slot* slot_;
  int life_;
  troupe::Work<Job> work_;
};

struct Ping {
  using Reply = void;
};
class Echo : public troupe::Actor<Echo, Ping> {
 public:
  void handle(Ping) {}
};

struct Carry {
  Held held;
  bool acknowledge;
};
/// Gets jobs from consumers, which may end meanwhile, and keeps the last few for a while.
class Courier : public troupe::Actor<Courier, Carry, Ping> {
 public:
  void handle(Carry m) {
    carried_.push_back(std::move(m));
    if (carried_.size() > 2) deliver();
  }
  void handle(Ping) {
    while (!carried_.empty()) deliver();
  }

 private:
  void deliver() {
    if (carried_.front().acknowledge) carried_.front().held.acknowledge();
    carried_.pop_front();
  }
  std::deque<Carry> carried_;
};

struct Surroundings {
  Ledger* ledger;
  troupe::ActorRef<Ping> echo;
  troupe::ActorRef<Carry> courier;  // none where nobody else may have a job
  unsigned trouble = 1;             // one of so many jobs makes some
};

struct Fail {};
struct Release {
  using Reply = void;
};

class Hand : public troupe::Actor<Hand, troupe::Work<Job>, Fail, Release> {
 public:
  Hand(Surroundings around, Slot* slot, unsigned seed)
      : around_(std::move(around)),
        slot_(slot),
        life_(slot->lives.fetch_add(1)),
        random_(seed * 1'000 + static_cast<unsigned>(life_)) {}

  troupe::Task<> handle(troupe::Work<Job> work) {
    Held held(*around_.ledger, *slot_, life_, std::move(work));
    if (held.job().hold) {
      kept_.push_back(std::move(held));
      co_return;
    }
    if (!around_.ledger->calm && random_.below(around_.trouble) == 0) {
      switch (random_.below(8)) {
        case 0:
          throw std::runtime_error("broken");
        case 1:
          co_return;  // dropped
        case 2:
          stop();
          if (random_.below(2)) co_return;
          break;
        case 3:
          self().kill();
          (void)co_await around_.echo.call<Ping>().within(kForever);
          break;
        case 4:
          if (around_.courier) {
            around_.courier.cast<Carry>(std::move(held), random_.below(2) == 0);
            co_return;
          }
          [[fallthrough]];
        case 5:
        case 6:
          kept_.push_back(std::move(held));
          if (random_.below(2)) let_go();
          co_return;
        default:
          (void)co_await around_.echo.call<Ping>().within(kForever);
      }
    }
    held.acknowledge();
  }
  void handle(Fail) { throw std::runtime_error("broken"); }
  void handle(Release) { let_go(); }

 private:
  void let_go() {
    for (Held& held : kept_) {
      if (around_.ledger->calm || random_.below(4) != 0) held.acknowledge();
    }
    kept_.clear();
  }

  Surroundings around_;
  Slot* slot_;
  int life_;
  stress::Random random_;
  std::deque<Held> kept_;
};

class Undertaker : public troupe::Actor<Undertaker, troupe::DeadWork<Job>, Ping> {
 public:
  explicit Undertaker(Ledger* ledger) : ledger_(ledger) {}
  void handle(troupe::DeadWork<Job> m) { ledger_->dead(m.job.number, m.reason, m.deliveries); }
  void handle(Ping) {}

 private:
  Ledger* ledger_;
};

using QueueRef = troupe::ActorRef<troupe::SubmitWork<Job>, troupe::TrySubmitWork<Job>,
                                  troupe::CompleteWork<Job>, troupe::GetWorkStats>;

struct Produce {};

/// Submits its jobs in every way, then stops.
class Producer : public troupe::Actor<Producer, Produce> {
 public:
  using Known = Ledger::Known;

  Producer(Ledger* ledger, QueueRef queue, int first, int count, unsigned seed, bool lossless)
      : ledger_(ledger),
        queue_(std::move(queue)),
        first_(first),
        count_(count),
        random_(seed),
        lossless_(lossless) {}

  troupe::Task<> handle(Produce) {
    for (int number = first_; number < first_ + count_; ++number) {
      ledger_->know(number, Known::unknown);
      switch (random_.below(8)) {
        case 0: {
          auto back = co_await queue_.call<troupe::TrySubmitWork<Job>>(number).within(kForever);
          if (!back) break;
          if (!*back) {
            ledger_->know(number, Known::accepted);
            continue;
          }
          if (!lossless_) {
            ledger_->know(number, Known::refused);
            continue;
          }
          break;
        }
        case 1: {
          if (lossless_) break;
          auto done = co_await queue_.call<troupe::CompleteWork<Job>>(number).within(kForever);
          if (done) {
            ledger_->completed(number, *done);
          } else if (done.error().reason.starts_with("given up")) {
            ledger_->completed(number, 0);
          } else {
            continue;  // the queue has ended
          }
          ledger_->know(number, Known::accepted);
          continue;
        }
        case 2: {
          if (lossless_) break;
          auto accepted = co_await queue_.call<troupe::SubmitWork<Job>>(number).within(
              std::chrono::microseconds(random_.below(300)));
          if (accepted) ledger_->know(number, Known::accepted);
          continue;
        }
        default:
          break;
      }
      auto accepted = co_await queue_.call<troupe::SubmitWork<Job>>(number).within(kForever);
      if (accepted) ledger_->know(number, Known::accepted);
    }
    stop();
  }

 private:
  Ledger* ledger_;
  QueueRef queue_;
  int first_;
  int count_;
  stress::Random random_;
  bool lossless_;
};

}  // namespace works
