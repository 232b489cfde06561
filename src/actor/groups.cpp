#include "actor/groups.hpp"

#include <algorithm>
#include <utility>

#include "actor/system_state.hpp"
#include "base/mix.hpp"
#include "troupe/detail/mailbox.hpp"

namespace troupe::detail {

namespace {

bool same_protocol(Protocol a, Protocol b) noexcept {
  if (a == b) return true;
  for (; *a && *b; ++a, ++b) {
    if (!same_type(**a, **b)) return false;
  }
  return *a == *b;
}

bool monitors_through(const Subscription& subscription, const AnyRef& subscriber,
                      Protocol protocol) noexcept {
  return subscription.subscriber == subscriber && same_protocol(subscription.protocol, protocol);
}

// False: it was subscribed.
bool subscribe(std::vector<Subscription>& monitors, const AnyRef& subscriber, Protocol protocol) {
  for (const Subscription& one : monitors) {
    if (monitors_through(one, subscriber, protocol)) return false;
  }
  monitors.push_back({subscriber, protocol});
  return true;
}

bool unsubscribe(std::vector<Subscription>& monitors, const AnyRef& subscriber,
                 Protocol protocol) noexcept {
  return std::erase_if(monitors, [&](const Subscription& one) {
           return monitors_through(one, subscriber, protocol);
         }) != 0;
}

void unsubscribe_all(std::vector<Subscription>& monitors, const AnyRef& subscriber) noexcept {
  std::erase_if(monitors, [&](const Subscription& one) { return one.subscriber == subscriber; });
}

}  // namespace

// -- one group ---

GroupState::GroupState(std::shared_ptr<Groups> owner, Scope& in, std::string_view its_name)
    : groups(std::move(owner)), scope(in), scope_name(in.name), name(its_name) {}

GroupState::View GroupState::view(Protocol protocol) {
  std::lock_guard lock(mutex_);
  for (const auto& [their_protocol, view] : views_) {
    if (their_protocol == protocol) return view;
  }
  auto view = std::make_shared<std::vector<AnyRef>>();
  for (const auto& [member, joins] : members) {
    if (handles_all(member, protocol)) view->push_back(member);
  }
  views_.emplace_back(protocol, view);
  return view;
}

bool GroupState::add(const AnyRef& actor) {
  std::lock_guard lock(mutex_);
  if (members[actor]++ != 0) return false;
  views_.clear();
  return true;
}

bool GroupState::remove(const AnyRef& actor, std::uint32_t joins) {
  std::lock_guard lock(mutex_);
  const auto found = members.find(actor);
  if (found->second > joins) {
    found->second -= joins;
    return false;
  }
  members.erase(found);
  views_.clear();
  return true;
}

// -- all groups ---

// Messages to subscribers whose mailboxes were closed. Disposing of them runs destructors of users'
// messages, which may come back here: so it waits until the lock is released. Made before the lock
// is taken.
class Groups::Undelivered {
 public:
  Undelivered() = default;
  Undelivered(const Undelivered&) = delete;
  Undelivered& operator=(const Undelivered&) = delete;
  ~Undelivered() {
    for (auto& [receiver, node] : nodes_) push_closed(*cell_of(receiver), *node);
  }
  void add(const AnyRef& receiver, Node& node) { nodes_.emplace_back(receiver, &node); }

 private:
  std::vector<std::pair<AnyRef, Node*>> nodes_;
};

GroupState& Groups::open(std::string_view scope_name, std::string_view name) {
  std::lock_guard lock(mutex_);
  Scope& scope = open_scope(scope_name);
  auto found = scope.groups.find(name);
  if (found == scope.groups.end()) {
    auto group = std::make_unique<GroupState>(shared_from_this(), scope, name);
    found = scope.groups.emplace(std::string(name), std::move(group)).first;
  }
  // relaxed: the lock orders the first use after the last one's end.
  found->second->uses.fetch_add(1, std::memory_order_relaxed);
  return *found->second;
}

void Groups::close(GroupState& group) noexcept {
  // Only with the lock does a group lose its last use, because there it can be found again.
  std::uint64_t uses = group.uses.load(std::memory_order_relaxed);
  while (uses > 1) {
    // release: what was done through this handle happens before the group is freed.
    if (group.uses.compare_exchange_weak(uses, uses - 1, std::memory_order_release,
                                         std::memory_order_relaxed)) {
      return;
    }
  }
  const std::shared_ptr<Groups> alive = group.groups;  // the system may be gone, and we be the last
  std::lock_guard lock(mutex_);
  drop(group);
}

Scope& Groups::open_scope(std::string_view name) {
  auto found = scopes_.find(name);
  if (found == scopes_.end()) {
    found = scopes_.emplace(std::string(name), Scope{std::string(name), {}, {}}).first;
  }
  return found->second;
}

void Groups::drop(GroupState& group) noexcept {
  // acquire: pairs with the release in close, for the last use.
  if (group.uses.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  Scope& scope = group.scope;
  scope.groups.erase(scope.groups.find(group.name));
  drop_if_unused(scope);
}

void Groups::drop_if_unused(Scope& scope) noexcept {
  if (scope.groups.empty() && scope.monitors.empty()) scopes_.erase(scopes_.find(scope.name));
}

// Whether the actor may be entered: it lives, and will call leave_all when it ends.
//
// Its end writes `closing`, then exchanges `head`, then reads `in_groups`. We write `in_groups`,
// then exchange `head` as well, for itself, then read `closing`. All changes of `head` have one
// order, and whatever comes between two of them continues the earlier one's release sequence:
// producers, and those who close the mailbox again, only ever exchange it. (Starting an actor
// stores it plainly, but only when nobody has a reference, as we do.) So the later of the two
// exchanges sees what the other side wrote before its own: the end sees `in_groups`, or we see
// `closing`. What `head` says does not matter; it can look open for a moment even when it was
// closed.
bool Groups::admit(const AnyRef& actor) {
  Cell* cell = cell_of(actor);
  if (!cell || cell->system != &system_) return false;
  cell->in_groups.store(true, std::memory_order_relaxed);
  cell->head.fetch_or(0, std::memory_order_acq_rel);
  return !cell->closing.load(std::memory_order_relaxed);
}

template <class Entry>
void Groups::deregister(const AnyRef& actor, std::vector<Entry*> Registration::* entries,
                        Entry& entry) {
  const auto found = registrations_.find(cell_of(actor));
  std::vector<Entry*>& list = found->second.*entries;
  list.erase(std::ranges::find(list, &entry));
  if (found->second.empty()) registrations_.erase(found);
}

void Groups::tell(GroupState& group, const AnyRef& member, bool joined, Undelivered& undelivered) {
  for (const auto* monitors : {&group.monitors, &group.scope.monitors}) {
    for (const Subscription& one : *monitors) {
      if (!handles_all(member, one.protocol)) continue;
      Node& node = *make_node<GroupChanged>(group.scope_name, group.name, member, joined);
      if (!push_unless_closed(*cell_of(one.subscriber), node)) {
        undelivered.add(one.subscriber, node);
      }
    }
  }
}

void Groups::withdraw(const AnyRef& actor, const Registration& from, Undelivered* undelivered) {
  // The subscriptions first: it is told of nothing more.
  for (Scope* scope : from.scopes) {
    unsubscribe_all(scope->monitors, actor);
    drop_if_unused(*scope);
  }
  for (GroupState* group : from.monitored) {
    unsubscribe_all(group->monitors, actor);
    drop(*group);
  }
  for (GroupState* group : from.joined) {
    group->remove(actor, UINT32_MAX);
    if (undelivered) tell(*group, actor, false, *undelivered);
    drop(*group);
  }
}

bool Groups::join(GroupState& group, const AnyRef& actor) {
  Undelivered undelivered;
  std::lock_guard lock(mutex_);
  if (!admit(actor)) return false;
  if (!group.add(actor)) return true;
  group.uses.fetch_add(1, std::memory_order_relaxed);
  registrations_[cell_of(actor)].joined.push_back(&group);
  tell(group, actor, true, undelivered);
  return true;
}

bool Groups::leave(GroupState& group, const AnyRef& actor) {
  Undelivered undelivered;
  std::lock_guard lock(mutex_);
  if (!group.members.contains(actor)) return false;
  if (!group.remove(actor, 1)) return true;
  deregister(actor, &Registration::joined, group);
  tell(group, actor, false, undelivered);
  drop(group);
  return true;
}

void Groups::leave_all(Cell& cell) noexcept {
  retain(cell);
  const AnyRef actor = adopt_cell(&cell);
  Undelivered undelivered;
  std::lock_guard lock(mutex_);
  const auto found = registrations_.extract(&cell);
  if (!found.empty()) withdraw(actor, found.mapped(), &undelivered);
}

std::vector<AnyRef> Groups::monitor(GroupState& group, const AnyRef& subscriber,
                                    Protocol protocol) {
  std::lock_guard lock(mutex_);
  if (admit(subscriber) && subscribe(group.monitors, subscriber, protocol)) {
    group.uses.fetch_add(1, std::memory_order_relaxed);
    registrations_[cell_of(subscriber)].monitored.push_back(&group);
  }
  return *group.view(protocol);
}

bool Groups::demonitor(GroupState& group, const AnyRef& subscriber, Protocol protocol) {
  std::lock_guard lock(mutex_);
  if (!unsubscribe(group.monitors, subscriber, protocol)) return false;
  deregister(subscriber, &Registration::monitored, group);
  drop(group);
  return true;
}

std::vector<GroupMembers> Groups::monitor(std::string_view scope_name, const AnyRef& subscriber) {
  std::lock_guard lock(mutex_);
  if (admit(subscriber)) {
    Scope& scope = open_scope(scope_name);
    if (subscribe(scope.monitors, subscriber, handled_messages<>)) {
      registrations_[cell_of(subscriber)].scopes.push_back(&scope);
    }
  }
  std::vector<GroupMembers> all;
  const auto scope = scopes_.find(scope_name);
  if (scope == scopes_.end()) return all;
  for (const auto& [name, group] : scope->second.groups) {
    if (!group->members.empty()) all.push_back({name, *group->view(handled_messages<>)});
  }
  return all;
}

bool Groups::demonitor(std::string_view scope_name, const AnyRef& subscriber) {
  std::lock_guard lock(mutex_);
  const auto found = scopes_.find(scope_name);
  if (found == scopes_.end()) return false;
  Scope& scope = found->second;
  if (!unsubscribe(scope.monitors, subscriber, handled_messages<>)) return false;
  deregister(subscriber, &Registration::scopes, scope);
  drop_if_unused(scope);
  return true;
}

std::vector<std::string> Groups::names(std::string_view scope_name) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  const auto scope = scopes_.find(scope_name);
  if (scope == scopes_.end()) return names;
  for (const auto& [name, group] : scope->second.groups) {
    if (!group->members.empty()) names.push_back(name);
  }
  return names;
}

std::vector<std::string> Groups::scopes() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, scope] : scopes_) {
    if (std::ranges::any_of(scope.groups, [](auto& g) { return !g.second->members.empty(); })) {
      names.push_back(name);
    }
  }
  return names;
}

std::uint64_t Groups::random() noexcept { return system_.random(); }

void Groups::clear() noexcept {
  std::lock_guard lock(mutex_);
  // Whoever is left never ended: its thread is stuck, or it did not run any more.
  const auto left = std::exchange(registrations_, {});
  for (const auto& [cell, registration] : left) {
    retain(*cell);
    withdraw(adopt_cell(cell), registration, nullptr);
  }
}

// -- handles ---

GroupHandle::GroupHandle(SystemState& system, std::string_view name, std::string_view scope)
    : state_(&system.groups->open(scope, name)) {}

GroupHandle::GroupHandle(const GroupHandle& other) noexcept : state_(other.state_) {
  state_->uses.fetch_add(1, std::memory_order_relaxed);  // there is a use already
}

GroupHandle& GroupHandle::operator=(const GroupHandle& other) noexcept {
  GroupHandle copy(other);
  std::swap(state_, copy.state_);
  return *this;
}

GroupHandle::~GroupHandle() { state_->groups->close(*state_); }

const std::string& GroupHandle::name() const noexcept { return state_->name; }
const std::string& GroupHandle::scope() const noexcept { return state_->scope_name; }

bool GroupHandle::join(const AnyRef& actor) const { return state_->groups->join(*state_, actor); }
bool GroupHandle::leave(const AnyRef& actor) const { return state_->groups->leave(*state_, actor); }

std::vector<AnyRef> GroupHandle::members(Protocol protocol) const {
  return *state_->view(protocol);
}

AnyRef GroupHandle::pick(Protocol protocol) const {
  const auto members = state_->view(protocol);
  if (members->empty()) return {};
  return (*members)[state_->groups->random() % members->size()];
}

AnyRef GroupHandle::pick_next(Protocol protocol) const {
  const auto members = state_->view(protocol);
  if (members->empty()) return {};
  // relaxed: each turn is taken once, in whatever order.
  return (*members)[state_->turn.fetch_add(1, std::memory_order_relaxed) % members->size()];
}

AnyRef GroupHandle::pick_by(Protocol protocol, std::uint64_t hash) const {
  // Rendezvous hashing: each member has a number for the hash, and the highest wins. Another member
  // changes nothing between those that were there.
  const auto members = state_->view(protocol);
  const std::uint64_t mixed = mix(hash + kMixStep);
  const AnyRef* best = nullptr;
  std::uint64_t highest = 0;
  for (const AnyRef& member : *members) {
    const std::uint64_t number = mix(mixed ^ mix(member.id()));
    if (!best || number > highest) {
      best = &member;
      highest = number;
    }
  }
  return best ? *best : AnyRef();
}

std::vector<AnyRef> GroupHandle::monitor(const AnyRef& subscriber, Protocol protocol) const {
  return state_->groups->monitor(*state_, subscriber, protocol);
}

bool GroupHandle::demonitor(const AnyRef& subscriber, Protocol protocol) const {
  return state_->groups->demonitor(*state_, subscriber, protocol);
}

bool handles_all(const AnyRef& actor, Protocol protocol) noexcept {
  const Cell* cell = cell_of(actor);
  return cell && handles_all(*cell->type, protocol);
}

}  // namespace troupe::detail

namespace troupe {

GroupScope::GroupScope(const System& system, std::string_view scope)
    : system_(&detail::state_of(system)), scope_(scope) {}

std::vector<std::string> GroupScope::groups() const { return system_->groups->names(scope_); }

std::vector<GroupMembers> GroupScope::start_monitor(const AnyRef& subscriber) const {
  return system_->groups->monitor(scope_, subscriber);
}

bool GroupScope::demonitor(const AnyRef& subscriber) const {
  return system_->groups->demonitor(scope_, subscriber);
}

std::vector<std::string> group_scopes(const System& system) {
  return detail::state_of(system).groups->scopes();
}

}  // namespace troupe
