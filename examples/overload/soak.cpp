#include "soak.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>

#include "lane.hpp"
#include "memory.hpp"
#include "units.hpp"

namespace {

using namespace std::chrono_literals;

constexpr double kMostRatio = 1.10;

struct Range {
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;

  void add(std::uint64_t value) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  double ratio() const { return static_cast<double>(most) / static_cast<double>(least); }
};

bool soak(Policy policy, const Settings& settings, Interrupt& interrupt) {
  troupe::System system({.name = "overload", .log_level = troupe::LogLevel::error});
  const auto lane = system.spawn<Lane>(policy, settings);

  // Until the mailbox is full, and every pool has what it needs.
  const auto warm_up = std::min<std::chrono::nanoseconds>(settings.soak / 4, 5s);
  const auto end = system.now() + settings.soak;
  Range memory;
  bool interrupted = interrupt.wait(warm_up);
  for (auto left = end - system.now(); !interrupted && left > 0s; left = end - system.now()) {
    memory.add(resident_memory());
    interrupted = interrupt.wait(std::min<std::chrono::nanoseconds>(left, 1s));
  }
  const auto figures = lane.call<Finish>().within(1min).get();
  if (interrupted) return false;
  if (!figures) throw std::runtime_error(to_string(figures.error()));

  const bool flat = memory.ratio() <= kMostRatio;
  std::printf("%-11s %8s %8s %8s   %9s %9s   %.3f  %s\n", std::string(to_string(policy)).c_str(),
              count_text(figures->produced.sent).c_str(),
              count_text(figures->consumer.handled).c_str(), count_text(figures->lost()).c_str(),
              bytes_text(memory.least).c_str(), bytes_text(memory.most).c_str(), memory.ratio(),
              flat ? "flat" : "NOT FLAT");
  std::fflush(stdout);
  return flat;
}

}  // namespace

int run_soak(const Settings& settings, Interrupt& interrupt) {
  std::printf("%s a policy; the producer is %u times faster; resident memory, once a second:\n\n",
              time_text(settings.soak).c_str(), settings.faster);
  std::printf("%-11s %8s %8s %8s   %9s %9s   %s\n", "policy", "sent", "handled", "lost", "least",
              "most", "ratio");
  std::fflush(stdout);
  bool flat = true;
  for (const Policy policy : settings.policies) {
    flat &= soak(policy, settings, interrupt);
    if (interrupt.exit_status() != 0) return interrupt.exit_status();
  }
  std::printf("\n%s\n", flat ? "Memory did not move by more than a tenth."
                             : "Memory moved by more than a tenth.");
  return flat ? 0 : 1;
}
