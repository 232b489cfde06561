#pragma once

#include <map>

#include "actor/support.hpp"
#include "troupe/factory.hpp"

/// Workers in the hands of a test: each job waits in its handler until the test settles it.
namespace factory_support {

using namespace support;

enum class Verdict { done, fail, stop, wait };

struct Enter {
  int job;
  std::size_t worker;
  using Reply = Verdict;
};
struct AwaitEntered {
  int job;
  using Reply = std::size_t;
};
struct HasEntered {
  int job;
  using Reply = bool;
};
struct Settle {
  int job;
  Verdict verdict;
};
struct SettleAll {};

class Gatekeeper
    : public troupe::Actor<Gatekeeper, Enter, AwaitEntered, HasEntered, Settle, SettleAll> {
 public:
  void handle(Enter m, troupe::ReplyPort<Verdict> port) {
    Entry& entry = entries_[m.job];
    entry.worker = m.worker;
    entry.entered = true;
    for (auto& waiter : entry.waiters) waiter.send(m.worker);
    entry.waiters.clear();
    if (open_ || entry.verdict != Verdict::wait) {
      port.send(open_ ? Verdict::done : std::exchange(entry.verdict, Verdict::wait));
    } else {
      entry.port = std::move(port);
    }
  }
  void handle(AwaitEntered m, troupe::ReplyPort<std::size_t> port) {
    Entry& entry = entries_[m.job];
    if (entry.entered) return port.send(entry.worker);
    entry.waiters.push_back(std::move(port));
  }
  bool handle(HasEntered m) { return entries_[m.job].entered; }
  void handle(Settle m) {
    Entry& entry = entries_[m.job];
    if (entry.port) {
      entry.entered = m.verdict == Verdict::done;  // else it may come again
      entry.port.send(m.verdict);
      entry.port = {};
    } else {
      entry.verdict = m.verdict;
    }
  }
  void handle(SettleAll) {
    open_ = true;
    for (auto& [job, entry] : entries_) {
      if (entry.port) entry.port.send(Verdict::done);
      entry.port = {};
    }
  }

 private:
  struct Entry {
    bool entered = false;
    std::size_t worker = 0;
    Verdict verdict = Verdict::wait;
    troupe::ReplyPort<Verdict> port;
    std::vector<troupe::ReplyPort<std::size_t>> waiters;
  };
  std::map<int, Entry> entries_;
  bool open_ = false;
};

/// The test's side.
class Desk {
 public:
  explicit Desk(troupe::System& system) : keeper_(system.spawn<Gatekeeper>()) {}

  troupe::ActorRef<Enter> ref() const { return keeper_; }
  /// Waits until the job is in a worker's hands; which one's.
  std::size_t entered(int job) const {
    return keeper_.call<AwaitEntered>(job).within(kForever).get().value();
  }
  bool has_entered(int job) const {
    return keeper_.call<HasEntered>(job).within(kForever).get().value();
  }
  /// Now, or when it is in a worker's hands.
  void settle(int job, Verdict verdict = Verdict::done) const {
    keeper_.cast<Settle>(job, verdict);
  }
  void settle_all() const { keeper_.cast<SettleAll>(); }

 private:
  Gatekeeper::Reference keeper_;
};

struct Work {
  int job;
  std::string key = {};
};
struct Query {
  int job;
  std::string key = {};
  using Reply = int;
};

inline constexpr auto key_of_work = [](const Work& m) { return m.key; };
inline constexpr auto key_of_query = [](const Query& m) { return m.key; };

class Worker : public troupe::Actor<Worker, Work, Query> {
 public:
  Worker(std::size_t index, troupe::ActorRef<Enter> desk) : index_(index), desk_(std::move(desk)) {}

  troupe::Task<> handle(Work m) { co_await enter(m.job); }
  troupe::Task<int> handle(Query m) {
    co_await enter(m.job);
    co_return 10 * m.job;
  }

 private:
  troupe::Task<> enter(int job) {
    const auto verdict = co_await desk_.call<Enter>(job, index_).within(troupe::forever);
    if (verdict == Verdict::fail) throw std::runtime_error("job " + std::to_string(job));
    if (verdict == Verdict::stop) stop();
  }

  std::size_t index_;
  troupe::ActorRef<Enter> desk_;
};

using Pool = troupe::Factory<Worker>;
using PoolRef = Pool::Reference;

inline troupe::FactoryStats stats(const PoolRef& pool) {
  return pool.call<troupe::GetFactoryStats>().within(kForever).get().value();
}
/// Waits until the figures are as they shall be.
template <class Condition>
troupe::FactoryStats await_stats(const PoolRef& pool, Condition condition) {
  for (;;) {
    const troupe::FactoryStats now = stats(pool);
    if (condition(now)) return now;
    std::this_thread::yield();
  }
}
inline void await_done(const PoolRef& pool, std::uint64_t done) {
  await_stats(pool, [&](const troupe::FactoryStats& now) { return now.done >= done; });
}

struct Discards {
  Journal discarded;  // outlives the world
};

/// A world with a desk, and pools of workers at it.
struct Office : Discards, World {
  explicit Office(unsigned workers = 2) : World(workers) {}
  ~Office() { desk.settle_all(); }  // so that nobody has to be killed
  Desk desk{system};

  PoolRef pool(troupe::FactoryOptions options) {
    if (!options.on_discard) {
      options.on_discard = [this](const troupe::Discarded& job) {
        const int number = job.get<Work>() ? job.get<Work>()->job : job.get<Query>()->job;
        discarded.add(std::to_string(number) + " " + std::string(to_string(job.reason)));
      };
    }
    return system.spawn<Pool>(std::move(options), troupe::worker_index, desk.ref());
  }
};

}  // namespace factory_support
