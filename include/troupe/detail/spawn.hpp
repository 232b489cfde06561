#pragma once

#include <exception>
#include <expected>
#include <string>
#include <type_traits>
#include <utility>

#include "troupe/any_ref.hpp"
#include "troupe/detail/dispatch.hpp"
#include "troupe/spawn.hpp"

namespace troupe::detail {

/// The cell whose object is being constructed on this thread: an actor made in any other way has no
/// cell around it, and says so.
extern TROUPE_EXPORT constinit thread_local Cell* cell_under_construction;
[[noreturn]] TROUPE_EXPORT void not_spawned();

/// A cell for an actor that is about to be constructed; its name is registered. A null parent: the
/// system's root.
TROUPE_EXPORT std::expected<Cell*, SpawnError> open_cell(SystemState& system, Cell* parent,
                                                         const ActorClass& type,
                                                         const SpawnOptions& options);
/// The object stands: runs pre_start, then lets the actor run. On an error the cell is disposed of.
TROUPE_EXPORT std::expected<void, SpawnError> start_cell(Cell& cell);
/// The constructor threw: disposes of the cell.
TROUPE_EXPORT SpawnError abandon_cell(Cell& cell, std::exception_ptr error);

/// A stop that the actor asks of itself.
TROUPE_EXPORT void stop_self(Cell& cell, std::string reason);

template <class A>
using SpawnedRef = typename A::Reference;

template <class A, class... Args>
std::expected<SpawnedRef<A>, SpawnError> spawn_actor(SystemState& system, Cell* parent,
                                                     const SpawnOptions& options, Args&&... args) {
  std::expected<Cell*, SpawnError> cell = open_cell(system, parent, A::actor_class(), options);
  if (!cell) return std::unexpected(std::move(cell.error()));
  Cell* outer = std::exchange(cell_under_construction, *cell);
  try {
    ::new ((*cell)->object()) A(std::forward<Args>(args)...);
  } catch (...) {
    cell_under_construction = outer;
    return std::unexpected(abandon_cell(**cell, std::current_exception()));
  }
  cell_under_construction = outer;
  retain(**cell);
  auto ref = ref_cast<SpawnedRef<A>>(adopt_cell(*cell));
  std::expected<void, SpawnError> started = start_cell(**cell);
  if (!started) return std::unexpected(std::move(started.error()));
  return ref;
}

inline const SpawnOptions kDefaultSpawnOptions;

template <class A, class... Args>
std::expected<SpawnedRef<A>, SpawnError> try_spawn(SystemState& system, Cell* parent,
                                                   Args&&... args) {
  static_assert(
      requires { A::actor_class(); }, "only a class derived from troupe::Actor is spawned");
  if constexpr (sizeof...(Args) > 0) {
    return [&]<class First, class... Rest>(First&& first, Rest&&... rest) {
      if constexpr (std::is_same_v<std::remove_cvref_t<First>, SpawnOptions>) {
        static_assert(std::is_constructible_v<A, Rest...>,
                      "the actor has no public constructor for these arguments");
        return spawn_actor<A>(system, parent, first, std::forward<Rest>(rest)...);
      } else {
        static_assert(std::is_constructible_v<A, First, Rest...>,
                      "the actor has no public constructor for these arguments");
        return spawn_actor<A>(system, parent, kDefaultSpawnOptions, std::forward<First>(first),
                              std::forward<Rest>(rest)...);
      }
    }(std::forward<Args>(args)...);
  } else {
    static_assert(std::is_constructible_v<A>,
                  "the actor has no public constructor for these arguments");
    return spawn_actor<A>(system, parent, kDefaultSpawnOptions);
  }
}

template <class A, class... Args>
SpawnedRef<A> spawn(SystemState& system, Cell* parent, Args&&... args) {
  auto ref = try_spawn<A>(system, parent, std::forward<Args>(args)...);
  if (!ref) throw std::move(ref.error());
  return std::move(*ref);
}

}  // namespace troupe::detail
