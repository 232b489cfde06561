#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "troupe/actor_ref.hpp"
#include "troupe/detail/dispatch.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/relations.hpp"
#include "troupe/detail/spawn.hpp"
#include "troupe/detail/timers.hpp"
#include "troupe/event_subscription.hpp"
#include "troupe/log.hpp"
#include "troupe/look_up.hpp"
#include "troupe/timer.hpp"

namespace troupe {

template <class Self, class State, class... Messages>
class StateMachine;
template <class... Messages>
class Group;

/// Sent to an actor that asked for it with receive_timeout; list it among the messages.
struct ReceiveTimeout {};

/// The base of every actor: `class Counter : public troupe::Actor<Counter, Increment, GetStats>`.
///
/// For each message M the class has a public `handle`:
///
///   void handle(M)                     M wants no reply
///   Task<> handle(M)                   the same, as a coroutine
///   R handle(M), Task<R> handle(M)     M names `using Reply = R;`: what is returned is the reply
///   void handle(M, ReplyPort<R>)       the same, to reply later or elsewhere; or Task<>
///
/// and, where wanted, the hooks below, `handle(ChildFailed)` and `handle(ChildStopped)`. A hook may
/// return void or Task<>. One handler or hook runs at a time; an exception out of one is a failure
/// and ends the actor.
///
/// The members here are for the actor itself: for its constructor, handlers, hooks and destructor,
/// never for other threads.
template <class Self, class... Messages>
class Actor {
  template <class, class, class...>
  friend class StateMachine;

 public:
  using Reference = Ref<Self, Messages...>;

  /// Before the actor runs; an exception makes spawn fail. On the spawning thread, unless it is a
  /// coroutine: then on a worker, and messages wait until it is over.
  void pre_start() {}
  /// First thing on a worker.
  void post_start() {}
  /// After the children have ended, on every end but kill.
  void post_stop() {}

  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  static const detail::ActorClass& actor_class() noexcept {
    static constexpr detail::ActorClass type = detail::make_actor_class<Self, Actor, Messages...>();
    return type;
  }

 protected:
  Actor() {
    if (cell_address() != detail::cell_under_construction) detail::not_spawned();
  }
  ~Actor() = default;

  Reference self() const noexcept {
    detail::retain(cell());
    return ref_cast<Reference>(adopt_cell(&cell()));
  }
  /// The system's time; ask this rather than a clock, and a simulation can turn it.
  std::chrono::steady_clock::time_point now() const noexcept {
    return detail::now_in(*cell().system);
  }
  /// How much is left of the time of whoever called: of the request in hand, or that a coroutine
  /// handles. `forever` for what nobody waits for, or waits for without end. Nested calls end with
  /// it by themselves.
  std::chrono::nanoseconds time_left() const noexcept {
    return detail::time_left(detail::turn.deadline);
  }
  Log log() const noexcept { return Log(*cell().system, &cell()); }

  /// Sends this actor each DeadLetter, HighWater or CrashReport of its system from now on; list the
  /// event among the messages. See System::subscribe.
  template <class Event>
  EventSubscription subscribe() {
    return detail::subscribe<Event>(*cell().system, self());
  }

  /// Makes a child. It ends with this actor, before it.
  template <class A, class... Args>
  detail::SpawnedRef<A> spawn(Args&&... args) {
    static_assert(detail::sound<detail::Problem<A, Args...>>, "see the note for what is wrong");
    if constexpr (detail::sound<detail::Problem<A, Args...>>) {
      return detail::spawn<A>(*cell().system, &cell(), std::forward<Args>(args)...);
    } else {
      std::unreachable();
    }
  }
  template <class A, class... Args>
  std::expected<detail::SpawnedRef<A>, SpawnError> try_spawn(Args&&... args) {
    static_assert(detail::sound<detail::Problem<A, Args...>>, "see the note for what is wrong");
    if constexpr (detail::sound<detail::Problem<A, Args...>>) {
      return detail::try_spawn<A>(*cell().system, &cell(), std::forward<Args>(args)...);
    } else {
      std::unreachable();
    }
  }
  /// The living children, oldest first.
  std::vector<AnyRef> children() const { return detail::children_of(cell()); }

  /// Hears of the actor's end by a Down, at once when it has ended already; and of its restarts, if
  /// this class lists Restarted among its messages. Each call is a monitor of its own. Monitors end
  /// with the incarnation that made them; a restart of the monitored actor does not end them.
  MonitorHandle monitor(const AnyRef& actor) {
    static_assert(Reference::template handles<Down>,
                  "list troupe::Down among the actor's messages to monitor others");
    return detail::start_monitor(cell(), actor, Reference::template handles<Restarted>);
  }
  /// Ends a monitor of this actor's: nothing of it is heard after this, even if it was on its way.
  /// Another actor's is left as it is.
  void demonitor(const MonitorHandle& monitor) noexcept { detail::end_monitor(cell(), monitor); }

  /// Ties the two ends together, for both sides: see Exit for what the end of one does to the
  /// other. At most one link a pair; it survives restarts, which are no ends.
  void link(const AnyRef& actor) { detail::start_link(cell(), actor); }
  /// Ends a link for both sides. After this the other's end does nothing to this actor; only an
  /// Exit that is in the mailbox already is still handled.
  void unlink(const AnyRef& actor) noexcept { detail::end_link(cell(), actor); }

  /// The living actor of this name, if it handles `Wanted...`.
  template <class... Wanted>
  std::expected<ActorRef<Wanted...>, LookUpError> find(std::string_view name) const {
    return detail::find<Wanted...>(*cell().system, name);
  }
  /// The group of this name: see Group.
  template <class... Wanted>
  Group<Wanted...> group(std::string_view name, std::string_view scope = {}) const {
    return Group<Wanted...>(*cell().system, name, scope);
  }

  /// Ends this actor after the current message.
  void stop() noexcept { cell().ask_to_stop(); }
  void stop(std::string reason) { detail::stop_self(cell(), std::move(reason)); }

  /// Sends this actor an M, built now from `args`, after the delay.
  template <class M, class... Args>
  TimerHandle send_after(std::chrono::nanoseconds delay, Args&&... args) {
    static_assert(Reference::template handles<M>, "the actor does not handle this message");
    return detail::start_message_timer(cell(), delay,
                                       *detail::make_node<M>(std::forward<Args>(args)...));
  }
  /// Sends this actor a copy of M{args...} each period, the first after one period. Ticks do not
  /// drift; M must be copyable.
  template <class M, class... Args>
  TimerHandle send_every(std::chrono::nanoseconds period, const Args&... args) {
    static_assert(Reference::template handles<M>, "the actor does not handle this message");
    return detail::start_periodic_timer(cell(), period, *detail::make_node<M>(args...),
                                        &detail::copy_node<M>);
  }
  TimerHandle stop_after(std::chrono::nanoseconds delay) {
    return detail::start_end_timer(cell(), delay, detail::NodeKind::stop);
  }
  TimerHandle kill_after(std::chrono::nanoseconds delay) {
    return detail::start_end_timer(cell(), delay, detail::NodeKind::kill);
  }
  /// Sends this actor a ReceiveTimeout whenever it has handled no message for this long. Zero ends
  /// that.
  void receive_timeout(std::chrono::nanoseconds idle) {
    static_assert(Reference::template handles<ReceiveTimeout>,
                  "list troupe::ReceiveTimeout among the actor's messages");
    detail::set_receive_timeout(cell(), idle, &detail::message_type<ReceiveTimeout>);
  }

 private:
  // Called from the constructor too, when Self's part does not exist yet: only the address counts.
  __attribute__((no_sanitize("vptr"))) void* cell_address() const noexcept {
    auto* object = const_cast<Self*>(static_cast<const Self*>(this));
    return reinterpret_cast<char*>(object) - detail::object_offset<Self>();
  }
  detail::Cell& cell() const noexcept { return *static_cast<detail::Cell*>(cell_address()); }
};

}  // namespace troupe
