#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "troupe/detail/export.hpp"

namespace troupe {

namespace detail {

class DeliveryQueue;
TROUPE_EXPORT void return_credit(DeliveryQueue& queue) noexcept;

/// One subscriber's leave to be sent another value, which goes back when this is destroyed.
class Credit {
 public:
  Credit() noexcept = default;
  explicit Credit(DeliveryQueue* retained) noexcept : queue_(retained) {}
  Credit(Credit&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
  Credit& operator=(Credit other) noexcept {
    std::swap(queue_, other.queue_);
    return *this;
  }
  ~Credit() {
    if (queue_) return_credit(*queue_);
  }

 private:
  DeliveryQueue* queue_ = nullptr;
};

}  // namespace detail

/// What a subscription with a DeliveryPolicy sends in place of an M. The next value is sent when
/// this one is destroyed: at the end of its handler, unless the handler moves it elsewhere, to any
/// thread. The value alone may be moved out freely.
template <class M>
struct Delivery {
  M value;
  std::uint64_t missed = 0;  ///< how many values were dropped just before this one
  detail::Credit credit = {};
};

/// How a subscription holds values back from a subscriber that is slower than the port: a bounded
/// number is in its mailbox or its handler, a bounded number waits at the subscription, and what is
/// more is dropped. See keep_newest and keep_oldest.
class TROUPE_EXPORT DeliveryPolicy {
 public:
  /// The same, with up to `count` values at once in the subscriber's mailbox and handlers; one
  /// unless this is said. Throws std::invalid_argument when `count` is zero.
  DeliveryPolicy in_flight(std::size_t count) const;

  /// Up to `count` values wait; then the oldest of them is dropped. keep_newest(1): a subscriber
  /// that is late gets the latest value only. Throws std::invalid_argument when `count` is zero.
  friend TROUPE_EXPORT DeliveryPolicy keep_newest(std::size_t count);
  /// Up to `count` values wait; then new ones are dropped. Throws std::invalid_argument when
  /// `count` is zero.
  friend TROUPE_EXPORT DeliveryPolicy keep_oldest(std::size_t count);

 private:
  friend class detail::DeliveryQueue;
  DeliveryPolicy(bool newest, std::size_t waiting) noexcept : newest_(newest), waiting_(waiting) {}

  bool newest_;
  std::size_t waiting_;
  std::size_t in_flight_ = 1;
};

TROUPE_EXPORT DeliveryPolicy keep_newest(std::size_t count);
TROUPE_EXPORT DeliveryPolicy keep_oldest(std::size_t count);

}  // namespace troupe
