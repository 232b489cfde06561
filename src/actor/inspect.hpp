#pragma once

#include "actor/turn.hpp"
#include "troupe/inspect.hpp"

namespace troupe::detail {

/// Asks an actor for its ActorInfo.
struct Inspect {
  using Reply = ActorInfo;
  static constexpr NodeKind kNodeKind = NodeKind::watch;
};

/// In the actor's turn.
void answer_inspect(Cell& cell, Request& request);
/// For an actor that has ended.
void answer_inspect_ended(Cell& cell, Request& request);

}  // namespace troupe::detail
