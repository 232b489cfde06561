#pragma once

#include <doctest/doctest.h>

#include "actor/extras.hpp"
#include "actor/support.hpp"
#include "actor/wait_graph.hpp"

/// Actors that run errands for a test, for tests of who waits for whom.
namespace circle {

using namespace support;
using troupe::CallErrorCode;
using troupe::CallStage;
using troupe::Overflow;

class Party;
using Errand = std::function<troupe::Task<>(Party&)>;

struct Perform {
  Errand errand;
};
struct Visit {
  using Reply = int;
  Errand errand;
};
struct Poke {
  using Reply = int;
};
struct Leave {
  using Reply = int;
};
struct Borrow {
  using Reply = int;
  Errand errand;
};
struct Note {};
struct Noted {
  using Reply = int;
};

/// Answers Poke with 2, Visit with 1 when the errand is done, and Leave and Borrow when the test
/// does.
class Party : public troupe::Actor<Party, Perform, Visit, Poke, Leave, Borrow, Note, Noted> {
 public:
  troupe::Task<> handle(Perform m) { co_await m.errand(*this); }
  troupe::Task<int> handle(Visit m) {
    co_await m.errand(*this);
    co_return 1;
  }
  int handle(Poke) {
    ++poked;
    return 2;
  }
  void handle(Leave, troupe::ReplyPort<int> port) { left.set_value(std::move(port)); }
  troupe::Task<> handle(Borrow m, troupe::ReplyPort<int> port) {
    left.set_value(std::move(port));
    co_await m.errand(*this);
  }
  void handle(Note) { ++noted; }
  int handle(Noted) const { return noted; }

  using Actor::self;

  int poked = 0;
  int noted = 0;
  std::promise<troupe::ReplyPort<int>> left;
};
using Ref = Party::Reference;

/// Has the actor run `body`, which gives a Task<T>; its result.
template <class Body>
auto perform(const Ref& party, Body body) {
  using T = typename TaskValue<std::invoke_result_t<Body&>>::Type;
  auto promise = std::make_shared<std::promise<T>>();
  auto result = promise->get_future();
  Errand errand = [promise, body](Party&) mutable -> troupe::Task<> {
    promise->set_value(co_await body());
  };
  party.cast<Perform>(std::move(errand));
  return result;
}

using Called = std::expected<int, troupe::CallError>;
using Sent = std::expected<void, troupe::CallError>;

inline std::future<Called> poke_from(const Ref& from, const Ref& to) {
  return perform(from, [to]() -> troupe::Task<Called> {
    co_return co_await to.call<Poke>().within(troupe::forever);
  });
}
inline std::future<Sent> note_from(const Ref& from, const Ref& to) {
  return perform(from, [to]() -> troupe::Task<Sent> { co_return co_await to.send<Note>(); });
}
/// The actor waits for the gate, then runs `body`.
template <class Body>
auto after_gate(const Gate& gate, const Ref& party, Body body) {
  using T = typename TaskValue<std::invoke_result_t<Body&>>::Type;
  const std::size_t asked = gate.asked();
  auto result = perform(party, [ask = gate.ref(), body]() mutable -> troupe::Task<T> {
    (void)co_await ask.call<Ask>().within(kForever);
    co_return co_await body();
  });
  gate.wait_asked(asked + 1);
  return result;
}

/// Returns when the actor is suspended, with every answer heard that it was given, and others see
/// that it waits.
inline const troupe::detail::Extras& wait_until_waiting(const troupe::AnyRef& actor) {
  namespace detail = troupe::detail;
  const detail::Cell& cell = *cell_of(actor);
  for (;; std::this_thread::yield()) {
    const detail::Extras* extras = detail::extras_if_any(cell);
    if (!extras || cell.signals.load() != detail::kSignalsWaiting) continue;
    if (detail::wait_state(extras->waits.load()) == detail::WaitState::firm) return *extras;
  }
}
/// The same, when it waits for that one.
inline void wait_until_waiting(const troupe::AnyRef& actor, const troupe::AnyRef& target) {
  while (wait_until_waiting(actor).waits_for.load() != cell_of(target)) std::this_thread::yield();
}

/// Returns when the time of the actor's first wait is over: now it asks where its requests are.
inline void wait_until_expired(const troupe::AnyRef& actor) {
  namespace detail = troupe::detail;
  for (;; std::this_thread::yield()) {
    const detail::Extras* extras = detail::extras_if_any(*cell_of(actor));
    const std::uint64_t waits = extras ? extras->waits.load() : 0;
    if (waits != 0 && detail::wait_state(waits) == detail::WaitState::none) return;
  }
}

/// Fills a mailbox whose actor is in a handler.
inline void fill(const Ref& party) {
  while (party.cast<Note>() == troupe::CastResult::delivered) {
  }
}

/// Killed at the world's end, wherever it waits then.
inline Ref party(World& world, const char* name, troupe::Mailbox mailbox = {}) {
  return world.system.spawn<Party>(
      troupe::named(name).shutdown_time(0ns).mailbox(std::move(mailbox)));
}

/// The text up to "after", where times begin.
inline std::string begin_of(const troupe::CallError& error) {
  const std::string text = to_string(error);
  return text.substr(0, text.find(" after "));
}

}  // namespace circle
