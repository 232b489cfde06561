#pragma once

#include <optional>
#include <string>
#include <utility>

#include "troupe/any_ref.hpp"
#include "troupe/detail/type_name.hpp"

namespace troupe {

enum class ExitKind : unsigned char {
  stopped,     ///< stop(): the current message was finished
  drained,     ///< drain(): everything queued before it was handled
  shutdown,    ///< its parent or supervisor ended it in order, or a supervisor ended itself
  killed,      ///< kill(): ended at once, post_stop did not run
  failed,      ///< an exception left a handler or a hook, or a child's failure escalated
  no_process,  ///< it had ended before: what a monitor or a link that comes too late is told
};

/// Why an actor ended.
struct ExitReason {
  ExitKind kind = ExitKind::stopped;
  std::string text;  ///< what stop() was given, or the error

  /// Whether the actor ended because it was asked to, and in order.
  bool clean() const noexcept { return kind <= ExitKind::shutdown; }
};

TROUPE_EXPORT std::string to_string(const ExitReason& reason);

/// A child ended by failure. An actor that declares `handle(ChildFailed)` is told; any other fails
/// too, and its own parent is told.
struct ChildFailed {
  AnyRef child;
  std::string error;
};

/// What an actor left behind: the value of its `last_state()`, if its class declares one and it
/// ended in order. Any type; whoever takes it names the type.
class LastState {
 public:
  LastState() noexcept = default;
  template <class T>
  explicit LastState(std::in_place_type_t<T>, T value)
      : value_(new T(std::move(value))),
        type_(detail::type_name<T>()),
        destroy_([](void* state) { delete static_cast<T*>(state); }) {}
  LastState(LastState&& other) noexcept
      : value_(std::exchange(other.value_, nullptr)),
        type_(other.type_),
        destroy_(other.destroy_) {}
  LastState& operator=(LastState other) noexcept {
    std::swap(value_, other.value_);
    std::swap(type_, other.type_);
    std::swap(destroy_, other.destroy_);
    return *this;
  }
  ~LastState() {
    if (value_) destroy_(value_);
  }

  explicit operator bool() const noexcept { return value_ != nullptr; }
  /// The state, when it is a T; once.
  template <class T>
  std::optional<T> take() {
    if (!value_ || type_ != detail::type_name<T>()) return std::nullopt;
    const LastState mine(std::move(*this));
    return std::optional<T>(std::move(*static_cast<T*>(mine.value_)));
  }

 private:
  void* value_ = nullptr;
  std::string_view type_;
  void (*destroy_)(void*) = nullptr;
};

/// A child ended without failure. Told to an actor that declares `handle(ChildStopped)`.
struct ChildStopped {
  AnyRef child;
  ExitReason reason;
  LastState state{};
};

/// What the end of a supervised actor leads to.
enum class Restart : unsigned char {
  permanent,  ///< always a restart
  transient,  ///< a restart unless it ended in order: ExitReason::clean()
  temporary,  ///< never a restart
};

namespace detail {
/// A supervised child's incarnation has ended by itself. Only supervisors hear of it.
struct ChildExit {
  AnyRef child;
  ExitReason reason;
  LastState state;
  std::uint32_t incarnation;
  bool dormant;  // the child can be made again; otherwise it has ended for good
};
}  // namespace detail

}  // namespace troupe
