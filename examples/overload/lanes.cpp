#include "lanes.hpp"

#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <troupe/troupe.hpp>
#include <vector>

#include "dead_work.hpp"
#include "lane.hpp"
#include "memory.hpp"
#include "screen.hpp"
#include "table.hpp"
#include "units.hpp"

namespace {

using namespace std::chrono_literals;

using LaneRef = troupe::ActorRef<GetFigures, Finish>;

// All at the same moment.
template <class Request>
std::vector<Row> ask(const std::vector<LaneRef>& lanes, const Settings& settings) {
  std::vector<Row> rows;
  for (const auto& figures : troupe::call_all<Request>(lanes).within(1min).get()) {
    if (!figures) throw std::runtime_error(to_string(figures.error()));
    rows.push_back({settings.policies[rows.size()], *figures});
  }
  return rows;
}

std::string heading(const Settings& settings) {
  return troupe::format("A message each {} for a consumer that takes {}; room for {}.\n\n",
                        time_text(settings.consumer_time / settings.faster),
                        time_text(settings.consumer_time), count_text(settings.capacity));
}

std::string footer(std::chrono::nanoseconds elapsed, const Settings& settings) {
  return troupe::format("\n{:.1f} s of {:.1f} s; this process: {} resident\n",
                        std::chrono::duration<double>(elapsed).count(),
                        std::chrono::duration<double>(settings.duration).count(),
                        bytes_text(resident_memory()));
}

// What was sent was handled, or the system has said that it was not.
bool books_balance(const std::vector<Row>& rows, const troupe::ActorRef<GetDeadWork>& dead_work) {
  std::uint64_t sent = 0;
  std::uint64_t handled = 0;
  for (const auto& [policy, figures] : rows) {
    sent += figures.produced.sent;
    handled += figures.consumer.handled + figures.spare.handled;
  }
  std::uint64_t dead = 0;
  for (int i = 0; i < 100; ++i) {  // the last letters may be on their way
    dead = dead_work.call<GetDeadWork>().get().value_or(0);
    if (sent == handled + dead) break;
    std::this_thread::sleep_for(50ms);
  }
  const bool balance = sent == handled + dead;
  std::printf("\n%s: %s sent, %s handled, %s dead letters.\n",
              balance ? "Nothing vanished" : "The books do not balance", exact_text(sent).c_str(),
              exact_text(handled).c_str(), exact_text(dead).c_str());
  return balance;
}

}  // namespace

int run_lanes(const Settings& settings, Interrupt& interrupt) {
  // The table shows what the log would warn of.
  troupe::System system({.name = "overload", .log_level = troupe::LogLevel::error});
  const auto dead_work = system.spawn<DeadWork>();

  std::vector<LaneRef> lanes;
  for (const Policy policy : settings.policies) {
    lanes.push_back(system.spawn<Lane>(policy, settings));
  }

  std::vector<Row> rows;
  {
    Screen screen;
    const auto began = system.now();
    const auto draw = [&] {
      screen.draw(heading(settings) +
                  table_text(rows, settings, screen.columns(), screen.has_colours()) +
                  footer(system.now() - began, settings));
    };
    while (true) {
      const auto left = settings.duration - (system.now() - began);
      if (left <= 0s || interrupt.wait(std::min<std::chrono::nanoseconds>(left, 250ms))) break;
      if (!screen.is_terminal()) continue;
      rows = ask<GetFigures>(lanes, settings);
      draw();
    }
    rows = ask<Finish>(lanes, settings);
    draw();
  }

  std::printf("\n");
  for (const Row& row : rows) std::printf("%s\n", explanation(row, settings).c_str());
  const bool balance = books_balance(rows, dead_work);
  const auto shutdown = system.shutdown();
  if (interrupt.exit_status() != 0) return interrupt.exit_status();
  return balance && shutdown.complete ? 0 : 1;
}
