#pragma once

#include <cstdint>
#include <utility>

#include "troupe/detail/subscription_state.hpp"

namespace troupe {

/// One subscription to an OutputPort. Dropping the handle does not end it; it ends with the port or
/// with the subscriber.
class Subscription {
 public:
  Subscription() noexcept = default;
  explicit Subscription(detail::SubscriptionState* retained) noexcept : state_(retained) {}
  Subscription(Subscription&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Subscription& operator=(Subscription other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Subscription() {
    if (state_) state_->release();
  }

  /// Ends the subscription. What is published after this is not sent, nor what waits at the
  /// subscription; a publish under way in another thread may still send. What was sent stays sent.
  /// False when the subscription had ended already. Never waits for the subscriber; any thread.
  bool cancel() noexcept { return state_ && state_->cancel(); }

  /// How many values its DeliveryPolicy has dropped; 0 without one. Any thread.
  std::uint64_t dropped() const noexcept { return state_ ? state_->dropped() : 0; }

 private:
  // For the framework's own use; found by argument-dependent look-up.
  friend detail::SubscriptionState& state_of(const Subscription& subscription) noexcept {
    return *subscription.state_;
  }

  detail::SubscriptionState* state_ = nullptr;
};

}  // namespace troupe
