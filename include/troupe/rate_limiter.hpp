#pragma once

#include <cstddef>
#include <cstdint>

#include "troupe/detail/guarded_call.hpp"
#include "troupe/detail/passage.hpp"

namespace troupe {

/// How often a RateLimiter lets calls through.
struct RateLimiterOptions {
  static constexpr std::size_t kUnlimited = ~std::size_t{0};

  std::uint64_t calls = 1;                                 ///< so many come free...
  std::chrono::nanoseconds per = std::chrono::seconds(1);  ///< ...in this time, evenly
  std::uint64_t burst = 0;  ///< so many are kept, for when they are wanted at once; 0: as `calls`
  std::size_t max_waiting = kUnlimited;         ///< more that wait are refused; 0: nobody waits
  std::chrono::nanoseconds max_wait = forever;  ///< whose turn would come later is refused at once
};

/// A place at a RateLimiter, without a call: `const bool free = co_await limit.acquire();` in an
/// actor's coroutine, or `.get()` in a thread. True: its turn has come. False: refused, as a call
/// would be.
class [[nodiscard("co_await it")]] RateLimiterTurn {
 public:
  explicit RateLimiterTurn(const detail::SharedHandle& limiter) noexcept
      : limiter_(limiter), passage_(limiter_, kDefaultCallTimeout) {}
  /// Only before it is awaited.
  RateLimiterTurn(RateLimiterTurn&& other) noexcept
      : limiter_(other.limiter_), passage_(limiter_, other.passage_.timeout) {}

  /// Waits for so long at most; the default is a call's. A longer wait is refused at once.
  RateLimiterTurn&& within(std::chrono::nanoseconds timeout) && {
    passage_.timeout = timeout;
    return std::move(*this);
  }

  /// Suspends the handler when it must wait.
  bool await_ready() {
    detail::current_actor("co_await of a rate limiter");
    return false;
  }
  bool await_suspend(std::coroutine_handle<> handle) { return passage_.await_suspend(handle); }
  bool await_resume() noexcept {
    passage_.await_resume();
    return passage_.admitted();
  }
  /// Blocks this thread when it must wait. Throws std::logic_error in an actor.
  bool get() {
    detail::refuse_in_actor();
    passage_.await_ready();
    return await_resume();
  }

 private:
  detail::SharedHandle limiter_;
  detail::Passage passage_;
};

/// Lets calls through at a rate, those beyond it in order when their turn has come: a token bucket.
///
///   troupe::RateLimiter limit_{{.calls = 100, .burst = 10, .max_wait = 2s}};
///   auto page = co_await limit_.call<Fetch>(gateway_, url).within(3s);
///
/// `within` is the time for the call, its wait included. When its turn would come too late, or too
/// many wait, the call fails at once: CallErrorCode::limited, and nothing is sent. What has been
/// let through counts, whatever becomes of the call. A caller that is killed, or whose time is
/// over, while it waits gives its place to the next.
///
/// A handle: copies are the same limiter, in whichever actors and threads. Any thread; none but
/// `get` waits. The time is the callers' systems': let all of them be of one system.
class TROUPE_EXPORT RateLimiter : public detail::SharedHandle,
                                  public detail::Guard<RateLimiter, detail::Passage> {
 public:
  /// Throws std::invalid_argument for options that make no sense.
  explicit RateLimiter(RateLimiterOptions options);

  /// Waits for its turn, for whatever is not a call.
  RateLimiterTurn acquire() const noexcept { return RateLimiterTurn(*this); }
  /// Takes one now if it is free and nobody waits; for handlers that are no coroutines.
  bool try_acquire() const noexcept;

  /// How many wait.
  std::size_t waiting() const noexcept;
};

}  // namespace troupe
