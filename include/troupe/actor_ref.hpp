#pragma once

#include <type_traits>
#include <utility>

#include "troupe/any_ref.hpp"
#include "troupe/call.hpp"
#include "troupe/cast_result.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/forward.hpp"
#include "troupe/detail/mailbox.hpp"
#include "troupe/mailbox.hpp"
#include "troupe/reply_port.hpp"
#include "troupe/send.hpp"

namespace troupe {

/// Stands for "whichever class" in a reference that is typed by protocol only.
struct AnyActor {};

namespace detail {
template <class M>
inline constexpr bool names_reply = RequestMessage<M>;  // a plain bool makes a shorter error
template <class M, class... Handled>
inline constexpr bool one_of = (std::is_same_v<M, Handled> || ...);
}  // namespace detail

/// A reference to an actor that handles `Messages...`. `Class` is the class it was spawned from,
/// known only where it was spawned; users name `ActorRef<Messages...>`, to which a Ref converts.
template <class Class, class... Messages>
class Ref : public AnyRef {
 public:
  Ref() noexcept = default;

  /// Narrows: from any reference that handles at least these messages.
  template <class Other, class... Theirs>
    requires(!std::is_same_v<Ref, Ref<Other, Theirs...>> &&
             (std::is_same_v<Class, AnyActor> || std::is_same_v<Class, Other>) &&
             (detail::one_of<Messages, Theirs...> && ...))
  Ref(Ref<Other, Theirs...> other) noexcept : AnyRef(static_cast<AnyRef&&>(other)) {}

  /// The messages that it handles, for the framework.
  static constexpr detail::Protocol protocol() noexcept {
    return detail::handled_messages<Messages...>;
  }

  /// Sends a message built from `args`: fire and forget. Never blocks; any thread; the result says
  /// what became of it. The reference must not be empty.
  template <class M, class... Args>
  CastResult cast(Args&&... args) const {
    static_assert(handles<M>, "the actor does not handle this message");
    return deliver(*detail::make_node<M>(std::forward<Args>(args)...));
  }
  template <class M>
  CastResult cast(M&& message) const {
    using Message = std::remove_cvref_t<M>;
    static_assert(handles<Message>, "the actor does not handle this message");
    return deliver(*detail::make_node<Message>(std::forward<M>(message)));
  }

  /// The same, but it waits for room where the mailbox is full and blocks:
  /// `co_await ref.send<Work>(...)` in an actor, `ref.send<Work>(...).get()` in a thread. See Send.
  template <class M, class... Args>
  Send<M> send(Args&&... args) const {
    static_assert(handles<M>, "the actor does not handle this message");
    return Send<M>(*cell_, std::in_place, std::forward<Args>(args)...);
  }

  /// A request built from `args`: `co_await ref.call<GetStats>().within(1s)`. See Call.
  template <class M, class... Args>
  auto call(Args&&... args) const {
    static_assert(handles<M>, "the actor does not handle this message");
    static_assert(detail::names_reply<M>, "a message that is called names its reply: using Reply");
    if constexpr (handles<M> && detail::names_reply<M>) {
      return Call<M>(*cell_, std::in_place, std::forward<Args>(args)...);
    }
  }

  /// Sends a request whose reply goes to `receiver`, through `map`, as a message; nobody waits. A
  /// request that is not taken up within the default timeout is dropped; without a reply nothing is
  /// sent. `map` runs on the thread that replies and must not throw.
  template <class M, class Receiver, class Map, class... Args>
  void call_and_forward(const Receiver& receiver, Map map, Args&&... args) const {
    static_assert(handles<M>, "the actor does not handle this message");
    detail::send_and_forward<M>(*cell_, receiver, std::move(map),
                                detail::make_node<M>(std::forward<Args>(args)...),
                                kDefaultCallTimeout);
  }

  /// Hands a request on: the actor here answers the original caller.
  template <class M>
  void forward(M message, ReplyPort<typename M::Reply> port) const {
    static_assert(handles<M>, "the actor does not handle this message");
    detail::forward_request<M>(*cell_, std::move(message), release_port(port));
  }

  /// Whether the actor handles M.
  template <class M>
  static constexpr bool handles = detail::one_of<M, Messages...>;

 private:
  template <class, class...>
  friend class Ref;
  template <class R>
  friend R ref_cast(AnyRef ref) noexcept;
  explicit Ref(AnyRef&& ref) noexcept : AnyRef(std::move(ref)) {}

  CastResult deliver(detail::Node& node) const noexcept {
    return detail::push_message(*cell_, node);
  }
};

/// For the framework: the caller knows that the actor handles R's messages.
template <class R>
R ref_cast(AnyRef ref) noexcept {
  return R(std::move(ref));
}

/// A reference to any actor that handles `Messages...`. Narrow it freely: an ActorRef<A, B> is an
/// ActorRef<A>. See AnyRef for what every reference can do.
template <class... Messages>
using ActorRef = Ref<AnyActor, Messages...>;

template <class Class, class... Messages>
Redirect redirect(const Ref<Class, Messages...>& target) {
  return {target, Ref<Class, Messages...>::protocol()};
}

}  // namespace troupe

template <class Class, class... Messages>
struct std::hash<troupe::Ref<Class, Messages...>> : std::hash<troupe::AnyRef> {};
