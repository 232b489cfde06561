#pragma once

#include <atomic>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "actor/extras.hpp"
#include "troupe/monitor.hpp"

/// Links and monitors. What an actor has of them is in its Relations, which only its own turns
/// touch; the other side hears of a change by a signal.
namespace troupe::detail {

/// One actor monitors another. Shared by the two and by the user's handles.
struct Monitor {
  Cell* const watcher;  // held
  Cell* const target;   // held
  // Nodes for the watcher's mailbox; null: it does not want to hear of restarts.
  Node* (*const make_restarted)(Restarted&&);
  bool active = true;  // the watcher's; false: what still comes is not heard

  // In the target's list, while it lives; the target's.
  Monitor* older = nullptr;
  Monitor* younger = nullptr;
  bool listed = false;

  std::atomic<std::uint32_t> references;

  Monitor(Cell& w, Cell& t, Node* (*restarted)(Restarted&&), std::uint32_t refs) noexcept;
  ~Monitor();
};

/// Two actors that end together. Shared by the two; there is at most one active one a pair.
struct Link {
  Cell* const ends[2];  // held
  // Whoever ends it, by unlinking or by dying, exchanges this away, and only the first one's deed
  // counts.
  std::atomic<bool> active{true};
  std::atomic<std::uint32_t> references;

  Link(Cell& a, Cell& b, std::uint32_t refs) noexcept;
  ~Link();
  Cell& other(const Cell& one) const noexcept { return *ends[ends[0] == &one]; }
};

struct Relations {
  // Each entry of these holds a reference.
  std::unordered_map<const Cell*, Link*> links;  // by the other end
  std::unordered_set<Monitor*> watching;         // active ones of this actor
  Monitor* youngest_monitor = nullptr;           // of those that monitor this actor

  ~Relations();
};

/// Any change, on its way to the actor that it concerns.
struct RelationSignal : Node {
  // In the receiver's turn, or, when it has ended, wherever that is found out.
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
/// It was never an actor to anybody: forgets them.
void forget_relations(Cell& cell) noexcept;
/// It was restarted.
void tell_of_restart(Cell& cell, const ExitReason& before);

/// Whether a `down` node in hand is still wanted; then it counts as told. Otherwise its payload
/// ends.
bool take_down(Node& node) noexcept;

}  // namespace troupe::detail
