#include "simulation/runnable.hpp"

#include <algorithm>
#include <utility>

#include "actor/turn.hpp"

namespace troupe::detail {

Runnable::Runnable(const Schedule& schedule, Choices& choices)
    : schedule_(schedule), choices_(choices) {
  const auto steps = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(schedule_.steps(), 1, std::uint64_t{1} << 31));
  for (std::uint32_t i = 0; i < schedule_.points(); ++i) points_.push_back(choices_.below(steps));
}

Event Runnable::take(std::uint64_t step) {
  switch (schedule_.kind()) {
    case Schedule::Kind::random:
      return take_at(choices_.below(static_cast<std::uint32_t>(events_.size())));
    case Schedule::Kind::pct:
      if (fair_) break;
      return take_highest(step);
    case Schedule::Kind::delays:
      if (is_point(step)) {
        events_.push_back(events_.front());
        events_.pop_front();
      }
      break;
    case Schedule::Kind::fifo:
      break;
  }
  return take_at(0);
}

Event Runnable::take_at(std::size_t place) {
  // The others keep their order but for the first, which is where this one was.
  std::swap(events_[place], events_.front());
  const Event event = events_.front();
  events_.pop_front();
  return event;
}

bool Runnable::is_point(std::uint64_t step) noexcept {
  return std::ranges::find(points_, step) != points_.end();
}

std::uint64_t Runnable::priority_of(const Event& event) {
  const auto [found, is_new] = priorities_.try_emplace(event.who, 0);
  // Above all that were lowered; smaller choices are higher, so that 0 means the order of age.
  if (is_new) {
    constexpr std::uint32_t kPriorities = 1u << 30;
    found->second = (std::uint64_t{1} << 33) + (kPriorities - choices_.below(kPriorities));
  }
  return found->second;
}

Event Runnable::take_highest(std::uint64_t step) {
  const auto highest = [&] {
    std::size_t best = 0;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const std::uint64_t priority = priority_of(events_[i]);
      if (priority > most) {
        most = priority;
        best = i;
      }
    }
    return best;
  };
  std::size_t place = highest();
  if (is_point(step)) {
    priorities_[events_[place].who] = --lowest_;
    place = highest();
  }
  const Event event = events_[place];
  events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(place));
  return event;
}

bool Runnable::take_of(const NodeState& node, Event& event) {
  auto found = std::ranges::find_if(events_, [&](const Event& each) {
    return each.node == &node && (each.kind != Event::Kind::actor ||
                                  next_step(*each.cell).kind == NextStep::Kind::signals);
  });
  if (found == events_.end()) found = std::ranges::find(events_, &node, &Event::node);
  if (found == events_.end()) return false;
  event = *found;
  events_.erase(found);
  return true;
}

std::vector<Event> Runnable::take_all_of(const NodeState& node) {
  std::vector<Event> taken;
  std::erase_if(events_, [&](const Event& event) {
    if (event.node != &node) return false;
    taken.push_back(event);
    return true;
  });
  return taken;
}

}  // namespace troupe::detail
