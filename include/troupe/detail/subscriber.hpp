#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "troupe/detail/check.hpp"
#include "troupe/detail/message.hpp"
#include "troupe/detail/subscription_state.hpp"
#include "troupe/subscription.hpp"

/// What a port has for each subscription: how a T becomes the subscriber's message.
namespace troupe::detail {

template <class T>
class Subscriber {
 public:
  explicit Subscriber(Subscription&& own) noexcept : own_(std::move(own)) {}
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  virtual ~Subscriber() { state().end(); }  // what waits at it is still sent

  virtual Offer publish(const T& value) = 0;

  SubscriptionState& state() const noexcept { return state_of(own_); }
  /// Once false, always false: while another sender finds the mailbox closed, it looks open.
  bool alive() const noexcept {
    if (state().subscriber_ended()) state().end();
    return !state().over();
  }

 private:
  Subscription own_;
};

/// The map of those who want every value as it is.
struct Unchanged {
  template <class T>
  const T& operator()(const T& value) const noexcept {
    return value;
  }
};

/// What a map's result means.
enum class MapKind : std::uint8_t { message, filter, optional };

template <class T, class Result>
struct Mapped {
  using Message = Result;
  static constexpr MapKind kKind = MapKind::message;
};
template <class T>
struct Mapped<T, bool> {
  using Message = T;
  static constexpr MapKind kKind = MapKind::filter;
};
template <class T, class M>
struct Mapped<T, std::optional<M>> {
  using Message = M;
  static constexpr MapKind kKind = MapKind::optional;
};

template <class T, class Map>
struct MappedBy : Mapped<T, std::remove_cvref_t<std::invoke_result_t<Map&, const T&>>> {};
template <class T>
struct MappedBy<T, Unchanged> {  // a T that is a bool, too
  using Message = T;
  static constexpr MapKind kKind = MapKind::message;
};

template <class T, class Map>
using MessageOf = typename MappedBy<T, Map>::Message;

// -- what can be wrong; see check.hpp ---

template <class Map, class T>
struct MapDoesNotTake {};
template <class Subscriber, class Message>
struct SubscriberDoesNotHandle {};

template <class T, class Reference, class Map, bool kQueued>
consteval auto problem_with_subscriber() {
  if constexpr (!std::is_invocable_v<Map&, const T&>) {
    return MapDoesNotTake<Map, const T&>();
  } else {
    using Message = MessageOf<T, Map>;
    using Sent = std::conditional_t<kQueued, Delivery<Message>, Message>;
    if constexpr (Reference::template handles<Sent>) {
      return NoProblem();
    } else {
      return SubscriberDoesNotHandle<Reference, Sent>();
    }
  }
}

template <class T, class Reference, class Map, bool kQueued>
using SubscriberProblem = decltype(problem_with_subscriber<T, Reference, Map, kQueued>());

// -- what publishes ---

template <class T, class Map, bool kQueued>
class MappedSubscriber final : public Subscriber<T> {
 public:
  MappedSubscriber(Subscription&& own, Map&& map)
      : Subscriber<T>(std::move(own)), map_(std::move(map)) {}

  Offer publish(const T& value) override {
    if (this->state().over()) return Offer::over;
    constexpr MapKind kKind = MappedBy<T, Map>::kKind;
    if constexpr (kKind == MapKind::filter) {
      return map_(value) ? send(value) : Offer::passed;
    } else if constexpr (kKind == MapKind::optional) {
      auto result = map_(value);
      return result ? send(*std::move(result)) : Offer::passed;
    } else {
      return send(map_(value));
    }
  }

 private:
  template <class Value>
  Offer send(Value&& value) {
    using Message = MessageOf<T, Map>;
    if constexpr (kQueued) {
      return this->state().offer(*make_node<Delivery<Message>>(std::forward<Value>(value)));
    } else {
      return this->state().send(*make_node<Message>(std::forward<Value>(value)));
    }
  }

  Map map_;
};

}  // namespace troupe::detail
