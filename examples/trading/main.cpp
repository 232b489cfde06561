// A trading desk whose parts fail and are restarted while it works. Read messages.hpp, desk.hpp and
// risk_manager.hpp first, then main below.

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <expected>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "desk.hpp"
#include "exchange.hpp"
#include "settings.hpp"
#include "trader.hpp"

namespace {

using namespace std::chrono_literals;

/// What is expected, or else its error as an exception.
template <class Value, class Error>
Value need(std::expected<Value, Error> result) {
  if (!result) throw std::runtime_error(std::string(to_string(result.error())));
  return std::move(result).value();
}

std::uint32_t restarts(const troupe::ActorRef<troupe::FindChild>& supervisor, std::string child) {
  return need(supervisor.call<troupe::FindChild>(std::move(child)).get()).value().restarts;
}

void print_tree(const troupe::System& system) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  std::printf("\n%s\n", to_text(troupe::actor_trees(system), terminal).c_str());
}

int run(const Settings& settings) {
  troupe::System system({.name = "trading", .log_level = settings.log_level()});

  const auto exchange = system.spawn<Exchange>(troupe::named("exchange"));
  const auto top =
      system.spawn<troupe::Supervisor>(troupe::named("desk"), desk(settings, exchange));
  need(troupe::started(top).get());  // all of its children run

  // Looked up once: references and names survive restarts.
  const auto orders = need(system.find<troupe::FindChild>("orders"));
  const auto order_book = need(system.find<PlaceOrder, AwaitOpen, AwaitClose>("order-book"));

  const auto trader = system.spawn<Trader>(troupe::named("trader"), order_book, settings.interval);
  need(trader.wait().within(troupe::forever).get());
  need(order_book.call<AwaitClose>().within(troupe::forever).get());

  if (settings.tree) print_tree(system);
  const auto feed_restarts = restarts(top, "feed");
  const auto risk_restarts = restarts(orders, "risk");
  const auto executor = need(system.find<GetAccount>("order-executor"));
  const auto account = need(executor.call<GetAccount>().get());
  const auto shutdown = system.shutdown();

  std::printf("Market data restarts: %u\n", feed_restarts);
  std::printf("Risk manager restarts: %u\n", risk_restarts);
  std::printf("Orders executed: %llu\n", static_cast<unsigned long long>(account.executed));
  if (std::fflush(stdout) == EOF || std::ferror(stdout)) {
    std::perror("trading: cannot write");
    return 1;
  }
  return shutdown.complete ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (auto status = read_settings(argc, argv, settings)) return *status;
  try {
    return run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "trading: %s\n", error.what());
    return 1;
  }
}
