#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/actor_ref.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/spawn.hpp"
#include "troupe/detail/timers.hpp"
#include "troupe/event_subscription.hpp"
#include "troupe/log.hpp"
#include "troupe/look_up.hpp"

namespace troupe {

class System;

struct SystemOptions {
  std::string name = "troupe";  ///< in log records
  unsigned workers = 0;         ///< worker threads; 0: one a core
  LogLevel log_level = LogLevel::info;
  LogSink* log = nullptr;  ///< null: the default, on stderr; outlives the system otherwise
  /// A handler that holds a worker for longer is reported; 0: never.
  std::chrono::nanoseconds watchdog = std::chrono::milliseconds(100);
  /// How long a worker without work may look for some before it sleeps, while work comes that
  /// often. More: quicker answers at moderate load, for more CPU time. A system at rest uses none.
  std::chrono::nanoseconds spin = std::chrono::microseconds(200);
  /// Threads that `blocking` may use at most.
  unsigned blocking_threads = 64;
  /// How long the destructor waits for the actors to stop.
  std::chrono::nanoseconds shutdown_deadline = std::chrono::seconds(10);
};

/// Who held up a shutdown.
struct HeldUp {
  std::string actor;
  std::string handler;  ///< the message or hook that it was in; empty when it was between messages
};

struct ShutdownReport {
  bool complete = true;         ///< every actor ended, and in its own time
  std::vector<HeldUp> held_up;  ///< who was killed, or could not be, when the time was over
};

/// What has happened in a system so far.
struct SystemStats {
  std::uint64_t spawned = 0;
  std::uint64_t ended = 0;
  std::uint64_t failures = 0;
  std::uint64_t dead_letters = 0;  ///< messages to actors that had ended, or left in their queues
  std::uint64_t expired_requests = 0;  ///< dropped unrun because their time was over
};

namespace detail {
TROUPE_EXPORT SystemState& state_of(const System& system) noexcept;
}

/// A world of actors: workers, timers, names, log. Nothing is global; a process can have several.
/// All of its members may be used from any thread.
class TROUPE_EXPORT System {
 public:
  /// Starts the workers. Throws std::invalid_argument for options that make no sense.
  explicit System(SystemOptions options = SystemOptions());
  System(const System&) = delete;
  System& operator=(const System&) = delete;
  /// Shuts down within the options' deadline.
  ~System();

  /// Makes an actor of class A: `spawn<A>([SpawnOptions,] constructor arguments...)`. Runs the
  /// constructor, and pre_start unless it is a coroutine, on this thread, before it returns. Throws
  /// SpawnError.
  template <class A, class... Args>
  detail::SpawnedRef<A> spawn(Args&&... args) {
    static_assert(detail::sound<detail::Problem<A, Args...>>, "see the note for what is wrong");
    if constexpr (detail::sound<detail::Problem<A, Args...>>) {
      return detail::spawn<A>(*state_, nullptr, std::forward<Args>(args)...);
    } else {
      std::unreachable();
    }
  }
  template <class A, class... Args>
  std::expected<detail::SpawnedRef<A>, SpawnError> try_spawn(Args&&... args) {
    static_assert(detail::sound<detail::Problem<A, Args...>>, "see the note for what is wrong");
    if constexpr (detail::sound<detail::Problem<A, Args...>>) {
      return detail::try_spawn<A>(*state_, nullptr, std::forward<Args>(args)...);
    } else {
      std::unreachable();
    }
  }

  /// A call from a thread that is no actor's: `system.call<M>(ref, args...).within(1s).get()`.
  template <class M, class Ref, class... Args>
  auto call(const Ref& ref, Args&&... args) const {
    return ref.template call<M>(std::forward<Args>(args)...);
  }

  /// Sends `subscriber` each DeadLetter, HighWater or CrashReport of this system from now on:
  /// `system.subscribe<DeadLetter>(ref)`. Any number of subscribers. What does not reach one of
  /// them (its mailbox may have a bound) is no dead letter. Throws std::invalid_argument when the
  /// reference is empty.
  template <class Event, class Class, class... Messages>
  EventSubscription subscribe(const Ref<Class, Messages...>& subscriber) {
    return detail::subscribe<Event>(*state_, subscriber);
  }

  /// The living actor of this name, if it handles `Messages...`.
  template <class... Messages>
  std::expected<ActorRef<Messages...>, LookUpError> find(std::string_view name) const {
    return detail::find<Messages...>(*state_, name);
  }
  /// All living actors with a name that handle `Messages...`, sorted by name.
  template <class... Messages>
  std::vector<std::pair<std::string, ActorRef<Messages...>>> find_all() const {
    return detail::find_all<Messages...>(*state_);
  }
  /// The names of all living actors that have one, sorted.
  std::vector<std::string> names() const;

  /// The living actors that the system itself has spawned, oldest first.
  std::vector<AnyRef> top_level() const;

  Log log() const noexcept;
  /// The system's time: what all of its timers and deadlines go by.
  std::chrono::steady_clock::time_point now() const noexcept { return detail::now_in(*state_); }
  SystemStats stats() const;
  unsigned workers() const noexcept;

  /// Stops all actors, newest first, as a parent does its children; kills those that are left when
  /// the deadline has passed. Always returns soon after the deadline, and says who held it up. A
  /// handler that never returns keeps its thread. Not for actors: throws std::logic_error there.
  ShutdownReport shutdown(std::chrono::nanoseconds deadline);
  ShutdownReport shutdown();

 private:
  friend detail::SystemState& detail::state_of(const System& system) noexcept;

  detail::SystemState* state_;  // owned
};

}  // namespace troupe
