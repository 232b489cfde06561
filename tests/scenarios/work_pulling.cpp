#include <map>

#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

struct Job {
  int number;
};

struct Fate {
  int in_hand = 0;
  int acknowledged = 0;
  int given_up = 0;
};

struct Books {
  std::map<int, Fate> jobs;
  int accepted = 0;
};

class Consumer : public troupe::Actor<Consumer, troupe::Work<Job>> {
 public:
  Consumer(troupe::Simulation* simulation, troupe::ActorRef<troupe::AddConsumer<Job>> queue,
           Books* books)
      : simulation_(*simulation), queue_(std::move(queue)), books_(*books) {}

  void post_start() { queue_.cast<troupe::AddConsumer<Job>>(self()); }

  troupe::Task<> handle(troupe::Work<Job> work) {
    Fate& fate = books_.jobs[work->number];
    simulation_.check(fate.acknowledged == 0, "a job that is done is not delivered again");
    simulation_.check(++fate.in_hand == 1, "one consumer at a time has a job");
    struct Leave {
      Fate& fate;
      ~Leave() { --fate.in_hand; }
    } leave{fate};
    if (simulation_.below(3) == 0) co_await troupe::sleep_for(100us);
    if (simulation_.below(8) == 0) throw std::runtime_error("no luck");
    ++fate.acknowledged;
    work.acknowledge();
  }

 private:
  troupe::Simulation& simulation_;
  troupe::ActorRef<troupe::AddConsumer<Job>> queue_;
  Books& books_;
};

class Morgue : public troupe::Actor<Morgue, troupe::DeadWork<Job>> {
 public:
  explicit Morgue(Books* books) : books_(*books) {}
  void handle(troupe::DeadWork<Job> m) { ++books_.jobs[m.job.number].given_up; }

 private:
  Books& books_;
};

class Producer : public troupe::Actor<Producer> {
 public:
  Producer(troupe::ActorRef<troupe::SubmitWork<Job>> queue, int first, Books* books)
      : queue_(std::move(queue)), first_(first), books_(*books) {}

  troupe::Task<> post_start() {
    for (int i = 0; i < 10; ++i) {
      const auto accepted =
          co_await queue_.call<troupe::SubmitWork<Job>>(first_ + i).within(troupe::forever);
      if (accepted) ++books_.accepted;
    }
    stop();
  }

 private:
  troupe::ActorRef<troupe::SubmitWork<Job>> queue_;
  int first_;
  Books& books_;
};

}  // namespace

// Every accepted job is acknowledged once or given up once, whoever fails, and one consumer at a
// time has it.
void work_pulling(troupe::Simulation& simulation) {
  troupe::System& system = simulation.system();
  Books& books = simulation.keep<Books>();
  auto morgue = system.spawn<Morgue>(&books);
  troupe::WorkOptions options{.buffer = simulation.below(4),
                              .window = 1 + simulation.below(3),
                              .max_deliveries = 2 + simulation.below(3)};
  auto queue = system.spawn<troupe::WorkQueue<Job>>(options, morgue);
  const std::uint32_t consumers = 1 + simulation.below(3);
  auto spec = troupe::SupervisorSpec(troupe::Strategy::one_for_one).intensity(UINT32_MAX, 1h);
  for (std::uint32_t i = 0; i < consumers; ++i) {
    spec.add(troupe::child<Consumer>(std::to_string(i), &simulation, queue, &books));
  }
  auto supervisor = system.spawn<troupe::Supervisor>(std::move(spec));
  std::vector<troupe::AnyRef> producers;
  for (int i = 0; i < 1 + static_cast<int>(simulation.below(2)); ++i) {
    producers.push_back(system.spawn<Producer>(queue, 100 * i, &books));
  }
  for (const troupe::AnyRef& producer : producers) {
    simulation.check(producer.wait().within(1min).get().has_value(), "no producer waits for ever");
  }
  simulation.check(queue.drain_and_wait().within(1min).get().has_value(), "the queue drains");
  simulation.run_for(1s);
  int ends = 0;
  for (const auto& [number, fate] : books.jobs) {
    simulation.check(fate.acknowledged + fate.given_up == 1, "a job has one end");
    ++ends;
  }
  simulation.check(ends == books.accepted, "every accepted job has an end");
}

}  // namespace scenarios
