#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/any_ref.hpp"

namespace troupe {

/// An actor has failed. The log has it as an error; subscribe with System::subscribe to have it as
/// fields.
struct CrashReport {
  AnyRef actor;
  std::string_view type;  ///< its class
  std::uint32_t incarnation = 1;
  std::string failed_in;  ///< the message, the hook, or "a child"
  std::string error;
  std::uint64_t queued = 0;  ///< messages in its mailbox; while it may restart, up to kMostCounted
  std::vector<AnyRef> ancestors;  ///< its parent first

  static constexpr std::uint64_t kMostCounted = 10'000;
};
/// As the log has it, without the actor's name.
TROUPE_EXPORT std::string to_string(const CrashReport& report);

}  // namespace troupe
