#include "troupe/spawn.hpp"

#include <utility>

#include "actor/turn.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/detail/spawn.hpp"
#include "troupe/format.hpp"

namespace troupe {

SpawnError::SpawnError(SpawnErrorCode code, const std::string& text)
    : std::runtime_error(text), code_(code) {}

std::string to_string(const SpawnError& error) { return error.what(); }

namespace detail {

constinit thread_local Cell* cell_under_construction = nullptr;

void not_spawned() {
  throw std::logic_error("an actor is made by spawn, which gives it its place, not on its own");
}

namespace {

SpawnError refused(SystemState& system, const ActorClass& type, SpawnErrorCode code,
                   std::string_view why) {
  system.unstarted.fetch_add(1, std::memory_order_release);
  return SpawnError(code, format("cannot spawn {}: {}", type.name, why));
}

// Into the parent's list of children. False: the root takes none any more.
bool link_child(Cell& parent, Cell& cell) {
  SystemState& system = *cell.system;
  const bool of_root = !parent.parent;
  std::unique_lock lock(system.root_children, std::defer_lock);
  if (of_root) {
    lock.lock();
    if (system.root_closed) return false;
  }
  Extras& extras = extras_of(parent);
  cell.older = extras.youngest_child;
  (cell.older ? cell.older->younger : extras.oldest_child) = &cell;
  extras.youngest_child = &cell;
  return true;
}

// The start failed: the actor ends in a turn of its own, because it may have children by now; its
// parent waits for that, but is not told. The name is free at once.
void end_unstarted(Cell& cell, bool constructed, const std::string& why) {
  Extras& extras = extras_of(cell);
  extras.constructed = constructed;
  extras.unstarted = true;
  if (!extras.name.empty()) cell.system->registry.remove(extras.name);
  extras.post_stop_done = true;
  cell.stop_asked = false;  // the failure is the reason, not a stop that came first
  ask_to_stop(cell, {ExitKind::failed, why});
  cell.phase = Phase::running;
  schedule(cell);
}

// Whether no other thread can touch the mailbox just now: without a name, timers or children, no
// reference but the spawner's, and, as its parent is an actor, ended by nobody but the spawner.
bool nobody_else_knows(const Cell& cell) {
  // acquire: what the holders of references that are gone have sent.
  return !extras_if_any(cell) && cell.parent->parent &&
         cell.references.load(std::memory_order_acquire) == Cell::kFirstReferences &&
         cell.head.load(std::memory_order_relaxed) == kMailboxBusy;
}

}  // namespace

void schedule(Cell& cell) noexcept { cell.system->scheduler.schedule(cell); }

std::expected<Cell*, SpawnError> open_cell(SystemState& system, Cell* parent,
                                           const ActorClass& type, const SpawnOptions& options) {
  if (!parent) parent = system.root;
  auto* cell = ::new (pool_allocate(type.block_size))
      Cell(kMailboxBusy, &system, system.count_spawned(), parent, &type);
  const Nanoseconds shutdown_time = options.shutdown_time().count();
  if (!options.name().empty() || shutdown_time != kDefaultShutdownTime) {
    Extras& extras = extras_of(*cell);
    extras.shutdown_time = shutdown_time;
    extras.name = options.name();
    if (!extras.name.empty() && !system.registry.add(extras.name, *cell)) {
      auto error = refused(system, type, SpawnErrorCode::name_taken,
                           "the name '" + extras.name + "' is taken");
      release(*cell, Cell::kFirstReferences);
      return std::unexpected(std::move(error));
    }
  }
  if (!link_child(*parent, *cell)) {
    if (!options.name().empty()) system.registry.remove(options.name());
    dispose_of_unlinked(*cell);  // somebody may have found it by its name
    release(*cell);
    return std::unexpected(
        refused(system, type, SpawnErrorCode::shutting_down, "the system shuts down"));
  }
  return cell;
}

std::expected<void, SpawnError> start_cell(Cell& cell) {
  const ActorClass& type = *cell.type;
  if (type.pre_start && !type.pre_start_is_coroutine) {
    Cell* outer = std::exchange(turn.cell, &cell);
    try {
      type.pre_start(cell);
      turn.cell = outer;
    } catch (...) {
      turn.cell = outer;
      const std::string text = text_of(std::current_exception());
      auto error =
          refused(*cell.system, type, SpawnErrorCode::start_failed, "pre_start failed: " + text);
      end_unstarted(cell, true, text);
      return std::unexpected(std::move(error));
    }
  }
  if (!type.pre_start_is_coroutine) {
    cell.phase = type.post_start ? Phase::started : Phase::running;
  }
  if (cell.phase != Phase::running || cell.pending) {
    schedule(cell);
  } else if (nobody_else_knows(cell)) {
    // relaxed: whoever gets the reference sees this.
    cell.head.store(kMailboxIdle, std::memory_order_relaxed);
  } else if (!go_idle(cell)) {
    schedule(cell);
  }
  return {};
}

SpawnError abandon_cell(Cell& cell, std::exception_ptr error) {
  const std::string text = text_of(error);
  auto refusal = refused(*cell.system, *cell.type, SpawnErrorCode::start_failed,
                         "its constructor failed: " + text);
  end_unstarted(cell, false, text);
  release(cell);
  return refusal;
}

}  // namespace detail
}  // namespace troupe
