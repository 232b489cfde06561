#include "troupe/detail/timers.hpp"

#include <algorithm>

#include "actor/overflow.hpp"
#include "actor/turn.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/sleep.hpp"

namespace troupe {
namespace detail {

namespace {

TimerHandle start_timer(Cell& cell, std::chrono::nanoseconds delay, Timer* timer) {
  timer->cell = &cell;
  const Nanoseconds now = cell.system->clock.now();
  const Nanoseconds wait = std::clamp<Nanoseconds>(delay.count(), 0, INT64_MAX - now);
  Extras& extras = extras_of(cell);
  extras.has_had_timers = true;
  cell.system->timers.arm(*timer, now + wait, &extras.timers);
  return TimerHandle(timer);
}

}  // namespace

TimerHandle start_message_timer(Cell& cell, std::chrono::nanoseconds delay, Node& node) {
  auto* timer = new Timer;
  timer->node = &node;
  timer->fire = [](Timer& fired, Node* message) {
    if (message) push_own(*fired.cell, *message);
  };
  return start_timer(cell, delay, timer);
}

TimerHandle start_periodic_timer(Cell& cell, std::chrono::nanoseconds period, Node& node,
                                 Node* (*copy)(Node&)) {
  auto* timer = new Timer;
  timer->node = &node;
  timer->copy = copy;
  timer->period = std::max<Nanoseconds>(period.count(), 1);
  timer->fire = [](Timer& fired, Node* prototype) {
    push_own(*fired.cell, *fired.copy(*prototype));
  };
  return start_timer(cell, std::chrono::nanoseconds(timer->period), timer);
}

TimerHandle start_end_timer(Cell& cell, std::chrono::nanoseconds delay, NodeKind kind) {
  auto* timer = new Timer;
  if (kind == NodeKind::kill) {
    timer->fire = [](Timer& fired, Node*) { send_signal(*fired.cell, kill_type); };
  } else {
    timer->fire = [](Timer& fired, Node*) {
      send_stop(*fired.cell, {ExitKind::stopped, "its time was over"});
    };
  }
  return start_timer(cell, delay, timer);
}

void set_receive_timeout(Cell& cell, std::chrono::nanoseconds idle, const MessageType* message) {
  Extras& extras = extras_of(cell);
  extras.receive_timeout = idle.count();
  extras.receive_timeout_message = message;
  cell.idle_watched = idle.count() > 0;
  if (!cell.idle_watched) return;
  extras.last_message = cell.system->clock.now();
  arm_deadline(cell, extras.last_message + extras.receive_timeout);
}

std::chrono::steady_clock::time_point now_in(const SystemState& system) noexcept {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(system.clock.now()));
}

}  // namespace detail

void sleep_for::await_suspend(std::coroutine_handle<> handle) {
  detail::Cell& cell = detail::current_actor("sleep_for");
  const detail::Nanoseconds now = cell.system->clock.now();
  deadline = time_.count() >= INT64_MAX - now ? INT64_MAX : now + time_.count();
  detail::begin_wait(*this, handle);
}

void yield::await_suspend(std::coroutine_handle<> handle) {
  detail::Cell& cell = detail::current_actor("yield");
  detail::begin_wait(*this, handle);
  deadline = 1;  // long past: the look at the time that is asked for here wakes it
  detail::send_signal(cell, detail::expire_type);
}

}  // namespace troupe
