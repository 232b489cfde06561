#include "actor/extras.hpp"

#include <utility>

#include "actor/relations.hpp"
#include "troupe/timer.hpp"

namespace troupe::detail {

constinit const MessageType kill_type{"kill", sizeof(Node), NodeKind::kill, nullptr};
constinit const MessageType kill_for_good_type{"kill", sizeof(Node), NodeKind::kill, nullptr};
constinit const MessageType drain_type{"drain", sizeof(Node), NodeKind::drain, nullptr};
constinit const MessageType expire_type{"expire", sizeof(Node), NodeKind::expire, nullptr};

namespace {

constinit const MessageType child_ended_type{"child ended", sizeof(ChildEnded),
                                             NodeKind::child_ended, [](Node& node) noexcept {
                                               auto& ended = static_cast<ChildEnded&>(node);
                                               delete ended.dormant;
                                               release(*ended.child);
                                             }};

constinit const MessageType stop_type{
    "stop", sizeof(StopSignal), NodeKind::stop,
    [](Node& node) noexcept { static_cast<StopSignal&>(node).reason.~ExitReason(); }};

}  // namespace

ChildEnded::ChildEnded(Cell& ended, std::uint32_t which, IncarnationEnd* how)
    : Node(&child_ended_type), child(&ended), incarnation(which), dormant(how) {
  retain(ended);
}

StopSignal::StopSignal(ExitReason why, Fate then)
    : Node(&stop_type), reason(std::move(why)), fate(then) {}

ExitReason reason_of_ended(const Cell& cell) {
  if (const Extras* extras = extras_if_any(cell)) return extras->reason;
  return {static_cast<ExitKind>(cell.exit_kind), {}};
}

Extras& make_extras(Cell& cell) {
  auto* extras = new Extras;
  cell.extras.store(extras, std::memory_order_release);
  return *extras;
}

Extras::~Extras() {
  if (deadline_timer) release_timer(*deadline_timer);
  delete relations;
}

}  // namespace troupe::detail
