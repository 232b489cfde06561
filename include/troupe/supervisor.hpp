#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/actor.hpp"
#include "troupe/child_spec.hpp"
#include "troupe/supervision_error.hpp"

namespace troupe {

/// Who is restarted when a child ends that is to be restarted.
enum class Strategy : unsigned char {
  one_for_one,   ///< that child
  one_for_all,   ///< all children
  rest_for_one,  ///< that child and those that were started after it
};

/// Whether a supervisor ends itself when its significant children have ended in their own time.
enum class AutoShutdown : unsigned char {
  never,
  any_significant,  ///< with the first one
  all_significant,  ///< with the last one
};

/// A supervisor's strategy and children; made by one_for_one() and its like. What follows a child
/// speaks of that child:
///
///   rest_for_one().intensity(3, 5s)
///       .child<OrderBook>("book").restart(Restart::transient)
///       .child<MarketDataFeed>("feed", sibling<OrderBook>("book")).backoff(100ms, 10s)
///
/// What makes no sense (two children of one id, a significant permanent child, ...) is refused when
/// the supervisor is spawned.
class TROUPE_EXPORT SupervisorSpec {
 public:
  explicit SupervisorSpec(Strategy strategy) : strategy_(strategy) {}

  /// At most `restarts` within `period`: one more, and the supervisor ends its children and itself,
  /// for its own supervisor to see to it. A group's restart counts once. Default: 1 in 5 s.
  SupervisorSpec&& intensity(std::uint32_t restarts, std::chrono::nanoseconds period) && {
    intensity_ = restarts;
    period_ = period;
    return std::move(*this);
  }
  SupervisorSpec&& auto_shutdown(AutoShutdown value) && {
    auto_shutdown_ = value;
    return std::move(*this);
  }

  template <class A, class... Args>
  SupervisorSpec&& child(std::string id, Args&&... arguments) && {
    children_.push_back(troupe::child<A>(std::move(id), std::forward<Args>(arguments)...));
    return std::move(*this);
  }
  SupervisorSpec&& child(ChildSpec spec) && {
    children_.push_back(std::move(spec));
    return std::move(*this);
  }
  void add(ChildSpec spec) { children_.push_back(std::move(spec)); }

  // Of the child before: see ChildSpec. Throw std::logic_error when there is none.
  SupervisorSpec&& restart(Restart value) &&;
  SupervisorSpec&& shutdown(std::chrono::nanoseconds time) &&;
  SupervisorSpec&& significant() &&;
  SupervisorSpec&& mailbox(Mailbox value) &&;
  SupervisorSpec&& named(std::string name) &&;
  SupervisorSpec&& backoff(std::chrono::nanoseconds minimum, std::chrono::nanoseconds maximum) &&;
  SupervisorSpec&& backoff(Backoff value) &&;

  Strategy strategy() const noexcept { return strategy_; }
  std::uint32_t intensity() const noexcept { return intensity_; }
  std::chrono::nanoseconds period() const noexcept { return period_; }
  AutoShutdown auto_shutdown() const noexcept { return auto_shutdown_; }
  const std::vector<ChildSpec>& children() const noexcept { return children_; }

 private:
  ChildSpec&& last_child(const char* what);

  Strategy strategy_;
  AutoShutdown auto_shutdown_ = AutoShutdown::never;
  std::uint32_t intensity_ = 1;
  std::chrono::nanoseconds period_ = std::chrono::seconds(5);
  std::vector<ChildSpec> children_;
};

inline SupervisorSpec one_for_one() { return SupervisorSpec(Strategy::one_for_one); }
inline SupervisorSpec one_for_all() { return SupervisorSpec(Strategy::one_for_all); }
inline SupervisorSpec rest_for_one() { return SupervisorSpec(Strategy::rest_for_one); }

// -- what a supervisor can be asked while it runs ---

enum class ChildState : unsigned char {
  running,
  restarting,  ///< its restart is put off, or its last one failed and is tried again
  stopped,     ///< it has ended and is not restarted, but its specification is kept
};

struct ChildInfo {
  std::string id;
  AnyRef ref;  ///< empty when it was never started
  ChildState state = ChildState::stopped;
  Restart restart = Restart::permanent;
  bool supervisor = false;
  std::uint32_t restarts = 0;
};

struct ChildCounts {
  std::size_t specs = 0;        ///< all that are known
  std::size_t active = 0;       ///< running
  std::size_t supervisors = 0;  ///< of the specs
  std::size_t workers = 0;      ///< of the specs
};

/// Adds a child, after all others, and starts it. One whose start fails is forgotten. The reference
/// is empty when it threw IgnoreStart. See `start_child` for a typed one.
struct StartChild {
  using Reply = std::expected<AnyRef, SupervisionError>;
  ChildSpec spec;
};
/// Ends a child, or its waiting for a restart. The specification is kept, but for a temporary one.
struct TerminateChild {
  using Reply = std::expected<void, SupervisionError>;
  std::string id;
};
/// Starts a stopped child, as a new actor with a new reference.
struct RestartChild {
  using Reply = std::expected<AnyRef, SupervisionError>;
  std::string id;
};
/// Forgets a stopped child.
struct DeleteChild {
  using Reply = std::expected<void, SupervisionError>;
  std::string id;
};
/// In start order.
struct ListChildren {
  using Reply = std::vector<ChildInfo>;
};
struct CountChildren {
  using Reply = ChildCounts;
};
struct FindChild {
  using Reply = std::optional<ChildInfo>;
  std::string id;
};
struct GetChildSpec {
  using Reply = std::optional<ChildSpec>;
  std::string id;
};
/// What a child left behind when it last ended in order: the value of its `last_state()`. Once.
struct TakeLastState {
  using Reply = LastState;
  std::string id;
};

namespace detail {
struct SupervisorState;
struct SupervisedChild;
struct GoOn {  // a supervisor to itself: a restart that was put off, or is tried again
  static constexpr NodeKind kNodeKind = NodeKind::internal;
  std::uint64_t child;  // 0: none, but others may have waited for one
  std::uint32_t attempt;
  bool counted;
};
}  // namespace detail

/// Starts its children in order, restarts them when they end, and ends them in reverse order, as
/// Erlang/OTP's supervisor does: `system.spawn<Supervisor>(one_for_one().child<A>("a"))`. spawn
/// returns when all children run, unless one has a coroutine pre_start: then `started` tells.
///
/// A restarted child is the same actor with a new state: references, name, links, monitors, groups
/// and unread messages stay. Its own timers, monitors and children end.
///
/// A start that fails during a restart is tried again, after requests that came meanwhile; each
/// try counts. A stop ends whatever the supervisor is about at once.
class TROUPE_EXPORT Supervisor
    : public Actor<Supervisor, StartChild, TerminateChild, RestartChild, DeleteChild, ListChildren,
                   CountChildren, FindChild, GetChildSpec, TakeLastState, detail::GoOn> {
 public:
  static constexpr bool kSupervises = true;
  static constexpr bool kStartsWithSpawn = true;
  static constexpr bool kStopInterrupts = true;

  explicit Supervisor(SupervisorSpec spec);
  ~Supervisor();

  Task<> pre_start();
  Task<> handle(detail::ChildExit exit);
  Task<> handle(detail::GoOn again);

  Task<std::expected<AnyRef, SupervisionError>> handle(StartChild m);
  Task<std::expected<void, SupervisionError>> handle(TerminateChild m);
  Task<std::expected<AnyRef, SupervisionError>> handle(RestartChild m);
  std::expected<void, SupervisionError> handle(DeleteChild m);
  std::vector<ChildInfo> handle(ListChildren) const;
  ChildCounts handle(CountChildren) const;
  std::optional<ChildInfo> handle(FindChild m) const;
  std::optional<ChildSpec> handle(GetChildSpec m) const;
  LastState handle(TakeLastState m);

 private:
  Task<std::string> start(detail::SupervisedChild& child);
  Task<> terminate(detail::SupervisedChild& child, bool for_restart);
  Task<> restart(detail::SupervisedChild& child);
  Task<> try_start(detail::SupervisedChild& child);
  Task<> start_waiting();

  detail::SupervisorState* state_;  // owned
};

}  // namespace troupe
