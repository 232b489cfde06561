#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "planted/planted.hpp"

namespace planted {

/// What was planted, and where.
struct Bug {
  std::string_view name;
  std::string_view kind;
  troupe::Schedule::Kind best;  ///< the strategy that finds it soonest
  void (*in_users_actors)(Simulation& simulation, bool mended) = nullptr;
  void (*in_library)(Simulation& simulation) = nullptr;
  std::chrono::nanoseconds step_time{0};
};

std::span<const Bug> bugs();

/// What became of a search: nothing was found when there is no text.
struct Found {
  std::uint64_t seeds = 0;  ///< how many were tried, the failing one included
  double seconds = 0;
  std::string text;
};

/// Tries one seed after another until a run fails. A bug of the library is only there in the
/// program that is linked with its patch.
Found search(const Bug& bug, troupe::Schedule::Kind strategy, bool mended, std::uint64_t seeds);

}  // namespace planted
