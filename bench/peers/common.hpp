#pragma once

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "specification.hpp"

/// What the C++ peers share: the command line, the clock, and the RESULT lines, of which none is
/// printed before its checksum has been verified.
namespace bench {

/// What one run has seen.
struct Result {
  std::string figures;  ///< ns=..., or p50=... p99=... p999=..., or bytes=...
  std::string checksum;
  std::string more = {};  ///< name=value pairs that follow
};

struct Workload {
  std::string_view name;
  Result (*run)(unsigned workers, std::uint64_t size) = nullptr;
  std::string_view reason = {};  ///< why there is no `run`
};

// -- what runs measure ----------------------------------------------------------------------------

using Clock = std::chrono::steady_clock;

class Stopwatch {
 public:
  std::uint64_t nanoseconds() const {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now() - began_).count());
  }

 private:
  Clock::time_point began_ = Clock::now();
};

inline Result timed(std::uint64_t nanoseconds, std::string checksum) {
  return {"ns=" + std::to_string(nanoseconds), std::move(checksum)};
}

inline Result timed(std::uint64_t nanoseconds, std::uint64_t checksum) {
  return timed(nanoseconds, std::to_string(checksum));
}

/// How many of `all` fall to the one with this index.
inline std::uint64_t share(std::uint64_t all, std::uint64_t among, std::uint64_t index) {
  return all / among + (index < all % among);
}

/// A time as a number that messages can carry.
inline std::uint64_t ticks(Clock::time_point time) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

inline std::uint64_t ticks_since(std::uint64_t began) { return ticks(Clock::now()) - began; }

inline Result latencies(std::vector<std::uint64_t> nanoseconds, std::uint64_t checksum) {
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const auto at = [&](std::size_t thousandths) {
    return nanoseconds.empty()
               ? std::string("0")
               : std::to_string(nanoseconds[nanoseconds.size() * thousandths / 1000]);
  };
  return {"p50=" + at(500) + " p99=" + at(990) + " p999=" + at(999), std::to_string(checksum)};
}

/// Those that several receivers have recorded; each is a message handled.
inline Result latencies_of(const std::vector<std::vector<std::uint64_t>>& receivers) {
  std::vector<std::uint64_t> all;
  for (const auto& each : receivers) all.insert(all.end(), each.begin(), each.end());
  return latencies(all, all.size());
}

inline std::uint64_t resident_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// `before` is from before the first actor of the process, so that memory which an earlier run
/// left behind for this one counts.
inline Result footprint(std::uint64_t before, std::uint64_t actors, std::uint64_t checksum) {
  char figure[48];
  std::snprintf(figure, sizeof figure, "bytes=%.1f",
                (static_cast<double>(resident_bytes()) - static_cast<double>(before)) /
                    static_cast<double>(actors));
  return {figure, std::to_string(checksum)};
}

/// Calls `send(i, due in ticks)` `count` times, 10 microseconds apart; a late one at once.
template <class Send>
void send_by_the_clock(std::uint64_t count, Send send) {
  prctl(PR_SET_TIMERSLACK, 1);
  const auto began = Clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto due = began + std::chrono::microseconds(10 * i);
    std::this_thread::sleep_until(due);
    send(i, ticks(due));
  }
}

// -- the command line -----------------------------------------------------------------------------

[[noreturn]] inline void stop(int status, const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(status);
}

inline std::uint64_t number(std::string_view option, std::string_view digits,
                            std::uint64_t greatest) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || value == 0 ||
      value > greatest) {
    stop(2, std::string(option) + ": no sensible number '" + std::string(digits) + "'");
  }
  return value;
}

struct Options {
  unsigned workers = 0;
  std::uint64_t size = 0;
  unsigned runs = 1;
};

inline Options options_from(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    if (name != "--workers" && name != "--size" && name != "--runs") {
      stop(2, "unknown option '" + std::string(name) + "' (there are --workers, --size, --runs)");
    }
    if (i + 1 == arguments.size()) stop(2, std::string(name) + ": no number after it");
    const std::string_view digits = arguments[i + 1];
    if (name == "--workers") options.workers = static_cast<unsigned>(number(name, digits, 1024));
    if (name == "--size") options.size = number(name, digits, 1'000'000'000'000);
    if (name == "--runs") options.runs = static_cast<unsigned>(number(name, digits, 1'000'000));
  }
  if (options.workers == 0) stop(2, "--workers is missing");
  if (options.size == 0) stop(2, "--size is missing");
  return options;
}

inline const Specification& specification_of(std::string_view name) {
  return *std::find_if(std::begin(specification::all), std::end(specification::all),
                       [&](const Specification& each) { return each.name == name; });
}

inline Result verified(const Workload& workload, unsigned workers, std::uint64_t size) {
  Result result = workload.run(workers, size);
  const std::string right = specification_of(workload.name).checksum(size);
  if (result.checksum != right) {
    stop(1, std::string(workload.name) + ": checksum " + result.checksum + ", not " + right);
  }
  return result;
}

inline int run(const Workload& workload, const Options& options) {
  const Specification& specification = specification_of(workload.name);
  const std::string name(workload.name);
  if (!specification.fits(options.size)) stop(2, name + ": no size for this workload");
  verified(workload, options.workers, specification.warm_up(options.size));
  for (unsigned i = 0; i < options.runs; ++i) {
    const Result result = verified(workload, options.workers, options.size);
    std::printf("RESULT workload=%s units=%llu %s checksum=%s%s%s\n", name.c_str(),
                static_cast<unsigned long long>(specification.units(options.size)),
                result.figures.c_str(), result.checksum.c_str(), result.more.empty() ? "" : " ",
                result.more.c_str());
    std::fflush(stdout);
  }
  return 0;
}

/// The `main` of a peer.
inline int program(int argc, char** argv, std::string_view version,
                   std::span<const Workload> workloads) {
  if (argc < 2) stop(2, "usage: WORKLOAD --workers W --size N [--runs R] | --list | --version");
  const std::string name = argv[1];
  if (name == "--version") {
    std::printf("%.*s\n", static_cast<int>(version.size()), version.data());
    return 0;
  }
  if (name == "--list") {
    for (const auto& each : workloads) {
      std::printf("%s%s%s\n", std::string(each.name).c_str(), each.run ? "" : ": ",
                  std::string(each.reason).c_str());
    }
    return 0;
  }
  const auto found = std::find_if(workloads.begin(), workloads.end(),
                                  [&](const Workload& each) { return each.name == name; });
  if (found == workloads.end()) stop(2, "unknown workload '" + name + "' (--list shows all)");
  if (!found->run) stop(3, name + ": " + std::string(found->reason));
  return run(*found, options_from(std::span(argv + 2, argv + argc)));
}

}  // namespace bench
