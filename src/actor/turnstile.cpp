#include "actor/turnstile.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "actor/thread_wait.hpp"
#include "troupe/detail/guarded_call.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

/// Tells an actor to look.
struct AtTurnstile {
  using Reply = void;
  static constexpr NodeKind kNodeKind = NodeKind::wake;
};

Nanoseconds later(Nanoseconds now, Nanoseconds wait) noexcept {
  return wait >= INT64_MAX - now ? INT64_MAX : now + std::max<Nanoseconds>(wait, 0);
}

}  // namespace

SharedState::~SharedState() = default;

Nanoseconds time_here() noexcept {
  return turn.cell ? turn.cell->system->clock.now() : Clock().now();
}

WakeUps::~WakeUps() {
  while (first_) {
    Request& wake = *first_;
    first_ = static_cast<Request*>(wake.next.load(std::memory_order_relaxed));
    deliver(wake);
  }
}

void WakeUps::add(Request& wake) noexcept {
  // relaxed, as above: nobody else has the node before it is delivered.
  wake.next.store(nullptr, std::memory_order_relaxed);
  if (last_) {
    last_->next.store(&wake, std::memory_order_relaxed);
  } else {
    first_ = &wake;
  }
  last_ = &wake;
}

// -- the turnstile; all but the first two under the mutex ---

bool Turnstile::try_enter(Nanoseconds now) noexcept {
  const std::lock_guard lock(mutex_);
  return !first_ && take(now);
}

std::size_t Turnstile::waiting() const noexcept {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

void Turnstile::enter(Passage& passage, Nanoseconds now) {
  using State = Passage::State;
  if (!first_ && take(now)) {
    passage.state_ = State::passed;
    return;
  }
  const Nanoseconds longest = later(now, max_wait_);
  passage.impatient_ = longest < passage.limit_;
  passage.limit_ = std::min(passage.limit_, longest);
  const Nanoseconds due = when(now, waiting_);
  if (waiting_ >= max_waiting_) {
    passage.state_ = State::full;
  } else if (due != kUnknown && due > passage.limit_) {
    passage.state_ = State::too_far;
    passage.distance_ = due - now;
  } else if (passage.limit_ <= now) {
    passage.state_ = passage.impatient_ ? State::impatient : State::late;
  } else {
    if (passage.cell_) {
      passage.wake_ = make_node<AtTurnstile>();
      passage.wake_->deliver = &deliver_to_actor;
      passage.wake_->context = passage.cell_;
    }
    passage.state_ = State::queued;
    passage.waited_ = true;
    passage.previous_ = last_;
    (last_ ? last_->next_ : first_) = &passage;
    last_ = &passage;
    ++waiting_;
  }
}

void Turnstile::remove(Passage& passage) noexcept {
  (passage.previous_ ? passage.previous_->next_ : first_) = passage.next_;
  (passage.next_ ? passage.next_->previous_ : last_) = passage.previous_;
  --waiting_;
}

Nanoseconds Turnstile::next_look(const Passage& passage, Nanoseconds now) noexcept {
  return first_ == &passage ? std::min(passage.limit_, when(now, 0)) : passage.limit_;
}

// The passage's own look, when the time has come that next_look gave.
void Turnstile::look(Passage& passage, Nanoseconds now, WakeUps& wake_ups) noexcept {
  if (first_ == &passage && take(now)) {
    passage.state_ = Passage::State::passed;
    remove(passage);
    let_in(now, wake_ups);
  } else if (now >= passage.limit_) {
    give_up(passage, now, wake_ups);
  }
}

void Turnstile::give_up(Passage& passage, Nanoseconds now, WakeUps& wake_ups) noexcept {
  const bool first = first_ == &passage;
  passage.state_ = passage.impatient_ ? Passage::State::impatient : Passage::State::late;
  remove(passage);
  if (first) let_in(now, wake_ups);
}

// There is a new first one, or there is more to give.
void Turnstile::let_in(Nanoseconds now, WakeUps& wake_ups) noexcept {
  // Whoever has been told looks for itself.
  while (first_ && !first_->told_) {
    Passage& passage = *first_;
    if (take(now)) {
      remove(passage);
      passage.state_ = Passage::State::passed;
      tell(passage, wake_ups);
    } else {
      if (when(now, 0) != kUnknown) tell(passage, wake_ups);
      return;
    }
  }
}

void Turnstile::tell(Passage& passage, WakeUps& wake_ups) noexcept {
  passage.told_ = true;
  if (passage.cell_) {
    passage.wake_->answer = Answer::value;
    passage.wake_->emplace<Unit>();
    wake_ups.add(*passage.wake_);
  } else {
    passage.thread_->told.store(1, std::memory_order_relaxed);
    futex_wake(passage.thread_->told);
  }
}

// -- the passage ---

Passage::Passage(const SharedHandle& turnstile, std::chrono::nanoseconds call_timeout) noexcept
    : timeout(call_timeout), turnstile_(static_cast<Turnstile&>(state_of(turnstile))) {}

Passage::~Passage() { leave(); }

void Passage::enter(Nanoseconds now) {
  began_ = now;
  limit_ = later(now, timeout.count());
  // What is done while a request is handled ends with that request's time.
  if (turn.deadline != 0 && turn.deadline < limit_) limit_ = turn.deadline;
  turnstile_.enter(*this, now);
  inside_ = state_ == State::queued || state_ == State::passed;
}

bool Passage::await_ready() {
  if (turn.cell) return false;
  ThreadAtTurnstile here;
  WakeUps wake_ups;
  std::unique_lock lock(turnstile_.mutex_);
  thread_ = &here;
  enter(time_here());
  while (state_ == State::queued) {
    const Nanoseconds now = time_here();
    const Nanoseconds until = turnstile_.next_look(*this, now);
    if (now >= until) {
      turnstile_.look(*this, now, wake_ups);
      continue;
    }
    here.told.store(0, std::memory_order_relaxed);
    lock.unlock();
    const bool told = block_until(here.told, 1, until);
    lock.lock();
    // A simulation in which nothing can happen any more.
    if (!told && state_ == State::queued && time_here() < until) {
      turnstile_.give_up(*this, time_here(), wake_ups);
    }
  }
  thread_ = nullptr;
  return true;
}

Heard Passage::hear(Request& request) noexcept {
  if (&request != wake_) return Heard::not_mine;
  wake_ = nullptr;
  destroy_node(&request);
  WakeUps wake_ups;
  const std::lock_guard lock(turnstile_.mutex_);
  if (state_ != State::queued) return Heard::ready;
  const Nanoseconds now = time_here();
  turnstile_.look(*this, now, wake_ups);
  if (state_ != State::queued) return Heard::ready;
  deadline = turnstile_.next_look(*this, now);
  if (deadline != INT64_MAX) arm_deadline(*cell_, deadline);
  return Heard::more;
}

void Passage::expire() noexcept {
  WakeUps wake_ups;
  const std::lock_guard lock(turnstile_.mutex_);
  if (state_ != State::queued) return;  // let in meanwhile
  turnstile_.look(*this, time_here(), wake_ups);
  take_back_wake();
}

bool Passage::await_suspend(std::coroutine_handle<> resumed) {
  cell_ = turn.cell;
  const Nanoseconds now = time_here();
  {
    const std::lock_guard lock(turnstile_.mutex_);
    enter(now);
    if (state_ != State::queued) return false;
    deadline = turnstile_.next_look(*this, now);
  }
  ++cell_->outstanding;
  begin_wait(*this, resumed);
  return true;
}

// Resumed: the queue has nothing more to do with it.
void Passage::await_resume() noexcept {
  if (state_ == State::passed && !turnstile_.returns_) inside_ = false;
}

void Passage::leave() noexcept {
  if (!std::exchange(inside_, false)) return;
  WakeUps wake_ups;
  const std::lock_guard lock(turnstile_.mutex_);
  const bool first = turnstile_.first_ == this;
  if (state_ == State::queued) {
    turnstile_.remove(*this);
    if (first) turnstile_.let_in(time_here(), wake_ups);
  } else if (state_ == State::passed) {
    turnstile_.give_back();
    turnstile_.let_in(time_here(), wake_ups);
  }
  take_back_wake();
}

// One that was sent comes back by itself, and is dropped there if nobody waits for it then.
void Passage::take_back_wake() noexcept {
  if (!wake_ || told_) return;
  destroy_node(std::exchange(wake_, nullptr));
  --cell_->outstanding;
}

std::chrono::nanoseconds Passage::time_left() const noexcept {
  if (!waited_ || timeout == std::chrono::nanoseconds::max()) return timeout;
  return timeout - std::chrono::nanoseconds(time_here() - began_);
}

CallError Passage::refusal(AnyRef target, std::string_view message) const {
  CallError error;
  error.code = state_ == State::late ? CallErrorCode::timeout : CallErrorCode::limited;
  error.stage = CallStage::not_delivered;
  error.target = std::move(target);
  error.message = message;
  error.elapsed = std::chrono::nanoseconds(std::max<Nanoseconds>(time_here() - began_, 0));
  error.reason = turnstile_.describe();
  switch (state_) {
    case State::full:
      error.reason += format(": {} wait already", turnstile_.max_waiting_);
      break;
    case State::too_far:
      error.reason += format(": its turn would come in {}, and it can wait for {}",
                             duration_text(distance_), duration_text(limit_ - began_));
      break;
    case State::impatient:
      error.reason +=
          format(": its turn did not come within {}", duration_text(turnstile_.max_wait_));
      break;
    default:
      error.reason += ": its turn did not come in time";
      break;
  }
  return error;
}

}  // namespace troupe::detail
