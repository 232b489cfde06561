#pragma once

#include <doctest/doctest.h>

#include "actor/support.hpp"

/// Actors that do what a test tells them: for links, monitors and last states.
namespace puppet {

using namespace support;
using troupe::ExitKind;

template <class Self>
struct Act {
  using Reply = void;
  std::function<void(Self&)> body;
};
struct Note {
  std::string text;
};
struct Break {};
struct Suspend {};

/// Writes into the journal what it hears, and that it stops in order.
template <class Self, class... Events>
class PuppetOf : public troupe::Actor<Self, Act<Self>, Note, Break, Suspend, Events...> {
  using Base = troupe::Actor<Self, Act<Self>, Note, Break, Suspend, Events...>;

 public:
  explicit PuppetOf(Journal* journal, troupe::ActorRef<Ask> gate = {})
      : journal_(journal), gate_(std::move(gate)) {}
  void post_stop() { journal_->add("stops"); }

  void handle(Act<Self> m) { m.body(static_cast<Self&>(*this)); }
  void handle(Note m) { journal_->add(m.text); }
  void handle(Break) { throw std::runtime_error("broken"); }
  troupe::Task<> handle(Suspend) {
    Trace trace(*journal_, "unwinds");
    (void)co_await gate_.call<Ask>().within(kForever);
  }

  using Base::demonitor;
  using Base::link;
  using Base::monitor;
  using Base::self;
  using Base::spawn;
  using Base::stop;
  using Base::try_spawn;
  using Base::unlink;

 protected:
  Journal* journal_;
  troupe::ActorRef<Ask> gate_;
};

/// Neither monitors nor hears of linked actors' ends.
class Puppet : public PuppetOf<Puppet> {
 public:
  using PuppetOf::PuppetOf;
};

class Watcher : public PuppetOf<Watcher, troupe::Down> {
 public:
  using PuppetOf::handle;
  using PuppetOf::PuppetOf;
  void handle(troupe::Down m) {
    journal_->add("down " + to_string(m.reason));
    downs.push_back(std::move(m));
  }
  std::vector<troupe::MonitorHandle> handles;
  std::vector<troupe::Down> downs;
};

class Trapper : public PuppetOf<Trapper, troupe::Exit> {
 public:
  using PuppetOf::handle;
  using PuppetOf::PuppetOf;
  void handle(troupe::Exit m) {
    journal_->add("exit " + to_string(m.reason));
    exits.push_back(std::move(m));
  }
  std::vector<troupe::Exit> exits;
};

/// Runs `body` in the actor and waits for that. What it was sent and told before comes first.
/// False: it has ended.
template <class Self, class... Messages, class Body>
bool try_act(const troupe::Ref<Self, Messages...>& ref, Body body) {
  return ref.template call<Act<Self>>(std::function<void(Self&)>(std::move(body)))
      .within(kForever)
      .get()
      .has_value();
}
template <class Ref, class Body>
void act(const Ref& ref, Body body) {
  REQUIRE(try_act(ref, std::move(body)));
}
/// It is alive, and has heard what there was to hear.
template <class Ref>
bool alive(const Ref& ref) {
  return try_act(ref, [](auto&) {});
}

struct Scene {
  Journal journal;
  World world;
  Gate gate{world.system};

  template <class A>
  typename A::Reference spawn(std::string name = {}) {
    return world.system.spawn<A>(troupe::named(std::move(name)), &journal, gate.ref());
  }
  /// An actor that is suspended in a handler whose call nobody answers.
  Puppet::Reference suspended() {
    auto puppet = spawn<Puppet>();
    puppet.cast<Suspend>();
    gate.wait_asked(++asked_);
    return puppet;
  }
  static troupe::ExitReason end_of(const troupe::AnyRef& ref) {
    return ref.wait().within(kForever).get().value();
  }

 private:
  std::size_t asked_ = 0;
};

}  // namespace puppet
