#include "troupe/circuit_breaker.hpp"

#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "actor/turnstile.hpp"
#include "otp/breaker_state.hpp"
#include "troupe/detail/mailbox.hpp"

namespace troupe {

std::string_view to_string(CircuitState state) noexcept {
  switch (state) {
    case CircuitState::closed:
      return "closed";
    case CircuitState::open:
      return "open";
    case CircuitState::half_open:
      return "half-open";
  }
  return "?";
}

namespace detail {

class Breaker final : public SharedState {
 public:
  explicit Breaker(CircuitBreakerOptions options)
      : name_(std::move(options.name)), counts_(std::move(options.counts)), state_(options) {}

  std::uint64_t admit(Nanoseconds now, std::string& refusal) {
    std::uint64_t ticket = 0;
    step([&] {
      ticket = state_.admit(now);
      if (ticket == 0) refusal = state_.refusal(now);
    });
    return ticket;
  }
  void finish(std::uint64_t ticket, const CallError* error) {
    if (!error) {
      step([&] { state_.succeed(ticket); });
    } else if (counts_(*error)) {
      step([&] { state_.fail(ticket, time_here(), *error); });
    } else {
      abandon(ticket);
    }
  }
  void abandon(std::uint64_t ticket) noexcept {
    const std::lock_guard lock(mutex_);
    state_.abandon(ticket);
  }

  CircuitStats stats() const noexcept {
    const std::lock_guard lock(mutex_);
    return state_.stats();
  }
  void add_listener(AnyRef listener) {
    const std::lock_guard lock(mutex_);
    listeners_.push_back(std::move(listener));
  }

 private:
  struct Undelivered {
    AnyRef listener;
    Node* node;
  };

  // Takes a step, and tells of the change of state that it may be.
  template <class Step>
  void step(const Step& take) {
    std::vector<Undelivered> undelivered;
    {
      const std::lock_guard lock(mutex_);
      const CircuitState before = state_.state();
      take();
      if (state_.state() != before) tell(before, undelivered);
    }
    // Without the lock: this may run destructors of users' messages.
    for (const Undelivered& each : undelivered) push_closed(*cell_of(each.listener), *each.node);
  }

  // Under the lock, so that the changes come in order.
  void tell(CircuitState before, std::vector<Undelivered>& undelivered) {
    std::erase_if(listeners_, [&](const AnyRef& listener) {
      auto* node =
          make_node<CircuitChanged>(name_, before, state_.state(), std::string(state_.cause()));
      if (push_unless_closed(*cell_of(listener), *node)) return false;
      undelivered.push_back({listener, node});
      return true;
    });
  }

  const std::string name_;
  const ErrorFilter counts_;
  mutable std::mutex mutex_;
  BreakerState state_;
  std::vector<AnyRef> listeners_;
};

namespace {

Breaker& breaker_of(const SharedHandle& handle) noexcept {
  return static_cast<Breaker&>(state_of(handle));
}

}  // namespace

BreakerEntry::BreakerEntry(const SharedHandle& breaker, std::chrono::nanoseconds timeout)
    : breaker_(breaker_of(breaker)),
      timeout_(timeout),
      ticket_(breaker_.admit(time_here(), refusal_)) {}

BreakerEntry::~BreakerEntry() {
  if (ticket_ != 0) breaker_.abandon(ticket_);
}

void BreakerEntry::finish(const CallError* error) {
  breaker_.finish(ticket_, error);
  ticket_ = 0;  // not before: a call that could not be counted is given up in the destructor
}

CallError BreakerEntry::refusal(AnyRef target, std::string_view message) const {
  CallError error;
  error.code = CallErrorCode::open;
  error.stage = CallStage::not_delivered;
  error.target = std::move(target);
  error.message = message;
  error.reason = refusal_;
  return error;
}

}  // namespace detail

CircuitBreaker::CircuitBreaker(CircuitBreakerOptions options)
    : SharedHandle(new detail::Breaker(std::move(options))) {}

CircuitState CircuitBreaker::state() const noexcept { return stats().state; }

CircuitStats CircuitBreaker::stats() const noexcept { return detail::breaker_of(*this).stats(); }

void CircuitBreaker::add_listener(AnyRef listener) const {
  if (!listener) throw std::invalid_argument("a listener that is an empty reference");
  detail::breaker_of(*this).add_listener(std::move(listener));
}

}  // namespace troupe
