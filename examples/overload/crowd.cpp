#include "crowd.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>
#include <vector>

#include "crowd_actors.hpp"
#include "memory.hpp"
#include "units.hpp"

namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

// The first of each chain; each sender knows the next.
std::vector<troupe::ActorRef<Go>> make_chains(troupe::System& system, const Settings& settings,
                                              const troupe::ActorRef<Item>& receiver,
                                              const troupe::ActorRef<Go>& goal) {
  std::vector<troupe::ActorRef<Go>> chains(settings.at_once, goal);
  for (std::uint32_t i = settings.senders; i-- > 0;) {
    auto& first = chains[i % settings.at_once];
    first = system.spawn<Sender>(receiver, first);
  }
  return chains;
}

double each(std::uint64_t bytes, std::uint64_t base, std::uint64_t count) {
  return static_cast<double>(bytes - std::min(bytes, base)) / static_cast<double>(count);
}

// How long it took. Nothing: interrupted.
std::optional<Seconds> send_all(troupe::System& system, const Settings& settings,
                                const std::vector<troupe::ActorRef<Go>>& chains,
                                const troupe::AnyRef& goal, Interrupt& interrupt) {
  const auto began = system.now();
  for (std::uint32_t i = 0; i < settings.at_once; ++i) {
    chains[i].cast<Go>(i, settings.at_once, settings.messages);
  }
  while (!goal.wait().within(50ms).get()) {
    if (interrupt.wait(0s)) return std::nullopt;
  }
  return system.now() - began;
}

}  // namespace

int run_crowd(const Settings& settings, Interrupt& interrupt) {
  troupe::System system({.name = "overload", .log_level = troupe::LogLevel::error});
  const auto receiver =
      system.spawn<Receiver>(troupe::bounded(settings.capacity, troupe::Overflow::block));
  const auto goal = system.spawn<Goal>(settings.at_once);

  const std::uint64_t before = resident_memory();
  const auto spawning = system.now();
  const auto chains = make_chains(system, settings, receiver, goal);
  const Seconds spawned = system.now() - spawning;
  const std::uint64_t idle = resident_memory();
  std::printf("%s senders made in %.2f s: %.0f bytes each, %s resident.\n",
              exact_text(settings.senders).c_str(), spawned.count(),
              each(idle, before, settings.senders), bytes_text(idle).c_str());
  std::printf("Each sends %s messages to one receiver, where %s may wait; %s send at a time.\n",
              exact_text(settings.messages).c_str(), exact_text(settings.capacity).c_str(),
              exact_text(settings.at_once).c_str());
  std::fflush(stdout);

  const auto elapsed = send_all(system, settings, chains, goal, interrupt);
  if (!elapsed) {
    system.shutdown(0s);
    return interrupt.exit_status();
  }
  const auto sum = receiver.call<GetSum>().within(1min).get();
  if (!sum) throw std::runtime_error(to_string(sum.error()));

  const std::uint64_t senders = settings.senders;
  const std::uint64_t expected = senders * (senders - 1) / 2 * settings.messages;
  const double messages = static_cast<double>(senders * settings.messages);
  const std::uint64_t peak = peak_memory();
  std::printf("\n%s messages in %.2f s: %s a second.\n", count_text(messages).c_str(),
              elapsed->count(), count_text(messages / elapsed->count()).c_str());
  std::printf("While they sent: at most %s resident, %.0f bytes a sender, %.2f times as much.\n",
              bytes_text(peak).c_str(), each(peak, before, senders),
              static_cast<double>(peak) / static_cast<double>(idle));
  if (settings.at_once == settings.senders) {
    std::printf(
        "All may wait at once, each with its message and its suspended handler:\n"
        "the mailbox is bounded, what waits in front of it is not.\n");
  } else {
    std::printf(
        "At most %s wait, each with its message and its suspended handler:\n"
        "that does not grow with the crowd. Who has waited once keeps about 380 bytes until its "
        "end.\n",
        exact_text(settings.at_once).c_str());
  }
  const bool all = *sum == expected;
  std::printf("%s: the sum is %s, and should be %s.\n",
              all ? "Nothing was lost" : "The books do not balance", exact_text(*sum).c_str(),
              exact_text(expected).c_str());
  std::fflush(stdout);
  system.shutdown(1min);
  return all ? 0 : 1;
}
