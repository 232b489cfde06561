#include <troupe/format.hpp>

#include "table.hpp"
#include "units.hpp"

namespace {

std::string seen(const Row& row, const Settings& settings) {
  const auto& [produced, consumer, spare, paused] = row.figures;
  const auto part = [&](std::uint64_t count) { return percent_text(count, produced.sent); };
  const std::string age = time_text(consumer.age);
  switch (row.policy) {
    case Policy::unbounded:
      if (paused) {
        return troupe::format("{} wait; the producer was stopped at {}, after {}",
                              bytes_text(consumer.waiting * kWorkBytes), count_text(settings.limit),
                              time_text(produced.active));
      }
      if (consumer.waiting <= settings.capacity) return "nothing was lost";
      return troupe::format("{} messages ({}) wait, and there is no end to that",
                            count_text(consumer.waiting),
                            bytes_text(consumer.waiting * kWorkBytes));
    case Policy::reject:
      if (produced.refused == 0) return "nothing was refused";
      return troupe::format("{} was refused, and the producer told; the rest waited {}",
                            part(produced.refused), age);
    case Policy::drop_newest:
      if (produced.dropped == 0) return "nothing was dropped";
      return troupe::format("{} was dropped, the newest; what was handled was {} old",
                            part(produced.dropped), age);
    case Policy::drop_oldest:
      if (produced.displaced == 0) return "nothing was dropped";
      return troupe::format("{} was dropped, the oldest; what was handled was {} old",
                            part(produced.displaced), age);
    case Policy::block:
      if (produced.refused != 0) return part(produced.refused) + " was refused";
      return troupe::format("nothing was lost; the producer waited {} of the time",
                            percent_text(produced.blocked.count(), produced.active.count()));
    case Policy::redirect:
      if (produced.redirected == 0) return "nothing was passed on";
      if (produced.refused == 0) {
        return troupe::format("nothing was lost; the spare got {}", part(produced.redirected));
      }
      return troupe::format("the spare got {}; when it was full, too, {} was refused",
                            part(produced.redirected), part(produced.refused));
  }
  return {};
}

}  // namespace

std::string explanation(const Row& row, const Settings& settings) {
  return troupe::format("{:<12} {}", to_string(row.policy), seen(row, settings));
}
