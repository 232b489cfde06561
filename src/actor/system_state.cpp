#include "actor/system_state.hpp"

#include <time.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <thread>

#include "actor/groups.hpp"
#include "actor/turn.hpp"
#include "base/fence.hpp"
#include "base/futex.hpp"
#include "runtime/bounded_queue.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

struct SystemSet {
  std::mutex mutex;
  std::set<const SystemState*> set;
};
SystemSet& live_systems() {
  static auto& systems = *new SystemSet;
  return systems;
}

// The cell of the CellGuard: it is not freed meanwhile.
std::mutex inspection;
std::atomic<Cell*> inspected{nullptr};

constexpr ActorClass root_class = [] {
  ActorClass type{};
  type.name = "root";
  type.block_size = sizeof(Cell);
  type.object_offset = sizeof(Cell);
  type.destroy = [](Cell&) noexcept {};
  // The root outlives its children's failures: they were reported, and nobody is above it.
  type.child_failed = [](Cell&, ChildFailed&&) { return Outcome::done; };
  return type;
}();

SystemOptions checked(SystemOptions options) {
  if (options.workers > 1024) throw std::invalid_argument("SystemOptions: at most 1024 workers");
  if (options.blocking_threads == 0) {
    throw std::invalid_argument("SystemOptions: at least one blocking thread");
  }
  if (options.watchdog.count() < 0 || options.spin.count() < 0 ||
      options.shutdown_deadline.count() < 0) {
    throw std::invalid_argument("SystemOptions: a time is negative");
  }
  if (options.workers == 0) options.workers = std::max(1u, std::thread::hardware_concurrency());
  if (!options.log) options.log = &stderr_log();
  return options;
}

Host* expected_host() {
  if (host_of_this_thread) host_of_this_thread->expect_system();
  return host_of_this_thread;
}

}  // namespace

CellGuard::CellGuard() noexcept { inspection.lock(); }

CellGuard::~CellGuard() {
  let_go();
  inspection.unlock();
}

void CellGuard::let_go() noexcept { inspected.store(nullptr, std::memory_order_seq_cst); }

void CellGuard::keep(Cell& cell) noexcept { inspected.store(&cell, std::memory_order_seq_cst); }

std::unique_lock<std::mutex> LiveSystems::lock() { return std::unique_lock(live_systems().mutex); }

bool LiveSystems::has(const SystemState* system) noexcept {
  return live_systems().set.contains(system);
}

SystemState::SystemState(SystemOptions system_options)
    : host(expected_host()),
      options(checked(std::move(system_options))),
      groups(std::make_shared<Groups>(*this)),
      events(std::make_shared<EventStreams>()),
      random_state(host ? host->random() : static_cast<std::uint64_t>(clock.now())),
      looks(options.workers),
      blocking(host ? BlockingPool(*host) : BlockingPool(options.blocking_threads)),
      timers(host ? TimerQueue(clock)
                  : TimerQueue(
                        clock, [](void* self) { return static_cast<SystemState*>(self)->tick(); },
                        this)),
      scheduler(host ? Scheduler(*host)
                     : Scheduler(
                           options.workers, options.spin.count(), &run_turn,
                           [](void* self) { static_cast<SystemState*>(self)->timers.wake_ticks(); },
                           this)) {
  root = ::new (pool_allocate(sizeof(Cell)))
      Cell(kMailboxIdle, this, 0, nullptr, &root_class, host ? Cell::kObserved : std::uint8_t{0});
  root->phase = Phase::running;
  {
    std::lock_guard lock(live_systems().mutex);
    live_systems().set.insert(this);
  }
  ready.store(true, std::memory_order_release);
}

SystemState::~SystemState() {
  groups->clear();
  events->clear();
  std::lock_guard lock(live_systems().mutex);
  live_systems().set.erase(this);
  release(*root);
}

std::uint64_t SystemState::count_spawned() noexcept {
  Worker* worker = scheduler.this_worker();
  if (!worker) {
    spawned_outside.fetch_add(1, std::memory_order_relaxed);
    return next_id.fetch_add(1, std::memory_order_relaxed);
  }
  if (worker->next_id == worker->end_of_ids) {
    worker->next_id = next_id.fetch_add(kIdBatch, std::memory_order_relaxed);
    worker->end_of_ids = worker->next_id + kIdBatch;
  }
  Worker::Tally::count(worker->tally.spawned);
  return worker->next_id++;
}

void SystemState::count_ended() noexcept {
  if (Worker* worker = scheduler.this_worker()) {
    Worker::Tally::count(worker->tally.ended);
  } else {
    ended_outside.fetch_add(1, std::memory_order_release);
  }
}

void destroy_cell(Cell& cell) noexcept {
  // seq_cst: either whoever guards the cell sees that what kept it alive has gone, or we see the
  // guard. What goes is stored before a reference is given up, by an exchange.
  fence_after_exchange();
  while (inspected.load(std::memory_order_seq_cst) == &cell) cpu_pause();
  delete cell.extras.load(std::memory_order_relaxed);
  if (!cell.counted()) return pool_free(&cell, cell.type->block_size);
  BoundedQueue& queue = bounded_queue_of(cell);
  const std::size_t size = sizeof queue + cell.type->block_size;
  queue.~BoundedQueue();
  pool_free(&queue, size);
}

std::optional<HeldUp> SystemState::running_on(Worker& worker, std::uint64_t turns) {
  CellGuard guard;
  Cell* cell = worker.current.load(std::memory_order_seq_cst);
  if (!cell) return std::nullopt;
  guard.keep(*cell);
  std::optional<HeldUp> found;
  if (worker.current.load(std::memory_order_seq_cst) == cell &&
      worker.turns.load(std::memory_order_seq_cst) == turns) {
    TurnContext* context = worker.context.load(std::memory_order_acquire);
    const MessageType* message =
        context ? context->message.load(std::memory_order_relaxed) : nullptr;
    found = {name_of(*cell), message ? std::string(message->name) : std::string()};
  }
  return found;
}

std::string SystemState::handler_of(const Cell& cell) {
  for (unsigned i = 0; i < scheduler.size(); ++i) {
    Worker& worker = scheduler.worker(i);
    // The turn is read before and after: then the message between was that turn's, if it is the
    // same.
    const std::uint64_t turns = worker.turns.load(std::memory_order_acquire);
    if (worker.current.load(std::memory_order_acquire) != &cell) continue;
    TurnContext* context = worker.context.load(std::memory_order_acquire);
    const MessageType* message =
        context ? context->message.load(std::memory_order_acquire) : nullptr;
    if (worker.current.load(std::memory_order_acquire) == &cell &&
        worker.turns.load(std::memory_order_relaxed) == turns && message) {
      return std::string(message->name);
    }
  }
  return {};
}

bool SystemState::tick() {
  if (!ready.load(std::memory_order_acquire)) return true;
  const Nanoseconds now = clock.now();
  for (unsigned i = 0; i < scheduler.size(); ++i) {
    Worker& worker = scheduler.worker(i);
    Look& look = looks[i];
    const std::uint64_t turns = worker.turns.load(std::memory_order_relaxed);
    if (turns != look.turns || !worker.current.load(std::memory_order_relaxed)) {
      look = {turns, now, false};
      continue;
    }
    // A whole tick in one turn: whatever waits behind it may go to another worker.
    if (worker.next.load(std::memory_order_relaxed) || !worker.queue.empty()) scheduler.notify();
    const Nanoseconds held = now - look.since;
    if (options.watchdog.count() == 0 || look.reported || held < options.watchdog.count()) continue;
    if (auto who = running_on(worker, turns)) {
      look.reported = true;
      log(LogLevel::warning, nullptr,
          format("{} has held worker {} for {} in {}", who->actor, i, duration_text(held),
                 who->handler.empty() ? "a hook" : who->handler));
    }
  }
  const bool more_to_tell = event_log.report(*this, now);
  constexpr unsigned kReleaseTicks = 100;
  if (++ticks % kReleaseTicks == 0) pool_release_unneeded();
  if (!scheduler.idle() || more_to_tell) {
    idle_ticks = 0;
    return true;
  }
  constexpr unsigned kQuietTicks = 50;
  if (++idle_ticks < kQuietTicks) return true;
  if (idle_ticks == kQuietTicks) pool_trim();
  return false;
}

void SystemState::hold_up(const Cell& cell, std::string_view handler) {
  std::lock_guard lock(held_up_mutex);
  held_up.push_back({name_of(cell), std::string(handler)});
}

void SystemState::log(LogLevel level, const Cell* actor, std::string text) noexcept {
  if (level < options.log_level) return;
  log(level, actor ? name_of(*actor) : std::string(), std::move(text));
}

void SystemState::log(LogLevel level, std::string actor, std::string text) noexcept {
  if (level < options.log_level) return;
  LogRecord record;
  record.level = level;
  if (host) {
    record.time = clock.now();
  } else {
    timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    record.time = time.tv_sec * 1'000'000'000 + time.tv_nsec;
  }
  record.system = options.name;
  record.actor = std::move(actor);
  record.text = std::move(text);
  options.log->write(record);
}

}  // namespace troupe::detail
