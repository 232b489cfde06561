#include "simulation/make_smaller.hpp"

#include <utility>

#include "base/clock.hpp"
#include "base/temporarily.hpp"
#include "simulation/black_box.hpp"
#include "simulation/child_process.hpp"
#include "simulation/failure_text.hpp"
#include "simulation/progress_line.hpp"
#include "simulation/shrink.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

constexpr unsigned kMostTries = 10'000;

class Trials {
 public:
  Trials(const Scenario& scenario, std::chrono::seconds longest_run)
      : scenario_(scenario), longest_run_(longest_run) {}

  // How it ends; without a text it holds. The box has its choices.
  FailedRun run(const SimulationOptions& options) {
    box_.clear();
    ChildProcess process([&](int descriptor) {
      end_after(longest_run_);
      const Temporarily writing(black_box, &box_);
      write_all(descriptor, run_once(scenario_, options).failure.value_or(""));
    });
    ChildEnd end = process.wait();
    if (!end.trouble.empty()) {
      end.written = failure_text(end.trouble, box_.step(), box_.time(), options.seed);
    }
    FailedRun tried;
    tried.text = std::move(end.written);
    tried.steps = box_.step();
    return tried;
  }

  const BlackBox& box() const noexcept { return box_; }

 private:
  const Scenario& scenario_;
  const std::chrono::seconds longest_run_;
  BlackBox box_;
};

}  // namespace

void make_smaller(const Scenario& scenario, const ExploreOptions& explored, FailedRun& failed) {
  if (failed.text.starts_with(kTakesTooLong)) return;  // and so would each try
  const Clock clock;
  const Nanoseconds end =
      clock.now() + std::chrono::duration_cast<std::chrono::nanoseconds>(explored.shrink).count();
  SimulationOptions options = scenario.options;
  options.seed = failed.seed;
  const std::string way = way_of_failing(failed.text);

  Trials trials(scenario, explored.longest_run);
  if (way_of_failing(trials.run(options).text) != way) return;  // it is not the same each time
  auto choices = trials.box().choices();
  if (!choices) return;
  options.replay = true;
  ProgressLine progress(explored.shows_progress);
  const auto still_fails = [&](const std::vector<std::uint32_t>& fewer) {
    if (clock.now() > end) return false;
    if (progress.on()) {
      progress.show(format("{}: seed {} fails; making it smaller: {} steps", scenario.name,
                           failed.seed, failed.steps));
    }
    options.choices = fewer;
    FailedRun tried = trials.run(options);
    if (way_of_failing(tried.text) != way) return false;
    failed.text = std::move(tried.text);
    failed.steps = tried.steps;
    failed.choices = fewer;
    return true;
  };
  if (!still_fails(*choices)) return;
  shrink(*std::move(choices), still_fails, kMostTries);
}

}  // namespace troupe::detail
