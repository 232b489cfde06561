#pragma once

#include <string>

#include "troupe/any_ref.hpp"

namespace troupe {

enum class ExitKind : unsigned char {
  stopped,  ///< stop(): the current message was finished
  drained,  ///< drain(): everything queued before it was handled
  killed,   ///< kill(): ended at once, post_stop did not run
  failed,   ///< an exception left a handler or a hook, or a child's failure escalated
};

/// Why an actor ended.
struct ExitReason {
  ExitKind kind = ExitKind::stopped;
  std::string text;  ///< what stop() was given, or the error

  /// Whether the actor ended because it was asked to, and in order.
  bool clean() const noexcept { return kind == ExitKind::stopped || kind == ExitKind::drained; }
};

TROUPE_EXPORT std::string to_string(const ExitReason& reason);

/// A child ended by failure. An actor that declares `handle(ChildFailed)` is told; any other fails
/// too, and its own parent is told.
struct ChildFailed {
  AnyRef child;
  std::string error;
};

/// A child ended without failure. Told to an actor that declares `handle(ChildStopped)`.
struct ChildStopped {
  AnyRef child;
  ExitReason reason;
};

}  // namespace troupe
