#pragma once

#include <string_view>
#include <utility>

#include "base/error_text.hpp"
#include "otp/factory_state.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

template <class Call>
bool FactoryState::guarded(std::string_view what, Call&& call) noexcept {
  return with_error_text(
      [&] {
        call();
        return true;
      },
      [&](const std::string& text) {
        log().error("{} failed: {}", what, text);
        return false;
      });
}

}  // namespace troupe::detail
