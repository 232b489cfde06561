#pragma once

#include "actor/support.hpp"

/// Parents and children for the tests of both.
namespace family {

using namespace support;

struct Break {};
struct Suspend {};
struct Hold {
  std::latch* entered;
  std::latch* leave;
};

/// A child that tells what becomes of it; its post_stop waits for the gate when it has one.
class Child : public troupe::Actor<Child, Break, Suspend, Hold> {
 public:
  Child(Journal& journal, std::string name, troupe::ActorRef<Ask> gate = {},
        troupe::ActorRef<Ask> stop_gate = {})
      : journal_(&journal),
        name_(std::move(name)),
        gate_(std::move(gate)),
        stop_gate_(std::move(stop_gate)) {}
  ~Child() { journal_->add(name_ + " gone"); }
  troupe::Task<> post_stop() {
    journal_->add(name_ + " stops");
    if (stop_gate_) (void)co_await stop_gate_.call<Ask>().within(kForever);
  }
  void handle(Break) { throw std::runtime_error("broken"); }
  troupe::Task<> handle(Suspend) {
    Trace trace(*journal_, name_ + " unwinds");
    (void)co_await gate_.call<Ask>().within(kForever);
  }
  void handle(Hold m) {
    m.entered->count_down();
    m.leave->wait();
  }

 private:
  Journal* journal_;
  std::string name_;
  troupe::ActorRef<Ask> gate_;
  troupe::ActorRef<Ask> stop_gate_;
};

struct AddChild {
  using Reply = Child::Reference;
  std::string name;
  troupe::ActorRef<Ask> gate = {};
  troupe::ActorRef<Ask> stop_gate = {};
  std::chrono::nanoseconds time = kForever;
};
struct Children {
  using Reply = std::vector<troupe::AnyRef>;
};
struct Tick {};

/// The children's parent; derived classes add what they handle of the children's ends.
template <class Self>
class ParentOf : public troupe::Actor<Self, AddChild, Children, Tick, Suspend> {
 public:
  ParentOf(Journal& journal, troupe::ActorRef<Ask> gate)
      : journal_(&journal), gate_(std::move(gate)) {}
  void post_stop() { journal_->add("parent stops"); }

  Child::Reference handle(AddChild m) {
    return this->template spawn<Child>(troupe::shutdown_time(m.time), *journal_, m.name, m.gate,
                                       m.stop_gate);
  }
  std::vector<troupe::AnyRef> handle(Children) { return this->children(); }
  void handle(Tick) { ++ticks_; }
  troupe::Task<> handle(Suspend) { (void)co_await gate_.template call<Ask>().within(kForever); }

 protected:
  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
  int ticks_ = 0;
};

class Parent : public ParentOf<Parent> {
 public:
  using ParentOf::ParentOf;
};

template <class P>
struct Family {
  Journal journal;
  World world;
  Gate gate{world.system};
  Gate stop_gate{world.system};
  typename P::Reference parent = world.system.spawn<P>(journal, gate.ref());

  Child::Reference add(std::string name, troupe::ActorRef<Ask> child_gate = {},
                       troupe::ActorRef<Ask> child_stop_gate = {},
                       std::chrono::nanoseconds time = kForever) {
    auto child = parent.template call<AddChild>(std::move(name), std::move(child_gate),
                                                std::move(child_stop_gate), time);
    return *child.within(kForever).get();
  }
};

/// A parent of a parent of a child that fails.
struct Grow {
  using Reply = Child::Reference;
};
class Inner : public troupe::Actor<Inner, Grow> {
 public:
  explicit Inner(Journal& journal) : journal_(&journal) {}
  void post_stop() { journal_->add("inner stops"); }
  Child::Reference handle(Grow) { return spawn<Child>(*journal_, "grandchild"); }

 private:
  Journal* journal_;
};
class Top : public troupe::Actor<Top, Grow> {
 public:
  explicit Top(Journal& journal) : journal_(&journal), inner_(spawn<Inner>(journal)) {}
  void post_stop() { journal_->add("top stops"); }
  void handle(Grow m, troupe::ReplyPort<Child::Reference> port) {
    inner_.forward<Grow>(m, std::move(port));
  }

 private:
  Journal* journal_;
  Inner::Reference inner_;
};

}  // namespace family
