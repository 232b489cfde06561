#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/actor.hpp"

namespace troupe {

/// What a test expected did not happen: `what()` says what happened instead, on several lines, and
/// where in the test it was expected, when that is known.
class TROUPE_EXPORT TestKitFailure : public std::runtime_error {
 public:
  TestKitFailure(std::string text, std::source_location where);

  const std::string& text() const noexcept { return text_; }  ///< what() without the place
  const std::source_location& where() const noexcept { return where_; }

 private:
  std::string text_;
  std::source_location where_;
};

namespace detail {

class Host;

/// A message that has come to a probe.
struct ProbeItem {
  enum class State : std::uint8_t { cast, open, replied, failed, dropped, left };

  explicit ProbeItem(std::string_view message) : type(message) {}
  ProbeItem(const ProbeItem&) = delete;
  ProbeItem& operator=(const ProbeItem&) = delete;
  virtual ~ProbeItem() = default;
  /// Nobody will reply any more.
  virtual void leave() noexcept {}

  std::string_view type;
  std::string text;  // see text_of
  AnyRef probe;
  std::chrono::nanoseconds at{};  // since the test's beginning
  State state = State::cast;
};

/// It is owed no reply any more, although the test gives one.
[[noreturn]] TROUPE_EXPORT void refuse_reply(const ProbeItem& item, std::source_location where);

/// What failures call a message: its type, or what its to_string says.
template <class M>
std::string text_of(const M& message) {
  if constexpr (requires { std::string(to_string(message)); }) {
    return std::string(to_string(message));
  } else {
    return std::string(type_name<M>());
  }
}

/// While this is there, what the test does is done as by the probe: by its node's clock.
class TROUPE_EXPORT AsProbe {
 public:
  explicit AsProbe(const ProbeItem& item) noexcept;
  AsProbe(const AsProbe&) = delete;
  AsProbe& operator=(const AsProbe&) = delete;
  ~AsProbe();

 private:
  Host* before_;
};

template <class M>
struct ProbeItemOf : ProbeItem {
  explicit ProbeItemOf(M m) : ProbeItem(type_name<M>()), message(std::move(m)) {
    text = text_of(message);
  }

  M message;
};

template <RequestMessage M>
struct ProbeItemOf<M> : ProbeItem {
  ProbeItemOf(M m, ReplyPort<typename M::Reply> p)
      : ProbeItem(type_name<M>()), message(std::move(m)), port(std::move(p)) {
    state = State::open;
    text = text_of(message);
  }
  void leave() noexcept override {
    if (state == State::open) state = State::left;
    port = {};
  }
  ReplyPort<typename M::Reply>& take(State how, std::source_location where) {
    if (state != State::open) refuse_reply(*this, where);
    state = how;
    return port;
  }

  M message;
  ReplyPort<typename M::Reply> port;
};

class TestKitState;

/// What has come to one probe. Shared by its actor and the test.
class TROUPE_EXPORT ProbeInbox {
 public:
  explicit ProbeInbox(TestKitState& kit) noexcept : kit_(&kit) {}

  void add(std::shared_ptr<ProbeItem> item);
  /// The actor has ended.
  void close() noexcept;

  using Item = std::shared_ptr<ProbeItem>;
  /// The next message, which must be of that type where one is named. Runs the simulation, for that
  /// time at most, until there is one.
  Item take(std::string_view type, std::chrono::nanoseconds within, std::source_location where);
  void expect_nothing(std::chrono::nanoseconds time, std::source_location where);
  [[noreturn]] void fail_not_of(std::string_view type, const ProbeItem& item,
                                std::source_location where) const;

  std::size_t waiting() const noexcept { return waiting_.size(); }
  void clear() noexcept { waiting_.clear(); }

  AnyRef actor;

 private:
  bool await_one(std::chrono::nanoseconds within) const;
  [[noreturn]] void fail(std::string_view wanted, std::chrono::nanoseconds within,
                         std::string_view instead, std::source_location where) const;

  TestKitState* kit_;
  std::vector<Item> all_;
  std::deque<Item> waiting_;
};

/// As any actor's, but for the name: `Probe#3` in logs and failures.
template <class Self, class Base, class... Ms>
consteval ActorClass named_class(std::string_view name) {
  ActorClass made = make_actor_class<Self, Base, Ms...>();
  made.name = name;
  return made;
}

template <class... Ms>
class ProbeActor : public Actor<ProbeActor<Ms...>, Ms...> {
  using Base = Actor<ProbeActor<Ms...>, Ms...>;

 public:
  explicit ProbeActor(std::shared_ptr<ProbeInbox> inbox) : inbox_(std::move(inbox)) {}
  ~ProbeActor() { inbox_->close(); }

  template <class M>
    requires(one_of<M, Ms...> && !RequestMessage<M>)
  void handle(M message) {
    inbox_->add(std::make_shared<ProbeItemOf<M>>(std::move(message)));
  }
  template <class M>
    requires(one_of<M, Ms...> && RequestMessage<M>)
  void handle(M message, ReplyPort<typename M::Reply> port) {
    inbox_->add(std::make_shared<ProbeItemOf<M>>(std::move(message), std::move(port)));
  }

  static const ActorClass& actor_class() noexcept {
    static constexpr ActorClass type = named_class<ProbeActor, Base, Ms...>("Probe");
    return type;
  }

 private:
  std::shared_ptr<ProbeInbox> inbox_;
};

}  // namespace detail

/// A message that a probe has been sent, in the test's hands. Copies are the same message.
template <class M>
class ProbeMessage {
 public:
  /// For the framework.
  explicit ProbeMessage(std::shared_ptr<detail::ProbeItemOf<M>> item) noexcept
      : item_(std::move(item)) {}

  M& message() const noexcept { return item_->message; }
  M* operator->() const noexcept { return &item_->message; }
  /// When it came, since the test's beginning.
  std::chrono::nanoseconds at() const noexcept { return item_->at; }

  /// Replies with a value built from `args`. The caller goes on when the simulation next runs.
  /// Throws TestKitFailure when the request is owed no reply any more.
  template <class... Args>
  void reply(Args&&... args) const
    requires detail::RequestMessage<M>
  {
    auto& port = item_->take(State::replied, {});
    const detail::AsProbe as_probe(*item_);
    port.send(std::forward<Args>(args)...);
  }
  /// Lets the reply port go: the caller is told `no_reply`. Throws as reply() does.
  void drop(std::source_location where = std::source_location::current()) const
    requires detail::RequestMessage<M>
  {
    auto& port = item_->take(State::dropped, where);
    const detail::AsProbe as_probe(*item_);
    port = {};
  }
  /// The caller is told `failed`, with this text, as if the handler had thrown. Throws as reply()
  /// does.
  void fail(std::string reason, std::source_location where = std::source_location::current()) const
    requires detail::RequestMessage<M>
  {
    auto& port = item_->take(State::failed, where);
    const detail::AsProbe as_probe(*item_);
    port.fail(std::move(reason));
  }

 private:
  using State = detail::ProbeItem::State;

  std::shared_ptr<detail::ProbeItemOf<M>> item_;
};

/// A message of whichever type that a probe has been sent.
class ReceivedMessage {
 public:
  /// For the framework.
  ReceivedMessage(std::shared_ptr<detail::ProbeInbox> inbox,
                  std::shared_ptr<detail::ProbeItem> item) noexcept
      : inbox_(std::move(inbox)), item_(std::move(item)) {}

  std::string_view type() const noexcept { return item_->type; }
  template <class M>
  bool is() const noexcept {
    return cast<M>() != nullptr;
  }
  /// It as an M. Throws TestKitFailure when it is none.
  template <class M>
  ProbeMessage<M> as(std::source_location where = std::source_location::current()) const {
    auto item = cast<M>();
    if (!item) inbox_->fail_not_of(detail::type_name<M>(), *item_, where);
    return ProbeMessage<M>(std::move(item));
  }

 private:
  template <class M>
  std::shared_ptr<detail::ProbeItemOf<M>> cast() const noexcept {
    return std::dynamic_pointer_cast<detail::ProbeItemOf<M>>(item_);
  }

  std::shared_ptr<detail::ProbeInbox> inbox_;
  std::shared_ptr<detail::ProbeItem> item_;
};

/// An actor that stands in a test for others: it handles `Ms...`, keeps what comes, in order, and
/// hands it to the test. See TestKit::probe. Copies are the same probe.
///
/// What is expected runs the simulation until it is there, and throws TestKitFailure when it is
/// not. A message that is not the expected one stays the next one. A request waits for the test's
/// reply, until its caller's time is over or the probe ends; a test that is not interested in it
/// need not reply.
///
/// For the test's own thread, and not for longer than the kit.
template <class... Ms>
class Probe {
  using Where = std::source_location;

 public:
  explicit Probe(std::shared_ptr<detail::ProbeInbox> inbox, ActorRef<Ms...> ref) noexcept
      : inbox_(std::move(inbox)), ref_(std::move(ref)) {}

  const ActorRef<Ms...>& ref() const noexcept { return ref_; }

  /// The next message, which must be an M, and come without that time passes.
  template <class M>
  ProbeMessage<M> expect(Where where = Where::current()) const {
    return expect<M>(std::chrono::nanoseconds::zero(), where);
  }
  /// The same, but time may pass until it comes.
  template <class M>
  ProbeMessage<M> expect(std::chrono::nanoseconds within, Where where = Where::current()) const {
    static_assert(detail::one_of<M, Ms...>, "the probe does not handle this message");
    auto item = inbox_->take(detail::type_name<M>(), within, where);
    return ProbeMessage<M>(std::static_pointer_cast<detail::ProbeItemOf<M>>(std::move(item)));
  }

  /// The next message, whichever it is.
  ReceivedMessage receive(Where where = Where::current()) const {
    return receive(std::chrono::nanoseconds::zero(), where);
  }
  ReceivedMessage receive(std::chrono::nanoseconds within, Where where = Where::current()) const {
    return {inbox_, inbox_->take({}, within, where)};
  }

  /// No message is there, and none comes without that time passes.
  void expect_nothing(Where where = Where::current()) const {
    inbox_->expect_nothing(std::chrono::nanoseconds::zero(), where);
  }
  /// None comes while so much time passes.
  void expect_nothing(std::chrono::nanoseconds time, Where where = Where::current()) const {
    inbox_->expect_nothing(time, where);
  }

  /// Messages that have come and that the test has not taken. Runs nothing.
  std::size_t waiting() const noexcept { return inbox_->waiting(); }
  /// Forgets them. Requests among them stay without a reply.
  void clear() const noexcept { inbox_->clear(); }

 private:
  std::shared_ptr<detail::ProbeInbox> inbox_;
  ActorRef<Ms...> ref_;
};

}  // namespace troupe
