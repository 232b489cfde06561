#pragma once

#include <type_traits>
#include <utility>

#include "troupe/detail/cell.hpp"
#include "troupe/detail/check.hpp"
#include "troupe/detail/message.hpp"
#include "troupe/detail/turn.hpp"
#include "troupe/exit.hpp"
#include "troupe/mailbox.hpp"
#include "troupe/reply_port.hpp"
#include "troupe/task.hpp"

/// From a node to the user's handler, and from the handler's result to a reply.
namespace troupe::detail {

template <class T>
struct HandlerTask {
  static typename Task<T>::Handle release(Task<T>& task) noexcept {
    return std::exchange(task.handle_, {});
  }
};

/// Ends a finished handler's coroutine; rethrows its error.
TROUPE_EXPORT void finish_handler(Cell& cell);

template <class T>
Outcome start_handler(Cell& cell, Task<T> task, void (*complete)(Cell&, PromiseBase&)) {
  auto handle = HandlerTask<T>::release(task);
  PromiseBase& promise = handle.promise();
  promise.complete = complete;
  promise.message = turn.message.load(std::memory_order_relaxed);
  promise.deadline = turn.deadline;
  cell.handler = &promise;
  resume_in_turn(handle);
  if (!handle.done()) return Outcome::suspended;
  finish_handler(cell);
  return Outcome::done;
}

template <class T>
void take_result(Cell&, PromiseBase& promise) {
  static_cast<Promise<T>&>(promise).take();
}

/// Calls a handler or hook that answers nobody.
template <class Function>
Outcome run_plain(Cell& cell, Function&& function) {
  using Result = decltype(function());
  if constexpr (is_task<Result>) {
    return start_handler(cell, function(), &take_result<void>);
  } else {
    static_assert(std::is_void_v<Result>, "this handler or hook returns void or Task<>");
    function();
    return Outcome::done;
  }
}

/// The message in hand was handled: ends its payload.
template <class T>
void end_payload(Cell& cell, T& payload) noexcept {
  payload.~T();
  cell.message_in_hand = false;
}

/// Answers the request in hand.
template <class M, class... Result>
void reply_in_hand(Cell& cell, Request& request, Result&&... result) {
  using Reply = ReplyStorage<typename M::Reply>;
  static_assert(std::is_nothrow_move_constructible_v<Reply>, "a reply's move may not throw");
  end_payload(cell, request.payload<M>());
  request.emplace<Reply>(std::forward<Result>(result)...);
  request.answer = Answer::value;
  detach_current(cell);
  deliver(request);
}

template <class M, class T>
void complete_request(Cell& cell, PromiseBase& promise) {
  auto& request = static_cast<Request&>(*cell.current());
  auto& typed = static_cast<Promise<T>&>(promise);
  if constexpr (std::is_void_v<T>) {
    typed.take();
    if (is_late(request)) return fail_in_hand(cell, Answer::expired, {});
    reply_in_hand<M>(cell, request);
  } else {
    typename M::Reply reply(typed.take());
    if (is_late(request)) return fail_in_hand(cell, Answer::expired, {});
    reply_in_hand<M>(cell, request, std::move(reply));
  }
}

template <class Self, class M>
Outcome handle_cast(Self& self, Cell& cell, M& message) {
  using Result = decltype(self.handle(std::move(message)));
  if constexpr (is_task<Result>) {
    return start_handler(cell, self.handle(std::move(message)), &take_result<void>);
  } else {
    self.handle(std::move(message));
    end_payload(cell, message);
    return Outcome::done;
  }
}

template <class Self, class M>
Outcome handle_request(Self& self, Cell& cell, Request& request) {
  using Reply = typename M::Reply;
  M& message = request.payload<M>();
  if constexpr (HandlesAlone<Self, M>) {
    using Result = decltype(self.handle(std::move(message)));
    if constexpr (is_task<Result>) {
      using T = typename ResultOf<Result>::Type;
      return start_handler(cell, self.handle(std::move(message)), &complete_request<M, T>);
    } else if constexpr (std::is_void_v<Reply>) {
      self.handle(std::move(message));
      reply_in_hand<M>(cell, request);
    } else {
      reply_in_hand<M>(cell, request, Reply(self.handle(std::move(message))));
    }
    return Outcome::done;
  } else {
    M taken(std::move(message));
    end_payload(cell, message);
    detach_current(cell);
    keep_request(request);
    ReplyPort<Reply> port(&request);
    return run_plain(cell, [&] { return self.handle(std::move(taken), std::move(port)); });
  }
}

template <class Self, class M>
Outcome invoke(Cell& cell, Node& node) {
  auto& self = *static_cast<Self*>(cell.object());
  if constexpr (RequestMessage<M>) {
    return handle_request<Self, M>(self, cell, static_cast<Request&>(node));
  } else {
    return handle_cast<Self, M>(self, cell, static_cast<CastNode<M>&>(node).message);
  }
}

template <class Self, class... Messages>
Outcome dispatch(Cell& cell, Node& node) {
  Outcome outcome = Outcome::done;
  // By address first; then for a message type that two shared libraries each have.
  const bool found = ((node.type == &message_type<Messages> &&
                       (outcome = invoke<Self, Messages>(cell, node), true)) ||
                      ...) ||
                     ((same_type(*node.type, message_type<Messages>) &&
                       (outcome = invoke<Self, Messages>(cell, node), true)) ||
                      ...);
  (void)found;  // references are typed: nothing else can arrive
  return outcome;
}

template <class Self>
constexpr std::size_t object_offset() {
  constexpr std::size_t align = alignof(Self);
  static_assert(align <= 64, "an actor's alignment is at most 64 bytes");
  return (sizeof(Cell) + align - 1) / align * align;
}

template <class Self, class Base, class... Messages>
constexpr ActorClass make_actor_class() {
  ActorClass c{};
  c.name = type_name<Self>();
  c.object_offset = object_offset<Self>();
  c.block_size = (object_offset<Self>() + sizeof(Self) + 63) / 64 * 64;
  c.messages = handled_messages<Messages...>;
  c.destroy = [](Cell& cell) noexcept { static_cast<Self*>(cell.object())->~Self(); };
  c.handle = &dispatch<Self, Messages...>;
  // A hook that is the base's own does nothing: null saves the turn.
  if constexpr (!std::is_same_v<decltype(&Self::pre_start), void (Base::*)()>) {
    c.pre_start_is_coroutine = is_task<decltype(std::declval<Self&>().pre_start())>;
    c.pre_start = [](Cell& cell) {
      return run_plain(cell, [&] { return static_cast<Self*>(cell.object())->pre_start(); });
    };
  }
  if constexpr (!std::is_same_v<decltype(&Self::post_start), void (Base::*)()>) {
    c.post_start = [](Cell& cell) {
      return run_plain(cell, [&] { return static_cast<Self*>(cell.object())->post_start(); });
    };
  }
  if constexpr (!std::is_same_v<decltype(&Self::post_stop), void (Base::*)()>) {
    c.post_stop = [](Cell& cell) {
      return run_plain(cell, [&] { return static_cast<Self*>(cell.object())->post_stop(); });
    };
  }
  if constexpr (requires { Self::mailbox(); }) {
    static_assert(std::is_same_v<decltype(Self::mailbox()), Mailbox>,
                  "a class says `static troupe::Mailbox mailbox()`");
    c.mailbox = [] { return Self::mailbox(); };
  }
  c.traps_exits = (std::is_same_v<Messages, Exit> || ...);
  if constexpr (requires { Self::kSupervises; }) c.supervises = true;
  if constexpr (requires { Self::kStopInterrupts; }) c.stop_interrupts = true;
  if constexpr (requires { Self::kStartsWithSpawn; }) c.starts_with_spawn = true;
  if constexpr (requires(Self& self) { self.last_state(); }) {
    c.last_state = [](Cell& cell) {
      using State = decltype(std::declval<Self&>().last_state());
      return LastState(std::in_place_type<State>, static_cast<Self*>(cell.object())->last_state());
    };
  }
  if constexpr (requires(Self& self, ChildExit event) { self.handle(std::move(event)); }) {
    c.child_exit = [](Cell& cell, ChildExit&& event) {
      return run_plain(cell,
                       [&] { return static_cast<Self*>(cell.object())->handle(std::move(event)); });
    };
  }
  if constexpr (requires(Self& self, ChildFailed event) { self.handle(std::move(event)); }) {
    c.child_failed = [](Cell& cell, ChildFailed&& event) {
      return run_plain(cell,
                       [&] { return static_cast<Self*>(cell.object())->handle(std::move(event)); });
    };
  }
  if constexpr (requires(Self& self, ChildStopped event) { self.handle(std::move(event)); }) {
    c.child_stopped = [](Cell& cell, ChildStopped&& event) {
      return run_plain(cell,
                       [&] { return static_cast<Self*>(cell.object())->handle(std::move(event)); });
    };
  }
  return c;
}

}  // namespace troupe::detail
