#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "troupe/actor_ref.hpp"
#include "troupe/delivery.hpp"
#include "troupe/detail/subscriber.hpp"
#include "troupe/subscription.hpp"

namespace troupe {

/// A subscriber of values of type T, with what it wants to be sent of them. It can travel in a
/// message, so that an actor can ask to be subscribed at a port that another one has; and what it
/// is made from is what OutputPort::subscribe takes:
///
///   {ref}                   each T, as it is
///   {ref, map}              what `map(const T&)` gives: an M is sent; of a std::optional<M> the M,
///                           if any; true sends the T, false nothing
///   {ref, policy}           each T, as a Delivery<T>: see DeliveryPolicy
///   {ref, policy, map}      what `map` gives, as a Delivery<M>
///
/// The reference must handle that message. The map runs in OutputPort::publish, on the thread that
/// publishes, and is destroyed there, with the port or with this: it must not touch the
/// subscriber's members, nor the port. Throws std::invalid_argument when the reference is empty.
template <class T>
class PortSubscriber {
 public:
  template <class Class, class... Messages, class Map = detail::Unchanged>
  PortSubscriber(const Ref<Class, Messages...>& subscriber, Map map = {}) {
    using Problem = detail::SubscriberProblem<T, Ref<Class, Messages...>, Map, false>;
    static_assert(detail::sound<Problem>, "see the note for what is wrong");
    if constexpr (detail::sound<Problem>) {
      subscriber_ = make<false>(Subscription(new detail::SubscriptionState(subscriber)), map);
    }
  }
  template <class Class, class... Messages, class Map = detail::Unchanged>
  PortSubscriber(const Ref<Class, Messages...>& subscriber, DeliveryPolicy policy, Map map = {}) {
    using Problem = detail::SubscriberProblem<T, Ref<Class, Messages...>, Map, true>;
    static_assert(detail::sound<Problem>, "see the note for what is wrong");
    if constexpr (detail::sound<Problem>) {
      subscriber_ =
          make<true>(Subscription(detail::make_delivery_queue(
                         subscriber, policy, &detail::envelope_of<detail::MessageOf<T, Map>>)),
                     map);
    }
  }
  PortSubscriber(PortSubscriber&& other) noexcept
      : subscriber_(std::exchange(other.subscriber_, nullptr)) {}
  PortSubscriber& operator=(PortSubscriber other) noexcept {
    std::swap(subscriber_, other.subscriber_);
    return *this;
  }
  ~PortSubscriber() { delete subscriber_; }

 private:
  template <class>
  friend class OutputPort;

  template <bool kQueued, class Map>
  static detail::Subscriber<T>* make(Subscription own, Map& map) {
    return new detail::MappedSubscriber<T, Map, kQueued>(std::move(own), std::move(map));
  }

  detail::Subscriber<T>* subscriber_ = nullptr;
};

/// Publishes values of type T to any number of subscribers, whose classes it does not know. Each
/// one's mailbox gets each value, in order: nothing is lost, and nobody waits for a slow
/// subscriber. One that wants to be spared subscribes with a DeliveryPolicy.
///
/// A port is usually a plain member of the actor that publishes, and used like any other member: by
/// one thread at a time. Only a Subscription may be used from elsewhere. Destroying the port ends
/// all subscriptions; what was published by then is still sent.
template <class T>
class OutputPort {
 public:
  /// From now on the subscriber is sent what is published. One that subscribes twice is sent
  /// everything twice. Throws std::invalid_argument when the subscriber was moved from.
  Subscription subscribe(PortSubscriber<T> subscriber) {
    if (!subscriber.subscriber_) detail::no_subscriber();
    // What has ended meanwhile makes room, also where nothing is ever published.
    if (subscribers_.size() == subscribers_.capacity()) drop_ended();
    detail::SubscriptionState& state = subscriber.subscriber_->state();
    subscribers_.push_back(std::move(subscriber));
    state.retain();
    return Subscription(&state);
  }
  /// The same, from the parts of a PortSubscriber.
  template <class Class, class... Messages, class Map>
  Subscription subscribe(const Ref<Class, Messages...>& subscriber, Map map) {
    using Problem = detail::SubscriberProblem<T, Ref<Class, Messages...>, Map, false>;
    static_assert(detail::sound<Problem>, "see the note for what is wrong");
    if constexpr (detail::sound<Problem>) {
      return subscribe({subscriber, std::move(map)});
    } else {
      return {};
    }
  }
  template <class Class, class... Messages, class Map = detail::Unchanged>
  Subscription subscribe(const Ref<Class, Messages...>& subscriber, DeliveryPolicy policy,
                         Map map = {}) {
    using Problem = detail::SubscriberProblem<T, Ref<Class, Messages...>, Map, true>;
    static_assert(detail::sound<Problem>, "see the note for what is wrong");
    if constexpr (detail::sound<Problem>) {
      return subscribe({subscriber, policy, std::move(map)});
    } else {
      return {};
    }
  }

  /// Sends the value to the subscribers, in the order in which they subscribed, and returns how
  /// many it was sent to: not those whose map gave nothing, whose policy dropped it, or who have
  /// ended. Those that have ended are forgotten. Never blocks. What a map or the copying of a value
  /// throws comes out of here; the subscribers before have got it, the others have not.
  std::size_t publish(const T& value) {
    std::size_t sent = 0;
    bool ended = false;
    for (PortSubscriber<T>& subscriber : subscribers_) {
      const detail::Offer offer = subscriber.subscriber_->publish(value);
      sent += offer == detail::Offer::sent;
      ended |= offer == detail::Offer::over;
    }
    if (ended) drop_ended();
    return sent;
  }
  /// The same, with a T built from `args`.
  template <class... Args>
    requires(!(sizeof...(Args) == 1 && (std::same_as<std::remove_cvref_t<Args>, T> && ...)))
  std::size_t publish(Args&&... args) {
    const T value{std::forward<Args>(args)...};
    return publish(value);
  }

  /// How many subscriptions there are that have not ended.
  std::size_t subscribers() const noexcept {
    std::size_t count = 0;
    for (const PortSubscriber<T>& subscriber : subscribers_) {
      count += subscriber.subscriber_->alive();
    }
    return count;
  }

 private:
  void drop_ended() {
    std::erase_if(subscribers_,
                  [](const auto& subscriber) { return !subscriber.subscriber_->alive(); });
  }

  std::vector<PortSubscriber<T>> subscribers_;
};

}  // namespace troupe
