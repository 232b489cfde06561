#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/call.hpp"
#include "troupe/crash_report.hpp"
#include "troupe/dead_letter.hpp"
#include "troupe/exit.hpp"
#include "troupe/probe.hpp"
#include "troupe/simulation.hpp"

namespace troupe {

namespace detail {

/// What the parts of a test kit share.
class TROUPE_EXPORT TestKitState {
 public:
  explicit TestKitState(SimulationOptions options);
  TestKitState(const TestKitState&) = delete;
  TestKitState& operator=(const TestKitState&) = delete;
  ~TestKitState();

  std::chrono::nanoseconds elapsed() const noexcept;
  /// Until the condition holds; where no time may pass, also with steps that take time.
  template <class Condition>
  bool run_until(const Condition& condition, std::chrono::nanoseconds within) {
    while (!simulation.run_until(condition, within)) {
      if (within.count() != 0 || !went_on()) return false;
    }
    return true;
  }
  void settle() { simulation.settle(); }
  /// " at 2 s" where no time may pass, or " within 2 s".
  std::string when(std::chrono::nanoseconds within) const;
  /// "  failed so far: ...": what explains that something did not happen.
  std::string troubles() const;
  [[noreturn]] void fail(std::string text, std::source_location where) const;
  /// Throws when the simulation itself has failed.
  void rethrow_failure() {
    (void)simulation.run_until([] { return true; }, {});
  }
  [[noreturn]] void fail_call(const CallError& error, std::source_location where);
  [[noreturn]] void fail_answer(std::string_view request, std::chrono::nanoseconds within,
                                std::source_location where) const;

  std::vector<DeadLetter> dead_letters;
  std::vector<CrashReport> crashes;
  std::vector<bool> crash_expected;
  Simulation simulation;

 private:
  bool went_on() noexcept;

  std::chrono::steady_clock::time_point beginning_;
  std::uint64_t steps_ = 0;
};

/// Calls, and keeps the answer for the test.
template <class M>
struct AskedAnswer {
  std::optional<CallResult<M>> result;
};

template <class M>
class Asker : public Actor<Asker<M>> {
  using Base = Actor<Asker<M>>;

 public:
  Asker(ActorRef<M> target, std::chrono::nanoseconds within, std::shared_ptr<AskedAnswer<M>> answer,
        M message)
      : target_(std::move(target)),
        within_(within),
        answer_(std::move(answer)),
        message_(std::move(message)) {}

  Task<> post_start() {
    auto result = co_await target_.template call<M>(std::move(message_)).within(within_);
    answer_->result.emplace(std::move(result));
    this->stop();
  }

  static const ActorClass& actor_class() noexcept {
    static constexpr ActorClass type = named_class<Asker, Base>("Test");
    return type;
  }

 private:
  ActorRef<M> target_;
  std::chrono::nanoseconds within_;
  std::shared_ptr<AskedAnswer<M>> answer_;
  M message_;
};

}  // namespace detail

/// A request under way that the test does not wait for: see TestKit::ask.
template <class M>
class PendingAnswer {
 public:
  PendingAnswer(detail::TestKitState& kit, std::shared_ptr<detail::AskedAnswer<M>> answer) noexcept
      : kit_(&kit), answer_(std::move(answer)) {}

  /// Whether it is there. Runs nothing.
  bool ready() const noexcept { return answer_->result.has_value(); }
  /// The answer, or the error. Runs the simulation until it is there, and time may pass.
  const CallResult<M>& result() const {
    (void)kit_->run_until([this] { return ready(); }, std::chrono::nanoseconds::max());
    if (!ready()) kit_->fail("the answer never comes" + kit_->troubles(), {});
    return *answer_->result;
  }
  /// The reply, without that time passes. Throws TestKitFailure when there is none.
  typename M::Reply expect(std::source_location where = std::source_location::current()) const {
    return expect(std::chrono::nanoseconds::zero(), where);
  }
  typename M::Reply expect(std::chrono::nanoseconds within,
                           std::source_location where = std::source_location::current()) const {
    if (!kit_->run_until([this] { return ready(); }, within)) {
      kit_->fail_answer(detail::type_name<M>(), within, where);
    }
    CallResult<M>& result = *answer_->result;
    if (!result) kit_->fail_call(result.error(), where);
    if constexpr (!std::is_void_v<typename M::Reply>) return std::move(*result);
  }

 private:
  detail::TestKitState* kit_;
  std::shared_ptr<detail::AskedAnswer<M>> answer_;
};

/// A world for a unit test: a simulation of one node. No threads, and no time that passes by
/// itself: what is due next is there when the test asks for it, and two seconds pass when the test
/// says so. Works with any test framework: what is expected and does not come is an exception.
///
///   troupe::TestKit kit;
///   auto counter = kit.probe<GetStats>();
///   auto aggregator = kit.spawn<Aggregator>(counter.ref());
///   aggregator.cast<Collect>();
///   counter.expect<GetStats>().reply(Stats{5, 1});
///   kit.advance(2s);
///
/// Nothing runs by itself: actors handle their messages while one of these functions, or a probe's,
/// runs them. All of them throw SimulationFailure when the simulation itself goes wrong. For one
/// thread, and one kit a thread at a time. The end of the kit ends all actors as a crash does:
/// no post_stop runs.
class TestKit {
  using Where = std::source_location;
  using Nanoseconds = std::chrono::nanoseconds;

 public:
  /// Whoever waits longest goes on, so a test does the same each time.
  TestKit() : TestKit({.schedule = Schedule::fifo()}) {}
  /// Otherwise: another schedule and seed, a time for each step, a log.
  explicit TestKit(SimulationOptions options)
      : state_(std::make_unique<detail::TestKitState>(std::move(options))) {}

  // -- who is there ---

  /// As System::spawn.
  template <class A, class... Args>
  detail::SpawnedRef<A> spawn(Args&&... args) {
    return system().template spawn<A>(std::forward<Args>(args)...);
  }
  /// A probe that handles these messages: `probe<GetStats, Reset>()`, or, with a name,
  /// `probe<GetStats>(named("counter"))`.
  template <class... Ms>
  Probe<Ms...> probe(SpawnOptions options = {}) {
    auto inbox = std::make_shared<detail::ProbeInbox>(*state_);
    auto ref = system().template spawn<detail::ProbeActor<Ms...>>(std::move(options), inbox);
    inbox->actor = ref;
    return Probe<Ms...>(std::move(inbox), std::move(ref));
  }

  Simulation& simulation() noexcept { return state_->simulation; }
  System& system() { return state_->simulation.system(); }

  // -- running ---

  /// So much time passes, and what is due happens.
  void advance(Nanoseconds time) { state_->simulation.run_for(time); }
  /// Until nothing can happen without that time passes.
  void settle() { state_->settle(); }
  /// The system's time.
  std::chrono::steady_clock::time_point now() { return system().now(); }
  /// The time that has passed since the kit was made.
  Nanoseconds elapsed() const noexcept { return state_->elapsed(); }

  /// Calls, and runs the simulation until the answer is there, while time may pass: 5 s at most.
  /// Throws TestKitFailure when there is no reply; `ref.call<M>(...).get()` gives the error as a
  /// value.
  template <class M, class Ref, class... Args>
  typename M::Reply call(const Ref& ref, Args&&... args) {
    auto result = ref.template call<M>(std::forward<Args>(args)...).get();
    state_->rethrow_failure();
    if (!result) state_->fail_call(result.error(), {});
    if constexpr (!std::is_void_v<typename M::Reply>) return std::move(*result);
  }
  /// Calls, and does not wait: for an actor that asks a probe before it answers. The call is sent
  /// when the simulation runs next; its time is 5 s, or as ask_within says.
  template <class M, class Ref, class... Args>
  PendingAnswer<M> ask(const Ref& ref, Args&&... args) {
    return ask_within<M>(kDefaultCallTimeout, ref, std::forward<Args>(args)...);
  }
  template <class M, class Ref, class... Args>
  PendingAnswer<M> ask_within(Nanoseconds within, const Ref& ref, Args&&... args) {
    auto answer = std::make_shared<detail::AskedAnswer<M>>();
    system().template spawn<detail::Asker<M>>(ActorRef<M>(ref), within, answer,
                                              M{std::forward<Args>(args)...});
    return PendingAnswer<M>(*state_, std::move(answer));
  }

  // -- what went wrong in the system, so far; what is still to happen at this time happens first --

  std::vector<DeadLetter> dead_letters() {
    settle();
    return state_->dead_letters;
  }
  std::vector<CrashReport> crashes() {
    settle();
    return state_->crashes;
  }
  /// The actor has failed, or does without that time passes, or within that time. One failure
  /// after another: each is expected once. Throws TestKitFailure when it does not.
  CrashReport expect_crash(const AnyRef& actor, Where where = Where::current()) {
    return expect_crash(actor, Nanoseconds::zero(), where);
  }
  TROUPE_EXPORT CrashReport expect_crash(const AnyRef& actor, Nanoseconds within,
                                         Where where = Where::current());
  /// The actor has ended for good, or does without that time passes, or within that time. Throws
  /// TestKitFailure when it does not.
  ExitReason expect_end(const AnyRef& actor, Where where = Where::current()) {
    return expect_end(actor, Nanoseconds::zero(), where);
  }
  TROUPE_EXPORT ExitReason expect_end(const AnyRef& actor, Nanoseconds within,
                                      Where where = Where::current());

 private:
  std::unique_ptr<detail::TestKitState> state_;
};

}  // namespace troupe
