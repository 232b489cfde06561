#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "simulation/choices.hpp"
#include "troupe/detail/cell.hpp"
#include "troupe/schedule.hpp"

namespace troupe::detail {

class NodeState;
struct BlockingWork;
struct NetworkLink;

/// Something that can happen now.
struct Event {
  enum class Kind : std::uint8_t { actor, timer, frame, work };

  Kind kind;
  NodeState* node;
  Cell* cell = nullptr;          // an actor's turn
  NetworkLink* link = nullptr;   // a frame on it has arrived
  BlockingWork* work = nullptr;  // of a `blocking`
  std::uint64_t who = 0;         // the same for the same actor, timer, link
};

/// All that can happen now, and which of it does: see Schedule.
class Runnable {
 public:
  Runnable(const Schedule& schedule, Choices& choices);

  bool empty() const noexcept { return events_.empty(); }
  void add(const Event& event) { events_.push_back(event); }
  Event take(std::uint64_t step);
  /// From now on nobody waits for ever: schedules that let some do so go on as fifo does.
  void be_fair() noexcept { fair_ = true; }
  /// Takes out one of a node's, which ends: an actor that hears signals before one that would
  /// handle a message, so that nobody works on after the end. False: it has none.
  bool take_of(const NodeState& node, Event& event);
  /// Takes out all of a node's.
  std::vector<Event> take_all_of(const NodeState& node);

 private:
  Event take_at(std::size_t place);
  bool is_point(std::uint64_t step) noexcept;
  std::uint64_t priority_of(const Event& event);
  Event take_highest(std::uint64_t step);

  const Schedule schedule_;
  bool fair_ = false;
  Choices& choices_;
  std::deque<Event> events_;  // whoever waits longest first
  std::vector<std::uint64_t> points_;
  std::unordered_map<std::uint64_t, std::uint64_t> priorities_;
  std::uint64_t lowest_ = std::uint64_t{1} << 32;
};

}  // namespace troupe::detail
