#include "troupe/detail/send.hpp"

#include <algorithm>
#include <stdexcept>

#include "actor/call_time.hpp"
#include "actor/overflow.hpp"
#include "actor/thread_wait.hpp"
#include "actor/turn.hpp"
#include "actor/wait_graph.hpp"
#include "runtime/bounded_queue.hpp"

namespace troupe::detail {

namespace {

/// Answered when a blocked sender's message is in the mailbox, or when its receiver has ended.
struct Admittance {
  using Reply = void;
  static constexpr NodeKind kNodeKind = NodeKind::watch;
};

}  // namespace

struct SendOperation::Wait {
  BlockedSender sender;
  Request* permit;  // ours when it is answered, or when the wait was cancelled
  bool answered = false;
  bool cancelled = false;
  std::vector<WaitStep> circle;
};

SendOperation::~SendOperation() {
  if (wait_) {
    // Its handler was destroyed where it waited: the message goes with it, unless it was let in.
    if (!wait_->answered && !wait_->cancelled) cancel();
    if (wait_->answered) destroy_node(wait_->permit);
    delete wait_;
  }
  if (message_) destroy_node(message_);
  if (target_) release(*target_);
}

bool SendOperation::send_at_once() {
  BoundedQueue* queue = target_->counted() ? &bounded_queue_of(*target_) : nullptr;
  if (queue && queue->overflow() == Overflow::block) {
    // Who simulates is told when it waits for room, too.
    if (target_->observed() || !queue->take_at_once(*message_)) return false;
  } else {
    outcome_ = push_message(*target_, *message_);
  }
  message_ = nullptr;
  return true;
}

// Sends, or waits for room: then wait_ is set.
void SendOperation::block_on(void (*deliver)(Request&) noexcept, void* context) {
  wait_ = new Wait;
  wait_->permit = make_node<Admittance>();
  wait_->permit->deliver = deliver;
  wait_->permit->context = context;
  wait_->sender.permit = wait_->permit;
  Node& message = *std::exchange(message_, nullptr);
  if (push_or_block(*target_, message, wait_->sender, outcome_)) return;
  destroy_node(wait_->permit);
  delete std::exchange(wait_, nullptr);
}

// Takes message and permit back. False: the message was let in just now.
bool SendOperation::cancel() noexcept {
  if (!stop_blocking(*target_, wait_->sender)) return false;
  wait_->cancelled = true;
  destroy_node(wait_->sender.node);
  if (wait_->permit->deliver == &deliver_to_actor) {
    --static_cast<Cell*>(wait_->permit->context)->outstanding;
  }
  destroy_node(wait_->permit);
  return true;
}

bool SendOperation::await_suspend(std::coroutine_handle<> handle) {
  Cell& caller = current_actor("co_await of a send");
  const CallTime time(caller, timeout);
  began_ = time.began;
  deadline = time.deadline;
  begin_wait(*this, handle);
  ++caller.outstanding;
  block_on(&deliver_to_actor, &caller);
  if (!wait_) {
    --caller.outstanding;
    end_wait(*this);
    return false;
  }
  // Only now: what is taken at once waits for nobody.
  start_waiting(caller, *target_, *type_, WaitState::tentative);
  confirm_waiting(caller);
  if (!closes_circle()) return true;
  end_wait(*this);
  return false;
}

Heard SendOperation::hear(Request& request) noexcept {
  if (&request != wait_->permit) return Heard::not_mine;
  wait_->answered = true;
  return Heard::ready;
}

// If the message is let in at this moment, the permit is not heard, and it has been sent.
void SendOperation::expire() noexcept { cancel(); }

bool SendOperation::closes_circle() {
  std::vector<WaitStep> circle = circle_closed(*turn.cell, *target_, *type_);
  if (circle.empty() || !cancel()) return false;
  wait_->circle = std::move(circle);
  return true;
}

SendOperation::Result SendOperation::get() {
  refuse_in_actor();
  if (send_at_once()) return result();
  began_ = Clock().now();
  const Nanoseconds until = deadline_after(began_, timeout);
  auto* waiting = new ThreadWait;
  block_on(&ThreadWait::deliver, waiting);
  if (!wait_) {
    delete waiting;
    return result();
  }
  if (waiting->block(until)) {
    wait_->answered = true;
    delete waiting;
  } else if (cancel()) {
    delete waiting;
  } else {
    waiting->finish();  // let in at this moment: the permit is on its way
    wait_->answered = true;
    delete waiting;
  }
  return result();
}

SendOperation::Result SendOperation::result() const {
  CallErrorCode code = CallErrorCode::timeout;
  CallStage stage = CallStage::not_delivered;
  const Failure* failure = nullptr;
  if (!wait_) {
    if (accepted(outcome_)) return {};
    code = outcome_ == CastResult::full      ? CallErrorCode::full
           : outcome_ == CastResult::dropped ? CallErrorCode::dropped
                                             : CallErrorCode::stopped;
  } else if (!wait_->circle.empty()) {
    code = CallErrorCode::deadlock;
  } else if (wait_->answered) {
    if (wait_->permit->answer == Answer::value) return {};
    failure = wait_->permit->payload<Failure*>();
    stage = CallStage::blocked;
    code = wait_->permit->answer == Answer::killed   ? CallErrorCode::killed
           : wait_->permit->answer == Answer::failed ? CallErrorCode::failed
                                                     : CallErrorCode::stopped;
  } else if (wait_->cancelled) {
    stage = CallStage::blocked;
  } else {
    return {};
  }
  CallError error;
  error.code = code;
  error.stage = stage;
  error.sent = true;
  error.target = ref_to(*target_);
  error.message = type_->name;
  if (began_ != 0) {
    error.elapsed = std::chrono::nanoseconds(std::max<Nanoseconds>(Clock().now() - began_, 0));
  }
  if (stage == CallStage::blocked) error.queued_for = error.elapsed;
  if (wait_) error.circle = wait_->circle;
  if (failure) error.reason = failure->text;
  return std::unexpected(std::move(error));
}

}  // namespace troupe::detail
