#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/any_ref.hpp"
#include "troupe/detail/dispatch.hpp"

namespace troupe::detail {

struct GroupState;

/// A counted hold on a group of a system. It may outlive the system: the group is empty then. Where
/// a Protocol is given, members that do not handle all of it are left out.
class TROUPE_EXPORT GroupHandle {
 public:
  GroupHandle(SystemState& system, std::string_view name, std::string_view scope);
  GroupHandle(const GroupHandle& other) noexcept;
  GroupHandle& operator=(const GroupHandle& other) noexcept;
  ~GroupHandle();

  const std::string& name() const noexcept;
  const std::string& scope() const noexcept;

  bool join(const AnyRef& actor) const;
  bool leave(const AnyRef& actor) const;
  std::vector<AnyRef> members(Protocol protocol) const;

  /// Empty: there is no member.
  AnyRef pick(Protocol protocol) const;
  AnyRef pick_next(Protocol protocol) const;
  AnyRef pick_by(Protocol protocol, std::uint64_t hash) const;

  std::vector<AnyRef> monitor(const AnyRef& subscriber, Protocol protocol) const;
  bool demonitor(const AnyRef& subscriber, Protocol protocol) const;

 private:
  GroupState* state_;
};

/// Whether there is an actor and it handles all of `protocol`.
TROUPE_EXPORT bool handles_all(const AnyRef& actor, Protocol protocol) noexcept;

}  // namespace troupe::detail
