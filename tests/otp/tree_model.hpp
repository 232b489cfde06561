#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

#include "otp/tree_spec.hpp"
#include "troupe/supervision_error.hpp"

namespace trees {

using Refusal = std::optional<troupe::SupervisionErrorCode>;  // none: it was done

/// A supervision tree that is not concurrent: each call is one event and all that follows from it,
/// by the rules of Erlang/OTP's supervisor, with time left out. Written from those rules, not from
/// the supervisor that it judges.
class Model {
 public:
  struct Actor {
    Spec spec;
    Actor* supervisor = nullptr;
    bool alive = false;
    std::uint32_t restarts = 0;
    std::vector<std::unique_ptr<Actor>> children;  // in start order; also those that are stopped

    Actor* find(int number) const {
      const auto found = std::ranges::find(
          children, number, [](const std::unique_ptr<Actor>& each) { return each->spec.number; });
      return found == children.end() ? nullptr : found->get();
    }
  };

  explicit Model(Spec spec) {
    root_.spec = std::move(spec);
    start(root_);
  }

  Actor& root() { return root_; }
  std::vector<Entry> take_journal() { return std::exchange(journal_, {}); }
  /// All supervisors that are alive, or all workers, or all children that are stopped.
  template <class Predicate>
  std::vector<Actor*> select(Predicate predicate) {
    std::vector<Actor*> found;
    collect(root_, predicate, found);
    return found;
  }

  // -- events ---

  /// The next starts of this worker fail.
  void fail_starts(int number, unsigned count) { failing_starts_[number] = count; }
  /// An actor stops by itself, or is stopped from outside: in order, unless its post_stop fails.
  void stop(Actor& actor) {
    terminate(actor, false);
    exited(actor, !actor.spec.fails_to_stop);
  }
  /// A worker's message fails.
  void fail(Actor& worker) {
    terminate(worker, false);
    exited(worker, false);
  }
  void kill(Actor& actor) {
    vanish(actor);
    exited(actor, false);
  }

  Refusal terminate_child(Actor& supervisor, int number) {
    Actor* child = supervisor.find(number);
    if (!child) return troupe::SupervisionErrorCode::not_found;
    terminate(*child, true);
    if (is_temporary(*child) || supervisor.spec.kind == Kind::dynamic) remove(*child);
    return {};
  }
  Refusal restart_child(Actor& supervisor, int number) {
    Actor* child = supervisor.find(number);
    if (!child) return troupe::SupervisionErrorCode::not_found;
    if (child->alive) return troupe::SupervisionErrorCode::running;
    if (!start(*child)) return troupe::SupervisionErrorCode::start_failed;
    return {};
  }
  Refusal delete_child(Actor& supervisor, int number) {
    Actor* child = supervisor.find(number);
    if (!child) return troupe::SupervisionErrorCode::not_found;
    if (child->alive) return troupe::SupervisionErrorCode::running;
    remove(*child);
    return {};
  }
  Refusal start_child(Actor& supervisor, Spec spec) {
    if (const Actor* other = supervisor.find(spec.number)) {
      return other->alive ? troupe::SupervisionErrorCode::already_started
                          : troupe::SupervisionErrorCode::already_present;
    }
    if (spec.significant && !may_be_significant(spec, supervisor.spec)) {
      return troupe::SupervisionErrorCode::invalid_spec;
    }
    Actor& child = add(supervisor, std::move(spec));
    if (start(child)) return {};
    remove(child);
    return troupe::SupervisionErrorCode::start_failed;
  }

 private:
  static bool is_temporary(const Actor& actor) {
    return actor.spec.restart == troupe::Restart::temporary;
  }

  template <class Predicate>
  static void collect(Actor& actor, Predicate& predicate, std::vector<Actor*>& found) {
    if (predicate(std::as_const(actor))) found.push_back(&actor);
    for (const auto& child : actor.children) collect(*child, predicate, found);
  }

  static Actor& add(Actor& supervisor, Spec spec) {
    supervisor.children.push_back(std::make_unique<Actor>());
    Actor& child = *supervisor.children.back();
    child.spec = std::move(spec);
    child.supervisor = &supervisor;
    return child;
  }
  static void remove(Actor& child) {
    std::erase_if(child.supervisor->children, [&](const auto& each) { return &*each == &child; });
  }

  void note(What what, const Actor& worker) {
    journal_.push_back({what, worker.spec.number, worker.spec.pool});
  }

  // A supervisor starts with the children of its specification, in order; when one of them does not
  // start, those before it are ended in reverse order, and the supervisor has not started either.
  bool start(Actor& actor) {
    if (actor.spec.kind == Kind::worker) {
      if (unsigned& failing = failing_starts_[actor.spec.number]; failing > 0) {
        --failing;
        note(What::fails_to_start, actor);
        return false;
      }
      note(What::starts, actor);
    } else {
      actor.children.clear();
      actor.restarts = 0;
      for (const Spec& spec : actor.spec.children) add(actor, spec);
      for (const auto& child : actor.children) {
        if (start(*child)) continue;
        end_children(actor);
        return false;
      }
    }
    return actor.alive = true;
  }

  void end_children(Actor& supervisor) {
    for (const auto& child : supervisor.children | std::views::reverse) terminate(*child, true);
    supervisor.children.clear();
  }

  // The actor ends in order, and those below it before.
  void terminate(Actor& actor, bool by_supervisor) {
    if (!actor.alive) return;
    actor.alive = false;
    if (actor.spec.kind != Kind::worker) return end_children(actor);
    if (!by_supervisor || !actor.spec.brutal) note(What::stops, actor);
  }

  void vanish(Actor& actor) {
    actor.alive = false;
    actor.children.clear();
  }

  // An actor has ended, and not because its supervisor wanted it.
  void exited(Actor& actor, bool clean) {
    if (!actor.supervisor) return;
    Actor& supervisor = *actor.supervisor;
    if (actor.spec.restart == troupe::Restart::permanent ||
        (actor.spec.restart == troupe::Restart::transient && !clean)) {
      return restart(supervisor, actor);
    }
    const bool significant = actor.spec.significant;
    if (is_temporary(actor) || supervisor.spec.kind == Kind::dynamic) remove(actor);
    if (!significant) return;
    const bool others = std::ranges::any_of(supervisor.children, [](const auto& each) {
      return each->spec.significant && each->alive;
    });
    if (supervisor.spec.auto_shutdown == troupe::AutoShutdown::any_significant || !others) {
      end_itself(supervisor);
    }
  }

  // Each try counts once, however many are restarted. A child that does not start is the one whose
  // restart is tried next.
  void restart(Actor& supervisor, Actor& ended) {
    for (Actor* child = &ended; child;) {
      if (++supervisor.restarts > supervisor.spec.intensity) return end_itself(supervisor);
      child = restart_group(supervisor, *child);
    }
  }

  // Gives the one that did not start.
  Actor* restart_group(Actor& supervisor, Actor& ended) {
    const troupe::Strategy strategy = supervisor.spec.strategy;
    if (strategy == troupe::Strategy::one_for_one || supervisor.spec.kind == Kind::dynamic) {
      return start(ended) ? nullptr : &ended;
    }
    auto& children = supervisor.children;
    const auto first =
        strategy == troupe::Strategy::one_for_all
            ? children.begin()
            : std::ranges::find_if(children, [&](const auto& each) { return &*each == &ended; });
    for (const auto& child : std::ranges::subrange(first, children.end()) | std::views::reverse) {
      terminate(*child, true);
    }
    children.erase(
        std::remove_if(first, children.end(), [](const auto& each) { return is_temporary(*each); }),
        children.end());
    for (const auto& child : std::ranges::subrange(first, children.end())) {
      if (!start(*child)) return &*child;
    }
    return nullptr;
  }

  // With reason `shutdown`, which is a clean one.
  void end_itself(Actor& supervisor) {
    terminate(supervisor, false);
    exited(supervisor, true);
  }

  Actor root_;
  std::map<int, unsigned> failing_starts_;
  std::vector<Entry> journal_;
};

}  // namespace trees
