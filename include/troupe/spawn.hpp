#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "troupe/detail/duration.hpp"
#include "troupe/detail/export.hpp"
#include "troupe/mailbox.hpp"

namespace troupe {

/// What can be said of an actor when it is spawned; the first argument of `spawn`, where wanted:
/// `spawn<Counter>(named("counter-0").shutdown_time(1s), "counter-0")`. A Mailbox alone will do:
/// `spawn<Counter>(bounded(100), "counter-0")`.
class SpawnOptions {
 public:
  SpawnOptions() = default;
  SpawnOptions(Mailbox mailbox) : mailbox_(std::move(mailbox)) {}

  /// A name, unique among the system's living actors. Empty: none.
  SpawnOptions&& name(std::string value) && {
    name_ = std::move(value);
    return std::move(*this);
  }
  /// How long its parent waits for it to stop before it kills it; default 5 s, for supervisors
  /// forever: as long as it takes. Zero: it is killed without being asked to stop.
  SpawnOptions&& shutdown_time(std::chrono::nanoseconds value) && {
    shutdown_time_ = value;
    return std::move(*this);
  }
  /// Links it to the actor that spawns it before it runs; see Actor::link. Nothing when a thread
  /// spawns it. A start that fails is told by `spawn` alone, here and for `monitored`.
  SpawnOptions&& linked() && {
    linked_ = true;
    return std::move(*this);
  }
  /// The actor that spawns it monitors it before it runs; see Actor::monitor. Nothing when a thread
  /// spawns it. `spawn` throws std::logic_error when the spawning class does not list Down.
  SpawnOptions&& monitored() && {
    monitored_ = true;
    return std::move(*this);
  }

  /// How many messages may wait: see Mailbox. Default: what the class says.
  SpawnOptions&& mailbox(std::optional<Mailbox> value) && {
    mailbox_ = std::move(value);
    return std::move(*this);
  }

  const std::string& name() const noexcept { return name_; }
  const std::optional<Mailbox>& mailbox() const noexcept { return mailbox_; }
  std::chrono::nanoseconds shutdown_time() const noexcept { return shutdown_time_; }
  bool has_shutdown_time() const noexcept { return shutdown_time_ != kByClass; }
  bool is_linked() const noexcept { return linked_; }
  bool is_monitored() const noexcept { return monitored_; }

 private:
  static constexpr std::chrono::nanoseconds kByClass = std::chrono::nanoseconds(-1);

  std::string name_;
  std::chrono::nanoseconds shutdown_time_ = kByClass;
  std::optional<Mailbox> mailbox_;
  bool linked_ = false;
  bool monitored_ = false;
};

inline SpawnOptions named(std::string name) { return SpawnOptions().name(std::move(name)); }
inline SpawnOptions shutdown_time(std::chrono::nanoseconds time) {
  return SpawnOptions().shutdown_time(time);
}
inline SpawnOptions linked() { return SpawnOptions().linked(); }
inline SpawnOptions monitored() { return SpawnOptions().monitored(); }

namespace detail {
template <class T>
concept SpawnOption = std::is_same_v<std::remove_cvref_t<T>, SpawnOptions> ||
                      std::is_same_v<std::remove_cvref_t<T>, Mailbox>;
}

enum class SpawnErrorCode : unsigned char {
  name_taken,     ///< a living actor has this name
  start_failed,   ///< the constructor or pre_start threw; what() carries its text
  shutting_down,  ///< the system, or the parent, is ending
  ignored,        ///< the constructor or pre_start threw IgnoreStart
};

/// Thrown by an actor's constructor or pre_start: it is not needed, and that is no failure. A
/// supervisor goes on without that child.
struct TROUPE_EXPORT IgnoreStart : std::exception {
  const char* what() const noexcept override;
};

/// Thrown by `spawn`, returned by `try_spawn`.
class TROUPE_EXPORT SpawnError : public std::runtime_error {
 public:
  SpawnError(SpawnErrorCode code, const std::string& text);
  SpawnErrorCode code() const noexcept { return code_; }

 private:
  SpawnErrorCode code_;
};

TROUPE_EXPORT std::string to_string(const SpawnError& error);

}  // namespace troupe
