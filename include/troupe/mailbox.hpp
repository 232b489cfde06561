#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "troupe/any_ref.hpp"
#include "troupe/detail/export.hpp"

namespace troupe {

template <class Class, class... Messages>
class Ref;

/// What a full mailbox does with one message more.
enum class Overflow : unsigned char {
  reject,       ///< refuses it: the sender is told, CastResult::full
  drop_newest,  ///< drops it: CastResult::dropped
  drop_oldest,  ///< drops what has waited longest, and takes it: CastResult::displaced
  block,        ///< `send` and calls wait for room, in order; what cannot wait is refused
  redirect,     ///< passes it on to another actor: CastResult::redirected
};
TROUPE_EXPORT std::string_view to_string(Overflow overflow) noexcept;

/// The actor that a full mailbox passes messages on to. Made by `redirect`.
struct Redirect {
  AnyRef target;
  detail::Protocol protocol;  // what the target handles
};

/// Whatever the full mailbox's actor handles, `target` must handle too: spawn checks it. Its own
/// mailbox may have a bound, and redirect in turn.
template <class Class, class... Messages>
Redirect redirect(const Ref<Class, Messages...>& target);

/// How many messages may wait for an actor, and what becomes of those that are too many. Said when
/// the actor is spawned, `spawn<Sink>(bounded(1000), ...)`, or by its class:
///
///   static troupe::Mailbox mailbox() { return troupe::bounded(1000, troupe::Overflow::block); }
///
/// What spawn says comes before what the class says; without either a mailbox has no bound.
///
/// Counted is what others send and what is called, while it waits; not the message in hand. Signals
/// (stop, kill, children's ends, replies) and what the framework sends (Down, Exit, drains) are
/// neither counted nor held up. What an actor's own timers send it is counted, but never refused.
/// What a state machine has postponed does not wait in its mailbox any more.
///
/// To keep the cost of a message low, an actor takes up to 16 messages at a time, an eighth of the
/// capacity at most: they wait, too, until it begins them, but are not dropped any more.
class TROUPE_EXPORT Mailbox {
 public:
  /// No bound.
  Mailbox() = default;

  /// Besides, at most so many bytes wait: each message as large as its node, or as it says itself
  /// by a member `std::size_t bytes() const`, which must give the same while it waits. A message
  /// that is larger than all of this is taken when no other waits. Throws std::invalid_argument for
  /// zero.
  Mailbox&& bytes(std::size_t most) &&;
  /// A HighWater event when so many messages wait, and another when less than half of it do.
  /// Throws std::invalid_argument for zero, or for more than the capacity.
  Mailbox&& high_water(std::size_t messages) &&;

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t high_water() const noexcept { return high_water_; }
  Overflow overflow() const noexcept { return overflow_; }
  const Redirect& target() const noexcept { return target_; }
  /// Whether messages are counted at all.
  bool counts() const noexcept {
    return capacity_ != kUnlimited || bytes_ != kUnlimited || high_water_ != kUnlimited;
  }

  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

 private:
  friend TROUPE_EXPORT Mailbox bounded(std::size_t capacity, Overflow overflow);
  friend TROUPE_EXPORT Mailbox bounded(std::size_t capacity, Redirect target);

  std::size_t capacity_ = kUnlimited;
  std::size_t bytes_ = kUnlimited;
  std::size_t high_water_ = kUnlimited;
  Overflow overflow_ = Overflow::reject;
  Redirect target_{};
};

/// At most `capacity` messages wait. Throws std::invalid_argument for a capacity of zero, and for
/// Overflow::redirect without a target.
TROUPE_EXPORT Mailbox bounded(std::size_t capacity, Overflow overflow = Overflow::reject);
/// The same; what is too much goes to another actor: `bounded(1000, redirect(spare))`. Throws
/// std::invalid_argument when that reference is empty.
TROUPE_EXPORT Mailbox bounded(std::size_t capacity, Redirect target);
/// No bound, to say so where the class has one, or to be told of high water:
/// `unbounded().high_water(100'000)`.
inline Mailbox unbounded() { return {}; }

/// So many messages wait for an actor that its mailbox's mark was reached, or few again. Subscribe
/// with System::subscribe; the log tells it too, as a warning.
struct HighWater {
  AnyRef actor;
  std::uint64_t waiting;
  bool over;  ///< false: less than half of the mark wait again
};

}  // namespace troupe
