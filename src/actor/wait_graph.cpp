#include "actor/wait_graph.hpp"

#include <algorithm>
#include <unordered_set>
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
  std::uint64_t waits;
  Cell* target;
  const CallGroup::Member* member;  // of a group; null: a single wait
};

// No answer is among the signals that the actor has not taken, because there are none.
bool no_signals(const Cell& cell) noexcept {
  const std::uintptr_t signals = cell.signals.load(std::memory_order_seq_cst);
  return signals == kSignalsNone || signals == kSignalsWaiting;
}

// Follows the waits from one actor to another.
class Search {
 public:
  explicit Search(Cell& wanted) : wanted_(wanted) {}

  // True: there is a way, whose every wait was there at the same time.
  bool find(Cell& from) {
    do {
      doubtful_ = false;
      seen_.clear();
      path_.clear();
      if (!reach(from)) continue;
      if (still_there()) return true;
      // A wait of this way is over; another way, by another member of a group, may remain.
      doubtful_ = true;
    } while (doubtful_);
    return false;
  }

  std::vector<WaitStep> steps() const {
    std::vector<WaitStep> steps;
    for (const Wait& wait : path_) steps.push_back({ref_to(*wait.actor), wait.with->name});
    return steps;
  }

 private:
  static constexpr std::size_t kDeepest = 1000;

  bool reach(Cell& from) {
    if (&from == &wanted_) return true;
    Extras* extras = extras_if_any(from);
    // No way leads on from where we have been, or are.
    if (!extras || path_.size() > kDeepest || !seen_.insert(&from).second) return false;
    const std::uint64_t waits = extras->waits.load(std::memory_order_seq_cst);
    if (wait_state(waits) == WaitState::paused) ask_to_look(from, *extras);
    if (wait_state(waits) != WaitState::firm) return false;
    // Under the guard the group stays while it is there.
    if (CallGroup* group = extras->waits_for_all.load(std::memory_order_acquire)) {
      for (CallGroup::Member& member : *group) {
        // When it has been answered meanwhile, or hears its signals, this finds out.
        if (!waits_still(member)) continue;
        if (follow({&from, member.type, waits, member.target, &member})) return true;
      }
      return false;
    }
    // acquire: see start_waiting.
    Cell* next = extras->waits_for.load(std::memory_order_acquire);
    const MessageType* with = extras->waits_with.load(std::memory_order_acquire);
    return next && follow({&from, with, waits, next, nullptr});
  }

  // Whether each wait is still the same.
  bool still_there() {
    for (const Wait& wait : path_) {
      if (!is_current(wait)) return false;
    }
    return true;
  }

  // It will look itself when it has heard its signals; if it did before this, we look again.
  void ask_to_look(Cell& actor, Extras& extras) {
    if (std::ranges::find(asked_, &actor) != asked_.end()) return;
    asked_.push_back(&actor);
    doubtful_ = true;
    extras.look_again.store(true, std::memory_order_seq_cst);
  }

  bool is_current(const Wait& wait) {
    Extras& extras = *extras_if_any(*wait.actor);
    const bool quiet = no_signals(*wait.actor);
    const std::uint64_t waits = extras.waits.load(std::memory_order_seq_cst);
    if (waits != wait.waits || !quiet) {
      if (wait_state(waits) >= WaitState::firm) ask_to_look(*wait.actor, extras);
      return false;
    }
    if (wait.member) {
      return extras.waits_for_all.load(std::memory_order_acquire) && waits_still(*wait.member);
    }
    return extras.kept_wait.load(std::memory_order_acquire) < wait_number(waits);
  }

  bool follow(Wait wait) {
    Cell& target = *wait.target;
    // Who waits is held by the path, or by who asked; while it does, it holds its target.
    guard_.keep(target);
    const bool retained = is_current(wait) && try_retain(target);
    guard_.let_go();  // or we could not give up what may be its last reference
    if (!retained) return false;
    held_.push_back(adopt_cell(&target));
    // acquire: a wait of its own after this was published after this.
    if (target.closing.load(std::memory_order_acquire)) return false;
    path_.push_back(wait);
    if (reach(target)) return true;
    path_.pop_back();
    return false;
  }

  // Given up when nobody is kept out any more: what goes with them may be the user's.
  std::vector<AnyRef> held_;
  std::vector<Wait> path_;
  std::unordered_set<const Cell*> seen_;
  std::vector<const Cell*> asked_;
  CellGuard guard_;
  Cell& wanted_;
  bool doubtful_ = false;  // we have to look once more
};

// Whether there can be anybody who waits for the running actor: the sender of the request in hand,
// or one whose message waits. Who comes later looks for himself.
bool anyone_may_wait_for(const Cell& cell) noexcept {
  const Node* current = cell.current();
  if (cell.message_in_hand && current->type->kind == NodeKind::request) return true;
  const std::uintptr_t empty = current ? reinterpret_cast<std::uintptr_t>(current) : kMailboxBusy;
  return (cell.head.load(std::memory_order_seq_cst) & ~kMailboxSignaled) != empty;
}

// Whether the running actor's own wait is still one.
bool is_waiting(Cell& caller, const Pending* member) noexcept {
  Extras& extras = *extras_if_any(caller);
  if (!no_signals(caller)) {
    // It hears them before it is suspended: then it can tell.
    extras.look_again.store(true, std::memory_order_relaxed);
    return false;
  }
  if (member) return waits_still(*member);
  return extras.kept_wait.load(std::memory_order_acquire) <
         wait_number(extras.waits.load(std::memory_order_relaxed));
}

}  // namespace

bool waits_still(const Pending& member) noexcept {
  // An answered member's node may be its owner's again, but it is not freed while the group waits.
  return !std::atomic_ref(const_cast<bool&>(member.answered)).load(std::memory_order_acquire) &&
         member.request && member.at_target &&
         !member.request->kept.load(std::memory_order_acquire);
}

std::vector<WaitStep> find_circle(Cell& caller, Cell& target, const MessageType& type,
                                  const Pending* member) {
  // A closed mailbox answers what comes.
  if (is_closed(caller)) return {};
  std::vector<WaitStep> circle;
  circle.push_back({ref_to(caller), type.name});
  if (&caller == &target) return is_waiting(caller, member) ? circle : std::vector<WaitStep>();
  if (!anyone_may_wait_for(caller)) return {};
  Search search(caller);
  if (target.closing.load(std::memory_order_acquire) || !search.find(target) ||
      !is_waiting(caller, member)) {
    return {};
  }
  for (WaitStep& step : search.steps()) circle.push_back(std::move(step));
  return circle;
}

void start_waiting(Cell& caller, CallGroup& group) {
  Extras& extras = extras_of(caller);
  const CellGuard guard;
  const std::uint64_t waits = next_wait(extras.waits.load(std::memory_order_relaxed), kWaitsForAll);
  extras.waits_for_all.store(&group, std::memory_order_release);
  extras.waits.store(with_state(waits, WaitState::tentative), std::memory_order_release);
}

bool go_on_waiting(Cell& caller) noexcept {
  Extras* extras = extras_if_any(caller);
  if (!extras) return false;
  const std::uint64_t waits = extras->waits.load(std::memory_order_relaxed);
  if (wait_state(waits) != WaitState::paused) return false;
  // seq_cst: either who could not tell sees this, or we see that it has asked.
  extras->waits.exchange(with_state(waits, WaitState::firm), std::memory_order_seq_cst);
  return extras->look_again.load(std::memory_order_seq_cst) &&
         extras->look_again.exchange(false, std::memory_order_seq_cst);
}

void leave_group(Extras& extras) noexcept {
  const CellGuard guard;  // nobody follows the group's waits now
  extras.waits_for_all.store(nullptr, std::memory_order_relaxed);
}

void keep_request(Request& request) noexcept {
  // release: whoever sees a later wait of this actor's sees it.
  request.kept.store(true, std::memory_order_release);
  if (request.deliver != &deliver_to_actor || !(request.id & kSingleWait)) return;
  // Its caller is held while the request is under way.
  Extras* extras = extras_if_any(*static_cast<Cell*>(request.context));
  if (!extras) return;
  // The caller may have gone on to later waits; the id has the low bits of this one's number.
  const std::uint64_t last = wait_number(extras->waits.load(std::memory_order_relaxed));
  const std::uint64_t number = last - ((last - request.id) & (kSingleWait - 1));
  std::uint64_t kept = extras->kept_wait.load(std::memory_order_relaxed);
  // release: as above.
  while (kept < number && !extras->kept_wait.compare_exchange_weak(
                              kept, number, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

AnyRef awaited_by(const Cell& cell) noexcept {
  const Extras* extras = extras_if_any(cell);
  // relaxed: it wrote all of this itself, and while it waits it holds whom it waits for.
  if (!extras || wait_state(extras->waits.load(std::memory_order_relaxed)) == WaitState::none ||
      extras->waits_for_all.load(std::memory_order_relaxed)) {
    return {};
  }
  return ref_to(*extras->waits_for.load(std::memory_order_relaxed));
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
