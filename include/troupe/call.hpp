#pragma once

#include <expected>
#include <type_traits>
#include <utility>
#include <vector>

#include "troupe/call_error.hpp"
#include "troupe/detail/call.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/task.hpp"

namespace troupe {

/// How long a call waits unless `within` says otherwise.
inline constexpr std::chrono::nanoseconds kDefaultCallTimeout = std::chrono::seconds(5);

template <class M>
using CallResult = std::expected<typename M::Reply, CallError>;

/// A request about to be sent. Lazy: nothing is sent before `co_await` (in an actor's coroutine) or
/// `get()` (in a thread that is no actor's). Use it once.
///
/// `co_await` suspends the handler until the answer comes or the time is over; it resumes in the
/// same actor, on whichever worker runs it then. While it waits, the actor's mailbox waits too.
template <class M>
class [[nodiscard("a call is sent when it is awaited")]] Call
    : public detail::TypedOperation<typename M::Reply> {
  static_assert(detail::RequestMessage<M>,
                "only a message that names its reply can be called: add `using Reply = ...;`");

 public:
  using Reply = typename M::Reply;

  template <class... Args>
  explicit Call(detail::Cell& target, std::in_place_t, Args&&... args)
      : detail::TypedOperation<Reply>(target, *detail::make_node<M>(std::forward<Args>(args)...),
                                      kDefaultCallTimeout) {}

  /// Sets the time after which the caller goes on without a reply. A request handled within another
  /// request cannot outlive it, whatever is said here. Zero or less: times out at once.
  Call&& within(std::chrono::nanoseconds timeout) && {
    this->operation_.timeout = timeout;
    return std::move(*this);
  }
  Call& within(std::chrono::nanoseconds timeout) & {
    this->operation_.timeout = timeout;
    return *this;
  }
};

/// The same request to many actors at once; gives their answers in the order of the refs, errors
/// where there were errors. Awaited like a Call.
template <class M>
class [[nodiscard("a call is sent when it is awaited")]] CallAll {
 public:
  using Result = std::vector<CallResult<M>>;

  CallAll&& within(std::chrono::nanoseconds timeout) && {
    group_.timeout = timeout;
    return std::move(*this);
  }
  CallAll& within(std::chrono::nanoseconds timeout) & {
    group_.timeout = timeout;
    return *this;
  }

  bool await_ready() const noexcept { return group_.empty(); }
  bool await_suspend(std::coroutine_handle<> handle) { return group_.send(handle); }
  Result await_resume() { return results(); }

  /// Blocks this thread; see Call::get.
  Result get() {
    if (!group_.empty()) group_.send_and_block();
    return results();
  }

  void add(detail::Cell& target, detail::Request& request) { group_.add(target, request); }

 private:
  Result results() {
    Result results;
    results.reserve(group_.size());
    for (detail::CallGroup::Member& member : group_) {
      if (!member.has_value()) {
        results.emplace_back(std::unexpect, group_.error(member));
      } else if constexpr (std::is_void_v<typename M::Reply>) {
        results.emplace_back();
      } else {
        results.emplace_back(std::move(member.request->template payload<typename M::Reply>()));
      }
    }
    return results;
  }

  detail::CallGroup group_{kDefaultCallTimeout};
};

/// Calls every actor of a range of refs with a message built from `args` (copied for each):
/// `auto stats = co_await call_all<GetStats>(counters).within(1s);`
template <class M, class Refs, class... Args>
CallAll<M> call_all(const Refs& refs, const Args&... args) {
  CallAll<M> all;
  for (const auto& ref : refs) {
    using R = std::remove_cvref_t<decltype(ref)>;
    static_assert(R::template handles<M>, "the actor does not handle this message");
    all.add(*cell_of(ref), *detail::make_node<M>(args...));
  }
  return all;
}

}  // namespace troupe
