#include <chrono>
#include <stdexcept>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "check.hpp"

using namespace std::chrono_literals;

struct Work {};
struct Pair {
  troupe::AnyRef with;
  using Reply = void;
};

class Worker : public troupe::Actor<Worker, Work, Pair> {
 public:
  void handle(Work) { throw std::runtime_error("out of paper"); }
  void handle(Pair m) { link(m.with); }
};

struct Register {
  troupe::ActorRef<Work> worker;
  using Reply = void;
};
struct Lost {
  using Reply = int;
};

class Directory : public troupe::Actor<Directory, Register, Lost, troupe::Down> {
 public:
  void handle(Register m) { monitor(m.worker); }

  void handle(troupe::Down m) {
    log().warning("{} is gone: {}", m.actor, m.reason);
    ++lost_;
  }
  int handle(Lost) const { return lost_; }

 private:
  int lost_ = 0;
};

int main() {
  troupe::System system;
  auto directory = system.spawn<Directory>();
  auto worker = system.spawn<Worker>();
  auto partner = system.spawn<Worker>();
  check(system.call<Register>(directory, worker).get().has_value());
  check(system.call<Pair>(partner, worker).get().has_value());
  worker.cast<Work>();
  check(worker.wait().get()->kind == troupe::ExitKind::failed);
  check(partner.wait().get()->kind == troupe::ExitKind::failed);
  check(system.call<Lost>(directory).get().value() == 1);

  auto idle = system.spawn<Worker>();
  auto info = troupe::inspect(idle).get();
  check(info && info->state == troupe::ActorState::running);
  check(!troupe::to_text(troupe::actor_trees(system)).empty());
}
