#pragma once

#include <expected>
#include <type_traits>
#include <utility>

#include "troupe/actor_ref.hpp"
#include "troupe/call.hpp"
#include "troupe/detail/turn.hpp"
#include "troupe/task.hpp"

/// Calls that are more than one request: what Retry, CircuitBreaker, RateLimiter and Bulkhead make.
/// Each is one coroutine that serves actors and threads alike: what it awaits suspends an actor's
/// handler, and where no actor runs it blocks the thread instead.
namespace troupe::detail {

/// Throws std::logic_error in an actor.
TROUPE_EXPORT void refuse_in_actor();

/// A Call that blocks where no actor runs.
template <class M>
class CallAnywhere : public Call<M> {
 public:
  explicit CallAnywhere(Call<M>&& call) noexcept : Call<M>(std::move(call)) {}

  bool await_ready() {
    if (turn.cell) return false;
    this->operation_.send_and_block();
    return true;
  }
};

/// What such calls have in common. Self has `static Task<CallResult<M>> run(Self)`.
template <class Self, class M>
class CompositeCall {
 public:
  using Reply = typename M::Reply;
  using Result = CallResult<M>;

  /// How long the call may take: see the class that made it. Zero or less: times out at once.
  Self&& within(std::chrono::nanoseconds timeout) && {
    timeout_ = timeout;
    return static_cast<Self&&>(*this);
  }
  Self& within(std::chrono::nanoseconds timeout) & {
    timeout_ = timeout;
    return static_cast<Self&>(*this);
  }

  /// Suspends the handler, as a Call does.
  Task<Result> operator co_await() {
    current_actor("co_await of a call");
    return start();
  }
  /// Blocks this thread; see Call::get.
  Result get() {
    refuse_in_actor();
    Task<Result> task = start();
    task.await_suspend({});  // never suspends where no actor runs
    return task.await_resume();
  }

  /// For the framework: wherever it is awaited.
  Task<Result> start() { return Self::run(static_cast<Self&&>(*this)); }

 protected:
  std::chrono::nanoseconds timeout_ = kDefaultCallTimeout;
};

template <class M>
CallAnywhere<M> anywhere(Call<M>&& call) noexcept {
  return CallAnywhere<M>(std::move(call));
}
template <class Self, class M>
Task<CallResult<M>> anywhere(CompositeCall<Self, M>&& call) {
  return call.start();
}

/// A call that must first be let in. An Entry asks for that, waits where it must, and is told how
/// the call ended; destroyed before that, it gives back what it holds.
template <class M, class Guard, class Inner>
class [[nodiscard("a call is sent when it is awaited")]] GuardedCall
    : public CompositeCall<GuardedCall<M, Guard, Inner>, M> {
 public:
  GuardedCall(Guard guard, Inner inner) : guard_(std::move(guard)), inner_(std::move(inner)) {}

  AnyRef target() const noexcept { return inner_.target(); }

 private:
  friend CompositeCall<GuardedCall, M>;

  static Task<CallResult<M>> run(GuardedCall self) {
    typename Guard::Entry entry(self.guard_, self.timeout_);
    co_await entry;
    if (!entry.admitted()) {
      co_return std::unexpected(entry.refusal(self.target(), message_type<M>.name));
    }
    self.inner_.within(entry.time_left());
    auto inner = anywhere(std::move(self.inner_));
    CallResult<M> result = co_await inner;
    entry.finish(result ? nullptr : &result.error());
    co_return std::move(result);
  }

  Guard guard_;
  Inner inner_;
};

/// What is called through a guard, as a reference is called.
template <class Guard, class Target>
class Around {
 public:
  Around(Guard guard, Target target) : guard_(std::move(guard)), target_(std::move(target)) {}

  template <class M, class... Args>
  auto call(Args&&... args) const {
    return guard_.template call<M>(target_, std::forward<Args>(args)...);
  }

  /// Whether the target handles M.
  template <class M>
  static constexpr bool handles = Target::template handles<M>;

 private:
  friend AnyRef target_of(const Around& around) noexcept { return target_of(around.target_); }

  Guard guard_;
  Target target_;
};

inline AnyRef target_of(const AnyRef& ref) noexcept { return ref; }

/// The members that the guards share.
template <class Self, class EntryType>
class Guard {
 public:
  using Entry = EntryType;  // for the framework

  /// The call, let in by this: `target.call<M>(args...)`, where the target is a reference, or what
  /// another one's `around` gave.
  template <class M, class Target, class... Args>
  auto call(const Target& target, Args&&... args) const {
    static_assert(Target::template handles<M>, "the actor does not handle this message");
    if constexpr (Target::template handles<M>) {
      using Inner = decltype(target.template call<M>(std::forward<Args>(args)...));
      if constexpr (!std::is_void_v<Inner>) {
        return GuardedCall<M, Self, Inner>(self(),
                                           target.template call<M>(std::forward<Args>(args)...));
      }
    }
  }
  /// Stands for the target where something is called: all calls go through this.
  template <class Target>
  Around<Self, Target> around(Target target) const {
    return {self(), std::move(target)};
  }

 private:
  const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

}  // namespace troupe::detail
