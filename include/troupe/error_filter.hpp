#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "troupe/call_error.hpp"
#include "troupe/detail/function.hpp"

namespace troupe {

/// Which errors of calls something is about: those of some codes, or those that a function picks.
///
///   .counts = {CallErrorCode::timeout, CallErrorCode::failed}
///   .counts = [](const CallError& error) { return error.reason != "no such row"; }
///
/// The function is called on whichever threads use the filter, also on several at once, and must
/// not throw.
class ErrorFilter {
 public:
  template <std::same_as<CallErrorCode>... Codes>
  ErrorFilter(Codes... codes) noexcept : codes_((bit(codes) | ... | 0u)) {}
  template <class Picks>
    requires(!std::same_as<Picks, ErrorFilter> && !std::same_as<Picks, CallErrorCode> &&
             std::is_invocable_r_v<bool, Picks&, const CallError&>)
  ErrorFilter(Picks picks) : picks_(std::move(picks)) {}

  /// This, and errors of these codes.
  template <std::same_as<CallErrorCode>... Codes>
  ErrorFilter with(Codes... codes) const {
    ErrorFilter wider = *this;
    wider.codes_ |= (bit(codes) | ... | 0u);
    return wider;
  }

  bool operator()(const CallError& error) const {
    return (codes_ & bit(error.code)) != 0 || (picks_ && picks_(error));
  }

 private:
  static constexpr std::uint32_t bit(CallErrorCode code) noexcept {
    return 1u << static_cast<unsigned>(code);
  }

  std::uint32_t codes_ = 0;
  detail::Function<bool(const CallError&)> picks_;
};

}  // namespace troupe
