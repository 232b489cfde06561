#include "planted/planted.hpp"

namespace planted {

namespace {

// -- a call whose callee is killed is answered ---

struct Ask {
  using Reply = int;
};
struct Fetch {
  using Reply = int;
};

class Backend : public troupe::Actor<Backend, Fetch> {
 public:
  int handle(Fetch) { return 1; }
};

class Frontend : public troupe::Actor<Frontend, Ask> {
 public:
  explicit Frontend(troupe::ActorRef<Fetch> backend) : backend_(std::move(backend)) {}
  troupe::Task<int> handle(Ask) { co_return (co_await backend_.call<Fetch>()).value_or(0); }

 private:
  troupe::ActorRef<Fetch> backend_;
};

// -- who waits for room is told when there is some ---

struct Parcel {
  std::size_t size;
  std::size_t bytes() const { return size; }
};

class Belt : public troupe::Actor<Belt, Parcel> {
 public:
  void handle(const Parcel&) {}
};

class Packer : public troupe::Actor<Packer> {
 public:
  Packer(troupe::ActorRef<Parcel> belt, std::size_t size, int* packed)
      : belt_(std::move(belt)), size_(size), packed_(*packed) {}
  troupe::Task<> post_start() {
    const auto sent = co_await belt_.send<Parcel>(size_);
    if (sent) ++packed_;
  }

 private:
  troupe::ActorRef<Parcel> belt_;
  std::size_t size_;
  int& packed_;
};

// -- a name is free when its actor has ended ---

class Host : public troupe::Actor<Host> {
 public:
  explicit Host(troupe::ActorRef<Fetch> backend) : backend_(std::move(backend)) {}
  troupe::Task<> post_stop() { (void)co_await backend_.call<Fetch>(); }

 private:
  troupe::ActorRef<Fetch> backend_;
};

// -- an actor that fails in its pre_start has not started ---

class Faulty : public troupe::Actor<Faulty> {
 public:
  explicit Faulty(troupe::ActorRef<Fetch> backend) : backend_(std::move(backend)) {}
  troupe::Task<> pre_start() {
    spawn<Host>(backend_);
    (void)co_await backend_.call<Fetch>();
    throw std::runtime_error("it cannot start");
  }

 private:
  troupe::ActorRef<Fetch> backend_;
};

class Asker : public troupe::Actor<Asker> {
 public:
  Asker(Simulation* simulation, troupe::AnyRef asked)
      : simulation_(*simulation), asked_(std::move(asked)) {}
  troupe::Task<> post_start() {
    const auto started = co_await troupe::started(asked_);
    simulation_.check(!started, "what fails to start has not started");
  }

 private:
  Simulation& simulation_;
  troupe::AnyRef asked_;
};

// -- each change of a group is told once ---

class Observer : public troupe::Actor<Observer, troupe::GroupChanged> {
 public:
  explicit Observer(Simulation* simulation) : simulation_(*simulation) {}
  void post_start() { group<Fetch>("backends").monitor(self()); }
  void handle(troupe::GroupChanged m) {
    simulation_.check(m.joined != in_, "each change is told once");
    in_ = m.joined;
  }

 private:
  Simulation& simulation_;
  bool in_ = false;
};

// -- nothing is heard of a monitor that was called off ---

struct CallOff {};

class Guard : public troupe::Actor<Guard, CallOff, troupe::Down> {
 public:
  Guard(Simulation* simulation, troupe::AnyRef watched)
      : simulation_(*simulation), watched_(std::move(watched)) {}
  void post_start() { monitor_ = monitor(watched_); }
  void handle(CallOff) {
    demonitor(monitor_);
    called_off_ = true;
  }
  void handle(troupe::Down) { simulation_.check(!called_off_, "nobody hears what was called off"); }

 private:
  Simulation& simulation_;
  troupe::AnyRef watched_;
  troupe::MonitorHandle monitor_;
  bool called_off_ = false;
};

}  // namespace

void reply_lost_in_kill(Simulation& simulation) {
  troupe::System& system = simulation.system();
  auto frontend = system.spawn<Frontend>(system.spawn<Backend>());
  after_messages(system, 10, [&] { frontend.kill(); });
  const auto answer = frontend.call<Ask>().within(1min).get();
  simulation.check(answer || answer.error().code != troupe::CallErrorCode::timeout,
                   "whoever calls is told of the end");
}

void missed_wakeup(Simulation& simulation) {
  troupe::System& system = simulation.system();
  int packed = 0;
  auto belt = system.spawn<Belt>(troupe::bounded(10, troupe::Overflow::block).bytes(1000));
  for (int i = 0; i < 4; ++i) {
    const std::size_t size = i == 0 ? 900 : 300;
    after_messages(system, 4 * i, [&, size] { system.spawn<Packer>(belt, size, &packed); });
  }
  simulation.run();
  simulation.check(packed == 4, "whoever waits for room gets it");
}

void name_stays_taken(Simulation& simulation) {
  troupe::System& system = simulation.system();
  auto host = system.spawn<Host>(troupe::named("host"), system.spawn<Backend>());
  after_messages(system, 2, [&] { host.stop(); });
  after_messages(system, 14, [&] { host.kill(); });
  simulation.run();
  simulation.check(system.names().empty(), "the name is free");
}

void start_told_too_soon(Simulation& simulation) {
  troupe::System& system = simulation.system();
  const troupe::AnyRef faulty = system.spawn<Faulty>(system.spawn<Backend>());
  after_messages(system, 12, [&] { system.spawn<Asker>(&simulation, faulty); });
  simulation.run();
}

void group_told_twice(Simulation& simulation) {
  troupe::System& system = simulation.system();
  system.spawn<Observer>(&simulation);
  simulation.settle();
  auto backend = system.spawn<Backend>();
  const troupe::Group<Fetch> backends(system, "backends");
  for (int user = 0; user < 2; ++user) {
    after_messages(system, 20 * user, [&] {
      backends.join(backend);
      after_messages(system, 6, [&] { backends.leave(backend); });
    });
  }
  simulation.run();
}

void down_after_demonitor(Simulation& simulation) {
  troupe::System& system = simulation.system();
  auto backend = system.spawn<Backend>();
  auto guard = system.spawn<Guard>(&simulation, backend);
  after_messages(system, 2, [&] { guard.cast<CallOff>(); });
  after_messages(system, 12, [&] { backend.stop(); });
  simulation.run();
}

}  // namespace planted
