#pragma once

#include <string>
#include <vector>

#include "actor/locate.hpp"
#include "actor/overflow.hpp"
#include "runtime/bounded_queue.hpp"
#include "troupe/detail/call.hpp"
#include "troupe/detail/mailbox.hpp"

namespace troupe::detail {

struct Trouble {
  BlockedSender sender;       // where it waits, or has waited, for room
  bool was_blocked = false;   // until its time was over
  Request* locate = nullptr;  // under way
  Located located;
  std::string busy;  // the message that the target was in, and that it was not suspended in
  std::vector<WaitStep> circle;
};

/// A request for the actor itself goes to its signal lane.
void send_watch(Cell& target, Request& request);

inline bool Pending::submit(Deliver deliver, void* context, std::int64_t deadline) {
  request->deliver = deliver;
  request->context = context;
  request->set_deadline(deadline);
  sent = true;
  if (type->kind == NodeKind::watch) {
    send_watch(*target, *request);
    return false;
  }
  if (target->special) [[unlikely]] {
    return submit_specially();
  }
  return push_unbounded(*target, *request);
}

inline bool Pending::submit_from(Cell& caller, std::int64_t deadline, std::uint32_t id) {
  request->id = id;
  ++caller.outstanding;
  return submit(&deliver_to_actor, &caller, deadline);
}

}  // namespace troupe::detail
