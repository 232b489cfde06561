#include "troupe/call.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "actor/turn.hpp"
#include "base/futex.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/format.hpp"

namespace troupe {

std::string_view to_string(CallErrorCode code) noexcept {
  switch (code) {
    case CallErrorCode::timeout:
      return "timed out";
    case CallErrorCode::stopped:
      return "the actor stopped";
    case CallErrorCode::killed:
      return "the actor was killed";
    case CallErrorCode::failed:
      return "the actor failed";
    case CallErrorCode::no_reply:
      return "no reply";
    case CallErrorCode::full:
      return "the mailbox is full";
    case CallErrorCode::dropped:
      return "dropped from a full mailbox";
    case CallErrorCode::deadlock:
      return "deadlock";
    case CallErrorCode::open:
      return "the circuit breaker is open";
    case CallErrorCode::limited:
      return "over the limit";
  }
  return "?";
}

std::string_view to_string(CallStage stage) noexcept {
  switch (stage) {
    case CallStage::not_delivered:
      return "not delivered";
    case CallStage::queued:
      return "queued";
    case CallStage::running:
      return "running";
  }
  return "?";
}

std::string to_string(const CallError& error) {
  std::string text = format("call {} to {}: {}", error.message, error.target, error.code);
  if (!error.reason.empty()) text += ": " + error.reason;
  text += format(" after {} (", detail::duration_text(error.elapsed.count()));
  switch (error.stage) {
    case CallStage::not_delivered:
      text += "not delivered: it had ended";
      break;
    case CallStage::queued:
      text += format("queued for {}", detail::duration_text(error.queued_for.count()));
      if (error.ahead != 0) text += format(", {} messages before it", error.ahead);
      break;
    case CallStage::running:
      text +=
          format("queued for {}, running for {}", detail::duration_text(error.queued_for.count()),
                 detail::duration_text(error.running_for.count()));
      break;
  }
  return text + ")";
}

namespace detail {

namespace {

// What a thread that is no actor's waits on. Owned by whichever comes last: the thread that gave
// up, or the answer.
struct ThreadWait {
  enum : std::uint32_t { waiting, answered, abandoned, asleep };
  // As long as it takes to sleep and to be woken. The worker searches for longer (see Scheduler),
  // so that the two do not put each other to sleep in turn.
  static constexpr Nanoseconds kSpinTime = 20'000;
  std::atomic<std::uint32_t> state{waiting};

  static void deliver(Request& request) noexcept {
    auto& wait = *static_cast<ThreadWait*>(request.context);
    // acq_rel: publishes the answer; acquires the abandonment.
    switch (wait.state.exchange(answered, std::memory_order_acq_rel)) {
      case abandoned:
        destroy_node(&request);
        delete &wait;
        break;
      case asleep:
        futex_wake(wait.state);
        break;
      default:
        break;
    }
  }

  // False: the time is over, and the answer will dispose of both.
  bool block(Nanoseconds deadline) noexcept {
    Clock clock;
    static const bool alone = std::thread::hardware_concurrency() == 1;
    const Nanoseconds spin_until = alone ? 0 : std::min(deadline, clock.now() + kSpinTime);
    do {
      for (int spins = 0; spins < 100; ++spins) {
        if (state.load(std::memory_order_acquire) == answered) return true;
        cpu_pause();
      }
      // Whoever is to answer may have been put on this core.
      std::this_thread::yield();
    } while (clock.now() < spin_until);
    std::uint32_t seen = waiting;
    if (!state.compare_exchange_strong(seen, asleep, std::memory_order_acq_rel)) return true;
    while (state.load(std::memory_order_acquire) != answered) {
      const Nanoseconds left = deadline - clock.now();
      if (left <= 0) return false;
      futex_wait(state, asleep, left);
    }
    return true;
  }

  // False: the answer came after all.
  bool abandon() noexcept {
    return state.exchange(abandoned, std::memory_order_acq_rel) != answered;
  }
};

Nanoseconds deadline_after(Nanoseconds now, std::chrono::nanoseconds timeout) noexcept {
  if (timeout.count() <= 0) return now;
  const Nanoseconds longest = INT64_MAX - now;
  return timeout.count() >= longest ? INT64_MAX : now + timeout.count();
}

// The moment that a caller's time begins. Reading the coarse clock is cheaper, and no loss where
// the timeout is long against its tick; the deadline then never comes too early.
struct CallTime {
  Nanoseconds began;
  Nanoseconds deadline;

  CallTime(Cell& caller, std::chrono::nanoseconds timeout) noexcept {
    const Clock& clock = caller.system->clock;
    if (timeout.count() >= 10 * Clock::kCoarseTick) {
      began = clock.coarse_now();
      deadline = deadline_after(began + Clock::kCoarseTick, timeout);
    } else {
      began = clock.now();
      deadline = deadline_after(began, timeout);
    }
    // A call made while a request is handled ends with that request's time.
    if (turn.deadline != 0 && turn.deadline < deadline) deadline = turn.deadline;
  }
};

void ask(Cell& target, const EndWatch& watch, NodeKind action) {
  switch (action) {
    case NodeKind::stop:
      send_stop(
          target,
          {watch.fate == Fate::by_rule ? ExitKind::stopped : ExitKind::shutdown, watch.reason},
          watch.fate);
      break;
    case NodeKind::kill:
      send_signal(target, watch.fate == Fate::last ? kill_for_good_type : kill_type);
      break;
    case NodeKind::drain:
      push_message(target, *::new (pool_allocate(sizeof(Node))) Node(&drain_type));
      break;
    default:
      break;
  }
}

// Sends a request or a watch that has its deadline and its way back.
void dispatch_request(Cell& target, Request& request) {
  if (request.type->kind != NodeKind::watch) {
    push_message(target, request);
    return;
  }
  // Once it is pushed, the node is the actor's.
  const bool wants_end = request.type == &message_type<EndWatch>;
  const EndWatch what =
      wants_end ? std::move(request.payload<EndWatch>()) : EndWatch{NodeKind::watch, {}};
  if (push_signal(target, request)) {
    ask(target, what, what.ask);
  } else {
    // acquire: what the actor wrote before it closed its signals.
    target.signals.load(std::memory_order_acquire);
    answer_ended(target, request, reason_of_ended(target));
  }
}

// `answered`: null when the time was over. `started`: when the receiver took it up; 0: it did not.
CallError make_error(Cell* target, const MessageType& type, Request* answered, Nanoseconds began,
                     Nanoseconds started) {
  CallError error;
  retain(*target);
  error.target = adopt_cell(target);
  error.message = type.name;
  error.elapsed = std::chrono::nanoseconds(std::max<Nanoseconds>(Clock().now() - began, 0));
  error.stage = started == 0 ? CallStage::queued : CallStage::running;
  if (answered) {
    switch (answered->answer) {
      case Answer::closed:
        error.code = CallErrorCode::stopped;
        error.stage = CallStage::not_delivered;
        break;
      case Answer::stopped:
        error.code = CallErrorCode::stopped;
        break;
      case Answer::killed:
        error.code = CallErrorCode::killed;
        break;
      case Answer::failed:
        error.code = CallErrorCode::failed;
        break;
      case Answer::no_reply:
        error.code = CallErrorCode::no_reply;
        break;
      default:
        error.code = CallErrorCode::timeout;
        break;
    }
    const Failure& failure = *answered->payload<Failure*>();
    error.reason = failure.text;
    error.ahead = failure.ahead;
  }
  if (error.stage == CallStage::running) {
    // The coarse clock may lag: no negative times.
    const Nanoseconds queued = std::clamp<Nanoseconds>(started - began, 0, error.elapsed.count());
    error.queued_for = std::chrono::nanoseconds(queued);
    error.running_for = error.elapsed - error.queued_for;
  } else if (error.stage == CallStage::queued) {
    error.queued_for = error.elapsed;
  }
  return error;
}

void refuse_in_actor() {
  if (turn.cell) {
    throw std::logic_error("get() would block a worker: co_await the operation in an actor");
  }
}

ThreadWait& send_from_thread(Cell& target, Request& request, Nanoseconds deadline) {
  auto* wait = new ThreadWait;
  request.deliver = &ThreadWait::deliver;
  request.context = wait;
  request.deadline = deadline;
  dispatch_request(target, request);
  return *wait;
}

// Waits for the answer to `request`. False: the time was over first; the request is no longer ours
// and is set to null; `started` tells how far it had come.
bool finish_in_thread(ThreadWait& wait, Request*& request, Nanoseconds deadline,
                      std::int64_t& started) {
  if (!wait.block(deadline)) {
    // Until we abandon it, nobody disposes of it.
    started = request->started_at.load(std::memory_order_relaxed);
    if (wait.abandon()) {
      request = nullptr;
      return false;
    }
  }
  delete &wait;
  return true;
}

}  // namespace

CallOperation::~CallOperation() {
  // Under way: the node comes back to the actor (or to ThreadWait) and is disposed of there.
  if (request_ && (!sent_ || answered_)) destroy_node(request_);
  if (target_) release(*target_);
}

bool CallOperation::send(std::coroutine_handle<> handle) {
  Cell& caller = current_actor("co_await of a call");
  const CallTime time(caller, timeout);
  began_ = time.began;
  deadline = time.deadline;
  heard = [](Waiter& waiter, Request& request) noexcept {
    auto& self = static_cast<CallOperation&>(waiter);
    if (&request != self.request_) return Heard::not_mine;
    self.answered_ = true;
    return Heard::ready;
  };
  expired = [](Waiter& waiter) noexcept {
    auto& self = static_cast<CallOperation&>(waiter);
    self.started_ = self.request_->started_at.load(std::memory_order_relaxed);
    self.request_ = nullptr;
  };
  request_->deliver = &deliver_to_actor;
  request_->context = &caller;
  request_->deadline = deadline;
  sent_ = true;
  ++caller.outstanding;
  begin_wait(*this, handle);
  dispatch_request(*target_, *request_);
  return true;
}

void CallOperation::send_and_block() {
  refuse_in_actor();
  began_ = Clock().now();
  const Nanoseconds until = deadline_after(began_, timeout);
  sent_ = true;
  ThreadWait& wait = send_from_thread(*target_, *request_, until);
  answered_ = finish_in_thread(wait, request_, until, started_);
}

CallError CallOperation::error() const {
  Request* answered = answered_ ? request_ : nullptr;
  const Nanoseconds started =
      answered ? answered->started_at.load(std::memory_order_relaxed) : started_;
  return make_error(target_, *type_, answered, began_, started);
}

CallGroup::~CallGroup() {
  for (Member& member : members_) {
    if (member.node && (!sent_ || member.answered)) destroy_node(member.node);
    release(*member.target);
  }
}

void CallGroup::add(Cell& target, Request& request) {
  retain(target);
  members_.push_back({&target, &request, request.type});
}

bool CallGroup::send(std::coroutine_handle<> handle) {
  Cell& caller = current_actor("co_await of call_all");
  const CallTime time(caller, timeout);
  began_ = time.began;
  deadline = time.deadline;
  heard = [](Waiter& waiter, Request& request) noexcept {
    auto& self = static_cast<CallGroup&>(waiter);
    if (request.id >= self.members_.size() || self.members_[request.id].node != &request) {
      return Heard::not_mine;
    }
    self.members_[request.id].answered = true;
    return ++self.answered_ == self.members_.size() ? Heard::ready : Heard::more;
  };
  expired = [](Waiter& waiter) noexcept {
    for (Member& member : static_cast<CallGroup&>(waiter).members_) {
      if (member.answered) continue;
      member.started = member.node->started_at.load(std::memory_order_relaxed);
      member.node = nullptr;
    }
  };
  sent_ = true;
  caller.outstanding += static_cast<std::uint32_t>(members_.size());
  begin_wait(*this, handle);
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    Request& request = *members_[i].node;
    request.id = i;
    request.deliver = &deliver_to_actor;
    request.context = &caller;
    request.deadline = deadline;
    dispatch_request(*members_[i].target, request);
  }
  return true;
}

void CallGroup::send_and_block() {
  refuse_in_actor();
  began_ = Clock().now();
  const Nanoseconds until = deadline_after(began_, timeout);
  sent_ = true;
  std::vector<ThreadWait*> waits;
  waits.reserve(members_.size());
  for (Member& member : members_) {
    waits.push_back(&send_from_thread(*member.target, *member.node, until));
  }
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    member.answered = finish_in_thread(*waits[i], member.node, until, member.started);
  }
}

CallError CallGroup::error(const Member& member) const {
  Request* answered = member.answered ? member.node : nullptr;
  const Nanoseconds started =
      answered ? answered->started_at.load(std::memory_order_relaxed) : member.started;
  return make_error(member.target, *member.type, answered, began_, started);
}

// -- forwarding ---

void send_request(Cell& target, Request& request, std::chrono::nanoseconds timeout) noexcept {
  request.deadline = deadline_after(Clock().now(), timeout);
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

void push_closed(Cell& cell, Node& mine) noexcept {
  std::uint64_t letters = 0;
  for (Node* node = reclaim_closed(cell, mine); node;) {
    Node& dropped = *node;
    node = dropped.next.load(std::memory_order_relaxed);
    if (dropped.type->kind == NodeKind::request) {
      auto& request = static_cast<Request&>(dropped);
      fail_request(request, Answer::closed, {});
      deliver(request);
    } else {
      letters += dropped.type->kind == NodeKind::cast;
      destroy_node(&dropped);
    }
  }
  if (letters != 0) count_dead_letters(cell.system, letters);
}

}  // namespace detail
}  // namespace troupe
