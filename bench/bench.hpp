#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

/// What the benchmark programs share: options, a clock, medians, and the rule that no figure is
/// printed before its checksum was verified.
namespace bench {

struct Options {
  unsigned workers = 2;
  std::uint64_t messages = 0;  // 0: the program's own number
  unsigned repeat = 5;
  unsigned seconds = 10;
};

[[noreturn]] inline void refuse(std::string_view program, std::string_view why,
                                std::string_view what) {
  std::fprintf(stderr,
               "%.*s: %.*s '%.*s' (options: --workers N --messages N --repeat N --seconds N)\n",
               static_cast<int>(program.size()), program.data(), static_cast<int>(why.size()),
               why.data(), static_cast<int>(what.size()), what.data());
  std::exit(2);
}

inline Options parse(int argc, char** argv) {
  std::string_view program = argv[0];
  program.remove_prefix(program.rfind('/') + 1);
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name != "--workers" && name != "--messages" && name != "--repeat" && name != "--seconds") {
      refuse(program, "unknown option", name);
    }
    if (++i == argc) refuse(program, "no number after", name);
    const std::string_view text = argv[i];
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number == 0 ||
        (name != "--messages" && number > 1024)) {
      refuse(program, "no sensible number:", text);
    }
    if (name == "--workers") options.workers = static_cast<unsigned>(number);
    if (name == "--messages") options.messages = number;
    if (name == "--repeat") options.repeat = static_cast<unsigned>(number);
    if (name == "--seconds") options.seconds = static_cast<unsigned>(number);
  }
  return options;
}

class Stopwatch {
 public:
  double nanoseconds() const {
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - began_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

inline void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "checksum failed: %s\n", what);
  std::exit(1);
}

/// Runs `once` (which verifies its result and gives nanoseconds a unit) once to warm up and then
/// `repeat` times, and prints the median, the least and the greatest.
template <class Once>
void report(const char* name, const Options& options, const char* unit, Once once) {
  std::vector<double> values;
  for (unsigned i = 0; i <= options.repeat; ++i) {
    const double value = once();
    if (i > 0) values.push_back(value);
  }
  std::printf("%-34s workers %-3u %9.1f ns/%s (%.1f-%.1f)\n", name, options.workers, median(values),
              unit, *std::min_element(values.begin(), values.end()),
              *std::max_element(values.begin(), values.end()));
  std::fflush(stdout);
}

}  // namespace bench
