#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "troupe/detail/export.hpp"
#include "troupe/detail/pool.hpp"
#include "troupe/detail/type_name.hpp"

/// What travels between actors: one intrusive node a message, from the pool.
namespace troupe::detail {

enum class NodeKind : std::uint8_t {
  // In the mailbox.
  cast,
  request,
  drain,
  down,      // a monitor's message, which may have been called off
  internal,  // an actor's word to itself: nobody misses it when it is dropped
  ticket,    // messages wait in the bounded queue: see there
  // In the signal lane.
  kill,
  stop,
  child_ended,
  relation,  // links and monitors, see relations.hpp
  watch,     // a Request for the actor itself: tell of your end, of your start, of your state
  wake,      // a sleep or a blocking operation is over
  expire,    // look at the deadline of what you wait for
};

struct Cell;
struct Node;

/// One a message type. Its address is the type's identity; shared libraries may each have a copy,
/// see same_type.
struct MessageType {
  std::string_view name;
  std::uint32_t node_size;
  NodeKind kind;
  void (*destroy)(Node&) noexcept;  // ends the payload; null when there is nothing to do
  bool local = false;               // one source file's own: its name says nothing elsewhere
  std::size_t (*bytes)(const Node&) = nullptr;  // how large a message says it is; null: as its node
  std::uint8_t node_class = static_cast<std::uint8_t>(pool_class(node_size));
};

constexpr bool same_type(const MessageType& a, const MessageType& b) noexcept {
  return &a == &b || (!a.local && !b.local && a.node_size == b.node_size && a.name == b.name);
}

/// Message types, ended by null: what an actor handles, or what is asked of one.
using Protocol = const MessageType* const*;

struct Node {
  std::atomic<Node*> next{nullptr};
  const MessageType* type;

  explicit Node(const MessageType* t) noexcept : type(t) {}
};

inline void free_node(Node* node) noexcept {
  const MessageType& type = *node->type;
  pool_free(node, type.node_size, type.node_class);
}

/// A message that wants no answer.
template <class M>
struct CastNode : Node {
  M message;

  template <class... Args>
  explicit CastNode(const MessageType* t, Args&&... args)
      : Node(t), message{std::forward<Args>(args)...} {}
};

// -- requests ---

struct Unit {};

template <class M>
concept RequestMessage = requires { typename M::Reply; };

template <class T>
using ReplyStorage = std::conditional_t<std::is_void_v<T>, Unit, T>;

enum class Answer : std::uint8_t {
  none,
  value,
  stopped,
  killed,
  failed,
  no_reply,
  expired,
  closed,
  full,
  dropped,
};

/// A request and, later, its answer: the node that carried the message carries the reply back.
///
/// The node always returns to `deliver`, exactly once, whatever becomes of the actor that has it;
/// until then nobody else frees it. Hence whoever sent it may read `started_at` while it is under
/// way.
struct Request : Node {
  void (*deliver)(Request&) noexcept = nullptr;  // null: nobody wants the answer
  void* context = nullptr;
  std::atomic<std::int64_t> started_at{0};  // 0: queued; relaxed: a figure for error texts
  std::uint32_t id = 0;
  Answer answer = Answer::none;
  // Its handler has taken the right to reply, which may be anywhere now. relaxed: who looks at it
  // for nothing else looks too early or too late.
  std::atomic<bool> kept{false};

  explicit Request(const MessageType* t) noexcept : Node(t) {}

  /// Until when its sender waits, in ns on the system's clock; 0: for ever. The sender may move it
  /// while the request is under way. relaxed: nothing else is read because of it.
  std::int64_t deadline() const noexcept { return deadline_.load(std::memory_order_relaxed); }
  void set_deadline(std::int64_t when) noexcept {
    deadline_.store(when, std::memory_order_relaxed);
  }

  /// Where a payload of type T lies: message and reply share the bytes behind the header.
  template <class T>
  static constexpr std::size_t offset_of() {
    constexpr std::size_t header = sizeof(Request);
    return (header + alignof(T) - 1) / alignof(T) * alignof(T);
  }
  template <class T>
  T& payload() noexcept {
    return *std::launder(reinterpret_cast<T*>(reinterpret_cast<char*>(this) + offset_of<T>()));
  }
  template <class T, class... Args>
  void emplace(Args&&... args) {
    ::new (static_cast<void*>(reinterpret_cast<char*>(this) + offset_of<T>()))
        T{std::forward<Args>(args)...};
  }

 private:
  std::atomic<std::int64_t> deadline_{0};
};

/// What a Request carries in place of a reply when there is none.
struct Failure {
  std::string text;     // the exception's text, the reason for stopping
  Cell* at;             // the actor where the request ended; held; null: not known
  std::uint64_t ahead;  // messages before it in the mailbox, when it ended there

  TROUPE_EXPORT Failure(std::string why, Cell* where, std::uint64_t before = 0);
  TROUPE_EXPORT ~Failure();
  Failure(const Failure&) = delete;
  Failure& operator=(const Failure&) = delete;
};

// -- type descriptors ---

template <class T>
constexpr std::size_t payload_end() {
  return Request::offset_of<T>() + sizeof(T);
}

template <class M>
consteval std::uint32_t node_size() {
  if constexpr (RequestMessage<M>) {
    using Reply = ReplyStorage<typename M::Reply>;
    std::size_t end = payload_end<M>();
    if (payload_end<Reply>() > end) end = payload_end<Reply>();
    if (payload_end<Failure*>() > end) end = payload_end<Failure*>();
    return static_cast<std::uint32_t>((end + 15) / 16 * 16);
  } else {
    return sizeof(CastNode<M>);
  }
}

template <class M>
void destroy_payload(Node& node) noexcept {
  if constexpr (RequestMessage<M>) {
    auto& request = static_cast<Request&>(node);
    using Reply = ReplyStorage<typename M::Reply>;
    switch (request.answer) {
      case Answer::none:
        request.payload<M>().~M();
        break;
      case Answer::value:
        request.payload<Reply>().~Reply();
        break;
      default:
        delete request.payload<Failure*>();
    }
  } else {
    static_cast<CastNode<M>&>(node).message.~M();
  }
}

template <class M>
const M& payload_of(const Node& node) noexcept {
  auto& mutable_node = const_cast<Node&>(node);
  if constexpr (RequestMessage<M>) {
    return static_cast<Request&>(mutable_node).payload<M>();
  } else {
    return static_cast<CastNode<M>&>(mutable_node).message;
  }
}

using SizeFunction = std::size_t (*)(const Node&);

template <class M>
constexpr SizeFunction size_function() {
  if constexpr (requires(const M& m) {
                  { m.bytes() } -> std::convertible_to<std::size_t>;
                }) {
    return [](const Node& node) { return static_cast<std::size_t>(payload_of<M>(node).bytes()); };
  } else {
    return nullptr;
  }
}

template <class M>
consteval MessageType make_message_type() {
  static_assert(std::is_same_v<M, std::remove_cvref_t<M>>, "a message type is a plain value type");
  static_assert(alignof(M) <= 16, "a message's alignment is at most 16 bytes");
  constexpr bool trivial = std::is_trivially_destructible_v<M> && !RequestMessage<M>;
  NodeKind kind = RequestMessage<M> ? NodeKind::request : NodeKind::cast;
  if constexpr (requires { M::kNodeKind; }) kind = M::kNodeKind;
  return {type_name<M>(),     node_size<M>(),    kind, trivial ? nullptr : &destroy_payload<M>,
          is_local_type<M>(), size_function<M>()};
}

template <class M>
inline constexpr MessageType message_type = make_message_type<M>();

/// A Protocol.
template <class... Messages>
inline constexpr const MessageType* handled_messages[sizeof...(Messages) + 1] = {
    &message_type<Messages>..., nullptr};

inline void destroy_node(Node* node) noexcept {
  if (node->type->destroy) node->type->destroy(*node);
  free_node(node);
}

/// Builds the node of a message. A constructor that throws leaks nothing.
template <class M, class... Args>
auto* make_node(Args&&... args) {
  void* memory = pool_allocate(node_size<M>());
  struct Guard {
    void* memory;
    ~Guard() {
      if (memory) pool_free(memory, node_size<M>());
    }
  } guard{memory};
  if constexpr (RequestMessage<M>) {
    auto* request = ::new (memory) Request(&message_type<M>);
    request->template emplace<M>(std::forward<Args>(args)...);
    guard.memory = nullptr;
    return request;
  } else {
    auto* node = ::new (memory) CastNode<M>(&message_type<M>, std::forward<Args>(args)...);
    guard.memory = nullptr;
    return node;
  }
}

/// Ends a request that gets no reply: replaces its message by a Failure. Does not deliver it.
inline void fail_request(Request& request, Answer answer, std::string text, Cell* at = nullptr,
                         std::uint64_t ahead = 0) {
  request.type->destroy(request);
  request.answer = answer;
  request.emplace<Failure*>(new Failure(std::move(text), at, ahead));
}

}  // namespace troupe::detail
