#pragma once

#include <optional>
#include <string>
#include <utility>

#include "troupe/backoff.hpp"
#include "troupe/call_error.hpp"
#include "troupe/detail/check.hpp"
#include "troupe/detail/duration.hpp"
#include "troupe/detail/recipe.hpp"
#include "troupe/exit.hpp"
#include "troupe/spawn.hpp"

namespace troupe {

/// A shutdown time: the child is killed without being asked to stop.
inline constexpr std::chrono::nanoseconds kBrutalKill = std::chrono::nanoseconds::zero();

/// What a supervisor knows of a child: how to make it, and what its end means. Made by `child`;
/// copyable.
class TROUPE_EXPORT ChildSpec {
 public:
  ChildSpec(std::string id, detail::RecipeRef recipe)
      : id_(std::move(id)), recipe_(std::move(recipe)) {}

  /// Default: permanent.
  ChildSpec&& restart(Restart value) && {
    restart_ = value;
    return std::move(*this);
  }
  /// How long it may take to stop before it is killed. Default: 5 s; for supervisors forever,
  /// as less could orphan their children.
  ChildSpec&& shutdown(std::chrono::nanoseconds time) && {
    shutdown_ = time;
    return std::move(*this);
  }
  /// Its end is a reason for the supervisor to end: see SupervisorSpec::auto_shutdown. Not for
  /// permanent children.
  ChildSpec&& significant(bool value = true) && {
    significant_ = value;
    return std::move(*this);
  }
  /// A name in the system; it survives restarts.
  ChildSpec&& named(std::string name) && {
    name_ = std::move(name);
    return std::move(*this);
  }
  ChildSpec&& backoff(Backoff value) && {
    backoff_ = value;
    return std::move(*this);
  }
  ChildSpec&& backoff(std::chrono::nanoseconds minimum, std::chrono::nanoseconds maximum) && {
    return std::move(*this).backoff(Backoff{minimum, maximum});
  }

  /// How many messages may wait for it: see Mailbox. Default: what its class says.
  ChildSpec&& mailbox(Mailbox value) && {
    mailbox_ = std::move(value);
    return std::move(*this);
  }

  const std::string& id() const noexcept { return id_; }
  const std::string& name() const noexcept { return name_; }
  Restart restart() const noexcept { return restart_; }
  std::chrono::nanoseconds shutdown() const noexcept;
  bool significant() const noexcept { return significant_; }
  const Backoff& backoff() const noexcept { return backoff_; }
  const std::optional<Mailbox>& mailbox() const noexcept { return mailbox_; }
  bool supervisor() const noexcept { return recipe_->type.supervises; }
  std::string_view type() const noexcept { return recipe_->type.name; }
  const detail::RecipeRef& recipe() const noexcept { return recipe_; }

 private:
  std::string id_;
  std::string name_;
  detail::RecipeRef recipe_;
  Restart restart_ = Restart::permanent;
  std::optional<std::chrono::nanoseconds> shutdown_;
  bool significant_ = false;
  Backoff backoff_;
  std::optional<Mailbox> mailbox_;
};

/// A child of class A, made from these arguments at each start; `sibling<B>("id")` among them is
/// the reference of a child that is started before it.
template <class A, class... Args>
ChildSpec child(std::string id, Args&&... arguments) {
  return ChildSpec(std::move(id), detail::make_recipe<A>(std::forward<Args>(arguments)...));
}

}  // namespace troupe
