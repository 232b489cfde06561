#pragma once

#include <cstdint>
#include <expected>
#include <type_traits>
#include <utility>
#include <vector>

#include "troupe/call_error.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe::detail {

/// One request under way and the handler or thread that waits for it. Untyped; see Call.
class TROUPE_EXPORT CallOperation : Waiter {
 public:
  /// Takes over `request`, which was not sent yet.
  CallOperation(Cell& target, Request& request, std::chrono::nanoseconds default_timeout) noexcept
      : timeout(default_timeout), target_(&target), request_(&request), type_(request.type) {
    retain(target);
  }
  /// Only before it is sent.
  CallOperation(CallOperation&& other) noexcept
      : timeout(other.timeout),
        target_(std::exchange(other.target_, nullptr)),
        request_(std::exchange(other.request_, nullptr)),
        type_(other.type_) {}
  ~CallOperation();

  /// Sends from the running actor and suspends it: true. Always true: even an ended actor answers
  /// through the caller's signal lane.
  bool send(std::coroutine_handle<> handle);
  /// Sends from a thread that is no actor's and blocks it.
  void send_and_block();

  Cell& target() const noexcept { return *target_; }
  bool has_value() const noexcept { return answered_ && request_->answer == Answer::value; }
  Request& answer() const noexcept { return *request_; }
  CallError error() const;

  std::chrono::nanoseconds timeout;

 private:
  Cell* target_;
  Request* request_;  // ours before it is sent and after it is answered; null when abandoned
  const MessageType* type_;
  bool sent_ = false;
  bool answered_ = false;
  std::int64_t began_ = 0;
  std::int64_t started_ =
      0;  // when the receiver took the request up, if it did before our time was over
};

/// One operation whose answer is a T: what Call, EndOperation and StartOperation share. Awaited in
/// an actor's coroutine, or blocked on in a thread that is no actor's; once.
template <class T>
class TypedOperation {
 public:
  using Result = std::expected<T, CallError>;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) { return operation_.send(handle); }
  Result await_resume() { return result(); }

  AnyRef target() const noexcept {
    retain(operation_.target());
    return adopt_cell(&operation_.target());
  }

  /// Blocks this thread until the answer comes or the time is over. Throws std::logic_error in an
  /// actor, which would block a worker.
  Result get() {
    operation_.send_and_block();
    return result();
  }

 protected:
  TypedOperation(Cell& target, Request& request, std::chrono::nanoseconds timeout) noexcept
      : operation_(target, request, timeout) {}

  CallOperation operation_;

 private:
  Result result() {
    if (!operation_.has_value()) return std::unexpected(operation_.error());
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::move(operation_.answer().template payload<T>());
    }
  }
};

/// Many requests under way; see CallAll.
class TROUPE_EXPORT CallGroup : Waiter {
 public:
  struct Member {
    Cell* target;
    Request* node;  // as in CallOperation
    const MessageType* type;
    bool answered = false;
    std::int64_t started = 0;

    bool has_value() const noexcept { return answered && node->answer == Answer::value; }
  };

  explicit CallGroup(std::chrono::nanoseconds default_timeout) noexcept
      : timeout(default_timeout) {}
  CallGroup(CallGroup&& other) noexcept
      : timeout(other.timeout), members_(std::move(other.members_)) {}
  ~CallGroup();

  void add(Cell& target, Request& request);
  bool send(std::coroutine_handle<> handle);
  void send_and_block();
  CallError error(const Member& member) const;

  bool empty() const noexcept { return members_.empty(); }
  std::size_t size() const noexcept { return members_.size(); }
  auto begin() noexcept { return members_.begin(); }
  auto end() noexcept { return members_.end(); }

  std::chrono::nanoseconds timeout;

 private:
  std::vector<Member> members_;
  std::size_t answered_ = 0;
  bool sent_ = false;
  std::int64_t began_ = 0;
};

}  // namespace troupe::detail
