#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

#include "troupe/detail/cell.hpp"
#include "troupe/detail/duration.hpp"

namespace troupe {

class EndOperation;
class StartOperation;

/// A reference to an actor of whatever kind: it can end the actor and wait for that, not send.
///
/// Copying costs one atomic increment. References are comparable, hashable and printable, may be
/// used from any thread, and stay valid after the actor's end and after its system's: messages to
/// an ended actor are dead letters. Holding one does not keep the actor from ending.
class TROUPE_EXPORT AnyRef {
 public:
  AnyRef() noexcept = default;
  AnyRef(const AnyRef& other) noexcept : cell_(other.cell_) {
    if (cell_) detail::retain(*cell_);
  }
  AnyRef(AnyRef&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  AnyRef& operator=(AnyRef other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~AnyRef() {
    if (cell_) detail::release(*cell_);
  }

  explicit operator bool() const noexcept { return cell_ != nullptr; }
  friend bool operator==(const AnyRef& a, const AnyRef& b) noexcept { return a.cell_ == b.cell_; }
  friend auto operator<=>(const AnyRef& a, const AnyRef& b) noexcept {
    const auto order = a.id() <=> b.id();
    return order != 0 ? order : std::compare_three_way{}(a.cell_, b.cell_);
  }

  /// The actor's number, unique within its system; 0 for an empty reference.
  std::uint64_t id() const noexcept { return cell_ ? cell_->id : 0; }
  /// The name it was spawned with, or `Class#id`.
  std::string name() const;
  /// The class's name.
  std::string_view type() const noexcept;

  /// Finishes the current message, ends the children, newest first, runs post_stop, ends.
  /// What is queued is not handled: its callers are told at once.
  void stop(std::string reason = {}) const;
  /// Handles everything queued before this, then ends as stop() does.
  void drain() const;
  /// Ends at once, and so do the children: a suspended handler is destroyed where it waits, a
  /// running one ends at its next suspension or return. post_stop does not run.
  void kill() const;

  /// The same, and wait for the end: `co_await` it in an actor, `.get()` it in a thread.
  EndOperation stop_and_wait(std::string reason = {}) const;
  EndOperation drain_and_wait() const;
  EndOperation kill_and_wait() const;
  /// Waits for the end without asking for it.
  EndOperation wait() const;

 protected:
  explicit AnyRef(detail::Cell* retained) noexcept : cell_(retained) {}

  friend detail::Cell* cell_of(const AnyRef& ref) noexcept;
  friend AnyRef adopt_cell(detail::Cell* retained) noexcept;

  detail::Cell* cell_ = nullptr;
};

// For the framework's own use; found by argument-dependent look-up.
inline detail::Cell* cell_of(const AnyRef& ref) noexcept { return ref.cell_; }
inline AnyRef adopt_cell(detail::Cell* retained) noexcept { return AnyRef(retained); }

TROUPE_EXPORT std::string to_string(const AnyRef& ref);
TROUPE_EXPORT std::ostream& operator<<(std::ostream& out, const AnyRef& ref);

}  // namespace troupe

template <>
struct std::hash<troupe::AnyRef> {
  std::size_t operator()(const troupe::AnyRef& ref) const noexcept {
    return std::hash<std::uint64_t>{}(ref.id());
  }
};
