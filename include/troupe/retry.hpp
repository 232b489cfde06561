#pragma once

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "troupe/backoff.hpp"
#include "troupe/detail/guarded_call.hpp"
#include "troupe/error_filter.hpp"
#include "troupe/sleep.hpp"

namespace troupe {

namespace detail {

struct RetryPolicy {
  std::uint32_t attempts;
  Backoff backoff{
      .minimum = std::chrono::milliseconds(10), .maximum = std::chrono::seconds(1), .jitter = 0.5};
  std::chrono::nanoseconds in_all = forever;
  ErrorFilter on = {CallErrorCode::timeout, CallErrorCode::stopped,  CallErrorCode::killed,
                    CallErrorCode::failed,  CallErrorCode::no_reply, CallErrorCode::full,
                    CallErrorCode::dropped, CallErrorCode::limited};
};

/// How far one retried call has come, given the time.
class TROUPE_EXPORT RetryProgress {
 public:
  /// `deadline`: of the request that is handled; 0: none.
  RetryProgress(const RetryPolicy& policy, std::int64_t now, std::int64_t deadline) noexcept;
  /// The same, now and here.
  explicit RetryProgress(const RetryPolicy& policy) noexcept;

  /// How long the next attempt may take that may take `timeout`.
  std::chrono::nanoseconds time_for_attempt(std::chrono::nanoseconds timeout,
                                            std::int64_t now) const noexcept;
  std::chrono::nanoseconds time_for_attempt(std::chrono::nanoseconds timeout) const noexcept;
  /// An attempt failed. True: there will be another one, after `pause`. False: this was the last
  /// one; the error is now that of the whole. `random` is uniform.
  bool again(CallError& error, std::int64_t now, std::uint64_t random);
  bool again(CallError& error);
  std::chrono::nanoseconds pause() const noexcept { return pause_; }

 private:
  const RetryPolicy& policy_;
  std::int64_t began_;
  std::int64_t deadline_;  // INT64_MAX: none
  std::uint32_t made_ = 0;
  double backoff_ = 0;
  std::chrono::nanoseconds pause_{};
};

/// A sleep_for that blocks where no actor runs.
class SleepAnywhere : public sleep_for {
 public:
  explicit SleepAnywhere(std::chrono::nanoseconds time) noexcept : sleep_for(time), time_(time) {}
  bool await_ready() const {
    if (turn.cell) return sleep_for::await_ready();
    block();
    return true;
  }

 private:
  TROUPE_EXPORT void block() const;

  std::chrono::nanoseconds time_;
};

TROUPE_EXPORT void check(const RetryPolicy& policy);

/// A call that is tried again. Target: what has a `call<M>`.
template <class M, class Target, class... Args>
class [[nodiscard("a call is sent when it is awaited")]] RetriedCall
    : public CompositeCall<RetriedCall<M, Target, Args...>, M> {
 public:
  template <class... Given>
  RetriedCall(const RetryPolicy& policy, const Target& target, std::in_place_t, Given&&... args)
      : policy_(policy), target_(target), args_(std::forward<Given>(args)...) {}

  AnyRef target() const noexcept { return target_of(target_); }

 private:
  friend CompositeCall<RetriedCall, M>;

  auto next(std::chrono::nanoseconds timeout) const {
    auto call = std::apply(
        [this](const Args&... args) { return target_.template call<M>(args...); }, args_);
    call.within(timeout);
    return anywhere(std::move(call));
  }

  static Task<CallResult<M>> run(RetriedCall self) {
    RetryProgress progress(self.policy_);
    for (;;) {
      auto attempt = self.next(progress.time_for_attempt(self.timeout_));
      CallResult<M> result = co_await attempt;
      if (result || !progress.again(result.error())) co_return std::move(result);
      SleepAnywhere pause(progress.pause());
      co_await pause;
    }
  }

  RetryPolicy policy_;
  Target target_;
  std::tuple<Args...> args_;
};

}  // namespace detail

/// How a call is tried again when it fails; see `retry`. A value: each of the members that sets
/// something gives another one, so that it can be made once and kept.
class TROUPE_EXPORT Retry {
 public:
  /// So many attempts at most, the first one included. Throws std::invalid_argument for none.
  explicit Retry(std::uint32_t attempts);

  /// The pauses between attempts: the first is `minimum`, each further one twice as long, up to
  /// `maximum`; each is spread by half of it in either direction, so that callers which failed
  /// together do not come again together. The default is 10 ms to 1 s; zeros: no pauses. Throws
  /// std::invalid_argument when this makes no sense.
  Retry backoff(std::chrono::nanoseconds minimum, std::chrono::nanoseconds maximum) const;
  /// The same, in full; `reset_after` means nothing here.
  Retry backoff(Backoff value) const;

  /// The time for all attempts and pauses. No attempt is begun that could not end by then.
  Retry in_all(std::chrono::nanoseconds time) const;

  /// The errors after which it tries again, instead of the default: all but deadlock and open.
  Retry on(ErrorFilter errors) const;
  template <class Picks>
    requires(!std::is_same_v<std::remove_cvref_t<Picks>, ErrorFilter> &&
             std::is_invocable_r_v<bool, Picks&, const CallError&>)
  Retry on(Picks&& picks) const {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    // This compiler destroys a closure that is a temporary of a co_await expression twice.
    static_assert(std::is_lvalue_reference_v<Picks> || std::is_trivially_destructible_v<Picks>,
                  "with GCC 12, give the lambda a name first: auto picks = [...]; retry(4).on("
                  "picks)");
#endif
    return on(ErrorFilter(std::forward<Picks>(picks)));
  }
  template <std::same_as<CallErrorCode>... Codes>
    requires(sizeof...(Codes) > 1)
  Retry on(Codes... codes) const {
    return on(ErrorFilter(codes...));
  }
  /// More of them: `also_on(CallErrorCode::open)`.
  template <std::same_as<CallErrorCode>... Codes>
  Retry also_on(Codes... codes) const {
    return on(policy_.on.with(codes...));
  }

  /// `target.call<M>(args...)`, as often as it takes. The target is a reference, or what the
  /// `around` of a guard gave. The arguments are kept, and copied for each attempt. The call's
  /// `within` is the time for each attempt.
  template <class M, class Target, class... Args>
  auto call(const Target& target, Args&&... args) const {
    constexpr bool copyable = (std::is_copy_constructible_v<std::decay_t<Args>> && ...);
    static_assert(copyable,
                  "what is tried again is copied for each attempt: its arguments must be "
                  "copyable");
    static_assert(Target::template handles<M>, "the actor does not handle this message");
    if constexpr (copyable && Target::template handles<M>) {
      using Once = decltype(target.template call<M>(std::as_const(args)...));
      if constexpr (!std::is_void_v<Once>) {
        return detail::RetriedCall<M, Target, std::decay_t<Args>...>(policy_, target, std::in_place,
                                                                     std::forward<Args>(args)...);
      }
    }
  }
  /// Stands for the target where something is called: all calls are tried again.
  template <class Target>
  detail::Around<Retry, Target> around(Target target) const {
    return {*this, std::move(target)};
  }

 private:
  detail::RetryPolicy policy_;
};

/// A call that is tried again when it fails:
///
///   auto stats = co_await retry(4).backoff(10ms, 1s).call<GetStats>(counter).within(1s);
///
/// Suspends the handler as a call does, for its attempts and for the pauses between them. It ends
/// with the first reply; with an error that is not to be tried again; with the last attempt's; or
/// when there is no time for another one: neither the time given with `in_all`, nor that of the
/// request which is handled here. The error is the last attempt's; its `reason` says besides how
/// many there were, and `elapsed` is the time for all of them.
///
/// An attempt that failed may have been carried out all the same, or may yet be, as after a
/// timeout: retry what may be done twice.
inline Retry retry(std::uint32_t attempts) { return Retry(attempts); }

}  // namespace troupe
