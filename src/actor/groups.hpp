#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actor/registry.hpp"
#include "troupe/group.hpp"

namespace troupe::detail {

struct GroupState;

/// Somebody who is told of changes, of members that handle `protocol`.
struct Subscription {
  AnyRef subscriber;
  Protocol protocol;
};

/// The groups of one scope. It exists while it has groups or monitors.
struct Scope {
  std::string name;
  std::map<std::string, std::unique_ptr<GroupState>, std::less<>> groups;
  std::vector<Subscription> monitors;
};

class Groups;

/// One group. It exists while it has handles, members or monitors: each of them is one of `uses`.
struct GroupState {
  using View = std::shared_ptr<const std::vector<AnyRef>>;

  const std::shared_ptr<Groups> groups;  // for handles that outlive the system
  Scope& scope;
  const std::string scope_name;  // the scope's, for handles to read
  const std::string name;
  std::atomic<std::uint64_t> uses{0};
  std::atomic<std::uint64_t> turn{0};  // of pick_next
  std::vector<Subscription> monitors;  // guarded by the lock of Groups

  // Written with both locks held, read with either. Ordered by id; with how often each has joined.
  std::map<AnyRef, std::uint32_t> members;

  GroupState(std::shared_ptr<Groups> owner, Scope& in, std::string_view its_name);

  /// The members that handle `protocol`. The list is built once and shared until the next change.
  View view(Protocol protocol);
  /// One more or one less join. True: the actor has become a member, or ceased to be one.
  bool add(const AnyRef& actor);
  bool remove(const AnyRef& actor, std::uint32_t joins);

 private:
  std::mutex mutex_;  // taken after the lock of Groups; guards `members` and this:
  std::vector<std::pair<Protocol, View>> views_;
};

/// A system's groups. Any thread.
///
/// One lock orders all changes, and the messages that tell of them are sent under it: hence each
/// subscriber hears of them in the order in which they happened. Under a lock no code of users
/// runs, not even destructors.
class Groups : public std::enable_shared_from_this<Groups> {
 public:
  explicit Groups(SystemState& system) noexcept : system_(system) {}

  /// A group, found or made; counts as one use.
  GroupState& open(std::string_view scope, std::string_view name);
  /// Ends a use.
  void close(GroupState& group) noexcept;

  bool join(GroupState& group, const AnyRef& actor);
  bool leave(GroupState& group, const AnyRef& actor);
  /// The actor ends, and its mailbox is closed: it is no member and no subscriber any more.
  void leave_all(Cell& cell) noexcept;

  std::vector<AnyRef> monitor(GroupState& group, const AnyRef& subscriber, Protocol protocol);
  bool demonitor(GroupState& group, const AnyRef& subscriber, Protocol protocol);
  std::vector<GroupMembers> monitor(std::string_view scope, const AnyRef& subscriber);
  bool demonitor(std::string_view scope, const AnyRef& subscriber);

  std::vector<std::string> names(std::string_view scope) const;
  std::vector<std::string> scopes() const;

  std::uint64_t random() noexcept;
  /// The system ends: nobody is a member any more.
  void clear() noexcept;

 private:
  /// What an actor is in; each entry but those of scopes is a use.
  struct Registration {
    std::vector<GroupState*> joined;
    std::vector<GroupState*> monitored;
    std::vector<Scope*> scopes;
    bool empty() const noexcept { return joined.empty() && monitored.empty() && scopes.empty(); }
  };
  class Undelivered;

  // All of these with the lock held.
  bool admit(const AnyRef& actor);
  Scope& open_scope(std::string_view name);
  void drop(GroupState& group) noexcept;
  void drop_if_unused(Scope& scope) noexcept;
  template <class Entry>
  void deregister(const AnyRef& actor, std::vector<Entry*> Registration::* entries, Entry& entry);
  /// Out of everything. Null: without telling anybody.
  void withdraw(const AnyRef& actor, const Registration& from, Undelivered* undelivered);
  void tell(GroupState& group, const AnyRef& member, bool joined, Undelivered& undelivered);

  SystemState& system_;
  mutable std::mutex mutex_;  // guards the rest, and what the scopes and groups say it does
  std::map<std::string, Scope, std::less<>> scopes_;
  std::unordered_map<Cell*, Registration> registrations_;  // of those with in_groups
};

}  // namespace troupe::detail
