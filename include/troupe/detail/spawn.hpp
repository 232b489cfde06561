#pragma once

#include <exception>
#include <expected>
#include <string>
#include <type_traits>
#include <utility>

#include "troupe/any_ref.hpp"
#include "troupe/detail/dispatch.hpp"
#include "troupe/exit.hpp"
#include "troupe/spawn.hpp"

namespace troupe::detail {

/// The cell whose object is being constructed on this thread: an actor made in any other way has no
/// cell around it, and says so.
extern TROUPE_EXPORT constinit thread_local Cell* cell_under_construction;
[[noreturn]] TROUPE_EXPORT void not_spawned();

/// A cell for an actor that is about to be constructed; its name is registered. It has two
/// references: its own life's and the spawner's. A null parent: the system's root.
TROUPE_EXPORT std::expected<Cell*, SpawnError> open_cell(SystemState& system, Cell* parent,
                                                         const ActorClass& type,
                                                         const SpawnOptions& options);
/// The object stands: runs pre_start, then lets the actor run. On an error the cell is disposed of.
TROUPE_EXPORT std::expected<void, SpawnError> start_cell(Cell& cell);
/// The constructor threw: disposes of the cell.
TROUPE_EXPORT SpawnError abandon_cell(Cell& cell, std::exception_ptr error);

/// How to make an actor's object, given as function and context, as often as it is restarted.
struct Construct {
  void (*make)(void* object, const void* context);  // may throw
  const void* context;
};
/// Spawns a child of a supervisor. `child` is set as soon as there is an actor, which may have to
/// end its own children when its start has failed.
TROUPE_EXPORT std::expected<void, SpawnError> spawn_supervised(Cell& supervisor,
                                                               const ActorClass& type,
                                                               const SpawnOptions& options,
                                                               Restart restart, Construct construct,
                                                               AnyRef& child);

/// A stop that the actor asks of itself.
TROUPE_EXPORT void stop_self(Cell& cell, std::string reason);

template <class A>
struct SpawnedRefOf {
  using Type = AnyRef;
};
template <class A>
  requires requires { typename A::Reference; }
struct SpawnedRefOf<A> {
  using Type = typename A::Reference;
};
template <class A>
using SpawnedRef = typename SpawnedRefOf<A>::Type;

/// Constructs and starts the actor of an open cell.
template <class A, class... Args>
std::expected<SpawnedRef<A>, SpawnError> build_actor(Cell& cell, Args&&... args) {
  Cell* outer = std::exchange(cell_under_construction, &cell);
  try {
    ::new (cell.object()) A(std::forward<Args>(args)...);
  } catch (...) {
    cell_under_construction = outer;
    return std::unexpected(abandon_cell(cell, std::current_exception()));
  }
  cell_under_construction = outer;
  auto ref = ref_cast<SpawnedRef<A>>(adopt_cell(&cell));
  std::expected<void, SpawnError> started = start_cell(cell);
  if (!started) return std::unexpected(std::move(started.error()));
  return ref;
}

template <class A, class... Args>
std::expected<SpawnedRef<A>, SpawnError> spawn_actor(SystemState& system, Cell* parent,
                                                     const SpawnOptions& options, Args&&... args) {
  std::expected<Cell*, SpawnError> cell = open_cell(system, parent, A::actor_class(), options);
  if (!cell) return std::unexpected(std::move(cell.error()));
  return build_actor<A>(**cell, std::forward<Args>(args)...);
}

inline const SpawnOptions kDefaultSpawnOptions;

template <class A, SpawnOption First, class... Rest>
auto try_spawn(SystemState& system, Cell* parent, First&& options, Rest&&... rest) {
  return spawn_actor<A>(system, parent, options, std::forward<Rest>(rest)...);
}
template <class A, class... Args>
auto try_spawn(SystemState& system, Cell* parent, Args&&... args) {
  return spawn_actor<A>(system, parent, kDefaultSpawnOptions, std::forward<Args>(args)...);
}

template <class A, class... Args>
SpawnedRef<A> spawn(SystemState& system, Cell* parent, Args&&... args) {
  auto ref = try_spawn<A>(system, parent, std::forward<Args>(args)...);
  if (!ref) throw std::move(ref.error());
  return std::move(*ref);
}

}  // namespace troupe::detail
