#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "actor/support.hpp"
#include "troupe/inspect.hpp"

/// What the tests of supervision share.
namespace otp_support {

using namespace support;
using troupe::ChildState;
using troupe::ExitKind;
using troupe::Restart;
using troupe::Supervisor;

struct Fail {};
struct Break {  // fails as Fail does, and has a caller
  using Reply = int;
};
struct Quit {};
struct Suspend {};
struct Hold {
  std::latch* entered;
  std::latch* leave;
};
struct Count {};
struct GetCount {
  using Reply = int;
};

/// Writes down when it starts and stops, and fails when it is told to.
class Child : public troupe::Actor<Child, Fail, Break, Quit, Suspend, Hold, Count, GetCount> {
 public:
  Child(Journal* journal, std::string name) : journal_(journal), name_(std::move(name)) {}

  void pre_start() { journal_->add(name_ + " starts"); }
  void post_stop() { journal_->add(name_ + " stops"); }

  void handle(Fail) { throw std::runtime_error("broken"); }
  int handle(Break) { throw std::runtime_error("broken"); }
  void handle(Quit) { stop(); }
  troupe::Task<> handle(Suspend) {
    Trace trace(*journal_, name_ + " unwinds");
    journal_->add(name_ + " waits");
    co_await troupe::sleep_for(kForever);
  }
  void handle(Hold m) {
    m.entered->count_down();
    m.leave->wait();
  }
  void handle(Count) { ++count_; }
  int handle(GetCount) const { return count_; }

 private:
  Journal* journal_;
  std::string name_;
  int count_ = 0;
};
using ChildRef = Child::Reference;

/// What becomes of a Moody's starts.
struct Plan {
  std::atomic<int> starts{0};   // that were tried
  std::atomic<int> failing{0};  // how many of the next ones fail
  std::atomic<bool> ignore{false};
  std::function<void()> on_start = [] {};
};

/// Starts, or does not, as planned.
class Moody : public troupe::Actor<Moody, Fail, Quit, GetCount> {
 public:
  explicit Moody(Plan* plan) : plan_(plan) {}
  void pre_start() {
    ++plan_->starts;
    plan_->on_start();
    if (plan_->ignore) throw troupe::IgnoreStart();
    if (plan_->failing > 0) {
      --plan_->failing;
      throw std::runtime_error("not today");
    }
  }
  void handle(Fail) { throw std::runtime_error("broken"); }
  void handle(Quit) { stop(); }
  int handle(GetCount) const { return plan_->starts; }

 private:
  Plan* plan_;
};

inline constexpr int kFailStart = -1;
inline constexpr int kIgnoreStart = -2;

/// Its pre_start waits for the gate, whose answer decides what becomes of it.
class Slow : public troupe::Actor<Slow, Fail, Count, GetCount> {
 public:
  Slow(Journal* journal, std::string name, troupe::ActorRef<Ask> gate)
      : journal_(journal), name_(std::move(name)), gate_(std::move(gate)) {}
  troupe::Task<> pre_start() {
    const auto answer = co_await gate_.call<Ask>().within(kForever);
    if (answer.value() == kFailStart) throw std::runtime_error("too slow");
    if (answer.value() == kIgnoreStart) throw troupe::IgnoreStart();
    journal_->add(name_ + " starts");
  }
  void post_stop() { journal_->add(name_ + " stops"); }
  void handle(Fail) { throw std::runtime_error("broken"); }
  void handle(Count) { ++count_; }
  int handle(GetCount) const { return count_; }

 private:
  Journal* journal_;
  std::string name_;
  troupe::ActorRef<Ask> gate_;
  int count_ = 0;
};

/// Its post_stop waits for the gate.
class Lingering : public troupe::Actor<Lingering, Fail, GetCount> {
 public:
  Lingering(Journal* journal, std::string name, troupe::ActorRef<Ask> gate)
      : journal_(journal), name_(std::move(name)), gate_(std::move(gate)) {}
  void pre_start() { journal_->add(name_ + " starts"); }
  troupe::Task<> post_stop() {
    journal_->add(name_ + " lingers");
    (void)co_await gate_.call<Ask>().within(kForever);
    journal_->add(name_ + " stops");
  }
  void handle(Fail) { throw std::runtime_error("broken"); }
  int handle(GetCount) const { return 0; }

 private:
  Journal* journal_;
  std::string name_;
  troupe::ActorRef<Ask> gate_;
};

/// A system, and a journal of what its actors do.
struct Stage {
  Journal journal;
  World world;
  Gate gate{world.system};

  explicit Stage(unsigned workers = 2) : world(options_for(workers)) {}

  /// With what supervisors say of their children's failures, too.
  static troupe::SystemOptions options_for(unsigned workers) {
    troupe::SystemOptions options = World::options_for(workers);
    options.log_level = troupe::LogLevel::debug;
    return options;
  }

  Supervisor::Reference spawn(troupe::SupervisorSpec spec) {
    return world.system.spawn<Supervisor>(std::move(spec));
  }
  troupe::ChildSpec spec(std::string id) { return troupe::child<Child>(id, &journal, id); }

  static std::optional<troupe::ChildInfo> info(const Supervisor::Reference& supervisor,
                                               std::string id) {
    return supervisor.call<troupe::FindChild>(std::move(id)).within(kForever).get().value();
  }
  template <class A = Child>
  static auto child(const Supervisor::Reference& supervisor, std::string id) {
    return *troupe::ref_as<A>(info(supervisor, std::move(id)).value().ref);
  }
  static void await_state(const Supervisor::Reference& supervisor, const std::string& id,
                          ChildState state) {
    while (info(supervisor, id).value().state != state) std::this_thread::yield();
  }
  /// "a running, b restarting"
  static std::string states(const Supervisor::Reference& supervisor) {
    static constexpr const char* kNames[] = {"running", "restarting", "stopped"};
    std::string text;
    const auto list = supervisor.call<troupe::ListChildren>().within(kForever).get().value();
    for (const troupe::ChildInfo& each : list) {
      text +=
          (text.empty() ? "" : ", ") + each.id + " " + kNames[static_cast<std::size_t>(each.state)];
    }
    return text;
  }
};

/// How an actor that is asked for nothing ends.
inline troupe::ExitReason end_of(const troupe::AnyRef& actor) {
  return actor.wait().within(kForever).get().value();
}
inline void stop(const troupe::AnyRef& actor) {
  (void)actor.stop_and_wait().within(kForever).get().value();
}
/// Waits until the actor has handled everything before this; gives its count.
template <class R>
int count_of(const R& actor) {
  return actor.template call<GetCount>().within(kForever).get().value();
}

}  // namespace otp_support
