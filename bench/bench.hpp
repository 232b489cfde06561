#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/troupe.hpp"

/// What the benchmark programs share: options, a stopwatch, results, and the rule that no figure is
/// printed before its checksum was verified. WORKLOADS.md says what each program does.
namespace bench {

using Clock = std::chrono::steady_clock;

/// What one run is asked for.
struct Run {
  unsigned workers = 2;
  std::uint64_t size = 0;
  unsigned slow_down = 0;
};

struct Result {
  std::uint64_t units;
  std::string figures;
  std::string checksum;
  std::string expected;
};

struct Workload {
  std::string_view name;
  std::uint64_t size;
  Result (*run)(const Run&);
  /// The size of the run before those that count; 0: none.
  std::uint64_t (*warm_up)(std::uint64_t) = [](std::uint64_t size) {
    return std::max<std::uint64_t>(size / 10, 1);
  };
  bool (*accepts)(std::uint64_t) = [](std::uint64_t) { return true; };
  std::string_view sizes = "";           ///< what `accepts` accepts
  std::string_view why_not_slower = "";  ///< why it cannot do --slow-down
};

inline void burn_until(Clock::time_point end) {
  while (Clock::now() < end) {
  }
}

inline std::uint64_t nanoseconds(Clock::duration duration) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
}

/// Measures one timed region. `--slow-down PERCENT` lengthens it by so much: with that, whoever
/// compares results can prove that a difference would be seen.
class Stopwatch {
 public:
  explicit Stopwatch(const Run& run) : slow_down_(run.slow_down) {}

  /// Ends the region; in nanoseconds.
  std::uint64_t stop() const {
    auto elapsed = Clock::now() - began_;
    if (slow_down_ > 0) {
      burn_until(began_ + elapsed * (100 + slow_down_) / 100);
      elapsed = Clock::now() - began_;
    }
    return nanoseconds(elapsed);
  }

 private:
  unsigned slow_down_;
  Clock::time_point began_ = Clock::now();
};

inline std::string time(std::uint64_t nanoseconds) { return troupe::format("ns={}", nanoseconds); }

inline std::string percentiles(std::vector<std::uint64_t> times) {
  std::sort(times.begin(), times.end());
  const auto at = [&](std::size_t per_mille) { return times[times.size() * per_mille / 1000]; };
  return troupe::format("p50={} p99={} p999={}", at(500), at(990), at(999));
}

template <class T>
Result result(std::uint64_t units, std::string figures, const T& checksum, const T& expected) {
  return {units, std::move(figures), troupe::format("{}", checksum),
          troupe::format("{}", expected)};
}

namespace detail {

[[noreturn]] inline void end(const Workload& workload, int status, std::string_view why) {
  const std::string line = troupe::format("{}: {}\n", workload.name, why);
  std::fputs(line.c_str(), stderr);
  std::exit(status);
}

[[noreturn]] inline void refuse(const Workload& workload, std::string_view why) {
  end(workload, 2, why);
}

inline std::uint64_t number(const Workload& workload, std::string_view name, const char* argument,
                            std::uint64_t least, std::uint64_t most) {
  if (!argument) refuse(workload, troupe::format("no number after '{}'", name));
  const std::string_view text = argument;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    refuse(workload, troupe::format("no sensible number after '{}': '{}'", name, text));
  }
  return value;
}

inline Result checked(const Workload& workload, const Run& run) {
  Result result = workload.run(run);
  if (result.checksum != result.expected) {
    end(workload, 1,
        troupe::format("wrong checksum {}, expected {}", result.checksum, result.expected));
  }
  return result;
}

}  // namespace detail

/// The body of `main`: warms up, runs, prints a line for each run.
inline int measure(const Workload& workload, char** argv) {
  Run run{.size = workload.size};
  unsigned runs = 1;
  while (const char* option = *++argv) {
    const std::string_view name = option;
    const auto number = [&](std::uint64_t least, std::uint64_t most) {
      return detail::number(workload, name, *++argv, least, most);
    };
    if (name == "--workers") {
      run.workers = static_cast<unsigned>(number(1, 1024));
    } else if (name == "--size") {
      run.size = number(1, std::numeric_limits<std::uint32_t>::max());
    } else if (name == "--runs") {
      runs = static_cast<unsigned>(number(1, 1'000'000));
    } else if (name == "--slow-down") {
      run.slow_down = static_cast<unsigned>(number(0, 1000));
    } else if (name == "--list") {
      std::puts(std::string(workload.name).c_str());
      return 0;
    } else if (name == "--version") {
      std::puts(BENCH_VERSION);
      return 0;
    } else {
      detail::refuse(workload,
                     troupe::format("unknown option '{}' (--workers W, --size N, --runs R, "
                                    "--slow-down PERCENT, --list, --version)",
                                    name));
    }
  }
  if (!workload.accepts(run.size)) {
    detail::refuse(workload, troupe::format("--size {}: it takes {}", run.size, workload.sizes));
  }
  if (run.slow_down > 0 && !workload.why_not_slower.empty()) {
    detail::end(workload, 3, troupe::format("no --slow-down: {}", workload.why_not_slower));
  }
  try {
    if (const std::uint64_t size = workload.warm_up(run.size)) {
      detail::checked(workload, {.workers = run.workers, .size = size});
    }
    for (unsigned i = 0; i < runs; ++i) {
      const Result result = detail::checked(workload, run);
      const std::string line =
          troupe::format("RESULT workload={} units={} {} checksum={}\n", workload.name,
                         result.units, result.figures, result.checksum);
      std::fputs(line.c_str(), stdout);
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    detail::end(workload, 1, error.what());
  }
  return 0;
}

}  // namespace bench
