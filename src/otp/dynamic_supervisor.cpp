#include "troupe/dynamic_supervisor.hpp"

#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "actor/incarnation.hpp"
#include "actor/overflow.hpp"
#include "actor/turn.hpp"
#include "otp/supervised_child.hpp"
#include "troupe/detail/mailbox.hpp"
#include "troupe/format.hpp"

namespace troupe {

namespace detail {

struct DynamicChild {
  AnyRef ref;        // empty: the slot is free
  RecipeRef recipe;  // none for temporary ones
  std::uint32_t incarnation = 1;
  std::uint32_t serial = 0;  // of the slot's uses: old keys are not taken for new children
  ChildState state = ChildState::running;
  bool ending = false;
  Pause pause;
};

struct DynamicState {
  DynamicState(DynamicSpec s, std::uint32_t which)
      : spec(std::move(s)),
        intensity(spec.intensity(), spec.period().count()),
        incarnation(which) {}

  static std::uint64_t key_of(std::uint32_t slot, const DynamicChild& child) noexcept {
    return std::uint64_t{child.serial} << 32 | slot;
  }
  DynamicChild* find(std::uint64_t key) noexcept {
    DynamicChild& child = children[static_cast<std::uint32_t>(key)];
    return child.ref && child.serial == key >> 32 ? &child : nullptr;
  }
  std::uint64_t add(AnyRef ref, RecipeRef recipe) {
    std::uint32_t slot;
    if (free.empty()) {
      slot = static_cast<std::uint32_t>(children.size());
      children.emplace_back();
    } else {
      slot = free.back();
      free.pop_back();
    }
    DynamicChild& child = children[slot];
    const std::uint32_t serial = child.serial + 1;
    child = DynamicChild();
    child.ref = std::move(ref);
    child.recipe = std::move(recipe);
    child.serial = serial;
    slots.emplace(cell_of(child.ref), slot);
    return key_of(slot, child);
  }
  void remove(std::uint64_t key) {
    const auto slot = static_cast<std::uint32_t>(key);
    DynamicChild& child = children[slot];
    slots.erase(cell_of(child.ref));
    child.ref = AnyRef();
    child.recipe = RecipeRef();
    free.push_back(slot);
  }

  DynamicSpec spec;
  Intensity intensity;
  const std::uint32_t incarnation;  // of the supervisor; its mailbox outlives it
  std::vector<DynamicChild> children;
  std::vector<std::uint32_t> free;
  std::unordered_map<const Cell*, std::uint32_t> slots;
  using Port = ReplyPort<std::expected<void, SupervisionError>>;
  std::unordered_multimap<std::uint64_t, Port> ports;  // who waits for a child's end
};

}  // namespace detail

namespace {

using detail::Cell;
using detail::DynamicChild;
using detail::DynamicEvent;
using detail::DynamicState;

// Children of a dynamic supervisor have no elder siblings.
class NoSiblings final : public detail::Siblings {
 public:
  AnyRef find(std::string_view, const detail::ActorClass&) const override {
    throw std::runtime_error("a dynamic supervisor's children have no siblings to name");
  }
};
const NoSiblings kNoSiblings;

detail::Construct construct_by(const detail::Recipe& recipe) noexcept {
  return {[](void* object, const void* context) {
            static_cast<const detail::Recipe*>(context)->construct(object, kNoSiblings);
          },
          &recipe};
}

using SelfRef = ActorRef<DynamicEvent>;

// Asks a child without waiting: the answer comes back as an event.
struct Asked {
  SelfRef supervisor;
  std::uint32_t incarnation;  // the supervisor's
  std::uint64_t key;
  detail::RecipeRef recipe;  // lives until the answer

  static void send(Cell& child, detail::Request& request, Asked asked) {
    request.context = new Asked(std::move(asked));
    request.deliver = [](detail::Request& answered) noexcept {
      auto* self = static_cast<Asked*>(answered.context);
      self->tell(answered);
      detail::destroy_node(&answered);
      delete self;
    };
    if (!detail::push_signal(child, request)) {
      detail::answer_ended(child, request, detail::reason_of_ended(child));
    }
  }

  void tell(detail::Request& answered) const {
    if (!recipe) {
      report(DynamicEvent::ended, {});
    } else if (answered.answer != detail::Answer::value) {
      report(DynamicEvent::refused, answered.payload<detail::Failure*>()->text);
    } else if (!answered.payload<bool>()) {
      report(DynamicEvent::ignored, {});
    }
  }

 private:
  // The supervisor's mailbox may have a bound, which does not hold for this.
  template <class What>
  void report(What what, std::string text) const {
    detail::push_own(*cell_of(supervisor),
                     *detail::make_node<DynamicEvent>(what, key, incarnation, std::move(text)));
  }
};

void end_for_good(const DynamicState& state, std::uint64_t key, DynamicChild& child, SelfRef self) {
  child.ending = true;
  Cell& cell = *cell_of(child.ref);
  auto* watch = detail::make_node<detail::EndWatch>(detail::NodeKind::watch, std::string(),
                                                    detail::Fate::last);
  Asked::send(cell, *watch, {std::move(self), state.incarnation, key, {}});
  if (state.spec.shutdown().count() > 0) {
    detail::send_stop(cell, {ExitKind::shutdown, "its supervisor ends it"}, detail::Fate::last);
  } else {
    detail::send_signal(cell, detail::kill_for_good_type);
  }
}

void report(Cell& supervisor, LogLevel level, std::string_view context, const DynamicChild& child,
            std::string_view reason) {
  if (level < supervisor.system->options.log_level) return;
  supervisor.system->log(level, &supervisor,
                         format("{}: child {}: {}", context, child.ref.name(), reason));
}

}  // namespace

DynamicSupervisor::DynamicSupervisor(DynamicSpec spec) {
  detail::Extras& extras = detail::extras_of(*cell_of(self()));
  auto state = std::make_unique<DynamicState>(std::move(spec), extras.incarnation);
  detail::check(
      ChildSpec("any", {}).shutdown(state->spec.shutdown()).backoff(state->spec.backoff()));
  extras.ends_children_together = true;
  state_ = state.release();
}

DynamicSupervisor::~DynamicSupervisor() { delete state_; }

std::expected<AnyRef, SupervisionError> DynamicSupervisor::handle(StartDynamicChild m) {
  const DynamicSpec& spec = state_->spec;
  if (state_->slots.size() >= spec.max_children()) {
    return std::unexpected(SupervisionError{SupervisionErrorCode::at_maximum, {}, {}});
  }
  Cell& me = *cell_of(self());
  AnyRef child;
  auto spawned = detail::spawn_supervised(
      me, m.recipe->type, SpawnOptions().shutdown_time(spec.shutdown()).mailbox(spec.mailbox()),
      spec.restart(), construct_by(*m.recipe), child);
  if (!spawned) {
    if (spawned.error().code() == SpawnErrorCode::ignored) return AnyRef();
    return std::unexpected(
        SupervisionError{SupervisionErrorCode::start_failed, {}, spawned.error().what()});
  }
  if (spec.restart() == Restart::temporary) m.recipe = detail::RecipeRef();
  DynamicChild& added = *state_->find(state_->add(child, std::move(m.recipe)));
  if (spec.backoff().minimum.count() > 0) added.pause.started(me.system->clock.now());
  return child;
}

void DynamicSupervisor::handle(detail::ChildExit exit) {
  const auto found = state_->slots.find(cell_of(exit.child));
  if (found == state_->slots.end()) return;
  DynamicChild& child = state_->children[found->second];
  if (child.ending || child.incarnation != exit.incarnation) return;
  Cell& me = *cell_of(self());
  const std::uint64_t key = DynamicState::key_of(found->second, child);
  // A failure has been reported by the child itself.
  if (!exit.reason.clean() && exit.reason.kind != ExitKind::failed) {
    report(me, LogLevel::warning, "child_terminated", child, to_string(exit.reason));
  }
  if (exit.dormant) {
    child.state = ChildState::restarting;
    restart(key, child);
  } else {
    state_->remove(key);
  }
}

void DynamicSupervisor::restart(std::uint64_t key, DynamicChild& child) {
  Cell& me = *cell_of(self());
  const detail::Nanoseconds now = me.system->clock.now();
  if (!state_->intensity.allows(now)) return detail::give_up(me, state_->intensity.text());
  const detail::Nanoseconds pause =
      child.pause.next(state_->spec.backoff(), now, me.system->random());
  if (pause > 0) {
    send_after<DynamicEvent>(std::chrono::nanoseconds(pause), DynamicEvent::restart, key,
                             state_->incarnation, std::string());
  } else {
    revive(key, child);
  }
}

void DynamicSupervisor::revive(std::uint64_t key, DynamicChild& child) {
  // From now on: what is heard of the new incarnation may come before the answer to this.
  ++child.incarnation;
  child.state = ChildState::running;
  child.pause.started(cell_of(child.ref)->system->clock.now());
  auto* request = detail::make_node<detail::Revive>(construct_by(*child.recipe));
  Asked::send(*cell_of(child.ref), *request, {self(), state_->incarnation, key, child.recipe});
}

void DynamicSupervisor::handle(DynamicEvent event) {
  Cell& me = *cell_of(self());
  // Its mailbox stays when it is restarted: what an incarnation before has asked is answered to it.
  if (event.incarnation != state_->incarnation) return;
  DynamicChild* child = state_->find(event.child);
  if (!child) return;
  switch (event.kind) {
    case DynamicEvent::restart:
      if (!child->ending) revive(event.child, *child);
      break;
    case DynamicEvent::ignored:
      if (!child->ending) end_for_good(*state_, event.child, *child, self());
      break;
    case DynamicEvent::refused:
      if (child->ending) break;
      child->state = ChildState::restarting;
      report(me, LogLevel::error, "start_error", *child, event.text);
      restart(event.child, *child);
      break;
    case DynamicEvent::overdue:
      report(me, LogLevel::warning, "shutdown_error", *child,
             "did not stop within its shutdown time: killed");
      detail::send_signal(*cell_of(child->ref), detail::kill_for_good_type);
      break;
    case DynamicEvent::ended: {
      state_->remove(event.child);
      const auto [first, last] = state_->ports.equal_range(event.child);
      for (auto port = first; port != last; ++port) port->second.send();
      state_->ports.erase(first, last);
      break;
    }
  }
}

void DynamicSupervisor::handle(TerminateDynamicChild m, DynamicState::Port port) {
  const auto found = state_->slots.find(cell_of(m.child));
  if (found == state_->slots.end()) {
    port.send(std::unexpected(SupervisionError{SupervisionErrorCode::not_found, m.child, {}}));
    return;
  }
  DynamicChild& child = state_->children[found->second];
  const std::uint64_t key = DynamicState::key_of(found->second, child);
  state_->ports.emplace(key, std::move(port));
  if (child.ending) return;
  end_for_good(*state_, key, child, self());
  const auto time = state_->spec.shutdown();
  if (time.count() > 0 && time != forever) {
    send_after<DynamicEvent>(time, DynamicEvent::overdue, key, state_->incarnation, std::string());
  }
}

DynamicPage DynamicSupervisor::handle(ListDynamicChildren m) const {
  DynamicPage page;
  std::size_t slot = m.from;
  for (; slot < state_->children.size() && page.children.size() < m.limit; ++slot) {
    const DynamicChild& child = state_->children[slot];
    if (!child.ref || child.ending) continue;
    page.children.push_back({{},
                             child.ref,
                             child.state,
                             state_->spec.restart(),
                             cell_of(child.ref)->type->supervises,
                             child.incarnation - 1});
  }
  if (slot < state_->children.size()) page.next = slot;
  return page;
}

ChildCounts DynamicSupervisor::handle(CountChildren) const {
  ChildCounts counts;
  for (const DynamicChild& child : state_->children) {
    if (!child.ref || child.ending) continue;
    ++counts.specs;
    counts.active += child.state == ChildState::running;
    ++(cell_of(child.ref)->type->supervises ? counts.supervisors : counts.workers);
  }
  return counts;
}

}  // namespace troupe
