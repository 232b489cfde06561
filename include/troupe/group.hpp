#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/actor_ref.hpp"
#include "troupe/detail/group.hpp"
#include "troupe/system.hpp"

namespace troupe {

/// Sent to those that monitor a group or a scope: an actor has become a member, or is none any
/// more. List it among the subscriber's messages.
struct GroupChanged {
  std::string scope;
  std::string group;
  AnyRef member;
  bool joined;  ///< false: left, or ended
};

/// A named group of actors that handle `Messages...`, after Erlang's `pg`:
///
///   troupe::Group<Price> prices(system, "prices");        // in an actor: group<Price>("prices")
///   troupe::Group<Price> europe(system, "prices", "eu");  // another one, in another scope
///
/// A group needs not be made: it is there for whoever names it. A member takes messages: an actor
/// leaves its groups when it begins to end, before its post_stop and before anybody (parent, those
/// who wait, callers whose requests it did not get to) hears of it. An actor that its supervisor
/// restarts stays.
///
/// Handles of different protocols may name the same group; each sees the members that handle its
/// own messages.
///
/// Any thread; nothing here waits. A handle is cheap to copy, and to use from a thread that does
/// many things: keep it rather than name the group each time. All actors of a group are of one
/// system.
template <class... Messages>
class Group {
 public:
  using Member = ActorRef<Messages...>;

  Group(const System& system, std::string_view name, std::string_view scope = {})
      : handle_(detail::state_of(system), name, scope) {}
  /// For the framework.
  Group(detail::SystemState& system, std::string_view name, std::string_view scope)
      : handle_(system, name, scope) {}

  const std::string& name() const noexcept { return handle_.name(); }
  const std::string& scope() const noexcept { return handle_.scope(); }

  /// Makes the actor a member. An actor that joins several times is one member, and must leave as
  /// often. False: it has ended, or is about to; or it is another system's.
  template <class Class, class... Theirs>
  bool join(const Ref<Class, Theirs...>& actor) const {
    static_assert((detail::one_of<Messages, Theirs...> && ...),
                  "the actor does not handle this group's messages");
    return handle_.join(actor);
  }
  /// Takes one join back. False: the actor is no member.
  bool leave(const AnyRef& actor) const { return handle_.leave(actor); }

  /// The members, ordered by id.
  std::vector<Member> members() const { return typed(handle_.members(kProtocol)); }
  /// The members on this node: all, as long as there is only one.
  std::vector<Member> local_members() const { return members(); }
  /// `actor` with its messages, when it handles this group's; whether it is a member or not. For
  /// the `member` of a GroupChanged.
  std::optional<Member> narrow(const AnyRef& actor) const {
    if (!detail::handles_all(actor, kProtocol)) return std::nullopt;
    return ref_cast<Member>(actor);
  }

  /// Sends each member a copy of M{args...}. Returns how many of these messages some actor has: see
  /// `accepted`.
  template <class M, class... Args>
  std::size_t broadcast(Args&&... args) const {
    static_assert(Member::template handles<M>, "the group's members do not handle this message");
    const M message{std::forward<Args>(args)...};
    std::size_t delivered = 0;
    for (AnyRef& member : handle_.members(kProtocol)) {
      const auto result = ref_cast<Member>(std::move(member)).template cast<M>(message);
      if (accepted(result)) ++delivered;
    }
    return delivered;
  }

  /// A random member; none: the group is empty.
  std::optional<Member> pick() const { return typed(handle_.pick(kProtocol)); }
  /// The members in turn. The turn is the group's: all of its handles share it.
  std::optional<Member> pick_next() const { return typed(handle_.pick_next(kProtocol)); }
  /// The same member for the same hash. When an actor joins or leaves, only those hashes move that
  /// go to it. Looks at all members.
  std::optional<Member> pick_by(std::uint64_t hash) const {
    return typed(handle_.pick_by(kProtocol, hash));
  }
  /// pick_by, with the std::hash of the key.
  template <class Key>
  std::optional<Member> pick(const Key& key) const {
    return pick_by(std::hash<Key>{}(key));
  }

  /// From now on, `subscriber` is sent a GroupChanged for each actor that becomes a member or
  /// ceases to be one, in this order, if it handles `Messages...`. Returns who was a member before.
  /// No change is lost between the two, and none told twice, however often one subscribes. Ends
  /// with the subscriber.
  template <class Class, class... Theirs>
  std::vector<Member> monitor(const Ref<Class, Theirs...>& subscriber) const {
    static_assert(detail::one_of<GroupChanged, Theirs...>,
                  "list troupe::GroupChanged among the subscriber's messages");
    return typed(handle_.monitor(subscriber, kProtocol));
  }
  /// Changes from now on are not told; those that are in the subscriber's mailbox stay there.
  /// False: it did not monitor the group through this protocol.
  bool demonitor(const AnyRef& subscriber) const {
    return handle_.demonitor(subscriber, kProtocol);
  }

 private:
  static constexpr detail::Protocol kProtocol = detail::handled_messages<Messages...>;

  static std::optional<Member> typed(AnyRef found) {
    if (!found) return std::nullopt;
    return ref_cast<Member>(std::move(found));
  }
  static std::vector<Member> typed(std::vector<AnyRef> found) {
    std::vector<Member> members;
    members.reserve(found.size());
    for (AnyRef& ref : found) members.push_back(ref_cast<Member>(std::move(ref)));
    return members;
  }

  detail::GroupHandle handle_;
};

/// A group and who is in it.
struct GroupMembers {
  std::string group;
  std::vector<AnyRef> members;  ///< ordered by id
};

/// All groups of a scope; Groups that name no scope are in the one whose name is empty. Any thread.
/// Not to be used after its system's end.
class TROUPE_EXPORT GroupScope {
 public:
  explicit GroupScope(const System& system, std::string_view scope = {});

  const std::string& scope() const noexcept { return scope_; }

  /// The names of the groups that have members, sorted.
  std::vector<std::string> groups() const;

  /// As Group::monitor, for all groups of the scope and members of whatever messages. Who monitors
  /// a group besides hears of its changes from both. Returns the groups that have members, sorted.
  template <class Class, class... Theirs>
  std::vector<GroupMembers> monitor(const Ref<Class, Theirs...>& subscriber) const {
    static_assert(detail::one_of<GroupChanged, Theirs...>,
                  "list troupe::GroupChanged among the subscriber's messages");
    return start_monitor(subscriber);
  }
  /// False: it did not monitor the scope.
  bool demonitor(const AnyRef& subscriber) const;

 private:
  std::vector<GroupMembers> start_monitor(const AnyRef& subscriber) const;

  detail::SystemState* system_;
  std::string scope_;
};

/// The names of the scopes that have a group with members, sorted.
TROUPE_EXPORT std::vector<std::string> group_scopes(const System& system);

}  // namespace troupe
