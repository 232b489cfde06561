#include "runtime/timer_queue.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "troupe/fault_point.hpp"

namespace troupe::detail {

bool cancel_timer(Timer& timer) noexcept {
  return !timer.over.load(std::memory_order_acquire) && timer.queue->cancel(timer);
}

void release_timer(Timer& timer) noexcept {
  // acq_rel: all uses happen before the deletion.
  if (timer.references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete &timer;
}

TimerQueue::TimerQueue(const Clock& clock, bool (*tick)(void*), void* context)
    : clock_(clock), tick_(tick), tick_context_(context), thread_([this] { serve(); }) {
  pthread_setname_np(thread_.native_handle(), "troupe-timer");
}

TimerQueue::~TimerQueue() { stop(); }

void TimerQueue::stop() noexcept {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void TimerQueue::arm(Timer& timer, Nanoseconds when, Timer** list) {
  constexpr Nanoseconds kLate = 10'000'000;
  if (when < INT64_MAX - kLate && fault_point("troupe: a timer is late")) when += kLate;
  std::lock_guard lock(mutex_);
  timer.queue = this;
  timer.when = when;
  timer.order = orders_++;
  if (timer.position == Timer::kNotQueued) {
    retain(timer);
    retain(*timer.cell);
    heap_.push_back(&timer);
    timer.position = heap_.size() - 1;
    timer.list_head = list;
    if (list) {
      timer.next = *list;
      if (timer.next) timer.next->previous = &timer;
      *list = &timer;
    }
  }
  const std::size_t position = timer.position;
  sift_up(position);
  if (timer.position == position) sift_down(position);
  if (heap_.front() == &timer) changed_.notify_one();
}

bool TimerQueue::cancel(Timer& timer) noexcept {
  Node* node = nullptr;
  {
    std::unique_lock lock(mutex_);
    if (timer.cancelled) return false;
    if (timer.position == Timer::kNotQueued) {
      if (!timer.firing || timer.period == 0) return false;
      timer.cancelled = true;
      timer.over.store(true, std::memory_order_release);
      wait_while_firing(timer, lock);
      return true;
    }
    timer.cancelled = true;
    timer.over.store(true, std::memory_order_release);
    remove(timer);
    node = disarm(timer);
  }
  if (node) destroy_node(node);
  release(*timer.cell);
  release_timer(timer);
  return true;
}

void TimerQueue::cancel_all(Timer*& list) noexcept {
  for (;;) {
    Timer* timer = nullptr;
    Node* node = nullptr;
    {
      std::unique_lock lock(mutex_);
      timer = list;
      if (!timer) return;
      timer->cancelled = true;
      timer->over.store(true, std::memory_order_release);
      list = timer->next;
      if (list) list->previous = nullptr;
      timer->next = nullptr;
      timer->list_head = nullptr;
      if (timer->position == Timer::kNotQueued) {  // fires just now; fire_due releases it
        retain(*timer);
        if (timer->period != 0) wait_while_firing(*timer, lock);
        lock.unlock();
        release_timer(*timer);
        continue;
      }
      remove(*timer);
      node = std::exchange(timer->node, nullptr);
    }
    if (node) destroy_node(node);
    release(*timer->cell);
    release_timer(*timer);
  }
}

// A periodic timer that fires just now does not fire again; its message is freed when this returns.
void TimerQueue::wait_while_firing(Timer& timer, std::unique_lock<std::mutex>& lock) noexcept {
  // From the message's own copying, or, where there is no thread, also then.
  if (std::this_thread::get_id() == thread_.get_id() || !thread_.joinable()) return;
  fired_.wait(lock, [&] { return !timer.firing; });
}

void TimerQueue::wake_ticks() noexcept {
  // relaxed: a tick more or less does no harm; missing activity altogether would, so the ticking
  // side looks at the system after it stored false.
  if (ticking_.load(std::memory_order_seq_cst)) return;
  std::lock_guard lock(mutex_);
  ticking_.store(true, std::memory_order_seq_cst);
  changed_.notify_one();
}

void TimerQueue::serve() noexcept {
  using namespace std::chrono;
  const auto at = [](Nanoseconds time) { return steady_clock::time_point(nanoseconds(time)); };
  std::unique_lock lock(mutex_);
  Nanoseconds next_tick = clock_.now() + kTick;
  while (!stopping_) {
    fire_due(lock);
    if (stopping_) break;
    const Nanoseconds now = clock_.now();
    if (ticking_.load(std::memory_order_relaxed)) {
      if (now >= next_tick) {
        next_tick = now + kTick;
        lock.unlock();
        if (!tick_(tick_context_)) {
          ticking_.store(false, std::memory_order_seq_cst);
          // Somebody who woke before the store saw us ticking: look once more.
          if (tick_(tick_context_)) ticking_.store(true, std::memory_order_seq_cst);
        }
        lock.lock();
        continue;
      }
    } else {
      next_tick = now + kTick;
    }
    const bool ticking = ticking_.load(std::memory_order_relaxed);
    if (heap_.empty() && !ticking) {
      changed_.wait(lock);
    } else {
      Nanoseconds wake = ticking ? next_tick : heap_.front()->when;
      if (!heap_.empty()) wake = std::min(wake, heap_.front()->when);
      if (wake > now) changed_.wait_until(lock, at(wake));
    }
  }
}

void TimerQueue::fire_due(std::unique_lock<std::mutex>& lock) noexcept {
  while (!heap_.empty() && !stopping_ && heap_.front()->when <= clock_.now()) fire_first(lock);
}

void TimerQueue::fire_next() noexcept {
  std::unique_lock lock(mutex_);
  fire_first(lock);
}

void TimerQueue::fire_first(std::unique_lock<std::mutex>& lock) noexcept {
  Timer& timer = *heap_.front();
  remove(timer);
  timer.firing = true;
  Node* node = timer.period != 0 ? timer.node : std::exchange(timer.node, nullptr);
  lock.unlock();
  timer.fire(timer, node);
  lock.lock();
  if (timer.period != 0 && !timer.cancelled) {
    timer.firing = false;
    // From the time it was due, so that ticks do not drift; those that were missed are skipped.
    const Nanoseconds late = clock_.now() - timer.when;
    timer.when += timer.period * (1 + std::max<Nanoseconds>(late, 0) / timer.period);
    timer.order = orders_++;
    heap_.push_back(&timer);
    timer.position = heap_.size() - 1;
    sift_up(timer.position);
    return;
  }
  // Armed again while it fired: then the new arming has references of its own.
  Node* left = nullptr;
  if (timer.position == Timer::kNotQueued) {
    timer.over.store(true, std::memory_order_release);
    left = disarm(timer);
  }
  lock.unlock();
  if (left) destroy_node(left);
  lock.lock();
  timer.firing = false;
  fired_.notify_all();
  lock.unlock();
  release(*timer.cell);
  release_timer(timer);
  lock.lock();
}

// Takes a timer that is not in the heap out of its actor's list. The actor may have taken it out
// itself (cancel_all); then previous and next are null and the list's head is another.
Node* TimerQueue::disarm(Timer& timer) noexcept {
  if (timer.previous) {
    timer.previous->next = timer.next;
  } else if (timer.list_head && *timer.list_head == &timer) {
    *timer.list_head = timer.next;
  }
  if (timer.next) timer.next->previous = timer.previous;
  timer.next = timer.previous = nullptr;
  return std::exchange(timer.node, nullptr);
}

bool TimerQueue::earlier(const Timer& a, const Timer& b) const noexcept {
  return a.when != b.when ? a.when < b.when : a.order < b.order;
}

void TimerQueue::place(Timer& timer, std::size_t position) noexcept {
  heap_[position] = &timer;
  timer.position = position;
}

void TimerQueue::sift_up(std::size_t position) noexcept {
  Timer& timer = *heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!earlier(timer, *heap_[parent])) break;
    place(*heap_[parent], position);
    position = parent;
  }
  place(timer, position);
}

void TimerQueue::sift_down(std::size_t position) noexcept {
  Timer& timer = *heap_[position];
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && earlier(*heap_[child + 1], *heap_[child])) ++child;
    if (!earlier(*heap_[child], timer)) break;
    place(*heap_[child], position);
    position = child;
  }
  place(timer, position);
}

void TimerQueue::remove(Timer& timer) noexcept {
  const std::size_t position = std::exchange(timer.position, Timer::kNotQueued);
  Timer& last = *heap_.back();
  heap_.pop_back();
  if (&last == &timer) return;
  place(last, position);
  sift_up(position);
  if (last.position == position) sift_down(position);
}

}  // namespace troupe::detail
