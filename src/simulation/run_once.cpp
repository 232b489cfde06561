#include <utility>

#include "base/error_text.hpp"
#include "troupe/explore.hpp"

namespace troupe {

namespace {

// Nothing: it held.
std::optional<std::string> run(const Scenario& scenario, Simulation& simulation) {
  try {
    return detail::with_error_text(
        [&]() -> std::optional<std::string> {
          scenario.run(simulation);
          simulation.verify();
          return std::nullopt;
        },
        [&](std::string text) -> std::optional<std::string> {
          simulation.fail(std::move(text));  // unless it has failed already; says where
          return std::nullopt;
        });
  } catch (const SimulationFailure& failure) {
    return failure.what();
  }
}

}  // namespace

RunReport run_once(const Scenario& scenario, SimulationOptions options,
                   const std::function<void(const Simulation&)>& look) {
  Simulation simulation(std::move(options));
  RunReport report;
  report.failure = run(scenario, simulation);
  report.hash = simulation.hash();
  report.steps = simulation.steps();
  report.messages = simulation.messages();
  if (look) look(simulation);
  return report;
}

std::optional<std::string> find_difference(const Scenario& scenario, std::uint64_t seed) {
  SimulationOptions options = scenario.options;
  options.seed = seed;
  const RunReport plain = run_once(scenario, options);  // to keep the events makes no difference
  options.record = true;
  std::string texts[2];
  RunReport reports[2];
  for (int i = 0; i < 2; ++i) {
    reports[i] = run_once(scenario, options,
                          [&](const Simulation& simulation) { texts[i] = simulation.text(); });
  }
  const auto line_at = [](const std::string& text, std::size_t begin) {
    if (begin >= text.size()) return std::string("(nothing)");
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  for (std::size_t at = 0; at < texts[0].size() || at < texts[1].size();) {
    const std::string one = line_at(texts[0], at);
    const std::string other = line_at(texts[1], at);
    if (one != other) return "first:  " + one + "\nsecond: " + other;
    at += one.size() + 1;
  }
  for (const RunReport& report : reports) {
    if (report.hash == plain.hash && report.failure == plain.failure) continue;
    return "two runs have the same events, and end differently: " +
           plain.failure.value_or("it held") + "; " + report.failure.value_or("it held");
  }
  return std::nullopt;
}

}  // namespace troupe
