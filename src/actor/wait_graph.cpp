#include "actor/wait_graph.hpp"

#include <utility>

#include "actor/system_state.hpp"
#include "runtime/mailbox.hpp"
#include "troupe/detail/call.hpp"
#include "troupe/detail/turn.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

// False: the cell's last reference has gone.
bool try_retain(Cell& cell) noexcept {
  std::uint32_t count = cell.references.load(std::memory_order_relaxed);
  while (count != 0) {
    // relaxed: the cell's memory is kept by the guard, and what is read of it is atomic.
    if (cell.references.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

// One actor's wait, as it was seen.
struct Wait {
  Cell* actor;
  const MessageType* with;
  std::uint64_t number;
  Cell* target;
  const CallGroup::Member* member;  // of a group; null: a single wait
};

// Follows the waits from one actor to another.
class Search {
 public:
  explicit Search(Cell& wanted) : wanted_(wanted) {}

  bool reach(Cell& from) {
    if (&from == &wanted_) return true;
    Extras* extras = extras_if_any(from);
    if (!extras || ++steps_ > kMostSteps || path_.size() > kDeepest) return false;
    const std::uint64_t number = extras->waits.load(std::memory_order_acquire);
    if (CallGroup* group = extras->waits_for_all.load(std::memory_order_acquire)) {
      for (CallGroup::Member& member : *group) {
        if (!pending(member)) continue;
        if (follow(from, {&from, member.type, number, member.target, &member})) return true;
      }
      return false;
    }
    // acquire: its type belongs to it.
    Cell* next = extras->waits_for.load(std::memory_order_acquire);
    if (!next) return false;
    const MessageType* with = extras->waits_with.load(std::memory_order_relaxed);
    return follow(from, {&from, with, number, next, nullptr});
  }

  // Whether each wait is still the same.
  bool still_there() const noexcept {
    for (const Wait& wait : path_) {
      if (!is_current(*wait.actor, wait)) return false;
    }
    return true;
  }

  std::vector<WaitStep> steps() const {
    std::vector<WaitStep> steps;
    for (const Wait& wait : path_) steps.push_back({ref_to(*wait.actor), wait.with->name});
    return steps;
  }

 private:
  static constexpr std::size_t kDeepest = 100;
  static constexpr std::size_t kMostSteps = 10'000;

  // An answered member's node may be its owner's again, but not freed while it is in the group.
  static bool pending(const CallGroup::Member& member) noexcept {
    return !std::atomic_ref(const_cast<bool&>(member.answered)).load(std::memory_order_acquire) &&
           member.request && !member.request->kept.load(std::memory_order_relaxed);
  }

  static bool is_current(const Cell& cell, const Wait& wait) noexcept {
    const Extras& extras = *extras_if_any(cell);
    if (extras.waits.load(std::memory_order_relaxed) != wait.number) return false;
    if (wait.member) {
      return extras.waits_for_all.load(std::memory_order_acquire) && pending(*wait.member);
    }
    return extras.waits_for.load(std::memory_order_seq_cst) == wait.target;
  }

  bool follow(Cell& from, Wait wait) {
    Cell& target = *wait.target;
    // `from` is held by the path, or by who asked; while it waits, it holds its target.
    guard_.keep(target);
    const bool retained = is_current(from, wait) && try_retain(target);
    guard_.let_go();  // or we could not give up what may be its last reference
    if (!retained) return false;
    held_.push_back(adopt_cell(&target));
    path_.push_back(std::move(wait));
    if (reach(target)) return true;
    path_.pop_back();
    return false;
  }

  // Given up when nobody is kept out any more: what goes with them may be the user's.
  std::vector<AnyRef> held_;
  std::vector<Wait> path_;
  CellGuard guard_;
  Cell& wanted_;
  std::size_t steps_ = 0;
};

// Whether there can be anybody who waits for the running actor: the sender of the request in hand,
// or one whose message waits. Who comes later looks for himself.
bool anyone_may_wait_for(const Cell& cell) noexcept {
  const Node* current = cell.current();
  if (cell.message_in_hand && current->type->kind == NodeKind::request) return true;
  const std::uintptr_t empty = current ? reinterpret_cast<std::uintptr_t>(current) : kMailboxBusy;
  return (cell.head.load(std::memory_order_seq_cst) & ~kMailboxSignaled) != empty;
}

}  // namespace

std::vector<WaitStep> find_circle(Cell& caller, Cell& target, const MessageType& type) {
  std::vector<WaitStep> circle;
  circle.push_back({ref_to(caller), type.name});
  if (&caller == &target) return circle;
  if (!anyone_may_wait_for(caller)) return {};
  Search search(caller);
  if (!search.reach(target) || !search.still_there()) return {};
  for (WaitStep& step : search.steps()) circle.push_back(std::move(step));
  return circle;
}

void start_waiting(Cell& caller, CallGroup& group) {
  Extras& extras = extras_of(caller);
  const CellGuard guard;
  extras.waits.store(extras.waits.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  extras.waits_for_all.store(&group, std::memory_order_release);
}

void leave_group(Extras& extras) noexcept {
  const CellGuard guard;  // nobody follows the group's waits now
  extras.waits_for_all.store(nullptr, std::memory_order_relaxed);
}

void keep_request(Request& request) noexcept {
  request.kept.store(true, std::memory_order_relaxed);
  if (request.deliver != &deliver_to_actor) return;
  // Its caller is held while the request is under way. If it has gone on and waits for this actor
  // with another request, that wait is not followed: no harm.
  Extras* extras = extras_if_any(*static_cast<Cell*>(request.context));
  Cell* here = turn.cell;
  if (extras) {
    extras->waits_for.compare_exchange_strong(here, nullptr, std::memory_order_release,
                                              std::memory_order_relaxed);
  }
}

AnyRef awaited_by(const Cell& cell) noexcept {
  const Extras* extras = extras_if_any(cell);
  // In the actor's own turn: it holds whom it waits for. relaxed: it wrote this itself.
  Cell* target = extras ? extras->waits_for.load(std::memory_order_relaxed) : nullptr;
  return target ? ref_to(*target) : AnyRef();
}

std::string circle_text(const std::vector<WaitStep>& circle) {
  std::string text;
  for (std::size_t i = 0; i < circle.size(); ++i) {
    if (i != 0) text += ", ";
    text += format("{} waits for {} ({})", circle[i].actor, circle[(i + 1) % circle.size()].actor,
                   circle[i].message);
  }
  return text;
}

}  // namespace troupe::detail
