// Counters that count, clients that make them, and an aggregator that sums up. Read messages.hpp,
// counter.hpp, client.hpp and aggregator.hpp first, then main below.

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "aggregator.hpp"
#include "clients.hpp"
#include "common/progress.hpp"
#include "counter.hpp"
#include "settings.hpp"

namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

std::vector<CounterRef> spawn_counters(troupe::System& system, const Settings& settings) {
  std::vector<CounterRef> counters;
  counters.reserve(settings.counters);
  for (std::uint32_t i = 0; i < settings.counters; ++i) {
    // A name costs memory: a crowd goes without.
    counters.push_back(settings.counters_talk()
                           ? system.spawn<Counter>(troupe::named("counter-" + std::to_string(i)))
                           : system.spawn<Counter>());
  }
  return counters;
}

std::string report(const TotalStats& total, Seconds elapsed, bool json) {
  const double average = total.operations_per_second / static_cast<double>(total.counters);
  const double rate = static_cast<double>(total.operations) / elapsed.count();
  if (json) {
    return troupe::format(
        "{{\"total_value\": {}, \"total_operations\": {}, \"counters\": {}, \"silent_counters\": "
        "{}, \"average_ops_per_second_per_counter\": {:.3f}, \"seconds\": {:.6f}, "
        "\"operations_per_second\": {:.3f}}}\n",
        total.value, total.operations, total.counters, total.silent, average, elapsed.count(),
        rate);
  }
  return troupe::format(
      "Total value across all counters: {}\n"
      "Total operations: {}\n"
      "Number of counters: {}\n"
      "Average ops/second per counter: {:.2f}\n"
      "Elapsed: {:.2f} s, {:.0f} operations a second\n",
      total.value, total.operations, total.counters, average, elapsed.count(), rate);
}

int run(const Settings& settings) {
  troupe::System system({.name = "counters",
                         .workers = settings.workers,
                         .log_level = settings.log_level(),
                         .log = &common::log_above_progress()});

  auto counters = spawn_counters(system, settings);
  const auto aggregator = system.spawn<Aggregator>(troupe::named("aggregator"), settings.timeout,
                                                   settings.collect_every);
  for (const auto& counter : counters) aggregator.cast<Register>(counter);  // narrows

  const auto operations = settings.operations * pairs(settings.counters, settings.clients);
  const auto progress = settings.quiet ? troupe::ActorRef<common::Advance>()
                                       : common::show_progress(system, "operations", operations);

  const auto began = system.now();
  const auto clients =
      system.spawn<Clients>(troupe::named("clients"), std::move(counters), settings.clients,
                            settings.operations, settings.interval, progress);
  clients.cast<StartClients>();
  aggregator.cast<Collect>();

  // This thread is no actor: it blocks where an actor would co_await.
  const auto end = clients.wait().within(troupe::forever).get();
  const Seconds elapsed = system.now() - began;
  const auto total = system.call<GetTotalStats>(aggregator).within(5min).get();
  const auto shutdown = system.shutdown(5min);

  if (!end->clean()) {
    std::fprintf(stderr, "counters: the clients %s\n", to_string(*end).c_str());
    return 1;
  }
  if (!total) {
    std::fprintf(stderr, "counters: %s\n", to_string(total.error()).c_str());
    return 1;
  }
  const std::string text = report(*total, elapsed, settings.json);
  if (std::fputs(text.c_str(), stdout) == EOF || std::fflush(stdout) == EOF) {
    std::perror("counters: cannot write the statistics");
    return 1;
  }
  return shutdown.complete && total->silent == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (auto status = read_settings(argc, argv, settings)) return *status;
  try {
    return run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "counters: %s\n", error.what());
    return 1;
  }
}
