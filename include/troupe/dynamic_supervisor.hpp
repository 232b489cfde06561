#pragma once

#include <cstdint>
#include <expected>
#include <utility>
#include <vector>

#include "troupe/actor.hpp"
#include "troupe/call.hpp"
#include "troupe/child_spec.hpp"
#include "troupe/supervisor.hpp"

namespace troupe {

/// What a dynamic supervisor's children have in common.
class DynamicSpec {
 public:
  /// Default: permanent.
  DynamicSpec&& restart(Restart value) && {
    restart_ = value;
    return std::move(*this);
  }
  /// How long a child may take to stop before it is killed; default 5 s. When the supervisor ends,
  /// it is one time for all of them together.
  DynamicSpec&& shutdown(std::chrono::nanoseconds time) && {
    shutdown_ = time;
    return std::move(*this);
  }
  DynamicSpec&& backoff(Backoff value) && {
    backoff_ = value;
    return std::move(*this);
  }
  DynamicSpec&& backoff(std::chrono::nanoseconds minimum, std::chrono::nanoseconds maximum) && {
    return std::move(*this).backoff(Backoff{minimum, maximum});
  }
  /// Default: 1 in 5 s, all children together; see SupervisorSpec::intensity.
  DynamicSpec&& intensity(std::uint32_t restarts, std::chrono::nanoseconds period) && {
    intensity_ = restarts;
    period_ = period;
    return std::move(*this);
  }
  /// How many messages may wait for each child: see Mailbox. Default: what its class says.
  DynamicSpec&& mailbox(Mailbox value) && {
    mailbox_ = std::move(value);
    return std::move(*this);
  }
  /// More are refused. Default: no limit.
  DynamicSpec&& max_children(std::size_t value) && {
    max_children_ = value;
    return std::move(*this);
  }

  Restart restart() const noexcept { return restart_; }
  std::chrono::nanoseconds shutdown() const noexcept { return shutdown_; }
  const Backoff& backoff() const noexcept { return backoff_; }
  std::uint32_t intensity() const noexcept { return intensity_; }
  std::chrono::nanoseconds period() const noexcept { return period_; }
  std::size_t max_children() const noexcept { return max_children_; }
  const std::optional<Mailbox>& mailbox() const noexcept { return mailbox_; }

 private:
  Restart restart_ = Restart::permanent;
  std::chrono::nanoseconds shutdown_ = std::chrono::seconds(5);
  Backoff backoff_;
  std::uint32_t intensity_ = 1;
  std::chrono::nanoseconds period_ = std::chrono::seconds(5);
  std::size_t max_children_ = SIZE_MAX;
  std::optional<Mailbox> mailbox_;
};

inline DynamicSpec dynamic() { return DynamicSpec(); }

/// Starts one more child; see `start_child`, which is typed.
struct StartDynamicChild {
  using Reply = std::expected<AnyRef, SupervisionError>;
  detail::RecipeRef recipe;
};
/// Ends a child within its shutdown time, and forgets it. The reply comes when it has ended.
struct TerminateDynamicChild {
  using Reply = std::expected<void, SupervisionError>;
  AnyRef child;
};
struct DynamicPage {
  std::vector<ChildInfo> children;
  std::uint64_t next = 0;  ///< where the next page begins; 0: this was the last one
};
/// Some of the children: at most `limit`, from `from` on, which is 0 or an earlier page's `next`.
/// No child that lives all the while is left out or told twice.
struct ListDynamicChildren {
  using Reply = DynamicPage;
  std::uint64_t from = 0;
  std::size_t limit = 100;
};

namespace detail {
struct DynamicState;
struct DynamicChild;
struct DynamicEvent {  // a dynamic supervisor to itself
  static constexpr NodeKind kNodeKind = NodeKind::internal;
  enum Kind : unsigned char { restart, ignored, refused, ended, overdue };
  Kind kind;
  std::uint64_t child;
  std::uint32_t incarnation;  // of the supervisor: it may have been restarted since
  std::string text;
};
}  // namespace detail

/// Supervises any number of children that are started while it runs, one_for_one. They have no ids
/// and no order; a child that is not restarted is forgotten. It never waits for a child: one whose
/// pre_start is a coroutine is `starting` when the request is answered, and may fail later.
///
///   auto sessions = system.spawn<DynamicSupervisor>(dynamic().restart(Restart::temporary));
///   auto session = co_await start_child<Session>(sessions, socket);
class TROUPE_EXPORT DynamicSupervisor
    : public Actor<DynamicSupervisor, StartDynamicChild, TerminateDynamicChild, ListDynamicChildren,
                   CountChildren, detail::DynamicEvent> {
 public:
  static constexpr bool kSupervises = true;

  explicit DynamicSupervisor(DynamicSpec spec = {});
  ~DynamicSupervisor();

  void handle(detail::ChildExit exit);
  void handle(detail::DynamicEvent event);

  std::expected<AnyRef, SupervisionError> handle(StartDynamicChild m);
  void handle(TerminateDynamicChild m, ReplyPort<std::expected<void, SupervisionError>> port);
  DynamicPage handle(ListDynamicChildren m) const;
  ChildCounts handle(CountChildren) const;

 private:
  void restart(std::uint64_t key, detail::DynamicChild& child);
  void revive(std::uint64_t key, detail::DynamicChild& child);

  detail::DynamicState* state_;  // owned
};

}  // namespace troupe
