#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "troupe/actor.hpp"
#include "troupe/detail/check.hpp"
#include "troupe/detail/work_item.hpp"
#include "troupe/monitor.hpp"
#include "troupe/work.hpp"

namespace troupe {

template <class J>
struct SubmitWork;
template <class J>
struct TrySubmitWork;
template <class J>
struct CompleteWork;

/// What WorkQueue and PointToPoint share.
namespace detail {

/// Word of a handle to the queue that it came from.
struct WorkEvent {
  enum Kind : unsigned char {
    acknowledged,
    dropped,   // with the job, unless it stayed on its line
    unopened,  // its token was destroyed in a mailbox; with the job, unless that stayed on its line
  };

  WorkLineRef line;  // outlives the job
  WorkItemRef item;
  Kind kind;
  std::uint64_t number = 0;  // of the job that was acknowledged
  bool confirmed = false;    // somebody waits for that
  unsigned deliveries = 0;
};

/// What is known of a type of jobs.
struct WorkTraits {
  std::string_view job;
  Node* (*make_token)(WorkLineRef line);  // a Work
};

class WorkState;

/// A queue, without the type of its jobs. In its actor's turns only.
class TROUPE_EXPORT WorkCore {
 public:
  /// Throws std::invalid_argument for options that make no sense, and when `consumer`, which makes
  /// the queue point-to-point, is empty.
  WorkCore(const ActorRef<WorkEvent>& self, const WorkOptions& options, AnyRef dead,
           const WorkTraits& traits);
  WorkCore(const ActorRef<WorkEvent>& self, const WorkOptions& options, AnyRef dead,
           const WorkTraits& traits, const AnyRef& consumer);
  WorkCore(const WorkCore&) = delete;
  WorkCore& operator=(const WorkCore&) = delete;
  ~WorkCore();

  void submit(WorkItemRef item, ReplyPort<void> port);
  void complete(WorkItemRef item, ReplyPort<unsigned> port);
  bool has_room() const noexcept;
  void accept(WorkItemRef item);

  void add(const AnyRef& consumer, std::size_t window);
  void remove(const AnyRef& consumer);

  void hear(Down m);
  void hear(Restarted m);
  void hear(WorkEvent m);
  WorkStats stats();
  bool drain();

 private:
  WorkState* state_;  // owned
};

// -- what can be wrong with a job; see check.hpp ---

template <class J>
struct JobIsNoPlainValue {};
template <class J>
struct JobsMoveMayThrow {};

template <class J>
struct ProblemWithJob {
  static consteval auto problem() {
    if constexpr (!std::is_same_v<J, std::remove_cvref_t<J>>) {
      return JobIsNoPlainValue<J>();
    } else if constexpr (!std::is_nothrow_move_constructible_v<J>) {
      return JobsMoveMayThrow<J>();
    } else {
      return NoProblem();
    }
  }
};

template <class Self, class J, class... More>
class WorkActor : public Actor<Self, SubmitWork<J>, TrySubmitWork<J>, CompleteWork<J>, GetWorkStats,
                               More..., Down, Restarted, WorkEvent> {
  using Base = Actor<Self, SubmitWork<J>, TrySubmitWork<J>, CompleteWork<J>, GetWorkStats, More...,
                     Down, Restarted, WorkEvent>;

 public:
  using Reference =
      Ref<Self, SubmitWork<J>, TrySubmitWork<J>, CompleteWork<J>, GetWorkStats, More...>;

  static const ActorClass& actor_class() noexcept {
    static const ActorClass type = [] {
      ActorClass c = Base::actor_class();
      c.drain = [](Cell& cell) { return static_cast<Self*>(cell.object())->core_.drain(); };
      return c;
    }();
    return type;
  }

  void handle(SubmitWork<J> m, ReplyPort<void> port) {
    core_.submit(item_of(m.job), std::move(port));
  }
  void handle(CompleteWork<J> m, ReplyPort<unsigned> port) {
    core_.complete(item_of(m.job), std::move(port));
  }
  std::optional<J> handle(TrySubmitWork<J> m) {
    if (!core_.has_room()) return std::optional<J>(std::move(m.job));
    core_.accept(item_of(m.job));
    return std::nullopt;
  }
  WorkStats handle(GetWorkStats) { return core_.stats(); }

  void handle(Down m) { core_.hear(std::move(m)); }
  void handle(Restarted m) { core_.hear(std::move(m)); }
  void handle(WorkEvent m) { core_.hear(std::move(m)); }

 protected:
  template <class... Consumer>
  WorkActor(const WorkOptions& options, const ActorRef<DeadWork<J>>& dead,
            const Consumer&... consumer)
      : core_(this->self(), options, dead, kTraits, consumer...) {}

  WorkCore core_;

 private:
  static WorkItemRef item_of(J& job) { return WorkItemRef(new TypedWorkItem<J>(std::move(job))); }
  static constexpr WorkTraits kTraits{type_name<J>(), [](WorkLineRef line) -> Node* {
                                        return make_node<Work<J>>(std::move(line));
                                      }};
};

}  // namespace detail
}  // namespace troupe
