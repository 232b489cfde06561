#include "settings.hpp"

#include "common/options.hpp"

troupe::LogLevel Settings::log_level() const {
  if (quiet) return troupe::LogLevel::warning;
  return counters_talk() ? troupe::LogLevel::debug : troupe::LogLevel::info;
}

std::optional<int> read_settings(int argc, const char* const* argv, Settings& settings) {
  common::Options options("counters",
                          "Counters, clients that send them operations, and an aggregator that "
                          "sums up their statistics.");
  options.number("counters", settings.counters, "how many counters", 1u, 100'000'000u);
  options.number("clients", settings.clients, "how many clients; 0: one a counter", 0u,
                 100'000'000u);
  options.number("operations", settings.operations,
                 "what each client sends to each of its counters", std::uint64_t{0},
                 std::uint64_t{1'000'000'000'000});
  options.milliseconds("interval", settings.interval, "between two operations");
  options.milliseconds("collect-every", settings.collect_every,
                       "between two collections of statistics; 0: only one");
  options.milliseconds("timeout", settings.timeout, "how long counters have to answer");
  options.number("workers", settings.workers, "worker threads; 0: one a core", 0u, 1024u);
  options.flag("json", settings.json, "the final statistics as one JSON object");
  options.flag("verbose", settings.verbose, "log each counter's start and stop, however many");
  options.flag("quiet", settings.quiet, "log warnings and errors only, show no progress");
  if (auto status = options.parse(argc, argv)) return status;
  if (settings.quiet && settings.verbose) {
    return options.wrong("'--quiet' and '--verbose' exclude each other");
  }
  if (settings.clients == 0) settings.clients = settings.counters;
  return std::nullopt;
}
