#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "troupe/detail/cell.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/export.hpp"
#include "troupe/detail/message.hpp"

/// What a state machine needs of its actor, without types.
namespace troupe::detail {

enum class TimeoutKind : std::uint8_t { state, event, named };

/// A timeout on its way to its machine. It is heard only if it is still the last that was started
/// of its kind and name: of those that were cancelled or started again, the generation is not.
struct Timeout {
  TimeoutKind kind;
  std::uint64_t generation;
  std::string name;
};

/// The messages that a machine has put aside, its own ones in the mailbox, and its timeouts.
///
/// What the machine sends to itself lies in front of the mailbox, in this order: messages inserted
/// by this handler; postponed ones, since the state has changed in it; those of handlers before
/// that are still to come; timeouts of no time; then what came from outside. All of it is put there
/// at once, behind the message in hand, so that a handler may be suspended in between.
class TROUPE_EXPORT Machine {
 public:
  explicit Machine(Cell& cell) noexcept : cell_(cell) {}
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  /// Gives back what is postponed.
  ~Machine();

  /// An event of the user is about to be handled.
  void begin_event() noexcept {
    inserted_ = replayed_ = nullptr;
    changed_ = false;
    if (event_timeout_) cancel(TimeoutKind::event);
  }
  /// An internal message came. Null: nothing for the user. Else a timeout, whose event begins.
  const Timeout* hear(Node& node);

  /// Takes over a message to be handled again. Throws PostponeOverflow, and then does not.
  void postpone(Node& node);
  /// Throws PostponeOverflow when no more may be postponed.
  void check_room() const;
  void set_limit(std::size_t limit) noexcept { limit_ = limit; }
  /// Takes over a message to be handled next.
  void insert(Node& node);
  /// Postponed messages are to be handled again; the state timeout is over.
  void state_changed();

  void start(TimeoutKind kind, std::chrono::nanoseconds time, std::string name = {});
  void cancel(TimeoutKind kind, const std::string& name = {}) noexcept;

 private:
  struct Timeouts;

  void put(Node*& behind, Node& first, Node& last, std::size_t count);

  Cell& cell_;
  // Postponed messages, oldest first, linked by next.
  Node* oldest_ = nullptr;
  Node* newest_ = nullptr;
  std::size_t postponed_ = 0;
  std::size_t limit_ = 1000;
  // The last message that this handler has put into the mailbox, of either sort.
  Node* inserted_ = nullptr;
  Node* replayed_ = nullptr;
  // The last one of all that are ours in the mailbox, a marker or a timeout; null: there is none.
  // An internal message always comes to `hear`, unlike a request, whose time may be over before.
  Node* boundary_ = nullptr;
  Timeouts* timeouts_ = nullptr;  // made when the first one is started
  bool event_timeout_ = false;    // there is one
  bool changed_ = false;          // the state, in this handler
};

}  // namespace troupe::detail
