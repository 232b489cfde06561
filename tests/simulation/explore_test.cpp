#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <troupe/explore.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;
using troupe::Exploration;
using troupe::explore;
using troupe::ExploreOptions;
using troupe::FailedRun;
using troupe::Scenario;
using troupe::Simulation;
using troupe::SimulationOptions;

namespace {

struct Step {
  int number;
};

/// Remembers its last step; what comes late, it does not mind.
class Walker : public troupe::Actor<Walker, Step> {
 public:
  explicit Walker(int* at) : at_(*at) {}
  void handle(Step m) { at_ = m.number; }

 private:
  int& at_;
};

struct Nudge {};

/// Sends a step to a walker.
class Pusher : public troupe::Actor<Pusher, Nudge> {
 public:
  Pusher(troupe::ActorRef<Step> walker, int number) : walker_(std::move(walker)), number_(number) {}
  void handle(Nudge) { walker_.cast<Step>(number_); }

 private:
  troupe::ActorRef<Step> walker_;
  int number_;
};

constexpr int kPushers = 6;

/// Where the walker is when all have pushed: it depends on who is last.
int last_step(Simulation& simulation) {
  int at = 0;
  auto walker = simulation.system().spawn<Walker>(&at);
  for (int i = 1; i <= kPushers; ++i) simulation.system().spawn<Pusher>(walker, i).cast<Nudge>();
  simulation.run();
  return at;
}

void fails_by_last(Simulation& simulation) {
  simulation.check(last_step(simulation) != 3, "the third is not the last");
}

void aborts_by_last(Simulation& simulation) {
  if (last_step(simulation) == 3) std::abort();
}

Scenario with(void (*run)(Simulation&)) { return {"last step", run}; }

/// The seeds of a range that fail, found one after the other.
std::vector<std::uint64_t> seeds_that_fail(std::uint64_t first, std::uint64_t count) {
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    if (troupe::run_once(with(fails_by_last), {.seed = seed}).failure) seeds.push_back(seed);
  }
  return seeds;
}

std::vector<std::uint64_t> seeds_of(const Exploration& found) {
  std::vector<std::uint64_t> seeds;
  for (const FailedRun& each : found.failures) seeds.push_back(each.seed);
  return seeds;
}

/// How a run with these choices fails.
std::string failure_with(const Scenario& scenario, const std::vector<std::uint32_t>& choices) {
  SimulationOptions options = scenario.options;
  options.choices = choices;
  options.replay = true;
  return troupe::run_once(scenario, options).failure.value_or("it held");
}

}  // namespace

TEST_CASE("every seed is run once when all hold") {
  const Scenario holds{"holds", [](Simulation& simulation) { (void)last_step(simulation); }};
  const Exploration found = explore(holds, {.first_seed = 7, .seeds = 40});
  CHECK(found.failures.empty());
  CHECK(found.runs == 40);
  CHECK(found.messages == 40 * 2 * kPushers);
  CHECK(found.time > 0ns);
}

TEST_CASE(
    "the failures that are told are the first by seed, however many processes look for them") {
  const auto expected = seeds_that_fail(10, 200);
  REQUIRE(expected.size() > 10);
  for (const unsigned processes : {1u, 2u, 5u}) {
    for (const std::size_t enough : {1, 3, 10}) {
      CAPTURE(processes);
      CAPTURE(enough);
      const Exploration found = explore(with(fails_by_last), {.first_seed = 10,
                                                              .seeds = 200,
                                                              .processes = processes,
                                                              .enough_failures = enough,
                                                              .shrink = 0s});
      CHECK(seeds_of(found) ==
            std::vector(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(enough)));
    }
  }
}

TEST_CASE("when fewer fail than are wanted, all are told after the last seed") {
  const auto expected = seeds_that_fail(1, 60);
  const Exploration found =
      explore(with(fails_by_last), {.seeds = 60, .enough_failures = 1000, .shrink = 0s});
  CHECK(found.runs == 60);
  CHECK(seeds_of(found) == expected);
}

TEST_CASE("a run that crashes is a failure like another, and the seeds behind it are run") {
  const auto expected = seeds_that_fail(1, 60);
  const Exploration found =
      explore(with(aborts_by_last), {.seeds = 60, .enough_failures = 1000, .shrink = 0s});
  CHECK(found.runs == 60);
  CHECK(seeds_of(found) == expected);
  REQUIRE_FALSE(found.failures.empty());
  const FailedRun& first = found.failures[0];
  CHECK(first.steps > 2 * kPushers);
  CHECK(first.text == troupe::format("it ended its process: Aborted (step {}, 0 ns after the "
                                     "beginning, seed {})",
                                     first.steps, first.seed));
}

TEST_CASE("a run that ends its process in another way is a failure, too") {
  const Scenario leaves{"leaves", [](Simulation&) { std::_Exit(3); }};
  const Exploration found = explore(leaves, {.seeds = 1});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].text ==
        "it ended its process with status 3 (step 0, 0 ns after the beginning, seed 1)");
}

TEST_CASE("a run that takes too long has failed") {
  const Scenario stays{"stays", [](Simulation& simulation) {
                         if (simulation.below(4) != 0) return;
                         for (;;) {
                         }
                       }};
  const Exploration found = explore(stays, {.seeds = 100, .longest_run = 1s});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].text.starts_with("it takes too long (step 0, "));
  CHECK(found.failures[0].choices.empty());
}

TEST_CASE("whatever a scenario throws is its failure") {
  const Scenario throws{"throws", [](Simulation&) { throw std::out_of_range("the ninth"); }};
  const Exploration found = explore(throws, {.seeds = 3});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].text == "the ninth (step 0, 0 ns after the beginning, seed 1)");
}

TEST_CASE("the first failing run is made smaller, and its choices repeat it") {
  const Scenario scenario{"much", [](Simulation& simulation) {
                            // Of what is drawn here, only one number matters.
                            std::uint32_t most = 0;
                            for (int i = 0; i < 50; ++i)
                              most = std::max(most, simulation.below(1000));
                            for (std::uint32_t i = 0; i < simulation.below(20); ++i)
                              (void)last_step(simulation);
                            simulation.check(most < 900, "nothing is large");
                          }};
  const Exploration found = explore(scenario, {.seeds = 10});
  REQUIRE(found.failures.size() == 1);
  const FailedRun& failed = found.failures[0];
  REQUIRE(failed.choices.size() <= 50);
  CHECK(std::ranges::count(failed.choices, 0u) + 1 ==
        static_cast<std::ptrdiff_t>(failed.choices.size()));
  CHECK(failed.choices.back() >= 900);
  CHECK(failed.steps == 0);
  CHECK(failure_with(scenario, failed.choices) == failed.text);
}

TEST_CASE("a run that crashes is made smaller, too") {
  const Exploration thrown = explore(with(fails_by_last), {.seeds = 100});
  const Exploration crashed = explore(with(aborts_by_last), {.seeds = 100});
  REQUIRE(thrown.failures.size() == 1);
  REQUIRE(crashed.failures.size() == 1);
  CHECK_FALSE(crashed.failures[0].choices.empty());
  CHECK(crashed.failures[0].choices == thrown.failures[0].choices);
  CHECK(failure_with(with(fails_by_last), crashed.failures[0].choices)
            .starts_with("the third is not the last"));
}

TEST_CASE("a run that is made smaller may tell other details, on further lines") {
  const Scenario scenario{"details", [](Simulation& simulation) {
                            const std::string detail(1 + simulation.below(100), 'x');
                            simulation.fail("it is wrong\n" + detail);
                          }};
  const Exploration found = explore(scenario, {.seeds = 1});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].text == "it is wrong\nx (step 0, 0 ns after the beginning, seed 1)");
}

TEST_CASE("a run that is not the same each time is left as it was found") {
  const Scenario scenario{
      "changes", [](Simulation& simulation) {
        const auto now = std::chrono::steady_clock::now();
        simulation.fail(
            "at " +
            std::string(static_cast<std::size_t>(now.time_since_epoch().count() % 1009), 'x'));
      }};
  const Exploration found = explore(scenario, {.seeds = 1, .shrink = 1s});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].choices.empty());
}

TEST_CASE("options that make no sense are refused") {
  const Scenario scenario = with(fails_by_last);
  const auto error = [&](const ExploreOptions& options) -> std::string {
    try {
      (void)explore(scenario, options);
    } catch (const std::invalid_argument& wrong) {
      return wrong.what();
    }
    return "none";
  };
  CHECK(error({.enough_failures = 0}) == "ExploreOptions: enough_failures is at least 1");
  CHECK(error({.first_seed = UINT64_MAX, .seeds = 2}) ==
        "ExploreOptions: there are not so many seeds after first_seed");
  CHECK(error({.longest_run = -1s}) == "ExploreOptions: longest_run and shrink are not negative");
  CHECK(error({.shrink = -1s}) == "ExploreOptions: longest_run and shrink are not negative");
  CHECK(explore(scenario, {.seeds = 0}).runs == 0);

  const Scenario never{"never", fails_by_last, {.step_time = -1ns}};
  CHECK_THROWS_AS((void)explore(never), std::invalid_argument);
  const Simulation other;
  CHECK_THROWS_AS((void)explore(scenario), std::logic_error);
}
