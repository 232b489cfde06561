#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "troupe/actor_ref.hpp"
#include "troupe/reply_port.hpp"
#include "troupe/spawn.hpp"
#include "troupe/task.hpp"

/// What can be wrong with an actor class, found where it is spawned: one short error names the
/// problem, the actor and the message, instead of a page from within the framework.
namespace troupe::detail {

// -- problems; their names are the error text ---

struct NoProblem {};
template <class Actor>
struct NotDerivedFromActor {};
template <class Actor, class... Arguments>
struct NoPublicConstructorFor {};
template <class Actor, class Message>
struct NoPublicHandleFor {};
template <class Actor, class Message>
struct HandlerReturnsNoReply {};
template <class Actor, class Message>
struct HandlerReturnsNeitherVoidNorTask {};
template <class Actor, class Message>
struct CoroutineTakesItsMessageByReference {};

template <class Problem>
inline constexpr bool sound = std::is_same_v<Problem, NoProblem>;

// -- finding them ---

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

template <class T>
struct ResultOf {  // of a handler: what it gives, now or later
  using Type = T;
};
template <class T>
struct ResultOf<Task<T>> {
  using Type = T;
};

template <class A, class M>
concept HandlesAlone = requires(A& actor, M message) { actor.handle(std::move(message)); };
template <class A, class M>
concept HandlesWithPort = RequestMessage<M> && requires(A& actor, M message) {
  actor.handle(std::move(message), ReplyPort<typename M::Reply>());
};

// A coroutine's frame outlives the message that a reference would point at.
template <class A, class M, class T>
concept TakesByReference = requires { static_cast<Task<T> (A::*)(const M&)>(&A::handle); } ||
                           requires { static_cast<Task<T> (A::*)(const M&) const>(&A::handle); } ||
                           requires { static_cast<Task<T> (A::*)(M&&)>(&A::handle); };

template <class A, class M>
consteval auto problem_with() {
  if constexpr (HandlesAlone<A, M>) {
    using Result = decltype(std::declval<A&>().handle(std::declval<M>()));
    using T = typename ResultOf<Result>::Type;
    if constexpr (is_task<Result> && TakesByReference<A, M, T>) {
      return CoroutineTakesItsMessageByReference<A, M>();
    } else if constexpr (!RequestMessage<M>) {
      if constexpr (std::is_void_v<T>) {
        return NoProblem();
      } else {
        return HandlerReturnsNeitherVoidNorTask<A, M>();
      }
    } else if constexpr (std::is_void_v<typename M::Reply>
                             ? std::is_void_v<T>
                             : std::convertible_to<T, typename M::Reply>) {
      return NoProblem();
    } else {
      return HandlerReturnsNoReply<A, M>();
    }
  } else if constexpr (HandlesWithPort<A, M>) {
    using Result =
        decltype(std::declval<A&>().handle(std::declval<M>(), ReplyPort<typename M::Reply>()));
    if constexpr (std::is_void_v<typename ResultOf<Result>::Type>) {
      return NoProblem();
    } else {
      return HandlerReturnsNeitherVoidNorTask<A, M>();
    }
  } else {
    return NoPublicHandleFor<A, M>();
  }
}

template <class A, class M, class... Rest>
consteval auto first_problem() {
  using Problem = decltype(problem_with<A, M>());
  if constexpr (!sound<Problem> || sizeof...(Rest) == 0) {
    return Problem();
  } else {
    return first_problem<A, Rest...>();
  }
}

template <class Reference>
struct HandlersOf;
template <class A, class... Messages>
struct HandlersOf<Ref<A, Messages...>> {
  static consteval auto problem() {
    if constexpr (sizeof...(Messages) == 0) {
      return NoProblem();
    } else {
      return first_problem<A, Messages...>();
    }
  }
};

template <class A, class... Arguments>
consteval auto problem_of() {
  if constexpr (!requires { typename A::Reference; }) {
    return NotDerivedFromActor<A>();
  } else if constexpr (!std::is_constructible_v<A, Arguments...>) {
    return NoPublicConstructorFor<A, Arguments...>();
  } else {
    return HandlersOf<typename A::Reference>::problem();
  }
}

/// What is wrong with spawning an A from these arguments, of which the first may be a SpawnOption.
template <class A, class... Arguments>
struct ProblemOf {
  using Type = decltype(problem_of<A, Arguments...>());
};
template <class A, SpawnOption First, class... Rest>
struct ProblemOf<A, First, Rest...> : ProblemOf<A, Rest...> {};

template <class A, class... Arguments>
using Problem = typename ProblemOf<A, Arguments...>::Type;

}  // namespace troupe::detail
