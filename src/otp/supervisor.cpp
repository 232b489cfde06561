#include "troupe/supervisor.hpp"

#include <algorithm>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <utility>

#include "actor/children.hpp"
#include "actor/overflow.hpp"
#include "otp/supervised_child.hpp"
#include "troupe/format.hpp"

namespace troupe {

namespace detail {

struct SupervisorState final : Siblings {
  using Children = std::vector<std::unique_ptr<SupervisedChild>>;  // in start order

  explicit SupervisorState(SupervisorSpec s)
      : spec(std::move(s)), intensity(spec.intensity(), spec.period().count()) {}

  SupervisedChild& add(ChildSpec child) {
    children.push_back(std::make_unique<SupervisedChild>(std::move(child), ++last_key));
    return *children.back();
  }
  void remove(const SupervisedChild& child) {
    std::erase_if(children, [&](const auto& each) { return each.get() == &child; });
  }
  template <class Predicate>
  SupervisedChild* find_if(Predicate predicate) const {
    const auto found =
        std::ranges::find_if(children, [&](const auto& each) { return predicate(*each); });
    return found == children.end() ? nullptr : found->get();
  }
  SupervisedChild* find(std::string_view id) const {
    return find_if([&](const SupervisedChild& each) { return each.spec.id() == id; });
  }
  SupervisedChild* find(std::uint64_t key) const {
    return find_if([&](const SupervisedChild& each) { return each.key == key; });
  }
  // What the child that is being started may ask of its elder siblings.
  AnyRef find(std::string_view id, const ActorClass& type) const override {
    for (const auto& elder : children) {
      if (elder.get() == starting) break;
      if (elder->spec.id() != id || !elder->ref) continue;
      if (elder->spec.type() != type.name) {
        throw std::runtime_error(
            format("its sibling '{}' is no {}, but a {}", id, type.name, elder->spec.type()));
      }
      return elder->ref;
    }
    throw std::runtime_error(format("it needs its sibling '{}', which does not run before it", id));
  }
  Children::iterator position(const SupervisedChild& child) {
    return std::ranges::find_if(children, [&](const auto& each) { return each.get() == &child; });
  }

  SupervisorSpec spec;
  Intensity intensity;
  Children children;
  const SupervisedChild* starting = nullptr;
  std::uint64_t last_key = 0;
};

}  // namespace detail

namespace {

using detail::SupervisedChild;
using detail::SupervisorState;

void check(const ChildSpec& child, const SupervisorSpec& spec) {
  detail::check(child);
  if (child.significant() && spec.auto_shutdown() == AutoShutdown::never) {
    throw std::invalid_argument("child '" + child.id() +
                                "' is significant, but the supervisor has no auto_shutdown");
  }
}

ChildInfo info_of(const SupervisedChild& child) {
  return {child.spec.id(),         child.ref,     child.state, child.spec.restart(),
          child.spec.supervisor(), child.restarts};
}

std::unexpected<SupervisionError> refuse(SupervisionErrorCode code, AnyRef child = {},
                                         std::string text = {}) {
  return std::unexpected(SupervisionError{code, std::move(child), std::move(text)});
}

// The child of this id, for what can be done with a stopped one only.
std::expected<SupervisedChild*, SupervisionError> find_stopped(const SupervisorState& state,
                                                               std::string_view id) {
  SupervisedChild* child = state.find(id);
  if (!child) return refuse(SupervisionErrorCode::not_found);
  if (child->state == ChildState::running) return refuse(SupervisionErrorCode::running, child->ref);
  if (child->state == ChildState::restarting) {
    return refuse(SupervisionErrorCode::restarting, child->ref);
  }
  return child;
}

// Its children end in the order of the list that the runtime keeps: younger ones first.
void put_in_order(detail::Cell& supervisor, SupervisorState& state, SupervisedChild& child) {
  auto place = state.position(child);
  if (!child.ref || std::next(place) == state.children.end()) return;
  // It may have ended as soon as it had started, and then the list must not have it again.
  if (!detail::is_child(supervisor, *cell_of(child.ref))) return;
  detail::Cell* elder = nullptr;
  for (auto each = state.children.begin(); each != place; ++each) {
    if ((*each)->ref && detail::is_child(supervisor, *cell_of((*each)->ref))) {
      elder = cell_of((*each)->ref);
    }
  }
  detail::move_child_after(supervisor, *cell_of(child.ref), elder);
}

}  // namespace

Supervisor::Supervisor(SupervisorSpec spec) {
  auto state = std::make_unique<SupervisorState>(std::move(spec));
  for (const ChildSpec& child : state->spec.children()) {
    check(child, state->spec);
    if (state->find(child.id())) {
      throw std::invalid_argument("two children have the id '" + child.id() + "'");
    }
    state->add(child);
  }
  state_ = state.release();
}

Supervisor::~Supervisor() { delete state_; }

Task<> Supervisor::pre_start() {
  for (std::size_t i = 0; i < state_->children.size();) {
    SupervisedChild& child = *state_->children[i];
    const std::string error = co_await start(child);
    if (!error.empty()) throw std::runtime_error("child '" + child.spec.id() + "': " + error);
    if (child.state == ChildState::running || !child.temporary()) {
      ++i;
    } else {
      state_->remove(child);  // IgnoreStart: a temporary one is not kept
    }
  }
}

Task<std::string> Supervisor::start(SupervisedChild& child) {
  detail::Cell& me = *cell_of(self());
  const AnyRef before = child.ref;
  state_->starting = &child;
  std::string error = co_await detail::start_child(me, child, *state_, "start_error");
  if (child.state == ChildState::running && child.ref != before) put_in_order(me, *state_, child);
  co_return error;
}

Task<> Supervisor::terminate(SupervisedChild& child, bool for_restart) {
  co_await detail::end_child(*cell_of(self()), child, for_restart);
}

// -- a child ended ---

Task<> Supervisor::handle(detail::ChildExit exit) {
  SupervisedChild* child =
      state_->find_if([&](const SupervisedChild& each) { return each.concerns(exit); });
  if (!child) co_return;
  detail::Cell& me = *cell_of(self());
  child->state = ChildState::stopped;
  if (exit.state) child->last_state = std::move(exit.state);
  if (!exit.reason.clean() || child->spec.restart() == Restart::permanent) {
    // The child has reported a failure itself.
    const bool failed = exit.reason.kind == ExitKind::failed;
    detail::report(me, failed ? LogLevel::debug : LogLevel::warning, "child_terminated", *child,
                   exit.reason);
  }
  if (exit.dormant) {
    child->state = ChildState::restarting;
    co_await restart(*child);
    co_return;
  }
  const bool significant = child->spec.significant();
  if (child->temporary()) state_->remove(*child);
  if (!significant) co_return;
  const bool others = state_->find_if([](const SupervisedChild& each) {
    return each.spec.significant() && each.state != ChildState::stopped;
  });
  if (state_->spec.auto_shutdown() == AutoShutdown::any_significant || !others) {
    detail::ask_to_stop(me, {ExitKind::shutdown, "a significant child has ended"});
  }
}

// The child is `restarting`: counts that, ends those that its strategy says, and starts them.
Task<> Supervisor::restart(SupervisedChild& child) {
  detail::Cell& me = *cell_of(self());
  const detail::Nanoseconds now = me.system->clock.now();
  if (!state_->intensity.allows(now)) {
    detail::give_up(me, state_->intensity.text());
    co_return;
  }
  const detail::Nanoseconds pause =
      child.pause.next(child.spec.backoff(), now, me.system->random());
  if (state_->spec.strategy() != Strategy::one_for_one) {
    const bool all = state_->spec.strategy() == Strategy::one_for_all;
    const std::size_t first =
        all ? 0 : static_cast<std::size_t>(state_->position(child) - state_->children.begin());
    for (std::size_t i = state_->children.size(); i-- > first;) {
      SupervisedChild& each = *state_->children[i];
      co_await terminate(each, true);
      if (each.temporary()) {
        state_->remove(each);
      } else {
        each.state = ChildState::restarting;
        each.paused = false;
        ++each.attempt;
      }
    }
  }
  child.paused = pause > 0;
  if (child.paused) {
    send_after<detail::GoOn>(std::chrono::nanoseconds(pause), child.key, ++child.attempt, true);
  } else if (state_->spec.strategy() == Strategy::one_for_one) {
    co_await try_start(child);
  } else {
    co_await start_waiting();
  }
}

Task<> Supervisor::try_start(SupervisedChild& child) {
  const std::string error = co_await start(child);
  if (error.empty()) co_return;
  child.state = ChildState::restarting;
  // Not now: what came meanwhile is served first.
  detail::push_own(*cell_of(self()),
                   *detail::make_node<detail::GoOn>(child.key, ++child.attempt, false));
}

// Where children are restarted together: those that can start now. They wait for one another.
Task<> Supervisor::start_waiting() {
  const Strategy strategy = state_->spec.strategy();
  const auto pauses = [](const SupervisedChild& each) { return each.paused; };
  if (strategy == Strategy::one_for_all && state_->find_if(pauses)) co_return;
  for (std::size_t i = 0; i < state_->children.size(); ++i) {
    SupervisedChild& child = *state_->children[i];
    if (child.paused && strategy == Strategy::rest_for_one) co_return;
    if (child.state != ChildState::restarting || child.paused) continue;
    co_await try_start(child);
    if (child.state == ChildState::restarting) co_return;
  }
}

Task<> Supervisor::handle(detail::GoOn again) {
  if (again.child != 0) {
    SupervisedChild* child = state_->find(again.child);
    if (!child || child->state != ChildState::restarting || child->attempt != again.attempt) {
      co_return;
    }
    child->paused = false;
    if (!again.counted) {
      co_await restart(*child);
      co_return;
    }
    if (state_->spec.strategy() == Strategy::one_for_one) {
      co_await try_start(*child);
      co_return;
    }
  }
  co_await start_waiting();
}

// -- requests ---

Task<std::expected<AnyRef, SupervisionError>> Supervisor::handle(StartChild m) {
  if (const SupervisedChild* other = state_->find(m.spec.id())) {
    co_return refuse(other->state == ChildState::stopped ? SupervisionErrorCode::already_present
                                                         : SupervisionErrorCode::already_started,
                     other->ref);
  }
  std::string wrong;
  try {
    check(m.spec, state_->spec);
  } catch (const std::invalid_argument& error) {
    wrong = error.what();
  }
  if (!wrong.empty()) co_return refuse(SupervisionErrorCode::invalid_spec, {}, wrong);
  SupervisedChild& child = state_->add(std::move(m.spec));
  const std::string error = co_await start(child);
  AnyRef ref = child.ref;
  if (!error.empty() || (child.state == ChildState::stopped && child.temporary())) {
    state_->remove(child);
  }
  if (!error.empty()) co_return refuse(SupervisionErrorCode::start_failed, {}, error);
  co_return ref;
}

Task<std::expected<void, SupervisionError>> Supervisor::handle(TerminateChild m) {
  SupervisedChild* child = state_->find(m.id);
  if (!child) co_return refuse(SupervisionErrorCode::not_found);
  if (child->state == ChildState::restarting && state_->spec.strategy() != Strategy::one_for_one) {
    detail::push_own(*cell_of(self()), *detail::make_node<detail::GoOn>(0u, 0u, true));
  }
  ++child->attempt;
  co_await terminate(*child, false);
  child->state = ChildState::stopped;
  child->paused = false;
  if (child->temporary()) state_->remove(*child);
  co_return std::expected<void, SupervisionError>();
}

Task<std::expected<AnyRef, SupervisionError>> Supervisor::handle(RestartChild m) {
  const auto found = find_stopped(*state_, m.id);
  if (!found) co_return std::unexpected(found.error());
  SupervisedChild& child = **found;
  const std::string error = co_await start(child);
  if (!error.empty()) co_return refuse(SupervisionErrorCode::start_failed, {}, error);
  co_return child.ref;
}

std::expected<void, SupervisionError> Supervisor::handle(DeleteChild m) {
  const auto found = find_stopped(*state_, m.id);
  if (!found) return std::unexpected(found.error());
  state_->remove(**found);
  return {};
}

std::vector<ChildInfo> Supervisor::handle(ListChildren) const {
  std::vector<ChildInfo> list;
  list.reserve(state_->children.size());
  for (const auto& child : state_->children) list.push_back(info_of(*child));
  return list;
}

ChildCounts Supervisor::handle(CountChildren) const {
  ChildCounts counts;
  for (const auto& child : state_->children) {
    ++counts.specs;
    counts.active += child->state == ChildState::running;
    ++(child->spec.supervisor() ? counts.supervisors : counts.workers);
  }
  return counts;
}

std::optional<ChildInfo> Supervisor::handle(FindChild m) const {
  const SupervisedChild* child = state_->find(m.id);
  return child ? std::optional(info_of(*child)) : std::nullopt;
}

std::optional<ChildSpec> Supervisor::handle(GetChildSpec m) const {
  const SupervisedChild* child = state_->find(m.id);
  return child ? std::optional(child->spec) : std::nullopt;
}

LastState Supervisor::handle(TakeLastState m) {
  SupervisedChild* child = state_->find(m.id);
  return child ? std::move(child->last_state) : LastState();
}

}  // namespace troupe
