#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

struct Square {
  std::int64_t number;
  using Reply = std::int64_t;
};

class Worker : public troupe::Actor<Worker, Square> {
 public:
  explicit Worker(troupe::Simulation* simulation) : simulation_(*simulation) {}
  troupe::Task<std::int64_t> handle(Square m) {
    if (simulation_.below(2) == 0) co_await troupe::sleep_for(200us);
    co_return m.number* m.number;
  }

 private:
  troupe::Simulation& simulation_;
};

struct Answers {
  std::uint64_t asked = 0;
  std::uint64_t right = 0;
  std::uint64_t failed = 0;
};

class Client : public troupe::Actor<Client> {
 public:
  Client(troupe::Simulation* simulation, troupe::ActorRef<Square> factory, Answers* answers)
      : simulation_(*simulation), factory_(std::move(factory)), answers_(*answers) {}

  troupe::Task<> post_start() {
    for (int i = 0; i < 8; ++i) {
      const auto number = static_cast<std::int64_t>(simulation_.below(100));
      ++answers_.asked;
      const auto answer = co_await factory_.call<Square>(number).within(troupe::forever);
      if (answer) {
        ++answers_.right;
        simulation_.check(*answer == number * number, "the answer is the request's");
      } else {
        ++answers_.failed;
        simulation_.check(answer.error().code == troupe::CallErrorCode::failed,
                          "a job fails only with its worker");
      }
    }
    stop();
  }

 private:
  troupe::Simulation& simulation_;
  troupe::ActorRef<Square> factory_;
  Answers& answers_;
};

}  // namespace

// Every job has one answer, and is counted once; workers that fail are replaced.
void factory(troupe::Simulation& simulation) {
  troupe::System& system = simulation.system();
  const std::size_t workers = 1 + simulation.below(4);
  troupe::FactoryOptions options{.workers = workers};
  if (simulation.below(2) == 0) {
    options.route =
        troupe::by_key([](const Square& job) { return std::to_string(job.number % 3); });
  }
  auto pool = system.spawn<troupe::Factory<Worker>>(std::move(options), &simulation);
  Answers answers;
  simulation.faults().fail_often("Worker", 0.1);
  std::vector<troupe::AnyRef> clients;
  for (std::uint32_t i = 0; i <= simulation.below(4); ++i) {
    clients.push_back(system.spawn<Client>(&simulation, pool, &answers));
  }
  for (const troupe::AnyRef& client : clients) {
    simulation.check(client.wait().within(10min).get().has_value(), "every job has an answer");
  }
  simulation.check(answers.right + answers.failed == answers.asked, "every job has one answer");
  simulation.eventually(
      "all workers are free again",
      [&] {
        const auto stats = pool.call<troupe::GetFactoryStats>().within(1min).get();
        return stats && stats->free == workers && stats->in_hand == 0 && stats->queued == 0 &&
               stats->done == answers.right && stats->failed == answers.failed &&
               stats->submitted == answers.asked;
      },
      1min);
  simulation.check(system.shutdown().complete, "the system shuts down");
}

}  // namespace scenarios
