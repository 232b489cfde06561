// What becomes of messages when a producer is faster than its consumer: a lane for each overflow
// policy. Read policy.hpp, producer.hpp, consumer.hpp and lane.hpp first.

#include <cstdio>
#include <exception>

#include "crowd.hpp"
#include "interrupt.hpp"
#include "lanes.hpp"
#include "settings.hpp"
#include "soak.hpp"

namespace {

int run(const Settings& settings) {
  Interrupt interrupt;
  if (settings.senders != 0) return run_crowd(settings, interrupt);
  if (settings.soak > settings.soak.zero()) return run_soak(settings, interrupt);
  return run_lanes(settings, interrupt);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (auto status = read_settings(argc, argv, settings)) return *status;
  try {
    const int status = run(settings);
    if (std::fflush(stdout) == EOF || std::ferror(stdout)) {
      std::perror("overload: cannot write");
      return 1;
    }
    return status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "overload: %s\n", error.what());
    return 1;
  }
}
