#include <doctest/doctest.h>

#include <string>
#include <troupe/explore.hpp>
#include <troupe/troupe.hpp>
#include <vector>

using namespace std::chrono_literals;
using troupe::find_difference;
using troupe::run_once;
using troupe::RunReport;
using troupe::Scenario;
using troupe::Simulation;

namespace {

struct Hello {};
class Greeter : public troupe::Actor<Greeter, Hello> {
 public:
  void handle(Hello) {}
};

/// Writes down its end.
class Diarist : public troupe::Actor<Diarist, Hello> {
 public:
  explicit Diarist(std::vector<std::string>* diary) : diary_(*diary) {}
  ~Diarist() { diary_.push_back("the actor ends"); }
  void handle(Hello) {}

 private:
  std::vector<std::string>& diary_;
};

/// What a scenario keeps.
struct Kept {
  std::vector<std::string>* diary;
  ~Kept() { diary->push_back("what was kept ends"); }
};

}  // namespace

TEST_CASE("a report tells how a run ended, and how much it did") {
  const Scenario scenario{"greetings", [](Simulation& simulation) {
                            auto greeter = simulation.system().spawn<Greeter>();
                            greeter.cast<Hello>();
                            greeter.cast<Hello>();
                            simulation.run();
                            simulation.check(simulation.messages() < 2, "few greetings");
                          }};
  std::uint64_t steps = 0;
  const RunReport report =
      run_once(scenario, {.seed = 4}, [&](const Simulation& sim) { steps = sim.steps(); });
  CHECK(report.failure.value_or("") == "few greetings (step 3, 0 ns after the beginning, seed 4)");
  CHECK(report.messages == 2);
  CHECK(report.steps == 3);
  CHECK(steps == 3);
  CHECK(report.hash == run_once(scenario, {.seed = 5}).hash);
}

TEST_CASE("a failure that a scenario keeps to itself is one all the same") {
  const Scenario scenario{"silent", [](Simulation& simulation) {
                            try {
                              simulation.fail("once");
                            } catch (const troupe::SimulationFailure&) {
                            }
                          }};
  CHECK(run_once(scenario, {}).failure.value_or("") ==
        "once (step 0, 0 ns after the beginning, seed 1)");
}

TEST_CASE("runs that are the same have no difference") {
  const Scenario scenario{"same", [](Simulation& simulation) {
                            auto greeter = simulation.system().spawn<Greeter>();
                            for (std::uint32_t i = 0; i < simulation.below(9); ++i) {
                              greeter.cast<Hello>();
                            }
                            simulation.run();
                          }};
  CHECK_FALSE(find_difference(scenario, 3).has_value());
}

TEST_CASE("of runs that differ, the first event that does is told, of both") {
  int run = 0;
  const Scenario scenario{"differs", [&](Simulation& simulation) {
                            simulation.add_node("always");
                            simulation.add_node(troupe::format("only in {}", run++));
                          }};
  CHECK(find_difference(scenario, 1).value_or("") ==
        "first:  0  0 s  only in 1/only in 1  node  starts\n"
        "second: 0  0 s  only in 2/only in 2  node  starts");
}

TEST_CASE("a run that only goes on longer differs from the other by what comes then") {
  int run = 0;
  const Scenario scenario{"goes on", [&](Simulation& simulation) {
                            simulation.add_node("a");
                            if (run++ == 2) simulation.add_node("b");
                          }};
  CHECK(find_difference(scenario, 1).value_or("") ==
        "first:  (nothing)\n"
        "second: 0  0 s  b/b  node  starts");
}

TEST_CASE("runs with the same events may end differently") {
  int run = 0;
  const Scenario scenario{"ends", [&](Simulation& simulation) {
                            simulation.add_node("a");
                            if (run++ == 0) throw std::runtime_error("only the first time");
                          }};
  CHECK(
      find_difference(scenario, 1) ==
      "two runs have the same events, and end differently: only the first time (step 0, 0 ns after "
      "the beginning, seed 1); it held");
}

TEST_CASE("what a scenario keeps outlives its actors, also where the run fails") {
  for (const bool holds : {true, false}) {
    std::vector<std::string> diary;
    const Scenario scenario{"diary", [&](Simulation& simulation) {
                              simulation.keep<Kept>(&diary);
                              simulation.system().spawn<Diarist>(&diary);
                              simulation.check(holds, "it holds");
                            }};
    CHECK(run_once(scenario, {}).failure.has_value() != holds);
    CHECK(diary == std::vector<std::string>{"the actor ends", "what was kept ends"});
  }
}
