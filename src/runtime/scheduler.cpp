#include "runtime/scheduler.hpp"

#include <pthread.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/futex.hpp"

namespace troupe::detail {

namespace {

constexpr unsigned kMaxNextStreak = 64;
constexpr Nanoseconds kShortSearch = 30'000;
constexpr Nanoseconds kRudeSearch = 4'000;    // without letting others have the core
constexpr Nanoseconds kNextPatience = 3'000;  // how long `next` stays its owner's alone
constexpr std::uint32_t kMaxSpeculationInterval = 8192;
constexpr std::size_t kInjectedBatch = 64;

}  // namespace

constinit thread_local Worker* worker_of_this_thread = nullptr;

Scheduler::Scheduler(unsigned workers, Nanoseconds longest_search, bool (*run)(Cell&),
                     void (*on_wake)(void*), void* context)
    : longest_search_(longest_search),
      run_(run),
      on_wake_(on_wake),
      on_wake_context_(context),
      parked_((workers + 63) / 64) {
  for (unsigned i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    workers_.back()->scheduler = this;
    workers_.back()->index = i;
    workers_.back()->search_time = std::min(kShortSearch, longest_search_);
  }
  try {
    for (auto& worker : workers_) {
      worker->thread = std::thread([this, w = worker.get()] { work(*w); });
      const std::string name = "troupe-" + std::to_string(worker->index);
      pthread_setname_np(worker->thread.native_handle(), name.c_str());
    }
  } catch (...) {  // the system gives no more threads
    stop(std::numeric_limits<Nanoseconds>::max());
    throw;
  }
}

Scheduler::Scheduler(Host& host) noexcept : host_(&host) {}

Scheduler::~Scheduler() {
  stop(std::numeric_limits<Nanoseconds>::max());
  while (visitors_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
}

bool Scheduler::stop(Nanoseconds deadline) noexcept {
  stopping_.store(true, std::memory_order_seq_cst);
  for (auto& worker : workers_) {
    if (worker->parked.exchange(0, std::memory_order_seq_cst) == 1) futex_wake(worker->parked);
  }
  Clock clock;
  bool all = true;
  for (auto& worker : workers_) {
    if (!worker->thread.joinable()) continue;
    while (!worker->exited.load(std::memory_order_acquire) && clock.now() < deadline) {
      std::this_thread::yield();
    }
    if (worker->exited.load(std::memory_order_acquire)) {
      worker->thread.join();
    } else {
      worker->thread.detach();
      all = false;
    }
  }
  return all;
}

void Scheduler::speculate(Worker& worker) noexcept {
  const auto interval = worker.speculation_interval.load(std::memory_order_relaxed);
  worker.speculation_countdown = interval;
  worker.speculation_interval.store(std::min(2 * interval, kMaxSpeculationInterval),
                                    std::memory_order_relaxed);
  notify();
}

void Scheduler::schedule_from_outside(Cell* cell) noexcept {
  if (host_) return host_->schedule(*cell);
  // Once the cell is in the queue, its system may end; we are still here for a while.
  visitors_.fetch_add(1, std::memory_order_relaxed);
  injected_.push(*cell);
  // A worker that is awake but not searching has often all but finished its turn. Waking another
  // one for what it is about to take would only have the two fight for a core.
  for (int i = 0; i < 64 && parked() % workers_.size() != 0; ++i) {
    if (injected_.empty() || searching_.load(std::memory_order_seq_cst) != 0) break;
    cpu_pause();
  }
  if (!injected_.empty()) notify();
  // release: our use of the scheduler happens before its destruction.
  visitors_.fetch_sub(1, std::memory_order_release);
}

void Scheduler::forget_current() noexcept {
  // seq_cst: before the actor's memory can go; pairs with the watchdog's second look.
  if (Worker* worker = worker_of_this_thread)
    worker->current.store(nullptr, std::memory_order_seq_cst);
}

void Scheduler::push_local(Worker& worker, Cell* cell) noexcept {
  if (!worker.queue.push(cell)) {
    std::array<Cell*, RunQueue::kCapacity / 2> half;
    if (const auto count = worker.queue.take_half(half)) injected_.push(half.data(), count);
    if (!worker.queue.push(cell)) injected_.push(*cell);
  }
  notify();
}

Cell* Scheduler::take_injected(Worker& worker) noexcept {
  // A stale answer is harmless: a worker looks again before it parks.
  if (injected_.looks_empty()) return nullptr;
  // A worker with an empty queue takes its share, so that a flood does not cost a lock an actor.
  Cell* taken[kInjectedBatch];
  const std::size_t most = worker.queue.empty() ? kInjectedBatch : 1;
  const std::size_t count = injected_.take(taken, most, workers_.size());
  for (std::size_t i = 1; i < count; ++i) worker.queue.push(taken[i]);  // they fit: it was empty
  if (count > 1 || !injected_.looks_empty()) notify();
  return count == 0 ? nullptr : taken[0];
}

void Scheduler::notify() noexcept {
  for (;;) {
    // A searcher will find the work, or look at everything once more after it stopped being one.
    if (searching_.load(std::memory_order_seq_cst) != 0) return;
    bool any = false;
    for (auto& word : parked_) any = any || word.load(std::memory_order_seq_cst) != 0;
    if (!any) return;
    std::uint32_t none = 0;
    if (!searching_.compare_exchange_strong(none, 1, std::memory_order_seq_cst)) return;
    for (std::size_t i = 0; i < parked_.size(); ++i) {
      std::uint64_t bits = parked_[i].load(std::memory_order_seq_cst);
      while (bits != 0) {
        const std::uint64_t bit = bits & -bits;
        if (parked_[i].compare_exchange_weak(bits, bits & ~bit, std::memory_order_seq_cst)) {
          // The one whose bit we took is a searcher from now on, in our place.
          Worker& woken = *workers_[i * 64 + static_cast<unsigned>(__builtin_ctzll(bit))];
          woken.parked.store(0, std::memory_order_seq_cst);
          futex_wake(woken.parked);
          return;
        }
      }
    }
    // Nobody to wake. Who pushed meanwhile may have counted on us: look again.
    searching_.fetch_sub(1, std::memory_order_seq_cst);
  }
}

std::size_t Scheduler::parked() const noexcept {
  std::size_t parked = 0;
  for (auto& word : parked_) {
    parked += static_cast<std::size_t>(__builtin_popcountll(word.load(std::memory_order_seq_cst)));
  }
  return parked;
}

bool Scheduler::work_visible() const noexcept {
  if (!injected_.empty()) return true;
  for (auto& worker : workers_) {
    if (!worker->queue.empty()) return true;
  }
  return false;
}

void Scheduler::work(Worker& worker) noexcept {
  worker_of_this_thread = &worker;
  worker.context.store(&turn, std::memory_order_release);
  while (Cell* cell = find_work(worker)) {
    bool again = true;
    while (again) {
      worker.turns.store(worker.turns.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
      // release: whoever finds the actor here may read its name, which its spawner wrote.
      worker.current.store(cell, std::memory_order_release);
      again = run_(*cell);
      if (!again) break;
      // Alone: go on at once, rather than let a thief carry the actor to another cache.
      if (stopping_.load(std::memory_order_relaxed) || !worker.queue.empty() ||
          worker.next.load(std::memory_order_relaxed) || !injected_.looks_empty()) {
        push_local(worker, cell);
        break;
      }
    }
    worker.current.store(nullptr, std::memory_order_relaxed);
  }
  worker.context.store(nullptr, std::memory_order_release);
  worker_of_this_thread = nullptr;
  worker.exited.store(true, std::memory_order_release);
}

Cell* Scheduler::find_work(Worker& worker) noexcept {
  if (stopping_.load(std::memory_order_relaxed)) return nullptr;
  // Injected actors take every other turn while there are some: neither side starves. A stale zero
  // is harmless: a worker looks again before it parks.
  if (!injected_.looks_empty()) [[unlikely]] {
    worker.injected_turn = !worker.injected_turn;
    if (worker.injected_turn) {
      if (Cell* cell = take_injected(worker)) return cell;
    }
  }
  Cell* next = worker.next.load(std::memory_order_relaxed);
  if (next && worker.next_streak >= kMaxNextStreak && !worker.queue.empty()) {
    // Two actors that wake each other for ever must not starve the queue.
    next = worker.next.exchange(nullptr, std::memory_order_acq_rel);
    if (next) push_local(worker, next);
    next = nullptr;
  }
  if (next) {
    next = worker.next.exchange(nullptr, std::memory_order_acq_rel);
    if (next) {
      ++worker.next_streak;
      return next;
    }
  }
  worker.next_streak = 0;
  if (Cell* cell = worker.queue.pop()) return cell;
  if (Cell* cell = take_injected(worker)) return cell;
  return search(worker);
}

Cell* Scheduler::steal(Worker& thief) noexcept {
  const unsigned count = size();
  for (unsigned i = 1; i < count; ++i) {
    Worker& victim = *workers_[(thief.index + i) % count];
    if (victim.queue.empty()) continue;
    std::array<Cell*, RunQueue::kCapacity / 2> half;
    if (const std::uint32_t taken = victim.queue.take_half(half)) {
      for (std::uint32_t j = 1; j < taken; ++j) thief.queue.push(half[j]);  // ours is empty
      return half[0];
    }
  }
  return nullptr;
}

Cell* Scheduler::search(Worker& worker) noexcept {
  Clock clock;
  searching_.fetch_add(1, std::memory_order_seq_cst);
  for (;;) {  // a searcher here
    // `next` of a worker that stays in its turn may be taken: what we saw of each at first.
    struct Look {
      std::uint64_t turns;
      Nanoseconds since;
    };
    unsigned watched = (worker.index + 1) % size();
    Look look{workers_[watched]->turns.load(std::memory_order_relaxed), clock.now()};
    const Nanoseconds began = look.since;
    Nanoseconds now = began;
    Cell* found = nullptr;
    for (; !found && may_search(worker, now - began); now = clock.now()) {
      if (stopping_.load(std::memory_order_relaxed)) break;
      found = steal(worker);
      if (!found) found = take_injected(worker);
      if (!found && watched != worker.index) {
        Worker& victim = *workers_[watched];
        const auto turns = victim.turns.load(std::memory_order_relaxed);
        if (turns != look.turns || !victim.next.load(std::memory_order_relaxed)) {
          watched = (watched + 1) % size();
          if (watched == worker.index) watched = (watched + 1) % size();
          look = {workers_[watched]->turns.load(std::memory_order_relaxed), now};
        } else if (now - look.since > kNextPatience) {
          found = victim.next.exchange(nullptr, std::memory_order_acq_rel);
          if (found) victim.speculation_interval.store(1, std::memory_order_relaxed);
        }
      }
      if (found) break;
      // The core may be needed: by others, or by the very thread that waits for what we did last.
      if (now - began < kRudeSearch) {
        cpu_pause();
      } else {
        std::this_thread::yield();
      }
    }
    const bool last = searching_.fetch_sub(1, std::memory_order_seq_cst) == 1;
    if (found) {
      if (last && work_visible()) notify();
      return found;
    }
    if (stopping_.load(std::memory_order_relaxed)) return nullptr;
    if (!park(worker)) return nullptr;
    adapt_search(worker, clock.now() - now);
  }
}

bool Scheduler::may_search(const Worker& worker, Nanoseconds spent) const noexcept {
  // <=: at least one look, or what a worker is woken for would never be taken.
  return spent <= worker.search_time &&
         (spent < kShortSearch || searching_.load(std::memory_order_relaxed) == 1);
}

void Scheduler::adapt_search(Worker& worker, Nanoseconds parked) noexcept {
  worker.search_time = parked < longest_search_ ? std::min(2 * worker.search_time, longest_search_)
                                                : std::min(kShortSearch, longest_search_);
}

// Returns as a searcher; false: the scheduler stops.
bool Scheduler::park(Worker& worker) noexcept {
  std::atomic<std::uint64_t>& word = parked_[worker.index / 64];
  const std::uint64_t bit = std::uint64_t{1} << (worker.index % 64);
  worker.parked.store(1, std::memory_order_seq_cst);
  word.fetch_or(bit, std::memory_order_seq_cst);
  if (work_visible() || stopping_.load(std::memory_order_seq_cst)) {
    if ((word.fetch_and(~bit, std::memory_order_seq_cst) & bit) != 0) {
      worker.parked.store(0, std::memory_order_relaxed);
      searching_.fetch_add(1, std::memory_order_seq_cst);
      return !stopping_.load(std::memory_order_seq_cst);
    }
    // Somebody took our bit: it counted us as a searcher and is about to reset `parked`.
  }
  while (worker.parked.load(std::memory_order_seq_cst) == 1) futex_wait(worker.parked, 1);
  on_wake_(on_wake_context_);
  return !stopping_.load(std::memory_order_seq_cst);
}

}  // namespace troupe::detail
