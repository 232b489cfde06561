#include <rapidcheck.h>

#include <condition_variable>
#include <map>
#include <optional>

#include "actor/bounded.hpp"
#include "actor/mailbox_model.hpp"
#include "actor/overflow.hpp"
#include "stress/property.hpp"

/// One bounded mailbox goes through random operations, and a model of a few lines with it: the two
/// must agree in every result, in what is handled and in what order, in who waits for room, and in
/// what becomes of what is left. The actor handles a message only when the test says so.
namespace {

using namespace bounds;
using stress::below;
using stress::Broken;
using troupe::format;

// -- what is drawn ---

struct Op {
  enum Kind : unsigned { cast, own, send, call, step, step_failing, kill_sender, kinds };
  unsigned kind;
  unsigned size;
};
struct Case {
  Bound bound;
  std::vector<Op> ops;
  unsigned end;  // stop, drain; kill of a supervised actor, which may fail before
};
constexpr unsigned kKilled = 2;

std::string to_text(const Case& drawn) {
  static constexpr const char* kKinds[] = {"cast", "own",          "send",       "call",
                                           "step", "step failing", "kill sender"};
  static constexpr const char* kEnds[] = {"stop", "drain", "kill"};
  std::string text = format(
      "{}, capacity {}, bytes {}, mark {}:", to_string(static_cast<Overflow>(drawn.bound.overflow)),
      drawn.bound.capacity, drawn.bound.bytes, drawn.bound.mark);
  for (const Op& op : drawn.ops) text += format(" {} {},", kKinds[op.kind], op.size);
  return text + " " + kEnds[drawn.end];
}

// -- the actor ---

/// How long is waited for what should come soon; only where it does not hold is it waited in vain.
std::chrono::nanoseconds patience = 20s;

/// What the actor and its senders tell the test.
class Control {
  template <class Look>
  auto await(const std::string& what, Look look) {
    std::unique_lock lock(mutex_);
    decltype(look()) found;
    if (!changed_.wait_for(lock, patience, [&] { return (found = look()).has_value(); })) {
      throw Broken(what);
    }
    return *found;
  }

 public:
  void enter(int value) {
    std::lock_guard lock(mutex_);
    entered_.push_back(value);
    changed_.notify_all();
  }
  void note(int value, std::string outcome) {
    std::lock_guard lock(mutex_);
    outcomes_[value] = std::move(outcome);
    changed_.notify_all();
  }
  /// The next message that is begun.
  int next() {
    return await("the actor begins nothing", [&]() -> std::optional<int> {
      if (seen_ == entered_.size()) return std::nullopt;
      return entered_[seen_++];
    });
  }
  bool begun_more() {
    std::lock_guard lock(mutex_);
    return seen_ != entered_.size();
  }
  std::string outcome_of(int value) {
    return await(format("{} has no outcome", value), [&]() -> std::optional<std::string> {
      const auto found = outcomes_.find(value);
      if (found == outcomes_.end()) return std::nullopt;
      return found->second;
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> entered_;
  std::size_t seen_ = 0;
  std::map<int, std::string> outcomes_;
};

constexpr int kFailing = -1;

struct Load {
  int value;
  unsigned size;
  Tracked tracked;
  std::size_t bytes() const { return size; }
};
struct Demand {
  using Reply = int;
  int value;
  unsigned size;
  Tracked tracked;
  std::size_t bytes() const { return size; }
};

class Stepped : public troupe::Actor<Stepped, Load, Demand> {
 public:
  Stepped(Control* control, troupe::ActorRef<Ask> gate) : control_(control), gate_(gate) {}
  troupe::Task<> handle(Load m) { co_await pass(m.value); }
  troupe::Task<int> handle(Demand m) {
    co_await pass(m.value);
    co_return m.value;
  }

 private:
  troupe::Task<> pass(int value) {
    control_->enter(value);
    auto answer = co_await gate_.call<Ask>().within(kForever);
    if (!answer || *answer == kFailing) throw std::runtime_error("broken");
  }
  Control* control_;
  troupe::ActorRef<Ask> gate_;
};

/// Writes down what is redirected to it, or which events come.
class Spare : public troupe::Actor<Spare, Load, Demand, troupe::HighWater, CountAsked> {
 public:
  explicit Spare(std::vector<std::string>* seen) : seen_(seen) {}
  void handle(Load m) { seen_->push_back(std::to_string(m.value)); }
  int handle(Demand m) {
    seen_->push_back(std::to_string(m.value));
    return m.value;
  }
  void handle(troupe::HighWater m) {
    seen_->push_back(format("{} {}", m.over ? "over" : "below", m.waiting));
  }
  std::size_t handle(CountAsked) const { return seen_->size(); }

 private:
  std::vector<std::string>* seen_;
};

// -- both ---

class Play {
 public:
  explicit Play(const Case& drawn) : ends_(drawn.end) {
    const Bound& bound = model_.bound = drawn.bound;
    spare_ = world_.system.spawn<Spare>(&redirected_);
    events_to_ = world_.system.spawn<Spare>(&events_);
    world_.system.subscribe<troupe::HighWater>(events_to_);
    auto mailbox = model_.overflow() == Overflow::redirect
                       ? bounded(bound.capacity, troupe::redirect(spare_))
                       : bounded(bound.capacity, model_.overflow());
    if (bound.bytes != 0) mailbox = std::move(mailbox).bytes(bound.bytes);
    if (bound.mark != 0) mailbox = std::move(mailbox).high_water(bound.mark);
    if (ends_ != kKilled) {
      actor_ = world_.system.spawn<Stepped>(std::move(mailbox), &control_, gate_.ref());
      return;
    }
    troupe::ChildSpec spec = troupe::child<Stepped>("it", &control_, gate_.ref())
                                 .shutdown(troupe::kBrutalKill)
                                 .mailbox(std::move(mailbox));
    supervisor_ = world_.system.spawn<troupe::Supervisor>(
        troupe::one_for_one().intensity(1'000'000, 1s).child(std::move(spec)));
    actor_ = *troupe::ref_as<Stepped>(
        supervisor_.call<troupe::FindChild>("it").within(kForever).get().value().value().ref);
  }
  ~Play() { world_.system.shutdown(0s); }  // kills whoever still waits

  void apply(const Op& op) {
    switch (op.kind) {
      case Op::cast:
      case Op::own:
        send_at_once({++values_, op.size, false, false}, op.kind == Op::own);
        break;
      case Op::send:
      case Op::call:
        send_and_wait({++values_, op.size, op.kind == Op::call, true});
        break;
      case Op::step:
      case Op::step_failing:
        if (model_.in_hand) step(op.kind == Op::step_failing && ends_ == kKilled);
        break;
      default:
        if (!model_.blocked.empty()) kill_sender(op.size % model_.blocked.size());
    }
    compare();
  }

  void end() {
    if (ends_ == kKilled) {
      (void)supervisor_.call<troupe::TerminateChild>("it").within(kForever).get();
    } else if (ends_ == 0) {
      actor_.stop();
      if (model_.in_hand) release(0);
    } else {
      actor_.drain();
      model_.may_begin = model_.waiting.size();
      while (model_.in_hand) {
        step(false);
        if (model_.in_hand) compare();
      }
    }
    (void)actor_.wait().within(kForever).get();
    const std::string how = ends_ == kKilled ? "killed" : "stopped";
    if (model_.in_hand && model_.in_hand->call) {
      expect(model_.in_hand->value, ends_ == kKilled ? how : "answered");
    }
    for (const auto* rest : {&model_.waiting, &model_.blocked}) {
      for (const Message& one : *rest) {
        model_.dead_letters += !one.call;
        if (one.call) expect(one.value, how);
      }
    }
    for (const Message& one : model_.blocked) expect(one.value, how);
    await("messages are left", [&] { return living_ == 0; });
    expect_seen("redirected", spare_, redirected_, model_.redirected);
    expect_seen("events", events_to_, events_, model_.events);
    if (dead_letters() != model_.dead_letters) {
      throw Broken(format("{} dead letters, not {}", dead_letters(), model_.dead_letters));
    }
  }

 private:
  static troupe::SystemOptions options() {
    auto options = World::options_for(2);
    options.log_level = troupe::LogLevel::off;
    return options;
  }

  void send_at_once(const Message& message, bool own) {
    CastResult result = CastResult::delivered;
    const auto expected = model_.offer(message, own);
    if (own) {
      auto* node = troupe::detail::make_node<Load>(message.value, message.size, Tracked(living_));
      troupe::detail::push_own(*cell_of(actor_), *node);
    } else {
      result = actor_.cast<Load>(message.value, message.size, Tracked(living_));
    }
    if (result != expected) {
      throw Broken(format("{} was {}, not {}", message.value, to_string(result),
                          expected ? to_string(*expected) : "blocked"));
    }
  }

  void send_and_wait(const Message& message) {
    const auto expected = model_.offer(message, false);
    auto sender = world_.system.spawn<Runner>();
    senders_[message.value] = sender;
    sender.cast<Run>([this, message]() -> troupe::Task<> {
      std::string outcome = "ok";
      if (message.call) {
        auto call = actor_.call<Demand>(message.value, message.size, Tracked(living_));
        call.within(kForever);
        const auto result = co_await call;
        outcome = result ? "answered" : text_of(result.error());
      } else {
        auto send = actor_.send<Load>(message.value, message.size, Tracked(living_));
        const auto result = co_await send;
        if (!result) outcome = text_of(result.error());
      }
      control_.note(message.value, outcome);
    });
    if (!expected) return;
    if (!accepted(*expected)) {
      // A call that is dropped as it comes was not in the mailbox: it is full.
      expect(message.value, message.call ? "full" : std::string(to_string(*expected)));
    } else if (!message.call) {
      expect(message.value, "ok");
    } else if (expected == CastResult::redirected) {
      expect(message.value, "answered");
    }
  }

  static std::string text_of(const troupe::CallError& error) {
    switch (error.code) {
      case CallErrorCode::full:
        return "full";
      case CallErrorCode::dropped:
        return "dropped";
      case CallErrorCode::stopped:
        return "stopped";
      case CallErrorCode::killed:
        return "killed";
      case CallErrorCode::failed:
        return "failed";
      default:
        return to_string(error);
    }
  }

  void step(bool failing) {
    const Message done = *model_.in_hand;
    model_.finish();
    release(failing ? kFailing : 0);
    if (done.call) expect(done.value, failing ? "failed" : "answered");
  }
  void release(int answer) {
    gate_.wait_asked(asked_ + 1);
    gate_.answer(answer, asked_++);
  }

  void kill_sender(std::size_t which) {
    const auto victim = model_.blocked.begin() + static_cast<std::ptrdiff_t>(which);
    (void)senders_.at(victim->value).kill_and_wait().within(kForever).get();
    model_.blocked.erase(victim);
    if (model_.bound.bytes != 0) model_.let_in();
  }

  // -- what came of it ---

  void compare() {
    if (model_.in_hand && model_.in_hand->value != begun_) {
      begun_ = control_.next();
      if (begun_ != model_.in_hand->value) {
        throw Broken(format("{} was begun, not {}", begun_, model_.in_hand->value));
      }
    }
    for (const Message& one : model_.displaced) {
      if (one.call) expect(one.value, "dropped");
    }
    model_.displaced.clear();
    troupe::detail::BoundedQueue& queue = queue_of(actor_);
    await("not as many wait as should", [&] {
      return queue.waiting() == model_.waiting.size() && queue.blocked() == model_.blocked.size() &&
             dead_letters() == model_.dead_letters;
    });
    if (control_.begun_more()) throw Broken("more was begun than should be");
    await_told();
  }
  // A level that is left before it is told is not told at all: the next operation waits for it.
  void await_told() {
    if (told_ == model_.events.size()) return;
    told_ = model_.events.size();
    await("an event is not told",
          [&] { return events_to_.call<CountAsked>().within(kForever).get().value() >= told_; });
  }

  void expect(int value, const std::string& expected) {
    const std::string outcome = control_.outcome_of(value);
    if (outcome == expected) return;
    throw Broken(format("{} ended with '{}', not '{}'", value, outcome, expected));
  }
  template <class Holds>
  void await(const char* what, Holds holds) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > until) {
        throw Broken(format("{}: {} wait, not {}; {} for room, not {}; {} dead letters, not {}",
                            what, queue_of(actor_).waiting(), model_.waiting.size(),
                            queue_of(actor_).blocked(), model_.blocked.size(), dead_letters(),
                            model_.dead_letters));
      }
      std::this_thread::yield();
    }
  }
  static void expect_seen(const char* what, const Spare::Reference& spare,
                          const std::vector<std::string>& seen,
                          const std::vector<std::string>& expected) {
    (void)spare.call<CountAsked>().within(kForever).get();
    if (seen == expected) return;
    const auto text = [](const std::vector<std::string>& lines) {
      std::string all;
      for (const std::string& line : lines) all += (all.empty() ? "" : ", ") + line;
      return all;
    };
    throw Broken(format("{}: {}; not {}", what, text(seen), text(expected)));
  }
  std::uint64_t dead_letters() const { return world_.system.stats().dead_letters; }

  const unsigned ends_;
  Model model_;
  Control control_;
  std::atomic<int> living_{0};
  std::vector<std::string> redirected_;
  std::vector<std::string> events_;
  World world_{options()};
  Gate gate_{world_.system};
  Spare::Reference spare_;
  Spare::Reference events_to_;
  troupe::Supervisor::Reference supervisor_;
  Stepped::Reference actor_;
  std::map<int, Runner::Reference> senders_;
  std::size_t asked_ = 0;  // of the gate
  std::size_t told_ = 0;   // events
  int values_ = 0;
  int begun_ = 0;
};

rc::Gen<Case> any_case() {
  const auto bound = rc::gen::map(
      rc::gen::tuple(below(5), below(12), below(3), below(100), below(3)), [](const auto& drawn) {
        const auto [overflow, capacity, has_bytes, bytes, has_mark] = drawn;
        Bound made{overflow, capacity + 1, has_bytes == 0 ? bytes + 1 : 0, 0};
        // From 2: with 1 the actor may be below again before it is told.
        if (has_mark != 0 && made.capacity >= 2) made.mark = 2 + bytes % (made.capacity - 1);
        return made;
      });
  // More comes than goes, or nothing is ever full.
  const auto kind = rc::gen::weightedElement<unsigned>({{6, Op::cast},
                                                        {1, Op::own},
                                                        {4, Op::send},
                                                        {4, Op::call},
                                                        {6, Op::step},
                                                        {1, Op::step_failing},
                                                        {2, Op::kill_sender}});
  const auto op =
      rc::gen::build<Op>(rc::gen::set(&Op::kind, kind), rc::gen::set(&Op::size, below(40)));
  return rc::gen::build<Case>(rc::gen::set(&Case::bound, bound),
                              rc::gen::set(&Case::ops, stress::up_to(80, op)),
                              rc::gen::set(&Case::end, below(3)));
}

void play(const Case& drawn) {
  try {
    Play play(drawn);
    for (const Op& op : drawn.ops) play.apply(op);
    play.end();
  } catch (const Broken&) {
    patience = 1s;  // while the case is made smaller
    throw;
  }
}

}  // namespace

TEST_CASE("random messages to a bounded mailbox fare as in the model") {
  CHECK(stress::holds("a bounded mailbox follows the model", [] { return *any_case(); }, play));
}
