#include "settings.hpp"

#include <cstddef>
#include <string>

#include "common/options.hpp"

std::optional<int> read_settings(int argc, const char* const* argv, Settings& settings) {
  std::vector<std::string> names;
  for (const Policy policy : kPolicies) names.emplace_back(to_string(policy));
  std::optional<std::size_t> only;

  common::Options options("overload",
                          "A fast producer and a slow consumer, under each overflow policy of a "
                          "mailbox.");
  options.seconds("seconds", settings.duration, "how long");
  options.number("capacity", settings.capacity, "messages that may wait", std::uint64_t{1},
                 std::uint64_t{1'000'000'000});
  options.milliseconds("consumer-time", settings.consumer_time, "that a message takes to handle");
  options.number("faster", settings.faster, "how many times faster the producer is", 1u, 1000u);
  options.number("limit", settings.limit,
                 "where no bound is: messages at which the producer is paused", std::uint64_t{1},
                 std::uint64_t{100'000'000});
  options.choice("policy", only, "only this one", names);
  options.seconds("soak", settings.soak,
                  "so long for each bound, one after another; fails if memory moves");
  options.number("senders", settings.senders,
                 "instead: so many actors send to one that is bounded, and wait for room; 0: no",
                 0u, 100'000'000u);
  options.number("messages", settings.messages, "what each of these sends", 1u, 1'000'000u);
  options.number("at-once", settings.at_once, "of these, how many send at a time; 0: all", 0u,
                 100'000'000u);
  if (auto status = options.parse(argc, argv)) return status;

  if (settings.consumer_time < std::chrono::microseconds(1) ||
      settings.consumer_time > std::chrono::seconds(10)) {
    return options.wrong("'--consumer-time' is from 0.001 ms to 10,000 ms");
  }
  if (settings.duration <= settings.duration.zero()) return options.wrong("'--seconds' is above 0");
  if (settings.soak > settings.soak.zero() && settings.senders != 0) {
    return options.wrong("'--soak' and '--senders' exclude each other");
  }
  if (only) {
    settings.policies = {kPolicies[*only]};
  } else {
    settings.policies.assign(kPolicies.begin(), kPolicies.end());
  }
  if (settings.soak > settings.soak.zero()) {
    if (only && settings.policies.front() == Policy::unbounded) {
      return options.wrong("'--soak' is for a policy with a bound");
    }
    std::erase(settings.policies, Policy::unbounded);
  }
  if (settings.at_once == 0 || settings.at_once > settings.senders) {
    settings.at_once = settings.senders;
  }
  return std::nullopt;
}
