#include "settings.hpp"

#include "common/options.hpp"

std::optional<int> read_settings(int argc, const char* const* argv, Settings& settings) {
  common::Options options("trading",
                          "A trading desk under supervision. The market data feed and the risk "
                          "manager fail once\neach, on purpose; they are restarted, and nobody "
                          "needs a new reference.");
  options.number("ticks", settings.ticks, "how many prices the exchange sends", 1u);
  options.milliseconds("interval", settings.interval, "between two prices, and two orders");
  options.milliseconds("order-time", settings.order_time, "how long an order takes to execute");
  options.number("limit", settings.limit, "how many shares may be held, or sold short");
  options.number("seed", settings.seed, "where prices begin: the same seed, the same prices");
  options.flag("tree", settings.tree, "print at the end who supervises whom");
  options.flag("verbose", settings.verbose, "log what supervisors do, not only what crashes");
  return options.parse(argc, argv);
}
