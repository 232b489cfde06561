#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <troupe/troupe.hpp>
#include <vector>

namespace bounds {

using troupe::CastResult;
using troupe::Overflow;

/// What a mailbox is made with.
struct Bound {
  unsigned overflow;
  unsigned capacity;
  unsigned bytes;  // 0: none
  unsigned mark;   // 0: none
};
struct Message {
  int value;
  unsigned size;
  bool call;
  bool may_wait;
};

/// What a bounded mailbox should do, in a few lines: the actor handles one message at a time, until
/// the test says that it is done.
struct Model {
  Bound bound;
  std::deque<Message> waiting;
  std::deque<Message> blocked;
  std::optional<Message> in_hand;
  std::size_t may_begin = SIZE_MAX;  // after a drain: what was there before
  bool over = false;
  // What came of it:
  std::vector<Message> displaced;
  std::vector<std::string> redirected;
  std::vector<std::string> events;
  std::uint64_t dead_letters = 0;

  Overflow overflow() const { return static_cast<Overflow>(bound.overflow); }

  bool room(const Message& message) const {
    if (waiting.size() >= bound.capacity) return false;
    if (bound.bytes == 0 || waiting.empty()) return true;
    unsigned sum = message.size;
    for (const Message& one : waiting) sum += one.size;
    return sum <= bound.bytes;
  }

  // Null: the sender waits for room.
  std::optional<CastResult> offer(const Message& message, bool own) {
    std::optional<CastResult> result = CastResult::delivered;
    if (own || (blocked.empty() && room(message))) {
      waiting.push_back(message);
    } else if (overflow() == Overflow::drop_oldest) {
      while (!waiting.empty() && !room(message)) {
        displaced.push_back(waiting.front());
        waiting.pop_front();
      }
      waiting.push_back(message);
      result = CastResult::displaced;
    } else if (overflow() == Overflow::redirect) {
      redirected.push_back(std::to_string(message.value));
      result = CastResult::redirected;
    } else if (overflow() == Overflow::drop_newest) {
      result = CastResult::dropped;
    } else if (overflow() == Overflow::block && message.may_wait) {
      blocked.push_back(message);
      result.reset();
    } else {
      result = CastResult::full;
    }
    for (const Message& one : displaced) dead_letters += !one.call;
    if (result && !accepted(*result)) dead_letters += !message.call;
    look();
    begin();
    return result;
  }
  void finish() {
    in_hand.reset();
    begin();
  }
  void begin() {
    if (in_hand || waiting.empty() || may_begin == 0) return;
    if (may_begin != SIZE_MAX) --may_begin;
    in_hand = waiting.front();
    waiting.pop_front();
    let_in();
  }
  void let_in() {
    while (!blocked.empty() && room(blocked.front())) {
      waiting.push_back(blocked.front());
      blocked.pop_front();
    }
    look();
  }
  void look() {
    const std::size_t count = waiting.size();
    if (bound.mark == 0 || (over ? 2 * count >= bound.mark : count < bound.mark)) return;
    over = !over;
    events.push_back(troupe::format("{} {}", over ? "over" : "below", count));
  }
};

}  // namespace bounds
