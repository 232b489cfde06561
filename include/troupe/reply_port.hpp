#pragma once

#include <string>
#include <utility>

#include "troupe/detail/duration.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe {

/// The right to answer one request, later or elsewhere. A handler that takes `(M, ReplyPort<T>)`
/// may keep it, move it into a message, or forward the request with it. Use it from one thread at a
/// time. Dropping it without a reply tells the caller at once: `no_reply`, or how the actor ended
/// when that is why it was dropped.
template <class T>
class ReplyPort {
 public:
  ReplyPort() noexcept = default;
  /// For the framework: takes over a request whose message was moved out and destroyed.
  explicit ReplyPort(detail::Request* taken) noexcept : request_(taken) {}
  ReplyPort(ReplyPort&& other) noexcept : request_(std::exchange(other.request_, nullptr)) {}
  ReplyPort& operator=(ReplyPort other) noexcept {
    std::swap(request_, other.request_);
    return *this;
  }
  ~ReplyPort() {
    if (request_) detail::drop_port(*request_);
  }

  /// Whether a reply is still owed.
  explicit operator bool() const noexcept { return request_ != nullptr; }

  /// Replies with a T built from `args`. A second reply goes nowhere, and so does one that comes
  /// after the caller's time.
  template <class... Args>
  void send(Args&&... args) {
    if (!request_) return;
    if (detail::is_late(*request_)) return finish(detail::Answer::expired, {});
    using Reply = detail::ReplyStorage<T>;
    request_->template emplace<Reply>(std::forward<Args>(args)...);
    request_->answer = detail::Answer::value;
    detail::deliver(*std::exchange(request_, nullptr));
  }

  /// How much is left of the caller's time; `forever` when it has no end, or no reply is owed.
  std::chrono::nanoseconds time_left() const noexcept {
    return request_ ? detail::time_left(request_->deadline()) : std::chrono::nanoseconds::max();
  }

  /// Replies with CallErrorCode::failed and this text.
  void fail(std::string reason) {
    if (request_) finish(detail::Answer::failed, std::move(reason));
  }

 private:
  template <class>
  friend class ReplyPort;
  friend detail::Request* release_port(ReplyPort& port) noexcept {
    return std::exchange(port.request_, nullptr);
  }

  void finish(detail::Answer answer, std::string reason) {
    request_->answer = answer;
    request_->template emplace<detail::Failure*>(
        new detail::Failure(std::move(reason), detail::turn.cell));
    detail::deliver(*std::exchange(request_, nullptr));
  }

  detail::Request* request_ = nullptr;
};

}  // namespace troupe
