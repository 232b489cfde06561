#pragma once

#include <cstddef>

#include "troupe/detail/guarded_call.hpp"
#include "troupe/detail/passage.hpp"

namespace troupe {

/// How many calls a Bulkhead lets through.
struct BulkheadOptions {
  static constexpr std::size_t kUnlimited = ~std::size_t{0};

  std::size_t calls = 1;                        ///< so many are under way at once
  std::size_t max_waiting = kUnlimited;         ///< more that wait are refused; 0: nobody waits
  std::chrono::nanoseconds max_wait = forever;  ///< who waits for longer is refused
};

/// Keeps a slow callee from taking all of its callers down with it: at most so many calls are under
/// way through a bulkhead, some more wait in order, the rest fail at once.
///
///   troupe::Bulkhead bulkhead_{{.calls = 4, .max_waiting = 16}};
///   auto quote = co_await bulkhead_.call<Price>(pricer_, symbol).within(1s);
///
/// `within` is the time for the call, its wait included. A call that is refused fails with
/// CallErrorCode::limited, one whose time is over while it waits with CallErrorCode::timeout;
/// nothing is sent then. A call is under way until it has ended for its caller: by an answer, an
/// error, its timeout, or the caller's own end. The callee may be at it for longer.
///
/// A handle: copies are the same bulkhead, in whichever actors and threads. Any thread; none but a
/// call's `get` waits.
class TROUPE_EXPORT Bulkhead : public detail::SharedHandle,
                               public detail::Guard<Bulkhead, detail::Passage> {
 public:
  /// Throws std::invalid_argument for options that make no sense.
  explicit Bulkhead(BulkheadOptions options);

  /// How many calls are under way.
  std::size_t active() const noexcept;
  /// How many wait.
  std::size_t waiting() const noexcept;
};

}  // namespace troupe
