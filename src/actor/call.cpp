#include "troupe/call.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "actor/call_time.hpp"
#include "actor/pending.hpp"
#include "actor/thread_wait.hpp"
#include "actor/turn.hpp"
#include "actor/wait_graph.hpp"

namespace troupe {

namespace detail {

void refuse_in_actor() {
  if (turn.cell) {
    throw std::logic_error("get() would block a worker: co_await the operation in an actor");
  }
}

namespace {

// What it is to be asked where a request is must not make its caller much later.
Nanoseconds grace_for(std::chrono::nanoseconds timeout) noexcept {
  constexpr Nanoseconds kGrace = 2'000'000;
  constexpr Nanoseconds kLeast = 100'000;
  const Nanoseconds grace = std::min<Nanoseconds>(timeout.count() / 8, kGrace);
  return grace < kLeast ? 0 : grace;
}

bool is_message(const MessageType& type) noexcept { return type.kind == NodeKind::request; }

Heard take_answer(Pending& pending, Request& request) noexcept {
  if (&request == pending.request) {
    // release: see the wait graph.
    std::atomic_ref(pending.answered).store(true, std::memory_order_release);
    return Heard::ready;
  }
  return pending.take_located(request) ? Heard::more : Heard::not_mine;
}

// Waits for the answer, until the time is over; then the request is no longer ours.
void finish_in_thread(ThreadWait& wait, Pending& pending, Nanoseconds deadline, Nanoseconds grace) {
  if (!wait.block(deadline)) {
    if (pending.cancel_blocked()) {
      delete &wait;  // nobody else has it
      return;
    }
    if (grace != 0 && pending.request->started_at.load(std::memory_order_relaxed) == 0) {
      auto* locating = new ThreadWait;
      if (!pending.ask_where(&ThreadWait::deliver, locating)) {
        delete locating;
      } else if (locating->block(deadline + grace) || !locating->abandon()) {
        pending.take_located(*pending.locate_request());
        delete locating;
      }
    }
    // Until we abandon it, nobody disposes of it.
    const std::int64_t started = pending.request->started_at.load(std::memory_order_relaxed);
    if (wait.abandon()) {
      pending.abandon(started);
      return;
    }
  }
  pending.answered = true;
  delete &wait;
}

}  // namespace

bool CallOperation::send(std::coroutine_handle<> handle) {
  Cell& caller = current_actor("co_await of a call");
  const CallTime time(caller, timeout);
  began_ = time.began;
  deadline = time.deadline;
  begin_wait(*this, handle);
  if (!is_message(*pending_.type)) {
    pending_.submit_from(caller, deadline, 0);
    return true;
  }
  Cell& target = *pending_.target;
  // Where there is no bound, the request cannot go elsewhere.
  const auto first = target.counted() ? WaitState::tentative : WaitState::firm;
  const std::uint32_t id = start_waiting(caller, target, *pending_.type, first);
  if (!pending_.submit_from(caller, deadline, id)) {
    stop_waiting(caller);
    return true;
  }
  if (target.counted()) [[unlikely]]
    confirm_waiting(caller);
  if (!may_close_circle(target)) [[likely]]
    return true;
  if (!closes_circle()) return true;
  end_wait(*this);
  return false;
}

Heard CallOperation::hear(Request& request) noexcept {
  const Heard heard = take_answer(pending_, request);
  if (heard != Heard::more) return heard;
  pending_.abandon_unstarted();
  return Heard::ready;
}

bool CallOperation::delays() noexcept {
  const Nanoseconds grace = grace_for(timeout);
  if (grace == 0 || !pending_.ask_where_from(*turn.cell, 0)) return false;
  deadline += grace;
  return true;
}

void CallOperation::expire() noexcept { pending_.abandon_unstarted(); }

bool CallOperation::closes_circle() {
  std::vector<WaitStep> circle = circle_closed(*turn.cell, *pending_.target, *pending_.type);
  if (circle.empty()) return false;
  pending_.cut_short(std::move(circle));
  return true;
}

void CallOperation::send_and_block() {
  refuse_in_actor();
  began_ = Clock().now();
  const Nanoseconds until = deadline_after(began_, timeout);
  auto* wait = new ThreadWait;
  pending_.submit(&ThreadWait::deliver, wait, until);
  finish_in_thread(*wait, pending_, until, grace_for(timeout));
}

CallError CallOperation::error() const { return pending_.error(began_); }

bool CallGroup::send(std::coroutine_handle<> handle) {
  Cell& caller = current_actor("co_await of call_all");
  const CallTime time(caller, timeout);
  began_ = time.began;
  deadline = time.deadline;
  left_ = members_.size();
  start_waiting(caller, *this);
  begin_wait(*this, handle);
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    members_[i].at_target = members_[i].submit_from(caller, deadline, i);
  }
  confirm_waiting(caller);
  if (!closes_circle()) return true;
  end_wait(*this);
  return false;
}

Heard CallGroup::hear(Request& request) noexcept {
  if (request.id >= members_.size()) return Heard::not_mine;
  switch (take_answer(members_[request.id], request)) {
    case Heard::not_mine:
      return Heard::not_mine;
    case Heard::ready:
      return --left_ == 0 ? Heard::ready : Heard::more;
    default:
      if (--locating_ != 0) return Heard::more;
      stop_waiting(*turn.cell);
      expire();
      return Heard::ready;
  }
}

bool CallGroup::delays() noexcept {
  const Nanoseconds grace = grace_for(timeout);
  if (grace == 0 || locating_ != 0) return false;
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    if (member.request && !member.answered) locating_ += member.ask_where_from(*turn.cell, i);
  }
  deadline += grace;
  return locating_ != 0;
}

void CallGroup::expire() noexcept {
  for (Member& member : members_) {
    if (member.request && !member.answered) member.abandon_unstarted();
  }
}

bool CallGroup::closes_circle() {
  for (Member& member : members_) {
    if (!waits_still(member)) continue;
    std::vector<WaitStep> circle = circle_closed(*turn.cell, *member.target, *member.type, &member);
    if (circle.empty()) continue;
    member.cut_short(std::move(circle));
    --left_;
  }
  return left_ == 0;
}

void CallGroup::send_and_block() {
  refuse_in_actor();
  began_ = Clock().now();
  const Nanoseconds until = deadline_after(began_, timeout);
  std::vector<ThreadWait*> waits;
  waits.reserve(members_.size());
  for (Member& member : members_) {
    waits.push_back(new ThreadWait);
    member.submit(&ThreadWait::deliver, waits.back(), until);
  }
  for (std::size_t i = 0; i < members_.size(); ++i) {
    finish_in_thread(*waits[i], members_[i], until, grace_for(timeout));
  }
}

CallError CallGroup::error(const Member& member) const { return member.error(began_); }

// -- forwarding ---

void send_request(Cell& target, Request& request, std::chrono::nanoseconds timeout) noexcept {
  request.set_deadline(deadline_after(Clock().now(), timeout));
  push_message(target, request);
}

void finish_relay(Request& original, Request& stand_in, bool value) noexcept {
  if (value) {
    original.answer = Answer::value;
  } else {
    original.answer = stand_in.answer;
    original.emplace<Failure*>(std::exchange(stand_in.payload<Failure*>(), nullptr));
  }
  destroy_node(&stand_in);
  deliver(original);
}

}  // namespace detail
}  // namespace troupe
