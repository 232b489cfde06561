#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "otp/tree_spec.hpp"
#include "stress/support.hpp"

/// Real supervision trees, made from a Spec, whose workers write down what they do.
namespace trees {

using namespace std::chrono_literals;

/// For what must happen soon, however slow the machine: whoever waits that long has found a bug.
inline constexpr std::chrono::nanoseconds kPatience = 10s;
/// Actors in a tree, and those that a test adds.
inline constexpr int kNumbers = 2 * kMostActors;

struct Act {  // the reply comes before that is done
  using Reply = void;
  bool fails;  // or stops
};
struct Tick {
  bool fails;
};
struct Ping {
  using Reply = void;
};
using WorkerRef = troupe::ActorRef<Act, Tick, Ping>;

class Echo : public troupe::Actor<Echo, Ping> {
 public:
  void handle(Ping) {}
};

/// What is known of one worker, through all of its incarnations. The counters are relaxed where
/// they are written: whoever reads them has heard of the tree's rest through messages.
struct Traces {
  std::atomic<unsigned> failing_starts{0};
  std::atomic<int> living{0};
  std::atomic<int> living_kids{0};
  std::atomic<unsigned> starts{0};
  std::atomic<unsigned> stops{0};
  std::atomic<unsigned> ticks{0};
  std::atomic<unsigned> failures{0};
  std::atomic<unsigned> last_end{0};  // by a clock that all ends make go on
  std::atomic<bool> last_end_failed{false};
};

/// What a tree's workers share. Outlives their system.
class Ground {
 public:
  void note(Entry entry) {
    std::lock_guard lock(mutex_);
    journal_.push_back(entry);
  }
  void note_start(Entry entry, WorkerRef ref) {
    std::lock_guard lock(mutex_);
    journal_.push_back(entry);
    refs_.at(static_cast<std::size_t>(entry.number)) = std::move(ref);
  }
  std::vector<Entry> take_journal() {
    std::lock_guard lock(mutex_);
    return std::exchange(journal_, {});
  }
  WorkerRef ref(int number) const {
    std::lock_guard lock(mutex_);
    return refs_.at(static_cast<std::size_t>(number));
  }
  Traces& of(int number) { return traces_.at(static_cast<std::size_t>(number)); }

  troupe::ActorRef<Ping> echo;  ///< set before the tree is made
  std::atomic<unsigned> ends{0};
  std::atomic<unsigned> all_ticks{0};
  std::atomic<unsigned> orphans{0};  // children that outlived their parents

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> journal_;
  std::array<WorkerRef, kNumbers> refs_;
  std::array<Traces, kNumbers> traces_;
};

class Kid : public troupe::Actor<Kid, Ping> {
 public:
  explicit Kid(std::atomic<int>& living) : living_(living) { ++living_; }
  ~Kid() { --living_; }
  void handle(Ping) {}

 private:
  std::atomic<int>& living_;
};

template <class Self>
class Worker : public troupe::Actor<Self, Act, Tick, Ping> {
 public:
  Worker(Ground* ground, const Spec& spec)
      : ground_(*ground), spec_(spec), traces_(ground->of(spec.number)) {
    if (spec_.start_in == StartIn::constructor) start();
  }
  ~Worker() {
    if (!started_) return;
    if (traces_.living_kids != 0) ++ground_.orphans;
    --traces_.living;
    traces_.last_end = ++ground_.ends;
    traces_.last_end_failed = failed_;
  }
  void post_stop() {
    ++traces_.stops;
    ground_.note(entry(What::stops));
    if (spec_.fails_to_stop) throw std::runtime_error("cannot stop");
  }

  void handle(Act m, troupe::ReplyPort<void> port) {
    port.send();
    if (m.fails) throw std::runtime_error("told to fail");
    this->stop();
  }
  void handle(Tick m) {
    ++traces_.ticks;
    ++ground_.all_ticks;
    if (!m.fails) return;
    failed_ = true;
    ++traces_.failures;
    throw std::runtime_error("told to fail");
  }
  void handle(Ping) {}

 protected:
  troupe::ActorRef<Ping> echo() const { return ground_.echo; }

  void start() {
    if (started_) return;
    if (traces_.failing_starts > 0) {
      --traces_.failing_starts;
      ground_.note(entry(What::fails_to_start));
      throw std::runtime_error("told not to start");
    }
    if (spec_.parent) this->template spawn<Kid>(traces_.living_kids);
    started_ = true;
    ++traces_.living;
    ++traces_.starts;
    ground_.note_start(entry(What::starts), this->self());
  }

 private:
  Entry entry(What what) const { return {what, spec_.number, spec_.pool}; }

  Ground& ground_;
  Spec spec_;
  Traces& traces_;
  bool started_ = false;
  bool failed_ = false;
};

class PromptWorker : public Worker<PromptWorker> {
 public:
  using Worker::Worker;
  void pre_start() { start(); }
};

class SlowWorker : public Worker<SlowWorker> {
 public:
  using Worker::Worker;
  troupe::Task<> pre_start() {
    (void)co_await echo().call<Ping>();
    start();
  }
};

// -- from data to specifications ---

inline troupe::SupervisorSpec supervisor_spec(Ground& ground, const Spec& spec, bool unlimited);

inline troupe::ChildSpec child_spec(Ground& ground, const Spec& spec, bool unlimited = false) {
  const auto made = [&] {
    const std::string id = std::to_string(spec.number);
    switch (spec.kind) {
      case Kind::supervisor:
        return troupe::child<troupe::Supervisor>(id, supervisor_spec(ground, spec, unlimited));
      case Kind::dynamic:
        return troupe::child<troupe::DynamicSupervisor>(
            id, troupe::dynamic()
                    .restart(spec.of_children)
                    .intensity(unlimited ? UINT32_MAX : spec.intensity, 1h));
      default:
        return spec.start_in == StartIn::coroutine ? troupe::child<SlowWorker>(id, &ground, spec)
                                                   : troupe::child<PromptWorker>(id, &ground, spec);
    }
  };
  auto child = made().restart(spec.restart).significant(spec.significant);
  if (spec.kind == Kind::worker && spec.brutal) {
    return std::move(child).shutdown(troupe::kBrutalKill);
  }
  return child;
}

inline troupe::SupervisorSpec supervisor_spec(Ground& ground, const Spec& spec, bool unlimited) {
  auto made = troupe::SupervisorSpec(spec.strategy)
                  .intensity(unlimited ? UINT32_MAX : spec.intensity, 1h)
                  .auto_shutdown(spec.auto_shutdown);
  for (const Spec& child : spec.children) made.add(child_spec(ground, child, unlimited));
  return made;
}

// -- rest ---

using stress::Broken;

inline troupe::ActorState state_of(const troupe::AnyRef& actor) {
  const auto info = troupe::inspect(actor).within(kPatience).get();
  if (!info) throw Broken("no answer to an inspection: " + to_string(info.error()));
  return info->state;
}

/// Lets a tree go on, where somebody waits for it: gives other threads the processor, or runs the
/// simulation that it is in.
using GoOn = std::function<void()>;

/// Repeats a question until it is answered by true.
template <class Question>
void wait_until(const char* what, Question question, const GoOn& go_on = &std::this_thread::yield) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!question()) {
    if (std::chrono::steady_clock::now() > until) throw Broken(std::string("in vain: ") + what);
    go_on();
  }
}

/// Waits until what an actor was told has ended it, if it does, and its supervisor was told: both
/// happen in one step of the actor's turn. The first inspection may be heard before that step; then
/// the second one, sent later, is heard after it.
inline void settle_worker(const troupe::AnyRef& worker,
                          const GoOn& go_on = &std::this_thread::yield) {
  state_of(worker);
  wait_until(
      "a worker's end", [&] { return state_of(worker) != troupe::ActorState::stopping; }, go_on);
}

/// The children that run, as the supervisor knows them, and the actors below it, as the runtime
/// does. None: it has ended.
struct Below {
  std::vector<troupe::AnyRef> listed;
  std::vector<troupe::AnyRef> living;
  bool restless = false;
};

inline std::optional<std::vector<troupe::ChildInfo>> list_children(const troupe::AnyRef& ref) {
  std::vector<troupe::ChildInfo> list;
  std::optional<troupe::CallError> error;
  if (const auto supervisor = troupe::ref_as<troupe::Supervisor>(ref)) {
    auto children = supervisor->call<troupe::ListChildren>().within(kPatience).get();
    if (children) return std::move(*children);
    error = children.error();
  } else {
    auto pool = troupe::ref_as<troupe::DynamicSupervisor>(ref).value();
    auto page = pool.call<troupe::ListDynamicChildren>(0u, SIZE_MAX).within(kPatience).get();
    if (page) return std::move(page->children);
    error = page.error();
  }
  if (error->code == troupe::CallErrorCode::timeout) throw Broken(to_string(*error));
  return std::nullopt;
}

inline std::optional<Below> look_below(const troupe::AnyRef& supervisor) {
  const auto list = list_children(supervisor);
  if (!list) return std::nullopt;
  Below below;
  const bool is_pool = !troupe::ref_as<troupe::Supervisor>(supervisor);
  for (const troupe::ChildInfo& child : *list) {
    below.restless |= child.state == troupe::ChildState::restarting;
    if (child.state != troupe::ChildState::running) continue;
    below.listed.push_back(child.ref);
    // A dynamic supervisor does not wait for those that it restarts.
    if (is_pool) below.restless |= state_of(child.ref) != troupe::ActorState::running;
  }
  const auto info = troupe::inspect(supervisor).within(kPatience).get();
  if (!info) throw Broken("no answer to an inspection: " + to_string(info.error()));
  below.living = info->children;
  std::ranges::sort(below.listed);
  std::ranges::sort(below.living);
  return below;
}

/// Waits until a supervisor has dealt with what its children have told it, or has ended and told
/// its own supervisor.
///
/// Why that is so: children's ends are heard before requests, and dealt with to the end before the
/// next request is taken up, but for restarts that are tried again, and a supervisor says of those
/// children that they are `restarting`. When it ends for good, it answers who waits for that after
/// it has told its supervisor. When it ends and is made again, its mailbox is kept, and the next
/// incarnation answers. So, once all supervisors from an actor up to the root have been settled in
/// that order, what the actor's end led to is over: all else that happened was done by handlers
/// which wait for it. But nobody waits for the remains of a supervisor that did not start, nor a
/// dynamic supervisor for its children: hence the look at the actors that there are.
inline void settle_supervisor(const troupe::AnyRef& supervisor,
                              const GoOn& go_on = &std::this_thread::yield) {
  const auto rests = [&] {
    const auto below = look_below(supervisor);
    if (below) return !below->restless && below->listed == below->living;
    if (supervisor.wait().within(kPatience).get()) return true;
    throw Broken("a supervisor does not end");
  };
  wait_until("a supervisor's rest", rests, go_on);
}

}  // namespace trees
