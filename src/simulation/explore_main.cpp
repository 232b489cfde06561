#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/temporarily.hpp"
#include "simulation/black_box.hpp"
#include "simulation/child_process.hpp"
#include "simulation/choice_text.hpp"
#include "troupe/explore.hpp"
#include "troupe/format.hpp"

namespace troupe {

namespace {

struct Wrong {
  std::string text;
};

constexpr std::string_view kHelp = R"(Runs scenarios in a simulation, each with many seeds.

  --scenario NAME       only this one
  --seeds N             how many seeds; 1000
  --first N             the first seed; 1
  --schedule S          fifo, random, pct or delays; else as the scenario says
  --processes N         at a time; one a core
  --failures N          ends a scenario when so many were found; 1
  --shrink SECONDS      at most, to make a failing run smaller; 60
  --check-determinism   runs each seed twice and compares every event
  --hashes              prints a hash of each seed's events: two builds of a program that give
                        the same ones do the same
  --list                the scenarios' names

One run (with --scenario):
  --seed N              of this seed
  --choices LIST        of these choices, as a failing run's are told; or @FILE, which has them
  --html FILE           its sequence diagram, for a browser
  --perfetto FILE       its trace, for the Perfetto trace viewer
  --events              its events, on standard output
)";

struct Settings {
  std::vector<std::string_view> scenarios;
  ExploreOptions explore;
  std::optional<Schedule> schedule;
  std::string_view schedule_name;
  bool checks_determinism = false;
  bool hashes = false;
  bool lists = false;
  bool helps = false;
  std::optional<std::uint64_t> seed;
  std::optional<std::vector<std::uint32_t>> choices;
  std::string html;
  std::string perfetto;
  bool events = false;

  bool one_run() const { return seed || choices; }
  bool shows_run() const { return events || !html.empty() || !perfetto.empty(); }
};

constexpr std::uint64_t kMostSeconds = 1'000'000'000;

std::uint64_t number(std::string_view option, std::string_view text, std::uint64_t least,
                     std::uint64_t most = UINT64_MAX) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    const std::string to = most == UINT64_MAX ? "" : format(" to {}", most);
    throw Wrong{format("{} takes a whole number from {}{}, not '{}'", option, least, to, text)};
  }
  return value;
}

Schedule schedule_of(std::string_view name) {
  if (name == "fifo") return Schedule::fifo();
  if (name == "random") return Schedule::random();
  if (name == "pct") return Schedule::pct();
  if (name == "delays") return Schedule::delays();
  throw Wrong{format("--schedule takes fifo, random, pct or delays, not '{}'", name)};
}

std::vector<std::uint32_t> choices_of(std::string_view text) {
  std::string content(text);
  if (text.starts_with('@')) {
    std::ifstream file(std::string(text.substr(1)));
    if (!file) throw Wrong{format("cannot read '{}'", text.substr(1))};
    content.assign(std::istreambuf_iterator<char>(file), {});
    while (content.ends_with('\n')) content.pop_back();
  }
  if (auto choices = detail::choices_in(content)) return std::move(*choices);
  throw Wrong{"--choices takes numbers as a failing run's are told"};
}

Settings parse(int argc, const char* const* argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const auto value = [&]() -> std::string_view {
      if (++i == argc) throw Wrong{format("{} takes a value", option)};
      return argv[i];
    };
    if (option == "--scenario") {
      settings.scenarios.push_back(value());
    } else if (option == "--seeds") {
      settings.explore.seeds = number(option, value(), 1);
    } else if (option == "--first") {
      settings.explore.first_seed = number(option, value(), 0);
    } else if (option == "--schedule") {
      settings.schedule_name = value();
      settings.schedule = schedule_of(settings.schedule_name);
    } else if (option == "--processes") {
      settings.explore.processes =
          static_cast<unsigned>(number(option, value(), 1, ExploreOptions::kMostProcesses));
    } else if (option == "--failures") {
      settings.explore.enough_failures = number(option, value(), 1);
    } else if (option == "--shrink") {
      settings.explore.shrink = std::chrono::seconds(number(option, value(), 0, kMostSeconds));
    } else if (option == "--check-determinism") {
      settings.checks_determinism = true;
    } else if (option == "--hashes") {
      settings.hashes = true;
    } else if (option == "--list") {
      settings.lists = true;
    } else if (option == "--help") {
      settings.helps = true;
    } else if (option == "--seed") {
      settings.seed = number(option, value(), 0);
    } else if (option == "--choices") {
      settings.choices = choices_of(value());
    } else if (option == "--html") {
      settings.html = value();
    } else if (option == "--perfetto") {
      settings.perfetto = value();
    } else if (option == "--events") {
      settings.events = true;
    } else {
      throw Wrong{format("there is no option '{}'", option)};
    }
  }
  if (settings.one_run() && settings.scenarios.size() != 1) {
    throw Wrong{"--seed and --choices take one --scenario"};
  }
  if (!settings.one_run() && settings.shows_run()) {
    throw Wrong{"--html, --perfetto and --events take --seed or --choices"};
  }
  return settings;
}

void save(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (!file.flush()) throw Wrong{format("cannot write '{}'", path)};
}

detail::ChildEnd in_child(std::chrono::seconds longest, const std::function<void(int)>& work) {
  detail::ChildProcess process([&](int descriptor) {
    detail::end_after(longest);
    work(descriptor);
  });
  return process.wait();
}

// How it ends when it is repeated in this process, so that there is something to show of it. A run
// that ends its process is found out in another one, and repeated up to there.
int run_one(const Scenario& scenario, const Settings& settings) {
  SimulationOptions options = scenario.options;
  if (settings.seed) options.seed = *settings.seed;
  if (settings.choices) {
    options.choices = *settings.choices;
    options.replay = true;
  }
  options.record = settings.shows_run();
  detail::BlackBox box;
  if (options.record) {
    const auto try_it = [&](int) {
      const detail::Temporarily writing(detail::black_box, &box);
      (void)run_once(scenario, options);
    };
    const std::string trouble = in_child(settings.explore.longest_run, try_it).trouble;
    if (!trouble.empty() && box.step() == 0) {
      std::printf("%s: before its first step, %s\n", scenario.name.c_str(), trouble.c_str());
      return 1;
    }
    if (!trouble.empty()) box.stop_there(trouble);
  }
  const detail::Temporarily writing(detail::black_box, &box);
  const RunReport report = run_once(scenario, options, [&](const Simulation& simulation) {
    if (settings.events) std::printf("%s", simulation.text().c_str());
    if (!settings.html.empty()) save(settings.html, simulation.html(scenario.name));
    if (!settings.perfetto.empty()) save(settings.perfetto, simulation.perfetto());
  });
  std::printf("%s: %s\n  %llu steps, %llu messages, hash %016llx\n", scenario.name.c_str(),
              report.failure ? report.failure->c_str() : "held",
              static_cast<unsigned long long>(report.steps),
              static_cast<unsigned long long>(report.messages),
              static_cast<unsigned long long>(report.hash));
  return report.failure ? 1 : 0;
}

int check_determinism(const Scenario& scenario, const ExploreOptions& options) {
  for (std::uint64_t i = 0; i < options.seeds; ++i) {
    const std::uint64_t seed = options.first_seed + i;
    const detail::ChildEnd end = in_child(2 * options.longest_run, [&](int descriptor) {
      detail::write_all(descriptor, find_difference(scenario, seed).value_or(""));
    });
    if (end.trouble.empty() && end.written.empty()) continue;
    std::printf("%s: seed %llu: %s%s\n", scenario.name.c_str(),
                static_cast<unsigned long long>(seed),
                end.trouble.empty() ? "two runs are not the same:\n" : end.trouble.c_str(),
                end.trouble.empty() ? end.written.c_str() : "");
    return 1;
  }
  std::printf("%s: %llu seeds, each twice the same\n", scenario.name.c_str(),
              static_cast<unsigned long long>(options.seeds));
  return 0;
}

int print_hashes(const Scenario& scenario, const ExploreOptions& options) {
  int status = 0;
  for (std::uint64_t i = 0; i < options.seeds; ++i) {
    SimulationOptions run = scenario.options;
    run.seed = options.first_seed + i;
    const detail::ChildEnd end = in_child(options.longest_run, [&](int descriptor) {
      char hash[17];
      std::snprintf(hash, sizeof hash, "%016llx",
                    static_cast<unsigned long long>(run_once(scenario, run).hash));
      detail::write_all(descriptor, hash);
    });
    if (!end.trouble.empty()) status = 1;
    std::printf("%s %llu %s\n", scenario.name.c_str(), static_cast<unsigned long long>(run.seed),
                end.trouble.empty() ? end.written.c_str() : end.trouble.c_str());
  }
  return status;
}

void tell(const Scenario& scenario, const FailedRun& failed, const Settings& settings,
          const std::string& program) {
  std::string command = format("{} --scenario {}", program, scenario.name);
  if (settings.schedule) command += format(" --schedule {}", settings.schedule_name);
  std::printf("  seed %llu: %s\n    repeat it:  %s --seed %llu --events\n",
              static_cast<unsigned long long>(failed.seed), failed.text.c_str(), command.c_str(),
              static_cast<unsigned long long>(failed.seed));
  if (failed.choices.empty() || failed.steps >= failed.steps_found) return;
  constexpr std::size_t kLongest = 300;
  std::string choices = detail::choice_text(failed.choices);
  if (choices.size() > kLongest) {
    const std::string path = format("{}-{}.choices", scenario.name, failed.seed);
    save(path, choices + '\n');
    choices = '@' + path;
  }
  std::printf("    %llu steps instead of %llu:  %s --choices '%s' --html %s.html\n",
              static_cast<unsigned long long>(failed.steps),
              static_cast<unsigned long long>(failed.steps_found), command.c_str(), choices.c_str(),
              scenario.name.c_str());
}

int explore_one(const Scenario& scenario, const Settings& settings, const std::string& program) {
  const Exploration found = explore(scenario, settings.explore);
  const double seconds = static_cast<double>(found.time.count()) / 1e9;
  std::printf("%s: %llu runs, %llu messages in %.2f s: %s\n", scenario.name.c_str(),
              static_cast<unsigned long long>(found.runs),
              static_cast<unsigned long long>(found.messages), seconds,
              found.failures.empty() ? "all held" : "FAILED");
  for (const FailedRun& failed : found.failures) tell(scenario, failed, settings, program);
  return found.failures.empty() ? 0 : 1;
}

int run(const Settings& settings, std::vector<Scenario> scenarios, const std::string& program) {
  for (const std::string_view name : settings.scenarios) {
    if (std::ranges::find(scenarios, name, &Scenario::name) == scenarios.end()) {
      throw Wrong{format("there is no scenario '{}'", name)};
    }
  }
  int status = 0;
  for (Scenario& scenario : scenarios) {
    if (!settings.scenarios.empty() &&
        std::ranges::find(settings.scenarios, scenario.name) == settings.scenarios.end()) {
      continue;
    }
    if (settings.schedule) scenario.options.schedule = *settings.schedule;
    {
      const Simulation can_be_made(scenario.options);
    }  // or throws here, in this process
    if (settings.lists) {
      std::printf("%s\n", scenario.name.c_str());
    } else if (settings.one_run()) {
      status = std::max(status, run_one(scenario, settings));
    } else if (settings.hashes) {
      status = std::max(status, print_hashes(scenario, settings.explore));
    } else if (settings.checks_determinism) {
      status = std::max(status, check_determinism(scenario, settings.explore));
    } else {
      status = std::max(status, explore_one(scenario, settings, program));
    }
    std::fflush(stdout);
  }
  return status;
}

}  // namespace

int explore_main(int argc, const char* const* argv, const std::vector<Scenario>& scenarios) {
  const std::string program = argc > 0 ? argv[0] : "explore";
  try {
    Settings settings = parse(argc, argv);
    settings.explore.shows_progress = true;
    if (settings.helps) {
      std::printf("%s", std::string(kHelp).c_str());
      return 0;
    }
    return run(settings, scenarios, program);
  } catch (const Wrong& wrong) {
    std::fprintf(stderr, "%s: %s (--help tells the options)\n", program.c_str(),
                 wrong.text.c_str());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), error.what());
    return 2;
  }
}

}  // namespace troupe
