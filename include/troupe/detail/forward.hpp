#pragma once

#include <cstdint>
#include <utility>

#include "troupe/any_ref.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/mailbox.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe::detail {

/// Pushes a request; when the actor has ended, the request has been answered already.
TROUPE_EXPORT void send_request(Cell& target, Request& request,
                                std::chrono::nanoseconds timeout) noexcept;
/// Answers with the answer of another request that stood in for this one, and frees that one.
TROUPE_EXPORT void finish_relay(Request& original, Request& stand_in, bool moved_value) noexcept;

/// A request whose answer will be that of another one.
template <class M>
Request& stand_in_for(Request& original, M&& message) {
  auto* stand_in = make_node<M>(std::move(message));
  stand_in->set_deadline(original.deadline());
  stand_in->context = &original;
  stand_in->deliver = [](Request& request) noexcept {
    using Reply = ReplyStorage<typename M::Reply>;
    auto& first = *static_cast<Request*>(request.context);
    const bool value = request.answer == Answer::value;
    if (value) first.emplace<Reply>(std::move(request.payload<Reply>()));
    finish_relay(first, request, value);
  };
  return *stand_in;
}

template <class M>
void forward_request(Cell& target, M&& message, Request* original) {
  if (original) push_message(target, stand_in_for<M>(*original, std::move(message)));
}

/// A reply that becomes a message to a third actor.
template <class M, class Receiver, class Map>
struct ForwardedReply {
  Receiver receiver;
  Map map;

  static void deliver(Request& request) noexcept {
    auto* self = static_cast<ForwardedReply*>(request.context);
    if (request.answer == Answer::value) {
      if constexpr (std::is_void_v<typename M::Reply>) {
        self->receiver.cast(self->map());
      } else {
        self->receiver.cast(self->map(std::move(request.payload<typename M::Reply>())));
      }
    }
    destroy_node(&request);
    delete self;
  }
};

template <class M, class Receiver, class Map>
void send_and_forward(Cell& target, const Receiver& receiver, Map&& map, Request* request,
                      std::chrono::nanoseconds timeout) {
  using Forwarded = ForwardedReply<M, Receiver, std::remove_cvref_t<Map>>;
  request->context = new Forwarded{receiver, std::move(map)};
  request->deliver = &Forwarded::deliver;
  send_request(target, *request, timeout);
}

}  // namespace troupe::detail
