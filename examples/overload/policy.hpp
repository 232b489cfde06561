#pragma once

#include <array>
#include <cstddef>
#include <string_view>

/// What a lane's consumer does with more than it can take: its mailbox has no bound, or one with
/// this overflow.
enum class Policy { unbounded, reject, drop_newest, drop_oldest, block, redirect };

inline constexpr std::array kPolicies{Policy::unbounded,   Policy::reject, Policy::drop_newest,
                                      Policy::drop_oldest, Policy::block,  Policy::redirect};

constexpr std::string_view to_string(Policy policy) {
  constexpr std::array<std::string_view, kPolicies.size()> kNames{
      "unbounded", "reject", "drop_newest", "drop_oldest", "block", "redirect"};
  return kNames[static_cast<std::size_t>(policy)];
}
