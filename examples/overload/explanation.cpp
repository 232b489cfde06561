#include <troupe/format.hpp>

#include "table.hpp"
#include "units.hpp"

namespace {

std::string seen(const Row& row, const Settings& settings) {
  const auto& [produced, consumer, spare, paused] = row.figures;
  const auto part = [&](std::uint64_t count) { return percent_text(count, produced.sent); };
  const std::string age = time_text(consumer.age);
  switch (row.policy) {
    case Policy::unbounded: {
      const std::string size = troupe::format("{} messages ({})", count_text(consumer.waiting),
                                              bytes_text(consumer.waiting * kWorkBytes));
      if (paused) {
        return troupe::format(
            "nothing was lost, but the queue grew until the producer was stopped after {}, at {} "
            "messages; {} still wait",
            time_text(produced.active), count_text(settings.limit), size);
      }
      return troupe::format("nothing was lost, but {} wait, and there is no end to that", size);
    }
    case Policy::reject:
      if (produced.refused == 0) return "nothing was refused";
      return troupe::format("{} was refused, and the producer knew; what was handled had waited {}",
                            part(produced.refused), age);
    case Policy::drop_newest:
      if (produced.dropped == 0) return "nothing was dropped";
      return troupe::format("{} was dropped, always the newest; what was handled had waited {}",
                            part(produced.dropped), age);
    case Policy::drop_oldest:
      if (produced.displaced == 0) return "nothing was dropped";
      return troupe::format(
          "{} was dropped, always the oldest; what was handled had waited {} only",
          part(produced.displaced), age);
    case Policy::block:
      if (produced.refused != 0) return part(produced.refused) + " was refused";
      return troupe::format("nothing was lost; the producer waited {} of the time",
                            percent_text(produced.blocked.count(), produced.active.count()));
    case Policy::redirect:
      if (produced.redirected == 0) return "nothing was passed on";
      return troupe::format("the spare consumer got {}; {}", part(produced.redirected),
                            produced.refused == 0 ? "nothing was lost"
                                                  : "when it was full, too, " +
                                                        part(produced.refused) + " was refused");
  }
  return {};
}

}  // namespace

std::string explanation(const Row& row, const Settings& settings) {
  return troupe::format("{}: {}", to_string(row.policy), seen(row, settings));
}
