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

/// What is known of a request that did not go smoothly: see pending.cpp.
struct Trouble;

/// One request under way. Whoever waits for the answer owns it.
class TROUPE_EXPORT Pending {
 public:
  /// Takes over `unsent`.
  Pending(Cell& to, Request& unsent) noexcept : target(&to), request(&unsent), type(unsent.type) {
    retain(to);
  }
  /// Only before it is sent.
  Pending(Pending&& other) noexcept
      : target(std::exchange(other.target, nullptr)),
        request(std::exchange(other.request, nullptr)),
        type(other.type) {}
  ~Pending() {
    if (request || trouble_) dispose();
    if (target) release(*target);
  }

  using Deliver = void (*)(Request&) noexcept;
  /// Sends it. Where the mailbox is full and blocks, the request waits there for room. False: the
  /// target does not have it, because its mailbox had no room.
  bool submit(Deliver deliver, void* context, std::int64_t deadline);
  /// The same from the running actor, which counts it as outstanding.
  bool submit_from(Cell& caller, std::int64_t deadline, std::uint32_t id);

  /// Asks where the request is, that was not taken up in time. False: it is taken up, or the target
  /// cannot be asked.
  bool ask_where(Deliver deliver, void* context, std::uint32_t id = 0);
  bool ask_where_from(Cell& caller, std::uint32_t id);
  Request* locate_request() const noexcept;
  /// An answer came. True: it says where the request is.
  bool take_located(Request& answer) noexcept;

  /// Its time is over: it is not ours any more.
  void abandon(std::int64_t started_at) noexcept;
  /// The same in an actor's turn, with what the request and the system know.
  void abandon_unstarted() noexcept;
  /// True: it waited for room, and does not any more.
  bool cancel_blocked() noexcept;
  /// Waiting for it would close this circle: it is not waited for, and not handled, if it was sent
  /// at all.
  void cut_short(std::vector<WaitStep> circle);

  bool has_value() const noexcept { return answered && request->answer == Answer::value; }
  CallError error(std::int64_t began) const;

  Cell* target;
  Request* request;  // ours before it is sent and after it is answered; null when abandoned
  const MessageType* type;
  std::int64_t started = 0;  // when it was taken up, if it was before its time was over
  bool sent = false;
  bool at_target = false;  // for who follows a group's waits
  bool answered = false;

 private:
  void dispose() noexcept;
  bool submit_specially();
  Trouble& trouble();
  Request* withdraw() noexcept;

  Trouble* trouble_ = nullptr;  // owned
};

/// One request under way and the handler or thread that waits for it. Untyped; see Call.
class TROUPE_EXPORT CallOperation : Waiter {
 public:
  /// Takes over `request`, which was not sent yet.
  CallOperation(Cell& target, Request& request, std::chrono::nanoseconds default_timeout) noexcept
      : timeout(default_timeout), pending_(target, request) {}
  /// Only before it is sent.
  CallOperation(CallOperation&& other) noexcept
      : timeout(other.timeout), pending_(std::move(other.pending_)) {}

  /// Sends from the running actor. True: it is suspended; even an ended actor answers through its
  /// signal lane. False: the wait would have closed a circle.
  bool send(std::coroutine_handle<> handle);
  /// Sends from a thread that is no actor's and blocks it.
  void send_and_block();

  Cell& target() const noexcept { return *pending_.target; }
  bool has_value() const noexcept { return pending_.has_value(); }
  Request& answer() const noexcept { return *pending_.request; }
  CallError error() const;

  std::chrono::nanoseconds timeout;

 private:
  Heard hear(Request& request) noexcept override;
  bool delays() noexcept override;
  void expire() noexcept override;
  bool closes_circle() override;

  Pending pending_;
  std::int64_t began_ = 0;
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
  using Member = Pending;

  explicit CallGroup(std::chrono::nanoseconds default_timeout) noexcept
      : timeout(default_timeout) {}
  CallGroup(CallGroup&& other) noexcept
      : timeout(other.timeout), members_(std::move(other.members_)) {}

  void add(Cell& target, Request& request) { members_.emplace_back(target, request); }
  bool send(std::coroutine_handle<> handle);
  void send_and_block();
  CallError error(const Member& member) const;

  bool empty() const noexcept { return members_.empty(); }
  std::size_t size() const noexcept { return members_.size(); }
  auto begin() noexcept { return members_.begin(); }
  auto end() noexcept { return members_.end(); }

  std::chrono::nanoseconds timeout;

 private:
  Heard hear(Request& request) noexcept override;
  bool delays() noexcept override;
  void expire() noexcept override;
  bool closes_circle() override;

  std::vector<Member> members_;
  std::size_t left_ = 0;      // to be answered
  std::size_t locating_ = 0;  // members of whom it is asked where they are
  std::int64_t began_ = 0;
};

}  // namespace troupe::detail
