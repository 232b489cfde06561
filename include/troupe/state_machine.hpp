#pragma once

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "troupe/actor.hpp"
#include "troupe/detail/state_machine.hpp"

namespace troupe {

/// The state has lasted as long as `state_timeout` said.
struct StateTimeout {};

/// No event has come for as long as `event_timeout` said.
struct EventTimeout {};

/// The time of `timeout(name, ...)` is over.
struct NamedTimeout {
  std::string name;
};

/// Thrown by `postpone` when the limit is reached; out of a handler it is a failure.
class TROUPE_EXPORT PostponeOverflow : public std::runtime_error {
 public:
  explicit PostponeOverflow(std::size_t limit);
};

/// An actor that is a state machine, with the semantics of Erlang's gen_statem:
/// `class DoorLock : public troupe::StateMachine<DoorLock, Door, Button, Open>`.
///
/// `State` is any type that can be compared with ==. Handlers are those of an Actor, and look at
/// `state()`. Where wanted, the class also has these, public:
///
///   void enter(State state, State before)   a state is entered: see `become`
///   void handle(StateTimeout)               these three return void or Task<>, and are needed
///   void handle(EventTimeout)               where such timeouts are started
///   void handle(NamedTimeout)
///
/// An event is a message, a timeout, or a child's end. The members here work in a coroutine, too,
/// before or after a `co_await`: a handler is over when its coroutine is.
template <class Self, class State, class... Messages>
class StateMachine : public Actor<Self, Messages...> {
 public:
  /// The default: nothing. `before` is the same as `state` for the first state, which is entered
  /// before `post_start`, and in `repeat_state`. What it throws comes out of `become`.
  void enter(const State& /*state*/, const State& /*before*/) {}

  static const detail::ActorClass& actor_class() noexcept {
    static constexpr detail::ActorClass type = machine_class();
    return type;
  }

 protected:
  explicit StateMachine(State first) : state_(std::move(first)), machine_(this->cell()) {
    static_assert(kEnterIsSound<Self>, "enter is public: `void enter(State state, State before)`");
  }
  ~StateMachine() = default;

  const State& state() const noexcept { return state_; }

  /// Changes the state and, from the first `post_start` on, calls `enter` at once; `enter` itself
  /// cannot do this (std::logic_error). Ends the state timeout. The postponed messages are handled
  /// again after the current handler. Nothing happens when the state is the same.
  void become(State next) {
    static_assert(kComparable, "states that change can be compared with ==");
    if constexpr (kComparable) {
      if (entering_) throw std::logic_error("`enter` cannot change the state that is entered");
      if (next == state_) return;
      machine_.state_changed();
      const State before = std::exchange(state_, std::move(next));
      if (entered_) call_enter(before);
    }
  }

  /// Calls `enter` as if the state was entered again. It has not changed: nothing else happens.
  void repeat_state() {
    static_assert(enters(), "repeat_state needs `void enter(State state, State before)`");
    const State before = state_;
    call_enter(before);
  }

  /// Puts a message aside. After the state has changed and the handler in which it did is over, the
  /// postponed messages are handled again, in the order they came, before any that waits in the
  /// mailbox; each may be postponed again. When the actor ends, they are dead letters. Throws
  /// PostponeOverflow.
  template <class M>
  void postpone(M message) {
    static_assert(kHandles<M>, "the actor does not handle this message");
    static_assert(!detail::names_reply<M>,
                  "a request is postponed with its port, by handle(M, ReplyPort<Reply>)");
    if constexpr (!detail::names_reply<M>) {
      machine_.check_room();
      machine_.postpone(*detail::make_node<M>(std::move(message)));
    }
  }
  /// The same for a request, whose time goes on. When the actor ends, its caller is told how.
  template <class M>
  void postpone(M message, ReplyPort<typename M::Reply> port) {
    static_assert(kHandles<M>, "the actor does not handle this message");
    static_assert(std::is_nothrow_move_constructible_v<M>, "a postponed request's move may throw");
    machine_.check_room();
    detail::Request* request = release_port(port);
    if (!request) {  // answered already
      request = detail::make_node<M>(std::move(message));
    } else if (detail::same_type(*request->type, detail::message_type<M>)) {
      request->template emplace<M>(std::move(message));
    } else {
      request = &detail::stand_in_for<M>(*request, std::move(message));
    }
    machine_.postpone(*request);
  }
  /// How many messages may be postponed at a time; at first 1000.
  void postpone_limit(std::size_t messages) noexcept { machine_.set_limit(messages); }

  /// Sends this actor an M, built now from `args`, that is handled next, before all that waits in
  /// the mailbox, and also before postponed messages. Several keep their order.
  template <class M, class... Args>
  void insert_event(Args&&... args) {
    static_assert(kHandles<M>, "the actor does not handle this message");
    machine_.insert(*detail::make_node<M>(std::forward<Args>(args)...));
  }

  // Timeouts. To start one again is to start it anew. After a time of zero, or less, it is heard
  // before what waits in the mailbox, but after inserted and postponed messages. One that was
  // cancelled, by whatever, is not heard, even when its time was over already.

  /// A StateTimeout, unless the state changes before.
  void state_timeout(std::chrono::nanoseconds time) {
    static_assert(detail::sound<Problem<StateTimeout>>, "a timeout that is started has a handler");
    machine_.start(detail::TimeoutKind::state, time);
  }
  /// An EventTimeout, unless another event is handled before.
  void event_timeout(std::chrono::nanoseconds time) {
    static_assert(detail::sound<Problem<EventTimeout>>, "a timeout that is started has a handler");
    machine_.start(detail::TimeoutKind::event, time);
  }
  /// A NamedTimeout; there may be one of each name, and nothing but `cancel_timeout` ends it.
  void timeout(std::string name, std::chrono::nanoseconds time) {
    static_assert(detail::sound<Problem<NamedTimeout>>, "a timeout that is started has a handler");
    machine_.start(detail::TimeoutKind::named, time, std::move(name));
  }
  void cancel_state_timeout() noexcept { machine_.cancel(detail::TimeoutKind::state); }
  void cancel_event_timeout() noexcept { machine_.cancel(detail::TimeoutKind::event); }
  void cancel_timeout(const std::string& name) noexcept {
    machine_.cancel(detail::TimeoutKind::named, name);
  }

 private:
  using Base = Actor<Self, Messages...>;

  template <class M>
  static constexpr bool kHandles = Base::Reference::template handles<M>;
  template <class Timeout>
  using Problem = decltype(detail::problem_with<Self, Timeout>());
  static constexpr bool kComparable = std::equality_comparable<State>;

  void call_enter(const State& before) {
    if constexpr (enters()) {
      struct Entering {
        bool& flag;
        ~Entering() { flag = false; }
      } entering{entering_ = true};
      const State now = state_;
      static_cast<Self*>(this)->enter(now, before);
    }
  }

  // -- what the actor's class has besides that of a plain one ---

  static StateMachine& of(detail::Cell& cell) noexcept {
    return *static_cast<Self*>(cell.object());
  }

  template <class T>
  static detail::Outcome run(detail::Cell& cell, T timeout) {
    if constexpr (detail::HandlesAlone<Self, T>) {
      return detail::run_plain(
          cell, [&] { return static_cast<Self*>(cell.object())->handle(std::move(timeout)); });
    } else {
      return detail::Outcome::done;  // nobody could start it
    }
  }
  static detail::Outcome hear(detail::Cell& cell, detail::Node& node) {
    detail::Machine& machine = of(cell).machine_;
    if (node.type->kind != detail::NodeKind::internal) [[likely]] {
      machine.begin_event();
      return detail::dispatch<Self, Messages...>(cell, node);
    }
    const detail::Timeout* timeout = machine.hear(node);
    if (!timeout) return detail::Outcome::done;
    switch (timeout->kind) {
      case detail::TimeoutKind::state:
        return run(cell, StateTimeout());
      case detail::TimeoutKind::event:
        return run(cell, EventTimeout());
      default:
        return run(cell, NamedTimeout{timeout->name});
    }
  }

  static detail::Outcome start(detail::Cell& cell) {
    StateMachine& self = of(cell);
    self.entered_ = true;
    const State first = self.state_;
    self.call_enter(first);
    const auto post_start = Base::actor_class().post_start;
    return post_start ? post_start(cell) : detail::Outcome::done;
  }
  static detail::Outcome child_failed(detail::Cell& cell, ChildFailed&& event) {
    of(cell).machine_.begin_event();
    return Base::actor_class().child_failed(cell, std::move(event));
  }
  static detail::Outcome child_stopped(detail::Cell& cell, ChildStopped&& event) {
    of(cell).machine_.begin_event();
    return Base::actor_class().child_stopped(cell, std::move(event));
  }
  static constexpr detail::ActorClass machine_class() {
    auto type = detail::make_actor_class<Self, Base, Messages...>();
    type.handle = &hear;
    if constexpr (enters()) type.post_start = &start;
    if constexpr (detail::HandlesAlone<Self, ChildFailed>) type.child_failed = &child_failed;
    if constexpr (detail::HandlesAlone<Self, ChildStopped>) type.child_stopped = &child_stopped;
    return type;
  }

  template <class Class>
  static constexpr bool kEnterIsSound = requires(Class& machine, const State& state) {
    { machine.enter(state, state) } -> std::same_as<void>;
  };
  // Whether Self has an `enter` of its own.
  static constexpr bool enters() {
    if constexpr (kEnterIsSound<Self>) {
      return !std::is_same_v<decltype(&Self::enter),
                             void (StateMachine::*)(const State&, const State&)>;
    } else {
      return false;
    }
  }

  State state_;
  detail::Machine machine_;
  bool entered_ = false;   // the first state
  bool entering_ = false;  // a call of `enter` is under way
};

}  // namespace troupe
