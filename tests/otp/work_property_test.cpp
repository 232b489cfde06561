// Queues whose producers and consumers fail, are killed, come and go at random.

#include <doctest/doctest.h>

#include "actor/support.hpp"
#include "otp/live_tree.hpp"
#include "otp/work_world.hpp"
#include "stress/property.hpp"

namespace works {

namespace {

using stress::below;
using stress::Broken;
using trees::kPatience;

struct Event {
  enum Kind : unsigned {
    kill,
    stop,
    fail,
    release,
    add,
    add_again,
    remove,
    kill_producer,
    look,
    kinds
  };
  unsigned kind = kill;
  unsigned target = 0;
  unsigned moment = 0;  // how many jobs are opened before it
};

struct Plan {
  unsigned consumers = 1;
  unsigned producers = 1;
  unsigned jobs = 0;  // by each producer
  unsigned window = 1;
  unsigned buffer = 0;
  unsigned max_deliveries = 1;
  unsigned trouble = 1;
  unsigned seed = 0;
  std::vector<Event> events;
};

std::string to_text(const Plan& plan) {
  std::string text = troupe::format(
      "consumers {}, producers {}, jobs {}, window {}, buffer {}, max_deliveries {}, trouble {}, "
      "seed {}:",
      plan.consumers, plan.producers, plan.jobs, plan.window, plan.buffer, plan.max_deliveries,
      plan.trouble, plan.seed);
  constexpr const char* kNames[] = {"kill",      "stop",   "fail",          "release", "add",
                                    "add_again", "remove", "kill_producer", "look"};
  for (const Event& event : plan.events) {
    text += troupe::format(" {}({}) at {},", kNames[event.kind], event.target, event.moment);
  }
  return text;
}

Plan any_plan() {
  Plan plan;
  plan.consumers = *below(5);
  plan.producers = 1 + *below(4);
  plan.jobs = *below(60);
  plan.window = 1 + *below(4);
  plan.buffer = *below(8);
  plan.max_deliveries = *below(3) == 0 ? 1 + *below(4) : troupe::WorkOptions::kUnlimited;
  plan.trouble = 1 + *below(8);
  plan.seed = *below(1'000'000);
  plan.events =
      *stress::up_to(12, rc::gen::build<Event>(rc::gen::set(&Event::kind, below(Event::kinds)),
                                               rc::gen::set(&Event::target, below(100)),
                                               rc::gen::set(&Event::moment, below(150))));
  std::sort(plan.events.begin(), plan.events.end(),
            [](const Event& a, const Event& b) { return a.moment < b.moment; });
  return plan;
}

Plan any_line() {
  Plan plan = any_plan();
  plan.consumers = plan.producers = 1;
  plan.trouble += 2;
  return plan;
}

/// What both kinds of queues have around them.
class Stage {
 public:
  Stage(const Plan& plan, bool ordered)
      : plan_(plan),
        ledger(plan.producers * plan.jobs + 64, plan.max_deliveries, ordered),
        world_(options()) {
    around_ = {&ledger, system().spawn<Echo>(), {}, plan.trouble};
    if (!ordered) around_.courier = courier_ = system().spawn<Courier>();
    undertaker_ = system().spawn<Undertaker>(&ledger);
    const auto spec = [](troupe::Restart restart) {
      return troupe::dynamic().restart(restart).intensity(1'000'000, 1s);
    };
    permanent_ = system().spawn<troupe::DynamicSupervisor>(spec(troupe::Restart::permanent));
    temporary_ = system().spawn<troupe::DynamicSupervisor>(spec(troupe::Restart::temporary));
  }

  troupe::System& system() { return world_.system; }
  troupe::WorkOptions work_options() const {
    return {plan_.buffer, plan_.window, plan_.max_deliveries};
  }
  const Undertaker::Reference& undertaker() const { return undertaker_; }

  Hand::Reference make_consumer(bool lasting) {
    Slot& slot = slots_.emplace_back();
    slot.window = plan_.window;
    const auto number = static_cast<unsigned>(slots_.size());
    auto child = troupe::start_child<Hand>(lasting ? permanent_ : temporary_, around_, &slot,
                                           plan_.seed + number)
                     .within(kPatience)
                     .get();
    if (!child) throw Broken("a consumer does not start");
    consumers.push_back(*child);
    return *child;
  }
  void start_producers(const QueueRef& queue, bool lossless) {
    for (unsigned i = 0; i < plan_.producers; ++i) {
      producers.push_back(system().spawn<Producer>(&ledger, queue, static_cast<int>(i * plan_.jobs),
                                                   static_cast<int>(plan_.jobs), plan_.seed + i,
                                                   lossless));
      producers.back().cast<Produce>();
    }
  }

  /// Goes through the events, while the jobs do.
  template <class Happen>
  void play(Happen happen) {
    for (const Event& event : plan_.events) {
      const auto until = std::chrono::steady_clock::now() + 2ms;
      while (ledger.opens < event.moment && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
      }
      happen(event);
    }
  }
  bool happens_to_consumer(const Event& event) {
    if (consumers.empty()) return false;
    const auto& consumer = consumers[event.target % consumers.size()];
    switch (event.kind) {
      case Event::kill:
        consumer.kill();
        return true;
      case Event::stop:
        consumer.stop();
        return true;
      case Event::fail:
        consumer.cast<Fail>();
        return true;
      case Event::release:
        (void)consumer.call<Release>().within(1us).get();
        return true;
      default:
        return false;
    }
  }
  troupe::WorkStats stats(const QueueRef& queue) {
    const auto stats = queue.call<troupe::GetWorkStats>().within(kPatience).get();
    if (!stats) throw Broken("no figures: " + to_string(stats.error()));
    if (stats->submitted !=
        stats->waiting + stats->in_flight + stats->acknowledged + stats->given_up) {
      throw Broken("figures that do not add up: " + to_string(*stats));
    }
    if (stats->suspended > plan_.producers) throw Broken("more producers wait than there are");
    return *stats;
  }
  void calm() {
    ledger.calm = true;
    for (const auto& consumer : consumers) {
      if (consumer.call<Release>().within(kPatience).get()) continue;
      // It has ended for good; who has waited for that knows that the queue was told.
      if (!consumer.wait().within(kPatience).get()) throw Broken("a consumer does not end");
    }
    // Last: until then a consumer that did not know of the calm may have given it a job.
    if (courier_) (void)courier_.call<Ping>().within(kPatience).get();
  }
  /// Every producer has heard what became of its jobs.
  void await_producers() {
    for (const auto& producer : producers) {
      if (!producer.wait().within(kPatience).get()) throw Broken("a producer is left behind");
    }
  }
  void await_rest(const QueueRef& queue) {
    trees::wait_until("all jobs' ends", [&] {
      check();
      const troupe::WorkStats now = stats(queue);
      return now.waiting + now.in_flight + now.suspended == 0;
    });
  }
  /// Submits as many jobs as all consumers may have, and sees that they have got them.
  void check_credits(const QueueRef& queue, std::size_t credits) {
    if (credits > 60) return;
    const int first = static_cast<int>(plan_.producers * plan_.jobs);
    const auto before = stats(queue);
    for (std::size_t i = 0; i < credits; ++i) {
      const int number = first + static_cast<int>(i);
      ledger.know(number, Ledger::Known::unknown);
      if (!queue.call<troupe::SubmitWork<Job>>(number, true).within(kPatience).get()) {
        throw Broken("a consumer has lost a credit");
      }
      ledger.know(number, Ledger::Known::accepted);
    }
    if (stats(queue).in_flight != credits) throw Broken("a consumer has lost a credit");
    trees::wait_until("the credits' use", [&] {
      calm();
      return stats(queue).acknowledged == before.acknowledged + credits;
    });
  }
  void check() {
    if (const std::string wrongs = ledger.wrongs(); !wrongs.empty()) throw Broken(wrongs);
  }
  /// Nobody has a job any more, and those that were given up are known.
  Ledger::Sums settle() {
    for (const auto& supervisor : {permanent_, temporary_}) {
      if (!supervisor.stop_and_wait().within(kPatience).get()) throw Broken("consumers do not end");
    }
    if (courier_) (void)courier_.call<Ping>().within(kPatience).get();
    (void)undertaker_.call<Ping>().within(kPatience).get();
    const auto sums = ledger.settle();
    check();
    return sums;
  }
  void check_sums(const Ledger::Sums& sums, const troupe::WorkStats& figures) {
    if (figures.acknowledged != sums.acknowledged || figures.given_up != sums.dead) {
      throw Broken(troupe::format("{} jobs are acknowledged and {} dead, and the queue says: {}",
                                  sums.acknowledged, sums.dead, figures));
    }
  }

 private:
  static troupe::SystemOptions options() {
    auto options = support::World::options_for(2);
    options.log_level = troupe::LogLevel::off;
    return options;
  }

  const Plan& plan_;

 public:
  Ledger ledger;

 private:
  std::deque<Slot> slots_;  // outlives the system, as the ledger does
  support::World world_;
  Surroundings around_;
  Courier::Reference courier_;
  Undertaker::Reference undertaker_;
  troupe::DynamicSupervisor::Reference permanent_;
  troupe::DynamicSupervisor::Reference temporary_;

 public:
  std::vector<Hand::Reference> consumers;
  std::vector<Producer::Reference> producers;
};

using Queue = troupe::WorkQueue<Job>;

void add(const Queue::Reference& queue, const Hand::Reference& consumer) {
  if (!queue.call<troupe::AddConsumer<Job>>(consumer).within(kPatience).get()) {
    throw Broken("a consumer is not added");
  }
}

void happen(Stage& stage, const Queue::Reference& queue, const Event& event) {
  if (stage.happens_to_consumer(event)) return;
  switch (event.kind) {
    case Event::add:
      queue.cast<troupe::AddConsumer<Job>>(stage.make_consumer(event.target % 2 == 0));
      break;
    case Event::add_again:
    case Event::remove: {
      if (stage.consumers.empty()) break;
      const auto& consumer = stage.consumers[event.target % stage.consumers.size()];
      if (event.kind == Event::add_again) {
        queue.cast<troupe::AddConsumer<Job>>(consumer);
      } else {
        queue.cast<troupe::RemoveConsumer>(consumer);
      }
      break;
    }
    case Event::kill_producer:
      stage.producers[event.target % stage.producers.size()].kill();
      break;
    default:
      stage.stats(queue);
  }
}

Queue::Reference start(Stage& stage, const Plan& plan) {
  auto queue = stage.system().spawn<Queue>(stage.work_options(), stage.undertaker());
  for (unsigned i = 0; i < plan.consumers; ++i) add(queue, stage.make_consumer(i % 3 != 2));
  stage.start_producers(queue, false);
  return queue;
}

void pull(const Plan& plan) {
  Stage stage(plan, false);
  auto queue = start(stage, plan);
  stage.play([&](const Event& event) { happen(stage, queue, event); });
  stage.calm();
  // What all of the others have dropped is for this one.
  add(queue, stage.make_consumer(true));
  stage.await_producers();
  stage.await_rest(queue);
  stage.check_credits(queue, stage.stats(queue).consumers * plan.window);
  const auto figures = stage.stats(queue);
  const auto sums = stage.settle();
  stage.check_sums(sums, figures);
}

void end_in(const Plan& plan) {
  Stage stage(plan, false);
  auto queue = start(stage, plan);
  stage.play([&](const Event& event) {
    if (event.kind != Event::look) happen(stage, queue, event);
  });
  if (plan.seed % 2 == 0) {
    queue.kill();
  } else {
    queue.stop();
  }
  if (!queue.wait().within(kPatience).get()) throw Broken("the queue does not end");
  stage.await_producers();
  stage.settle();
}

void drain(const Plan& plan) {
  Stage stage(plan, false);
  auto queue = start(stage, plan);
  stage.play([&](const Event& event) { happen(stage, queue, event); });
  queue.drain();
  stage.calm();
  queue.cast<troupe::AddConsumer<Job>>(stage.make_consumer(true));
  const auto end = queue.wait().within(kPatience).get();
  if (!end || end->kind != troupe::ExitKind::drained) throw Broken("the queue does not drain");
  if (!stage.ledger.all_done()) throw Broken("the queue has not waited for what is in flight");
  stage.await_producers();
  stage.settle();
  if (!stage.ledger.all_done()) throw Broken("the queue has drained, and not all is done");
}

void deliver(const Plan& plan) {
  Stage stage(plan, true);
  auto consumer = stage.make_consumer(true);
  auto line = stage.system().spawn<troupe::PointToPoint<Job>>(consumer, stage.work_options(),
                                                              stage.undertaker());
  stage.start_producers(line, true);
  stage.play([&](const Event& event) {
    if (!stage.happens_to_consumer(event)) stage.stats(line);
  });
  stage.calm();
  consumer.cast<Fail>();  // what it has dropped is for the next one
  stage.calm();
  stage.await_producers();
  stage.await_rest(line);
  stage.check_credits(line, plan.window);
  const auto figures = stage.stats(line);
  const auto sums = stage.settle();
  stage.check_sums(sums, figures);
}

void break_off(const Plan& plan) {
  Stage stage(plan, true);
  stage.ledger.ending = plan.seed % 3 == 0;  // by the end of its consumer, too
  auto consumer = stage.make_consumer(!stage.ledger.ending);
  auto line = stage.system().spawn<troupe::PointToPoint<Job>>(consumer, stage.work_options(),
                                                              stage.undertaker());
  stage.start_producers(line, true);
  stage.play([&](const Event& event) { stage.happens_to_consumer(event); });
  stage.ledger.ending = true;
  line.kill();
  if (!line.wait().within(kPatience).get()) throw Broken("the line does not end");
  stage.await_producers();
  stage.settle();
}

}  // namespace
}  // namespace works

TEST_CASE("work pulling brings every accepted job to one end, whoever fails, comes and goes") {
  using namespace works;
  CHECK(stress::holds("work pulling", any_plan, pull));
}

TEST_CASE("a queue that ends leaves no producer waiting, and no job without an end") {
  using namespace works;
  CHECK(stress::holds("the end of work pulling", any_plan, end_in));
}

TEST_CASE("a queue that drains brings all that it has accepted to an end, and then ends") {
  using namespace works;
  CHECK(stress::holds("the drain of work pulling", any_plan, drain));
}

TEST_CASE("point-to-point delivery keeps the order, however often its consumer fails") {
  using namespace works;
  CHECK(stress::holds("point-to-point delivery", any_line, deliver));
}

TEST_CASE(
    "point-to-point delivery that ends leaves no producer waiting, and no job without an end") {
  using namespace works;
  CHECK(stress::holds("the end of point-to-point delivery", any_line, break_off));
}
