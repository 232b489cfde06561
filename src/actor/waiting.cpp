#include <algorithm>
#include <stdexcept>
#include <string>

#include "actor/turn.hpp"
#include "actor/wait_graph.hpp"

/// How a handler begins and ends to wait, and when its time is over.
namespace troupe::detail {

Cell& current_actor(const char* what) {
  if (!turn.cell) throw std::logic_error(std::string(what) + " belongs in an actor's coroutine");
  return *turn.cell;
}

void begin_wait(Waiter& waiter, std::coroutine_handle<> handle) {
  Cell& cell = *turn.cell;
  waiter.handle = handle;
  waiter.slot = &cell.handler->waiter;
  *waiter.slot = &waiter;
  if (waiter.deadline != 0 && waiter.deadline != INT64_MAX) arm_deadline(cell, waiter.deadline);
}

void end_wait(Waiter& waiter) noexcept {
  *waiter.slot = nullptr;
  waiter.slot = nullptr;
  stop_waiting(*turn.cell);
}

std::chrono::nanoseconds time_left(std::int64_t deadline) noexcept {
  if (deadline == 0 || deadline == INT64_MAX) return std::chrono::nanoseconds::max();
  const Clock clock = turn.cell ? turn.cell->system->clock : Clock();
  return std::chrono::nanoseconds(std::max<Nanoseconds>(deadline - clock.now(), 0));
}

void arm_deadline(Cell& cell, Nanoseconds when) {
  Extras& extras = extras_of(cell);
  if (extras.deadline_armed != 0 && extras.deadline_armed <= when) return;
  if (!extras.deadline_timer) {
    extras.deadline_timer = new Timer;
    extras.deadline_timer->cell = &cell;
    extras.deadline_timer->fire = [](Timer& timer, Node*) {
      send_signal(*timer.cell, expire_type);
    };
  }
  extras.deadline_armed = when;
  cell.system->timers.arm(*extras.deadline_timer, when, nullptr);
}

}  // namespace troupe::detail
