#include "actor/relations.hpp"

#include <utility>

#include "actor/turn.hpp"
#include "troupe/detail/mailbox.hpp"
#include "troupe/detail/relations.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

constinit const MessageType relation_type{
    "link or monitor", sizeof(RelationSignal), NodeKind::relation,
    [](Node& node) noexcept { static_cast<RelationSignal&>(node).reason.~ExitReason(); }};

Relations& relations_of(Cell& cell) {
  Extras& extras = extras_of(cell);
  if (!extras.relations) extras.relations = new Relations;
  return *extras.relations;
}

Relations* relations_if_any(const Cell& cell) noexcept {
  Extras* extras = extras_if_any(cell);
  return extras ? extras->relations : nullptr;
}

AnyRef ref_to(Cell& cell) noexcept {
  retain(cell);
  return adopt_cell(&cell);
}

// Goes through the signal lane; when the receiver has ended, it refuses.
void send_relation(Cell& receiver, RelationSignal& signal) noexcept {
  if (push_signal(receiver, signal)) return;
  signal.refuse(receiver, signal);
  destroy_node(&signal);
}

template <class... Args>
RelationSignal& make_signal(Args&&... args) {
  return *::new (pool_allocate(sizeof(RelationSignal))) RelationSignal(std::forward<Args>(args)...);
}

// -- monitors ---

void release_monitor_of(Cell&, RelationSignal& signal) noexcept {
  release_monitor(*static_cast<Monitor*>(signal.subject));
}

void tell_down(Monitor& monitor, ExitReason reason) {
  retain_monitor(monitor);
  push_message(*monitor.watcher, *make_node<Down>(ref_to(*monitor.target), MonitorHandle(&monitor),
                                                  std::move(reason)));
}

void list_monitor(Cell& target, Monitor& monitor) {
  Relations& relations = relations_of(target);
  monitor.older = relations.youngest_monitor;
  if (monitor.older) monitor.older->younger = &monitor;
  relations.youngest_monitor = &monitor;
  monitor.listed = true;
}

void unlist_monitor(Cell& target, Monitor& monitor) noexcept {
  Relations& relations = *relations_if_any(target);
  (monitor.younger ? monitor.younger->older : relations.youngest_monitor) = monitor.older;
  if (monitor.older) monitor.older->younger = monitor.younger;
  monitor.listed = false;
  release_monitor(monitor);
}

// The signal's reference becomes the list's.
void hear_monitor(Cell& target, RelationSignal& signal) {
  list_monitor(target, *static_cast<Monitor*>(signal.subject));
}

void refuse_monitor(Cell&, RelationSignal& signal) noexcept {
  auto& monitor = *static_cast<Monitor*>(signal.subject);
  tell_down(monitor, {ExitKind::no_process, {}});
  release_monitor(monitor);
}

void hear_demonitor(Cell& target, RelationSignal& signal) {
  auto& monitor = *static_cast<Monitor*>(signal.subject);
  if (monitor.listed) unlist_monitor(target, monitor);
  release_monitor(monitor);
}

// Goes with the reference that the watcher had.
void tell_demonitored(Monitor& monitor) noexcept {
  send_relation(*monitor.target, make_signal(&hear_demonitor, &release_monitor_of, &monitor));
}

// -- links ---

void retain_link(Link& link) noexcept {
  // relaxed: whoever retains holds it, through the other end's list or a signal.
  link.references.fetch_add(1, std::memory_order_relaxed);
}

void release_link(Link& link) noexcept {
  // acq_rel: as with every reference count, the last one sees what the others did.
  if (link.references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete &link;
}

// Ends a link for both sides. True: it was still active.
bool break_link(Link& link) noexcept {
  // acq_rel: the side that loses sees what the winner did before, and acts no more.
  return link.active.exchange(false, std::memory_order_acq_rel);
}

// The entry for `link`, if it is still that one, goes with its reference.
void forget_link(Cell& self, Link& link) noexcept {
  Relations* relations = relations_if_any(self);
  if (!relations) return;
  const auto found = relations->links.find(&link.other(self));
  if (found == relations->links.end() || found->second != &link) return;
  relations->links.erase(found);
  release_link(link);
}

// Takes over a reference.
void list_link(Cell& self, Link& link) {
  Link*& entry = relations_of(self).links[&link.other(self)];
  if (entry) release_link(*entry);
  entry = &link;
}

// What a linked actor's end does to this one.
void hear_exit(Cell& self, Cell& from, const ExitReason& reason) {
  if (reason.kind == ExitKind::stopped || reason.kind == ExitKind::drained) return;
  ask_to_exit(self, {reason.kind, format("linked {}: {}", name_of(from), reason)});
}

void refuse_link_signal(Cell&, RelationSignal& signal) noexcept {
  release_link(*static_cast<Link*>(signal.subject));
}

void hear_exit_signal(Cell& self, RelationSignal& signal) {
  auto& link = *static_cast<Link*>(signal.subject);
  forget_link(self, link);
  hear_exit(self, link.other(self), signal.reason);
  release_link(link);
}

void hear_unlink(Cell& self, RelationSignal& signal) {
  auto& link = *static_cast<Link*>(signal.subject);
  forget_link(self, link);
  release_link(link);
}

// `from` has ended, or had before.
void tell_exit(Link& link, Cell& from, const ExitReason& reason) {
  Cell& to = link.other(from);
  retain_link(link);
  if (to.type->traps_exits) {
    // In order with what it sent; the signal only clears up.
    push_message(to, *make_node<Exit>(ref_to(from), reason));
    send_relation(to, make_signal(&hear_unlink, &refuse_link_signal, &link));
  } else {
    send_relation(to, make_signal(&hear_exit_signal, &refuse_link_signal, &link, reason));
  }
}

// The other end linked itself to this actor.
void hear_link(Cell& self, RelationSignal& signal) {
  auto& link = *static_cast<Link*>(signal.subject);
  // acquire: pairs with break_link.
  if (link.active.load(std::memory_order_acquire)) {
    list_link(self, link);
  } else {
    release_link(link);
  }
}

// The other end has ended: the one that asked hears of it as if the link had just broken.
void refuse_link(Cell& ended, RelationSignal& signal) noexcept {
  auto& link = *static_cast<Link*>(signal.subject);
  if (break_link(link)) tell_exit(link, ended, {ExitKind::no_process, {}});
  release_link(link);
}

}  // namespace

RelationSignal::RelationSignal(void (*h)(Cell&, RelationSignal&),
                               void (*r)(Cell&, RelationSignal&) noexcept, void* s, ExitReason why)
    : Node(&relation_type), hear(h), refuse(r), subject(s), reason(std::move(why)) {}

Monitor::Monitor(Cell& w, Cell& t, Node* (*restarted)(Restarted&&), std::uint32_t refs) noexcept
    : watcher(&w), target(&t), make_restarted(restarted), references(refs) {
  retain(w);
  retain(t);
}

Monitor::~Monitor() {
  release(*watcher);
  release(*target);
}

Link::Link(Cell& a, Cell& b, std::uint32_t refs) noexcept : ends{&a, &b}, references(refs) {
  retain(a);
  retain(b);
}

Link::~Link() {
  release(*ends[0]);
  release(*ends[1]);
}

Relations::~Relations() {
  for (auto& [other, link] : links) release_link(*link);
  for (Monitor* monitor : watching) release_monitor(*monitor);
}

void retain_monitor(Monitor& monitor) noexcept {
  // relaxed: whoever retains holds a reference.
  monitor.references.fetch_add(1, std::memory_order_relaxed);
}

void release_monitor(Monitor& monitor) noexcept {
  // acq_rel: as with every reference count, the last one sees what the others did.
  if (monitor.references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete &monitor;
}

MonitorHandle start_monitor(Cell& watcher, const AnyRef& target,
                            Node* (*make_restarted)(Restarted&&)) {
  Cell& cell = *cell_of(target);
  auto* monitor = new Monitor(watcher, cell, make_restarted, 3);  // handle, signal, our set
  relations_of(watcher).watching.insert(monitor);
  send_relation(cell, make_signal(&hear_monitor, &refuse_monitor, monitor));
  return MonitorHandle(monitor);
}

void end_monitor(const MonitorHandle& handle) noexcept {
  Monitor* monitor = monitor_of(handle);
  if (!monitor || !monitor->active) return;
  monitor->active = false;
  relations_if_any(*monitor->watcher)->watching.erase(monitor);
  tell_demonitored(*monitor);
}

void start_link(Cell& self, const AnyRef& other) {
  Cell& cell = *cell_of(other);
  if (&cell == &self) return;
  Relations& relations = relations_of(self);
  if (const auto found = relations.links.find(&cell); found != relations.links.end()) {
    // acquire: pairs with break_link.
    if (found->second->active.load(std::memory_order_acquire)) return;
  }
  auto* link = new Link(self, cell, 2);  // our entry's and the signal's
  list_link(self, *link);
  send_relation(cell, make_signal(&hear_link, &refuse_link, link));
}

void end_link(Cell& self, const AnyRef& other) noexcept {
  Cell& cell = *cell_of(other);
  Relations* relations = relations_if_any(self);
  if (!relations) return;
  const auto found = relations->links.find(&cell);
  if (found == relations->links.end()) return;
  Link& link = *found->second;
  relations->links.erase(found);
  if (break_link(link)) {
    send_relation(cell, make_signal(&hear_unlink, &refuse_link_signal, &link));  // our reference
  } else {
    release_link(link);
  }
}

void link_at_birth(Cell& parent, Cell& child) {
  auto* link = new Link(parent, child, 2);
  list_link(parent, *link);
  list_link(child, *link);
}

void monitor_at_birth(Cell& parent, Cell& child) {
  auto* monitor = new Monitor(parent, child, nullptr, 2);
  relations_of(parent).watching.insert(monitor);
  list_monitor(child, *monitor);
}

void end_watching(Cell& cell) noexcept {
  Relations* relations = relations_if_any(cell);
  if (!relations) return;
  for (Monitor* monitor : relations->watching) {
    monitor->active = false;
    tell_demonitored(*monitor);
  }
  relations->watching.clear();
}

void tell_relations(Cell& cell, const ExitReason& reason) {
  Relations* relations = relations_if_any(cell);
  if (!relations) return;
  while (Monitor* monitor = relations->youngest_monitor) {
    tell_down(*monitor, reason);
    unlist_monitor(cell, *monitor);
  }
  for (auto& [other, link] : relations->links) {
    if (break_link(*link)) tell_exit(*link, cell, reason);
    release_link(*link);
  }
  relations->links.clear();
}

void forget_relations(Cell& cell) noexcept {
  Relations* relations = relations_if_any(cell);
  if (!relations) return;
  while (Monitor* monitor = relations->youngest_monitor) unlist_monitor(cell, *monitor);
  for (auto& [other, link] : relations->links) {
    if (break_link(*link)) {
      retain_link(*link);
      send_relation(link->other(cell), make_signal(&hear_unlink, &refuse_link_signal, link));
    }
    release_link(*link);
  }
  relations->links.clear();
}

void tell_of_restart(Cell& cell, const ExitReason& before) {
  Relations* relations = relations_if_any(cell);
  if (!relations) return;
  for (Monitor* monitor = relations->youngest_monitor; monitor; monitor = monitor->older) {
    if (!monitor->make_restarted) continue;
    retain_monitor(*monitor);
    push_message(*monitor->watcher,
                 *monitor->make_restarted(Restarted{ref_to(cell), MonitorHandle(monitor), before,
                                                    extras_of(cell).incarnation}));
  }
}

namespace {

bool is_wanted(Node& node) noexcept {
  if (!same_type(*node.type, message_type<Down>)) {
    return monitor_of(static_cast<CastNode<Restarted>&>(node).message.monitor)->active;
  }
  Monitor& monitor = *monitor_of(static_cast<CastNode<Down>&>(node).message.monitor);
  if (!std::exchange(monitor.active, false)) return false;
  relations_if_any(*monitor.watcher)->watching.erase(&monitor);
  release_monitor(monitor);  // the message holds it, too
  return true;
}

}  // namespace

bool take_down(Node& node) noexcept {
  if (is_wanted(node)) return true;
  node.type->destroy(node);
  return false;
}

}  // namespace troupe::detail
