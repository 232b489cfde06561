#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

struct Item {
  std::uint32_t sender;
  std::uint64_t number;
};
struct Flush {
  using Reply = void;
};

struct Counts {
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;  // the sender was told
  std::uint64_t handled = 0;
  std::vector<std::uint64_t> last;  // by sender
};

class Sink : public troupe::Actor<Sink, Item, Flush> {
 public:
  Sink(troupe::Simulation* simulation, Counts* counts)
      : simulation_(*simulation), counts_(*counts) {}

  troupe::Task<> handle(Item m) {
    ++counts_.handled;
    simulation_.check(m.number > counts_.last[m.sender], "a sender's messages stay in order");
    counts_.last[m.sender] = m.number;
    if (simulation_.below(2) == 0) co_await troupe::sleep_for(100us);
  }
  void handle(Flush) {}

 private:
  troupe::Simulation& simulation_;
  Counts& counts_;
};

class Sender : public troupe::Actor<Sender> {
 public:
  Sender(troupe::Simulation* simulation, troupe::ActorRef<Item> sink, std::uint32_t number,
         Counts* counts)
      : simulation_(*simulation), sink_(std::move(sink)), number_(number), counts_(*counts) {}

  troupe::Task<> post_start() {
    for (std::uint64_t i = 1; i <= 15; ++i) {
      ++counts_.sent;
      if (simulation_.below(2) == 0) {
        const auto sent = co_await sink_.send<Item>(number_, i).within(troupe::forever);
        if (!sent) ++counts_.refused;
      } else if (!accepted(sink_.cast<Item>(number_, i))) {
        ++counts_.refused;
      }
      if (simulation_.below(4) == 0) co_await troupe::sleep_for(50us);
    }
    stop();
  }

 private:
  troupe::Simulation& simulation_;
  troupe::ActorRef<Item> sink_;
  std::uint32_t number_;
  Counts& counts_;
};

class Bin : public troupe::Actor<Bin, troupe::DeadLetter> {
 public:
  explicit Bin(std::uint64_t* displaced) : displaced_(*displaced) {}
  void handle(troupe::DeadLetter letter) {
    displaced_ += letter.reason == troupe::DeadLetterReason::displaced;
  }

 private:
  std::uint64_t& displaced_;
};

}  // namespace

// Whatever a full mailbox does, it does what it says: each message is handled once and in order, or
// its sender was told that it was not taken, or it was displaced; there are never more than the
// bound; and no sender waits for ever.
void bounded_mailboxes(troupe::Simulation& simulation) {
  troupe::System& system = simulation.system();
  constexpr troupe::Overflow kOverflows[] = {
      troupe::Overflow::reject, troupe::Overflow::drop_newest, troupe::Overflow::drop_oldest,
      troupe::Overflow::block};
  const troupe::Overflow overflow = kOverflows[simulation.below(4)];
  const std::uint32_t bound = 1 + simulation.below(5);
  const std::uint32_t senders = 1 + simulation.below(4);
  Counts counts;
  counts.last.resize(senders);
  std::uint64_t displaced = 0;
  auto bin = system.spawn<Bin>(&displaced);
  const auto subscription = system.subscribe<troupe::DeadLetter>(bin);
  auto sink = system.spawn<Sink>(troupe::bounded(bound, overflow), &simulation, &counts);
  std::vector<troupe::AnyRef> all;
  for (std::uint32_t i = 0; i < senders; ++i) {
    all.push_back(system.spawn<Sender>(&simulation, sink, i, &counts));
  }
  for (const troupe::AnyRef& sender : all) {
    simulation.check(sender.wait().within(1min).get().has_value(), "no sender waits for ever");
  }
  simulation.run_for(1s);
  simulation.check(counts.handled + counts.refused + displaced == counts.sent,
                   "every message is accounted for once");
  if (overflow == troupe::Overflow::drop_oldest) {
    simulation.check(counts.refused == 0, "the newest is always taken");
  } else {
    simulation.check(displaced == 0, "what was taken is handled");
  }
  simulation.check(sink.call<Flush>().within(1min).get().has_value(), "the receiver lives");
}

}  // namespace scenarios
