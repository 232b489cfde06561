#include "scenarios/scenarios.hpp"

namespace scenarios {

namespace {

struct Visit {
  using Reply = int;
  std::uint32_t depth;
};
struct Go {};

class Caller;
using Ref = troupe::ActorRef<Visit, Go>;

struct Field {
  troupe::Simulation& simulation;
  std::vector<Ref> actors;
  bool upwards;  // everybody calls those with higher numbers only: there are no circles
  std::size_t done = 0;
};

class Caller : public troupe::Actor<Caller, Visit, Go> {
 public:
  Caller(Field* field, std::size_t number) : field_(*field), number_(number) {}

  troupe::Task<int> handle(Visit m) {
    if (m.depth > 0 && field_.simulation.below(3) != 0) co_await call(m.depth - 1);
    co_return 1;
  }
  troupe::Task<> handle(Go) {
    for (int i = 0; i < 4; ++i) co_await call(2);
    ++field_.done;
  }

 private:
  const Ref& somebody() {
    const std::size_t first = field_.upwards ? number_ + 1 : 0;
    const auto count = static_cast<std::uint32_t>(field_.actors.size() - first);
    return field_.actors[first + field_.simulation.below(count)];
  }
  troupe::Task<> call(std::uint32_t depth) {
    if (field_.upwards && number_ + 1 == field_.actors.size()) co_return;
    if (field_.simulation.below(4) == 0) {
      std::vector<Ref> several{somebody(), somebody()};
      for (const auto& answer :
           co_await troupe::call_all<Visit>(several, depth).within(troupe::forever)) {
        judge(answer);
      }
    } else {
      judge(co_await somebody().call<Visit>(depth).within(troupe::forever));
    }
  }
  void judge(const std::expected<int, troupe::CallError>& answer) {
    if (answer) return;
    field_.simulation.check(answer.error().code == troupe::CallErrorCode::deadlock,
                            to_string(answer.error()));
    field_.simulation.check(!field_.upwards, "there is no circle, and one was found");
  }

  Field& field_;
  std::size_t number_;
};

}  // namespace

// Calls without a time limit always end: circles are found, and only circles are.
void calls(troupe::Simulation& simulation) {
  Field field{simulation, {}, simulation.below(2) == 0};
  const std::size_t count = 2 + simulation.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    field.actors.push_back(simulation.system().spawn<Caller>(&field, i));
  }
  for (const Ref& actor : field.actors) actor.cast<Go>();
  simulation.run();
  simulation.check(field.done == count, "every call ends");
}

}  // namespace scenarios
