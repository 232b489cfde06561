#include "troupe/any_ref.hpp"

#include <ostream>
#include <utility>

#include "actor/turn.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/end.hpp"

namespace troupe {

namespace detail {

std::string name_of(const Cell& cell) {
  if (const Extras* extras = extras_if_any(cell); extras && !extras->name.empty()) {
    return extras->name;
  }
  return std::string(cell.type->name) + "#" + std::to_string(cell.id);
}

void send_signal(Cell& cell, const MessageType& type) noexcept {
  Node* node = ::new (pool_allocate(sizeof(Node))) Node(&type);
  if (!push_signal(cell, *node)) free_node(node);
}

void send_stop(Cell& cell, ExitReason reason, Fate fate) {
  auto* stop = ::new (pool_allocate(sizeof(StopSignal))) StopSignal(std::move(reason), fate);
  if (!push_signal(cell, *stop)) destroy_node(stop);
}

}  // namespace detail

namespace {

EndOperation end_operation(detail::Cell& cell, detail::NodeKind ask, std::string reason) {
  return EndOperation(cell, *detail::make_node<detail::EndWatch>(ask, std::move(reason)));
}

}  // namespace

std::string AnyRef::name() const { return cell_ ? detail::name_of(*cell_) : "nobody"; }

std::string_view AnyRef::type() const noexcept { return cell_ ? cell_->type->name : "nobody"; }

void AnyRef::stop(std::string reason) const {
  detail::send_stop(*cell_, {ExitKind::stopped, std::move(reason)});
}

void AnyRef::drain() const {
  detail::push_unbounded(*cell_, *::new (detail::pool_allocate(sizeof(detail::Node)))
                                     detail::Node(&detail::drain_type));
}

void AnyRef::kill() const { detail::send_signal(*cell_, detail::kill_type); }

EndOperation AnyRef::stop_and_wait(std::string reason) const {
  return end_operation(*cell_, detail::NodeKind::stop, std::move(reason));
}

EndOperation AnyRef::drain_and_wait() const {
  return end_operation(*cell_, detail::NodeKind::drain, {});
}

EndOperation AnyRef::kill_and_wait() const {
  return end_operation(*cell_, detail::NodeKind::kill, {});
}

EndOperation AnyRef::wait() const { return end_operation(*cell_, detail::NodeKind::watch, {}); }

StartOperation started(const AnyRef& ref) {
  return StartOperation(*cell_of(ref), *detail::make_node<detail::StartWatch>());
}

std::string to_string(const AnyRef& ref) { return ref.name(); }

std::ostream& operator<<(std::ostream& out, const AnyRef& ref) { return out << ref.name(); }

std::string to_string(const ExitReason& reason) {
  std::string text;
  switch (reason.kind) {
    case ExitKind::stopped:
      text = "stopped";
      break;
    case ExitKind::drained:
      text = "drained";
      break;
    case ExitKind::shutdown:
      text = "shut down";
      break;
    case ExitKind::killed:
      text = "killed";
      break;
    case ExitKind::failed:
      text = "failed";
      break;
    case ExitKind::no_process:
      text = "no such actor any more";
      break;
  }
  if (!reason.text.empty()) text += ": " + reason.text;
  return text;
}

}  // namespace troupe
