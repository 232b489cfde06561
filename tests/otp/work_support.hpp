#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "otp/support.hpp"

/// What the tests of work pulling and of point-to-point delivery share.
namespace work_support {

using namespace otp_support;
using troupe::AddConsumer;
using troupe::CallErrorCode;
using troupe::CompleteWork;
using troupe::DeadWork;
using troupe::GetWorkStats;
using troupe::PointToPoint;
using troupe::RemoveConsumer;
using troupe::SubmitWork;
using troupe::TrySubmitWork;
using troupe::Work;
using troupe::WorkOptions;
using troupe::WorkQueue;
using troupe::WorkStats;

/// What becomes of a job at its first delivery; at the others it is acknowledged, unless it says
/// `always`.
enum class Fate { acknowledge, fail, drop, keep, wait };

struct Item {
  int number;
  Fate fate = Fate::acknowledge;
  bool always = false;
  std::unique_ptr<Tracked> tracked = {};  // so it cannot be copied
};

struct AcknowledgeKept {
  using Reply = void;
};
struct DropKept {
  using Reply = void;
};
struct GiveKept {
  using Reply = std::vector<Work<Item>>;
};
struct Settle {
  using Reply = void;
};

/// Notes "name number" for each job.
class Consumer : public troupe::Actor<Consumer, Work<Item>, AcknowledgeKept, DropKept, GiveKept,
                                      Settle, Fail> {
 public:
  Consumer(Journal* journal, std::string name, troupe::ActorRef<Ask> gate)
      : journal_(journal), name_(std::move(name)), gate_(std::move(gate)) {}

  troupe::Task<> handle(Work<Item> work) {
    journal_->add(name_ + " " + std::to_string(work->number));
    const bool first = work.deliveries() == 1 || work->always;
    switch (first ? work->fate : Fate::acknowledge) {
      case Fate::fail:
        throw std::runtime_error("broken");
      case Fate::drop:
        co_return;
      case Fate::keep:
        kept_.push_back(std::move(work));
        co_return;
      case Fate::wait:
        (void)co_await gate_.call<Ask>().within(kForever);
        break;
      case Fate::acknowledge:
        break;
    }
    work.acknowledge();
  }
  void handle(AcknowledgeKept) {
    for (Work<Item>& work : kept_) work.acknowledge();
    kept_.clear();
  }
  void handle(DropKept) { kept_.clear(); }
  std::vector<Work<Item>> handle(GiveKept) { return std::move(kept_); }
  void handle(Settle) {}
  void handle(Fail) { throw std::runtime_error("broken"); }

 private:
  Journal* journal_;
  std::string name_;
  troupe::ActorRef<Ask> gate_;
  std::vector<Work<Item>> kept_;
};

/// Notes "number reason deliveries by who".
class Undertaker : public troupe::Actor<Undertaker, DeadWork<Item>, Settle> {
 public:
  explicit Undertaker(Journal* journal) : journal_(journal) {}
  void handle(DeadWork<Item> m) {
    journal_->add(troupe::format("{}: {}, {} deliveries, {}", m.job.number, m.reason, m.deliveries,
                                 m.consumer ? m.consumer.type() : "nobody"));
  }
  void handle(Settle) {}

 private:
  Journal* journal_;
};

template <class Q>
void submit(const Q& queue, int number, Fate fate = Fate::acknowledge, bool always = false) {
  auto accepted =
      queue.template call<SubmitWork<Item>>(number, fate, always).within(kForever).get();
  REQUIRE(accepted.has_value());
}
template <class Q>
WorkStats stats_of(const Q& queue) {
  return queue.template call<GetWorkStats>().within(kForever).get().value();
}
/// Waits until the actor has handled what it was sent before, and so on for the next ones.
template <class M, class... Refs>
void settle(const Refs&... actors) {
  (actors.template call<M>().within(kForever).get().value(), ...);
}

/// Asks the queue again and again until its figures are such.
template <class Q, class Condition>
WorkStats await_stats(const Q& queue, Condition condition) {
  for (;;) {
    const WorkStats stats = stats_of(queue);
    if (condition(stats)) return stats;
    std::this_thread::yield();
  }
}

struct Workshop {
  Journal graves;
  Stage stage;
  Journal& journal = stage.journal;
  Gate& gate = stage.gate;
  troupe::System& system = stage.world.system;
  Undertaker::Reference undertaker = system.spawn<Undertaker>(&graves);

  WorkQueue<Item>::Reference queue(WorkOptions options = {}) {
    return system.spawn<WorkQueue<Item>>(options, undertaker);
  }
  Consumer::Reference consumer(const std::string& name) {
    return system.spawn<Consumer>(&journal, name, gate.ref());
  }
  Consumer::Reference consumer(const WorkQueue<Item>::Reference& queue, const std::string& name,
                               std::size_t window = 0) {
    auto added = consumer(name);
    add(queue, added, window);
    return added;
  }
  void add(const WorkQueue<Item>::Reference& queue, const Consumer::Reference& consumer,
           std::size_t window = 0) {
    REQUIRE(queue.call<AddConsumer<Item>>(consumer, window).within(kForever).get().has_value());
  }
  /// A consumer that is always restarted.
  Consumer::Reference supervised(const std::string& name) {
    auto supervisor = stage.spawn(troupe::one_for_one().intensity(1000, 1s).child<Consumer>(
        name, &journal, name, gate.ref()));
    return Stage::child<Consumer>(supervisor, name);
  }
  std::string graves_after(std::size_t count) { return graves.wait_count(count); }
};

}  // namespace work_support
