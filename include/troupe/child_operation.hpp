#pragma once

#include <coroutine>
#include <expected>
#include <string>
#include <utility>

#include "troupe/dynamic_supervisor.hpp"
#include "troupe/supervisor.hpp"

namespace troupe {

namespace detail {
TROUPE_EXPORT SupervisionError no_answer(const CallError& error);

inline std::expected<AnyRef, SupervisionError> child_in(StartChild::Reply&& reply) {
  return std::move(reply);
}
/// What was found, if it is of that class.
TROUPE_EXPORT std::expected<AnyRef, SupervisionError> child_in(FindChild::Reply&& reply,
                                                               const ActorClass& type);
}  // namespace detail

/// A child of class A that is about to be asked for: `co_await` it in an actor, `.get()` it in a
/// thread. Gives its typed reference, or why there is none.
template <class A, class M>
class [[nodiscard("nothing is asked before it is awaited")]] ChildOperation {
 public:
  using Result = std::expected<detail::SpawnedRef<A>, SupervisionError>;

  explicit ChildOperation(Call<M>&& call) : call_(std::move(call)) {}

  /// Default: as for calls.
  ChildOperation&& within(std::chrono::nanoseconds timeout) && {
    (void)std::move(call_).within(timeout);
    return std::move(*this);
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) { return call_.await_suspend(handle); }
  Result await_resume() { return typed(call_.await_resume()); }
  Result get() { return typed(call_.get()); }

 private:
  static Result typed(CallResult<M> answer) {
    if (!answer) return std::unexpected(detail::no_answer(answer.error()));
    std::expected<AnyRef, SupervisionError> child;
    if constexpr (std::is_same_v<M, FindChild>) {
      child = detail::child_in(std::move(*answer), A::actor_class());
    } else {
      child = detail::child_in(std::move(*answer));
    }
    if (!child) return std::unexpected(std::move(child.error()));
    return ref_cast<detail::SpawnedRef<A>>(std::move(*child));
  }

  Call<M> call_;
};

/// One more child of class A, made from these arguments, under a dynamic supervisor.
template <class A, class... Args>
auto start_child(const ActorRef<StartDynamicChild>& supervisor, Args&&... arguments) {
  return ChildOperation<A, StartDynamicChild>(
      supervisor.call<StartDynamicChild>(detail::make_recipe<A>(std::forward<Args>(arguments)...)));
}

/// One more child of class A under a supervisor, after its others; `spec` is `child<A>(...)`. The
/// reference is empty when it threw IgnoreStart.
template <class A>
auto start_child(const ActorRef<StartChild>& supervisor, ChildSpec spec) {
  return ChildOperation<A, StartChild>(supervisor.call<StartChild>(std::move(spec)));
}

/// The child `id` of a supervisor, which is of class A.
template <class A>
auto find_child(const ActorRef<FindChild>& supervisor, std::string id) {
  return ChildOperation<A, FindChild>(supervisor.call<FindChild>(std::move(id)));
}

}  // namespace troupe
