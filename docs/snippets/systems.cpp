#include <chrono>
#include <cstdio>
#include <latch>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Busy {};

class Stubborn : public troupe::Actor<Stubborn, Busy> {
 public:
  explicit Stubborn(std::latch& busy) : busy_(busy) {}

  troupe::Task<> handle(Busy) {
    busy_.count_down();
    co_await troupe::sleep_for(1h);
  }

 private:
  std::latch& busy_;
};

int main() {
  troupe::System system({.name = "shop",
                         .workers = 2,
                         .watchdog = 50ms,
                         .blocking_threads = 8,
                         .shutdown_deadline = 5s});

  std::latch busy(1);
  auto stubborn = system.spawn<Stubborn>(busy);
  stubborn.cast<Busy>();
  busy.wait();

  const troupe::ShutdownReport report = system.shutdown(100ms);
  for (const troupe::HeldUp& who : report.held_up) {
    std::fprintf(stderr, "%s was in %s\n", who.actor.c_str(), who.handler.c_str());
  }
  check(!report.complete && report.held_up.size() == 1 && report.held_up[0].handler == "Busy");

  const troupe::SystemStats stats = system.stats();
  check(stats.spawned == 1 && stats.ended == 1);
}
