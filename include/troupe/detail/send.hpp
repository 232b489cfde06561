#pragma once

#include <coroutine>
#include <cstdint>
#include <expected>
#include <utility>

#include "troupe/call_error.hpp"
#include "troupe/cast_result.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe::detail {

/// One message that may wait for room, and the handler or thread that waits with it. Untyped; see
/// Send.
class TROUPE_EXPORT SendOperation : Waiter {
 public:
  using Result = std::expected<void, CallError>;

  /// Takes over `message`.
  SendOperation(Cell& target, Node& message) noexcept
      : target_(&target), message_(&message), type_(message.type) {
    retain(target);
  }
  /// Only before it is sent.
  SendOperation(SendOperation&& other) noexcept
      : timeout(other.timeout),
        target_(std::exchange(other.target_, nullptr)),
        message_(std::exchange(other.message_, nullptr)),
        type_(other.type_) {}
  ~SendOperation();

  bool await_ready() { return send_at_once(); }
  bool await_suspend(std::coroutine_handle<> handle);
  Result await_resume() { return result(); }

  /// Blocks this thread until the message is in the mailbox, or the time is over. Throws
  /// std::logic_error in an actor, which would block a worker.
  Result get();

  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();

 private:
  struct Wait;

  bool send_at_once();
  void block_on(void (*deliver)(Request&) noexcept, void* context);
  bool cancel() noexcept;
  Heard hear(Request& request) noexcept override;
  void expire() noexcept override;
  bool closes_circle() override;
  Result result() const;

  Cell* target_;
  Node* message_;  // ours until it is sent
  const MessageType* type_;
  CastResult outcome_ = CastResult::delivered;  // when it did not wait
  std::int64_t began_ = 0;
  Wait* wait_ = nullptr;  // owned
};

}  // namespace troupe::detail
