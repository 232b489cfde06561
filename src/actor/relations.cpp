#include "actor/relations.hpp"

#include <algorithm>
#include <utility>
#include <vector>

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

// A type of the same name, so that the handler for M is found, but of another kind: it tells what
// the framework sends from what users send each other.
template <class M>
consteval MessageType make_told_type() {
  MessageType type = make_message_type<M>();
  type.kind = NodeKind::down;
  return type;
}
template <class M>
constinit const MessageType told_type = make_told_type<M>();

template <class M, class... Args>
void tell(Cell& receiver, Args&&... args) {
  auto* node = make_node<M>(std::forward<Args>(args)...);
  node->type = &told_type<M>;
  push_unbounded(receiver, *node);
}

void tell_down(Monitor& monitor, ExitReason reason) {
  retain_monitor(monitor);
  tell<Down>(*monitor.watcher, ref_to(*monitor.target), MonitorHandle(&monitor), std::move(reason));
}

void list_monitor(Cell& target, Monitor& monitor) {
  relations_of(target).monitors.push_front(monitor);
  monitor.listed = true;
}

void unlist_monitor(Cell& target, Monitor& monitor) noexcept {
  relations_if_any(target)->monitors.remove(monitor);
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

LinkState state_of(const Link& link) noexcept {
  // acquire: pairs with break_link.
  return link.state.load(std::memory_order_acquire);
}

// Ends a link for both sides. True: it was still active.
bool break_link(Link& link, LinkState why) noexcept {
  LinkState expected = LinkState::active;
  // acq_rel: the side that loses sees what the winner did before, and acts no more.
  return link.state.compare_exchange_strong(expected, why, std::memory_order_acq_rel,
                                            std::memory_order_acquire);
}

// The entry for `link` goes with its reference. False: the entry is another one by now, or none.
bool forget_link(Cell& self, Link& link) noexcept {
  Relations* relations = relations_if_any(self);
  if (!relations) return false;
  const auto found = relations->links.find(&link.other(self));
  if (found == relations->links.end() || found->second != &link) return false;
  relations->links.erase(found);
  release_link(link);
  return true;
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
  // Unless this actor has unlinked itself meanwhile.
  if (forget_link(self, link)) hear_exit(self, link.other(self), signal.reason);
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
    tell<Exit>(to, ref_to(from), reason);
    send_relation(to, make_signal(&hear_unlink, &refuse_link_signal, &link));
  } else {
    send_relation(to, make_signal(&hear_exit_signal, &refuse_link_signal, &link, reason));
  }
}

// The other end linked itself to this actor. Where it has ended since, the link is listed all the
// same: the signal that tells so follows, and looks for it.
void hear_link(Cell& self, RelationSignal& signal) {
  auto& link = *static_cast<Link*>(signal.subject);
  if (state_of(link) == LinkState::unlinked) return release_link(link);
  const auto& links = relations_of(self).links;
  const auto found = links.find(&link.other(self));
  if (found != links.end() && state_of(*found->second) == LinkState::active) {
    // Made at the same time. Each side gives up the same one, and breaks it, so that it does not
    // come back when the other is unlinked.
    const bool keep_ours = self.id < link.other(self).id;
    break_link(keep_ours ? link : *found->second, LinkState::unlinked);
    if (keep_ours) return release_link(link);
  }
  list_link(self, link);
}

// The other end has ended: the one that asked hears of it as if the link had just broken.
void refuse_link(Cell& ended, RelationSignal& signal) noexcept {
  auto& link = *static_cast<Link*>(signal.subject);
  if (break_link(link, LinkState::ended)) tell_exit(link, ended, {ExitKind::no_process, {}});
  release_link(link);
}

}  // namespace

RelationSignal::RelationSignal(void (*h)(Cell&, RelationSignal&),
                               void (*r)(Cell&, RelationSignal&) noexcept, void* s, ExitReason why)
    : Node(&relation_type), hear(h), refuse(r), subject(s), reason(std::move(why)) {}

Monitor::Monitor(Cell& w, Cell& t, bool restarts, std::uint32_t refs) noexcept
    : watcher(&w), target(&t), hears_restarts(restarts), references(refs) {
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

MonitorHandle start_monitor(Cell& watcher, const AnyRef& target, bool hears_restarts) {
  Cell& cell = *cell_of(target);
  auto* monitor = new Monitor(watcher, cell, hears_restarts, 3);  // handle, signal, our set
  relations_of(watcher).watching.insert(monitor);
  send_relation(cell, make_signal(&hear_monitor, &refuse_monitor, monitor));
  return MonitorHandle(monitor);
}

void end_monitor(Cell& watcher, const MonitorHandle& handle) noexcept {
  Monitor* monitor = monitor_of(handle);
  if (!monitor || monitor->watcher != &watcher || !monitor->active) return;
  monitor->active = false;
  relations_if_any(*monitor->watcher)->watching.erase(monitor);
  tell_demonitored(*monitor);
}

void start_link(Cell& self, const AnyRef& other) {
  Cell& cell = *cell_of(other);
  if (&cell == &self) return;
  Relations& relations = relations_of(self);
  if (const auto found = relations.links.find(&cell); found != relations.links.end()) {
    if (state_of(*found->second) == LinkState::active) return;
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
  if (break_link(link, LinkState::unlinked)) {
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
  auto* monitor = new Monitor(parent, child, false, 2);
  relations_of(parent).watching.insert(monitor);
  list_monitor(child, *monitor);
}

namespace {

// Those who are told hear of it in the order of their ages, wherever they lie in memory.
std::vector<Link*> links_by_age(const Cell& cell, const Relations& relations) {
  std::vector<Link*> links;
  for (const auto& [other, link] : relations.links) links.push_back(link);
  std::ranges::sort(links, {}, [&](const Link* link) { return link->other(cell).id; });
  return links;
}

}  // namespace

void end_watching(Cell& cell) noexcept {
  Relations* relations = relations_if_any(cell);
  if (!relations) return;
  std::vector<Monitor*> monitors(relations->watching.begin(), relations->watching.end());
  std::ranges::sort(monitors, {}, [](const Monitor* monitor) { return monitor->target->id; });
  for (Monitor* monitor : monitors) {
    monitor->active = false;
    tell_demonitored(*monitor);
  }
  relations->watching.clear();
}

void tell_relations(Cell& cell, const ExitReason& reason) {
  Relations* relations = relations_if_any(cell);
  if (!relations) return;
  while (Monitor* monitor = relations->monitors.front()) {
    tell_down(*monitor, reason);
    unlist_monitor(cell, *monitor);
  }
  for (Link* link : links_by_age(cell, *relations)) {
    if (break_link(*link, LinkState::ended)) tell_exit(*link, cell, reason);
    release_link(*link);
  }
  relations->links.clear();
}

void forget_birth(Cell& cell) noexcept {
  Relations* relations = relations_if_any(cell);
  if (!relations) return;
  // There is none but the parent's: others come by signals, and none was heard yet.
  while (Monitor* monitor = relations->monitors.front()) {
    monitor->active = false;
    relations_if_any(*monitor->watcher)->watching.erase(monitor);
    unlist_monitor(cell, *monitor);
    release_monitor(*monitor);
  }
  for (Link* link : links_by_age(cell, *relations)) {
    if (break_link(*link, LinkState::unlinked)) {
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
  for (Monitor* monitor = relations->monitors.front(); monitor; monitor = monitor->place.next) {
    if (!monitor->hears_restarts) continue;
    retain_monitor(*monitor);
    tell<Restarted>(*monitor->watcher, ref_to(cell), MonitorHandle(monitor), before,
                    extras_of(cell).incarnation);
  }
}

namespace {

bool is_wanted(Node& node) noexcept {
  if (node.type == &told_type<Exit>) return true;
  if (node.type != &told_type<Down>) {
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
