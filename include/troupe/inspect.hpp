#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/any_ref.hpp"
#include "troupe/call.hpp"
#include "troupe/detail/call.hpp"

namespace troupe {

class System;

enum class ActorState : unsigned char {
  starting,    ///< its pre_start is not over
  running,     ///< handles messages, or waits for some
  waiting,     ///< a handler is suspended
  stopping,    ///< ends, or waits for its children to end
  restarting,  ///< between two incarnations
  ended,
};
TROUPE_EXPORT std::string_view to_string(ActorState state) noexcept;

/// What an actor says of itself; a picture of one moment.
struct ActorInfo {
  AnyRef ref;
  std::string name;
  std::string type;  ///< the class
  ActorState state = ActorState::ended;
  std::string waiting_in;        ///< the message whose handler is suspended; empty for a hook's
  std::uint32_t restarts = 0;    ///< by its supervisor
  std::size_t queued = 0;        ///< messages; counted up to 10,000
  std::vector<AnyRef> children;  ///< oldest first
};

/// An inspection: `co_await` it in an actor, `.get()` it in a thread. An error when the actor did
/// not answer in time, because a handler holds it. Default timeout as for calls.
class [[nodiscard("nothing is asked before it is awaited")]] InspectOperation
    : public detail::TypedOperation<ActorInfo> {
 public:
  /// For the framework.
  InspectOperation(detail::Cell& target, detail::Request& request) noexcept
      : TypedOperation(target, request, kDefaultCallTimeout) {}

  InspectOperation&& within(std::chrono::nanoseconds timeout) && {
    operation_.timeout = timeout;
    return std::move(*this);
  }
};

/// Asks an actor what it is doing. It answers between two messages, before those that wait.
TROUPE_EXPORT InspectOperation inspect(const AnyRef& ref);

/// An actor and those below it.
struct ActorTree {
  ActorInfo info;
  bool answered = true;  ///< false: `info` has no more than the name, because a handler holds it
  std::vector<ActorTree> children;
};

/// What runs in a system: the actors that it spawned itself, and below each its children. Asks
/// every one of them, `timeout` each; for threads that are no actors.
TROUPE_EXPORT std::vector<ActorTree> actor_trees(
    const System& system, std::chrono::nanoseconds timeout = std::chrono::seconds(1));

/// The trees as people read them, a line an actor, in columns: name, class, state, restarts and
/// what is unusual; in colours for a terminal.
TROUPE_EXPORT std::string to_text(const std::vector<ActorTree>& trees, bool colours = false);

}  // namespace troupe
