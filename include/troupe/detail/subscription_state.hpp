#pragma once

#include <atomic>
#include <cstdint>

#include "troupe/any_ref.hpp"
#include "troupe/delivery.hpp"
#include "troupe/detail/export.hpp"
#include "troupe/detail/mailbox.hpp"

namespace troupe::detail {

/// What became of a value for one subscriber.
enum class Offer : std::uint8_t {
  sent,    // in its mailbox, or waiting for that
  passed,  // filtered out, or dropped by the policy
  over,    // the subscription has ended
};

/// What a subscription's port, its handles and its deliveries share; the last one deletes it. It
/// does not hold what the user maps with: that is the port's alone.
class TROUPE_EXPORT SubscriptionState {
 public:
  /// Throws std::invalid_argument when the reference is empty.
  explicit SubscriptionState(const AnyRef& subscriber);
  SubscriptionState(const SubscriptionState&) = delete;
  SubscriptionState& operator=(const SubscriptionState&) = delete;

  void retain() noexcept {
    // relaxed: whoever copies a reference holds one already.
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    // release: what this thread did to it happens before its deletion; acquire for the last.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  /// What Subscription says of them.
  virtual bool cancel() noexcept;
  virtual std::uint64_t dropped() const noexcept;

  // relaxed, here and in end(): a cancel counts for publishes that it happens before; nothing else
  // is read because of it.
  bool over() const noexcept { return over_.load(std::memory_order_relaxed); }
  /// True for whoever ended it.
  bool end() noexcept { return !over_.exchange(true, std::memory_order_relaxed); }

  bool subscriber_ended() const noexcept {
    // relaxed: a hint; a push finds out for certain.
    return subscriber().head.load(std::memory_order_relaxed) == kMailboxClosed;
  }

  /// Takes over a node from the port: pushes it, or does with it what the policy says. Called by
  /// one thread at a time.
  virtual Offer offer(Node& node) noexcept;

  /// Pushes a node to the subscriber, whose mailbox may refuse it. Any thread.
  Offer send(Node& node) noexcept {
    const CastResult result = push_message(subscriber(), node);
    if (accepted(result)) return Offer::sent;
    if (result != CastResult::closed) return Offer::passed;
    end();
    return Offer::over;
  }

 protected:
  virtual ~SubscriptionState();

  /// The same for a value that a policy has bounded already: the mailbox does not refuse it.
  Offer send_own(Node& node) noexcept;

 private:
  Cell& subscriber() const noexcept { return *cell_of(subscriber_); }

  std::atomic<std::uint32_t> references_{1};
  std::atomic<bool> over_{false};
  AnyRef subscriber_;
};

/// The parts of the Delivery in a node that the queue fills in.
struct Envelope {
  std::uint64_t& missed;
  Credit& credit;
};

template <class M>
Envelope envelope_of(Node& node) noexcept {
  auto& delivery = static_cast<CastNode<Delivery<M>>&>(node).message;
  return {delivery.missed, delivery.credit};
}

/// A subscription with a policy. Throws std::invalid_argument when the reference is empty.
TROUPE_EXPORT SubscriptionState* make_delivery_queue(const AnyRef& subscriber,
                                                     const DeliveryPolicy& policy,
                                                     Envelope (*envelope)(Node&) noexcept);

/// Throws std::invalid_argument: a PortSubscriber was moved from.
[[noreturn]] TROUPE_EXPORT void no_subscriber();

}  // namespace troupe::detail
