#pragma once

#include <atomic>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "actor/extras.hpp"
#include "base/linked_list.hpp"
#include "troupe/monitor.hpp"

/// Links and monitors. What an actor has of them is in its Relations, which only its own turns
/// touch; the other side hears of a change by a signal.
namespace troupe::detail {

/// One actor monitors another. Shared by the two and by the user's handles.
struct Monitor {
  Cell* const watcher;  // held
  Cell* const target;   // held
  const bool hears_restarts;
  bool active = true;  // the watcher's; false: what still comes is not heard

  // In the target's list, while it lives; the target's.
  ListHook<Monitor> place;
  bool listed = false;

  std::atomic<std::uint32_t> references;

  Monitor(Cell& w, Cell& t, bool restarts, std::uint32_t refs) noexcept;
  ~Monitor();
};

enum class LinkState : std::uint8_t {
  active,
  unlinked,  // by either side, or given up for the other of two that were made at the same time
  ended,     // one of the two has ended: the other is told
};

/// Two actors that end together. Shared by the two. When both link at the same time there are two
/// for a moment; both sides then keep the one that the older actor made.
struct Link {
  Cell* const ends[2];  // held; the first one made it
  // Leaves `active` once: only the first deed, an unlinking or an end, counts.
  std::atomic<LinkState> state{LinkState::active};
  std::atomic<std::uint32_t> references;

  Link(Cell& a, Cell& b, std::uint32_t refs) noexcept;
  ~Link();
  Cell& other(const Cell& one) const noexcept { return *ends[ends[0] == &one]; }
};

struct Relations {
  // Each entry of these holds a reference.
  std::unordered_map<const Cell*, Link*> links;   // by the other end
  std::unordered_set<Monitor*> watching;          // active ones of this actor
  LinkedList<Monitor, &Monitor::place> monitors;  // of this actor; the youngest comes first

  ~Relations();
};

/// Any change, on its way to the actor that it concerns.
struct RelationSignal : Node {
  // In the receiver's turn; or, when its lane is closed, in the sender's.
  void (*hear)(Cell& receiver, RelationSignal& signal);
  void (*refuse)(Cell& receiver, RelationSignal& signal) noexcept;
  void* subject;
  ExitReason reason;

  RelationSignal(void (*h)(Cell&, RelationSignal&), void (*r)(Cell&, RelationSignal&) noexcept,
                 void* s, ExitReason why = {});
};

/// Before the actor runs: for spawns that are linked or monitored from the beginning.
void link_at_birth(Cell& parent, Cell& child);
void monitor_at_birth(Cell& parent, Cell& child);

/// The incarnation ends, and with it what it monitored.
void end_watching(Cell& cell) noexcept;
/// The actor ends for good: tells those that monitor it or are linked to it.
void tell_relations(Cell& cell, const ExitReason& reason);
/// Its start failed, and it never had a turn: what was made at its birth, and the links that its
/// own code made, were never there. In the parent's turn.
void forget_birth(Cell& cell) noexcept;
/// It was restarted.
void tell_of_restart(Cell& cell, const ExitReason& before);

/// Whether a `down` node in hand, a Down, Restarted or Exit, is still wanted; then it counts as
/// told. Otherwise its payload ends.
bool take_down(Node& node) noexcept;

}  // namespace troupe::detail
