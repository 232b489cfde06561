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

struct Sending {
  Seconds elapsed{};
  std::uint64_t most_memory = 0;  // sampled
};

// Nothing: interrupted.
std::optional<Sending> send_all(troupe::System& system, const Settings& settings,
                                const std::vector<troupe::ActorRef<Go>>& chains,
                                const troupe::AnyRef& goal, Interrupt& interrupt) {
  Sending sending;
  const auto began = system.now();
  for (std::uint32_t i = 0; i < settings.at_once; ++i) {
    chains[i].cast<Go>(i, settings.at_once, settings.messages);
  }
  while (!goal.wait().within(50ms).get()) {
    sending.most_memory = std::max(sending.most_memory, resident_memory());
    if (interrupt.wait(0s)) return std::nullopt;
  }
  sending.elapsed = system.now() - began;
  sending.most_memory = std::max(sending.most_memory, resident_memory());
  return sending;
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
  std::printf("%u senders made in %.2f s: %.0f bytes each, %s resident.\n", settings.senders,
              spawned.count(), each(idle, before, settings.senders), bytes_text(idle).c_str());
  std::printf("Each sends %u messages to one receiver, where %llu may wait; %u send at a time.\n",
              settings.messages, static_cast<unsigned long long>(settings.capacity),
              settings.at_once);
  std::fflush(stdout);

  const auto sending = send_all(system, settings, chains, goal, interrupt);
  if (!sending) {
    system.shutdown(0s);
    return interrupt.exit_status();
  }
  const auto sum = receiver.call<GetSum>().within(1min).get();
  if (!sum) throw std::runtime_error(to_string(sum.error()));

  const std::uint64_t senders = settings.senders;
  const std::uint64_t expected = senders * (senders - 1) / 2 * settings.messages;
  const double messages = static_cast<double>(senders * settings.messages);
  std::printf("\n%s messages in %.2f s: %s a second.\n", count_text(messages).c_str(),
              sending->elapsed.count(), count_text(messages / sending->elapsed.count()).c_str());
  std::printf("Peak: %s resident, %.0f bytes a sender, %s more than before they sent.\n",
              bytes_text(peak_memory()).c_str(), each(peak_memory(), before, senders),
              bytes_text(peak_memory() - idle).c_str());
  const bool all = *sum == expected;
  std::printf("%s: the sum is %llu%s.\n", all ? "Nothing was lost" : "SOMETHING WAS LOST",
              static_cast<unsigned long long>(*sum), all ? ", as it must be" : "");
  std::fflush(stdout);
  system.shutdown(1min);
  return all ? 0 : 1;
}
