#include "troupe/spawn.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include "actor/relations.hpp"
#include "actor/turn.hpp"
#include "runtime/bounded_queue.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/detail/spawn.hpp"
#include "troupe/fault_point.hpp"
#include "troupe/format.hpp"

namespace troupe {

SpawnError::SpawnError(SpawnErrorCode code, const std::string& text)
    : std::runtime_error(text), code_(code) {}

const char* IgnoreStart::what() const noexcept { return "it is not needed"; }

std::string to_string(const SpawnError& error) { return error.what(); }

namespace detail {

constinit thread_local Cell* cell_under_construction = nullptr;

void not_spawned() {
  throw std::logic_error("an actor is made by spawn, which gives it its place, not on its own");
}

namespace {

// An actor's code on the spawning thread: as in a turn of its own.
class SpawnTurn {
 public:
  explicit SpawnTurn(Cell& cell) noexcept
      : outer_(std::exchange(turn.cell, &cell)), deadline_(std::exchange(turn.deadline, 0)) {}
  ~SpawnTurn() {
    turn.cell = outer_;
    turn.deadline = deadline_;
  }

 private:
  Cell* outer_;
  std::int64_t deadline_;
};

SpawnError refused(SystemState& system, const ActorClass& type, SpawnErrorCode code,
                   std::string_view why) {
  system.unstarted.fetch_add(1, std::memory_order_release);
  return SpawnError(code, format("cannot spawn {}: {}", type.name, why));
}

SpawnErrorCode code_for(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const IgnoreStart&) {
    return SpawnErrorCode::ignored;
  } catch (...) {
    return SpawnErrorCode::start_failed;
  }
}

bool handles_down(const ActorClass& type) noexcept {
  for (const MessageType* const* has = type.messages; *has; ++has) {
    if (same_type(**has, message_type<Down>)) return true;
  }
  return false;
}

// What the overflow goes to must handle all that may come.
void check_redirect(const Redirect& redirect, const ActorClass& type) {
  for (Protocol message = type.messages; *message; ++message) {
    Protocol handled = redirect.protocol;
    while (*handled && !same_type(**handled, **message)) ++handled;
    if (*handled) continue;
    throw std::logic_error(
        format("cannot spawn {}: {}, to which a full mailbox redirects, does not "
               "handle {}",
               type.name, redirect.target, (*message)->name));
  }
}

Cell* allocate_cell(SystemState& system, Cell* parent, const ActorClass& type,
                    const SpawnOptions& options) {
  const std::uint8_t observed = system.host ? Cell::kObserved : 0;
  std::optional<Mailbox> by_class;
  if (!options.mailbox() && type.mailbox) by_class = type.mailbox();
  const std::optional<Mailbox>& mailbox = options.mailbox() ? options.mailbox() : by_class;
  if (!mailbox || !mailbox->counts()) {
    void* block = pool_allocate(type.block_size);
    return ::new (block)
        Cell(kMailboxBusy, &system, system.count_spawned(), parent, &type, observed);
  }
  if (mailbox->overflow() == Overflow::redirect) check_redirect(mailbox->target(), type);
  void* block = pool_allocate(sizeof(BoundedQueue) + type.block_size);
  auto* queue = ::new (block) BoundedQueue(*mailbox);
  return ::new (queue + 1)
      Cell(kMailboxBusy, &system, system.count_spawned(), parent, &type, observed | Cell::kCounted);
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
  forget_birth(cell);
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
  if (options.is_monitored() && parent->parent && !handles_down(*parent->type)) {
    throw std::logic_error(
        "monitored(): list troupe::Down among the messages of the actor that spawns");
  }
  Cell* cell = allocate_cell(system, parent, type, options);
  const Nanoseconds shutdown_time = options.has_shutdown_time() ? options.shutdown_time().count()
                                    : type.supervises           ? INT64_MAX
                                                                : kDefaultShutdownTime;
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
  if (options.is_linked() && parent->parent) link_at_birth(*parent, *cell);
  if (options.is_monitored() && parent->parent) monitor_at_birth(*parent, *cell);
  if (system.host) system.host->note(*cell, Host::Noted::spawned, {});
  return cell;
}

std::expected<void, SpawnError> start_cell(Cell& cell) {
  const ActorClass& type = *cell.type;
  bool started = !type.pre_start_is_coroutine;
  if (type.pre_start && (started || type.starts_with_spawn)) {
    const auto fail = [&](SpawnErrorCode code, const std::string& text) {
      auto error = refused(*cell.system, type, code, "pre_start failed: " + text);
      end_unstarted(cell, true, text);
      return std::unexpected(std::move(error));
    };
    if (fault_point("troupe: an actor does not start")) {
      return fail(SpawnErrorCode::start_failed, "a fault");
    }
    try {
      SpawnTurn own(cell);
      started = type.pre_start(cell) == Outcome::done;
      cell.hook_running = !started;
    } catch (const IgnoreStart& ignored) {
      return fail(SpawnErrorCode::ignored, ignored.what());
    } catch (...) {
      return fail(SpawnErrorCode::start_failed, text_of(std::current_exception()));
    }
  }
  if (started) cell.phase = type.post_start ? Phase::started : Phase::running;
  if (started && type.pre_start_is_coroutine) extras_of(cell).started_at_spawn = true;
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

std::expected<void, SpawnError> spawn_supervised(Cell& supervisor, const ActorClass& type,
                                                 const SpawnOptions& options, Restart restart,
                                                 Construct construct, AnyRef& child) {
  std::expected<Cell*, SpawnError> cell;
  try {
    cell = open_cell(*supervisor.system, &supervisor, type, options);
  } catch (...) {
    // Its mailbox cannot be: a wrong specification is no failure of the supervisor's.
    return std::unexpected(
        SpawnError(SpawnErrorCode::start_failed, text_of(std::current_exception())));
  }
  if (!cell) return std::unexpected(std::move(cell.error()));
  retain(**cell);
  child = adopt_cell(*cell);
  if (restart != Restart::temporary) extras_of(**cell).restart = restart;
  Cell* outer = std::exchange(cell_under_construction, *cell);
  try {
    construct.make((*cell)->object(), construct.context);
  } catch (...) {
    cell_under_construction = outer;
    return std::unexpected(abandon_cell(**cell, std::current_exception()));
  }
  cell_under_construction = outer;
  std::expected<void, SpawnError> started = start_cell(**cell);
  release(**cell);  // the spawner's: `child` has its own
  return started;
}

SpawnError abandon_cell(Cell& cell, std::exception_ptr error) {
  const std::string text = text_of(error);
  auto refusal =
      refused(*cell.system, *cell.type, code_for(error), "its constructor failed: " + text);
  end_unstarted(cell, false, text);
  release(cell);
  return refusal;
}

}  // namespace detail
}  // namespace troupe
