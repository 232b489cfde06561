#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "troupe/detail/export.hpp"
#include "troupe/detail/message.hpp"

namespace troupe {
struct ChildFailed;
struct ChildStopped;
struct Exit;
class LastState;
class Mailbox;
}  // namespace troupe

namespace troupe::detail {

struct Cell;
struct Extras;
struct ChildExit;
struct Waiter;
struct PromiseBase;
class SystemState;

/// What became of a handler that was started.
enum class Outcome : std::uint8_t { done, suspended };

/// One an actor class: what the runtime must know about it.
struct ActorClass {
  std::string_view name;
  std::uint32_t block_size;            // cell and object together
  std::uint32_t object_offset;         // of the object within the block
  const MessageType* const* messages;  // ends with null
  void (*destroy)(Cell&) noexcept;
  Outcome (*handle)(Cell&, Node&);
  // Null when the class does not declare it.
  Outcome (*pre_start)(Cell&);
  bool pre_start_is_coroutine;
  bool starts_with_spawn;  // pre_start begins on the spawning thread even if it is a coroutine
  bool stop_interrupts;    // a stop does not wait for a suspended handler
  bool supervises;         // its shutdown has no limit, unless one is set
  bool traps_exits;        // a linked actor's end is a message, Exit
  Outcome (*post_start)(Cell&);
  Outcome (*post_stop)(Cell&);
  Outcome (*child_failed)(Cell&, ChildFailed&&);
  Outcome (*child_stopped)(Cell&, ChildStopped&&);
  Outcome (*child_exit)(Cell&, ChildExit&&);  // a supervisor's: instead of the two above
  LastState (*last_state)(Cell&);
  Mailbox (*mailbox)();
  // For the framework's own classes; null elsewhere.
  // A message was dealt with after `handle` had returned `suspended`, or without `handle` because
  // its time was over: then it is `late`, which may be compared only.
  void (*handled)(Cell&, const Node* late) noexcept;
  // A drain's turn has come. False: the actor ends itself later.
  bool (*drain)(Cell&);
  // The mailbox was closed: takes the messages left in it, returns those to be dropped.
  Node* (*closing)(Cell&, Node* left) noexcept;
};

enum class Phase : std::uint8_t {
  starting,  // pre_start has not run yet, or is suspended
  started,   // post_start has not
  running,
  stopping,
  dormant,  // between two incarnations: the supervisor decides whether there is a next one
  ended,
};

/// An actor, but for the object that the user wrote, which follows in the same block.
///
/// Less than two cache lines, so that 16 bytes of state fit into the second one. The producers'
/// line is written by whoever sends; the consumer's line belongs to the worker that runs the actor,
/// except for what is atomic there. An actor runs on one worker at a time: the mailbox and the
/// signal lane decide who may schedule it (see mailbox.hpp), and the run queues order one turn
/// before the next.
struct Cell {
  // What is special about a mailbox.
  static constexpr std::uint8_t kCounted = 1;  // others' messages wait in a BoundedQueue: see there
  static constexpr std::uint8_t kObserved = 2;  // a simulation is told of what is sent

  // -- producers' line ---
  std::atomic<std::uintptr_t> head;                     // mailbox: last node, or a MailboxState
  static constexpr std::uint32_t kFirstReferences = 2;  // the actor's own life and its spawner
  std::atomic<std::uint32_t> references{kFirstReferences};
  std::atomic<bool> closing{false};    // set before `head` is closed for good: see Groups::admit
  std::atomic<bool> in_groups{false};  // once in a group, or told of one: leaves them at its end
  const std::uint8_t special;          // kCounted, kObserved
  Cell* run_next = nullptr;            // link in the injection queue
  SystemState* system;                 // valid while the actor is not ended
  std::uint64_t id;
  Cell* parent;
  Cell* older = nullptr;  // siblings; guarded as the parent's children are
  Cell* younger = nullptr;
  // -- consumer's line ---
  std::atomic<std::uintptr_t> signals{0};  // newest signal, or a SignalState
  // The mailbox's other end. A node that was consumed stays as the queue's link; `consumed` tells
  // it from one that was pushed when the mailbox was empty.
  std::atomic<Node*> front{nullptr};
  PromiseBase* handler = nullptr;        // the suspended handler's outermost coroutine
  std::atomic<Extras*> extras{nullptr};  // what few actors have; made by the actor's own thread
  const ActorClass* type;
  std::uint32_t outstanding = 0;  // requests under way whose nodes will come back
  Phase phase = Phase::starting;
  bool message_in_hand = false;    // the current message's payload is alive
  bool consumed = false;           // `front` is the current message, or the last one
  bool hook_running : 1 = false;   // the suspended handler is a hook's or an event's
  bool pending : 1 = false;        // a stop or events wait for their turn
  bool stop_asked : 1 = false;     // the stop; its reason is in the extras when it has a text
  bool idle_watched : 1 = false;   // there is a receive timeout
  bool counts : 1 = false;         // kCounted, on this line
  std::uint8_t exit_kind : 3 = 0;  // an ExitKind, once ended

  Cell(std::uintptr_t initial_head, SystemState* s, std::uint64_t i, Cell* p, const ActorClass* t,
       std::uint8_t specialties = 0) noexcept
      : head(initial_head), special(specialties), system(s), id(i), parent(p), type(t) {
    counts = counted();
  }

  bool counted() const noexcept { return (special & kCounted) != 0; }
  bool observed() const noexcept { return (special & kObserved) != 0; }

  /// The message in hand, or the one before when none is; null when it left the mailbox.
  Node* current() const noexcept {
    return consumed ? front.load(std::memory_order_relaxed) : nullptr;
  }

  /// The actor ends after the message in hand; in its own turn. The first reason counts.
  void ask_to_stop() noexcept { pending = stop_asked = true; }

  void* object() noexcept { return reinterpret_cast<char*>(this) + type->object_offset; }
};
static_assert(sizeof(Cell) == 112);

TROUPE_EXPORT void destroy_cell(Cell& cell) noexcept;

inline void retain(Cell& cell) noexcept {
  // relaxed: whoever copies a reference holds one already.
  cell.references.fetch_add(1, std::memory_order_relaxed);
}
inline void release(Cell& cell, std::uint32_t count = 1) noexcept {
  // release: what this thread did to the cell happens before its destruction; acquire for the last.
  if (cell.references.fetch_sub(count, std::memory_order_acq_rel) == count) destroy_cell(cell);
}

/// Makes an actor that just became runnable run. The caller must have won it: see mailbox.hpp.
TROUPE_EXPORT void schedule(Cell& cell) noexcept;

}  // namespace troupe::detail
