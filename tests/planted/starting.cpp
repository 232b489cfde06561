#include <set>

#include "planted/planted.hpp"

namespace planted {

namespace {

// -- a name is looked up, and later taken ---

struct GetSize {
  using Reply = int;
};
struct Ensure {};
struct Ping {};

class Settings : public troupe::Actor<Settings, GetSize> {
 public:
  int handle(GetSize) { return 10; }
};

class Cache : public troupe::Actor<Cache, Ping> {
 public:
  void handle(Ping) {}
};

class Starter : public troupe::Actor<Starter, Ensure> {
 public:
  Starter(troupe::ActorRef<GetSize> settings, bool mended)
      : settings_(std::move(settings)), mended_(mended) {}

  troupe::Task<> handle(Ensure) {
    if (find<Ping>("cache")) co_return;
    (void)co_await settings_.call<GetSize>();
    if (mended_) {
      (void)try_spawn<Cache>(troupe::named("cache"));
    } else {
      spawn<Cache>(troupe::named("cache"));
    }
  }

 private:
  troupe::ActorRef<GetSize> settings_;
  bool mended_;
};

// -- a session is made, and only then its server watched ---

struct Login {
  std::uint64_t who;
  using Reply = void;
};
struct Knows {
  std::uint64_t who;
  using Reply = bool;
};
struct Fail {};

class Server : public troupe::Actor<Server, Login, Knows, Fail> {
 public:
  void handle(Login m) { sessions_.insert(m.who); }
  bool handle(Knows m) { return sessions_.contains(m.who); }
  void handle(Fail) { throw std::runtime_error("it was to fail"); }

 private:
  std::set<std::uint64_t> sessions_;
};

class Guest : public troupe::Actor<Guest, troupe::Down, troupe::Restarted> {
 public:
  Guest(troupe::ActorRef<Login> server, bool mended)
      : server_(std::move(server)), mended_(mended) {}

  troupe::Task<> post_start() {
    if (mended_) monitor(server_);
    (void)co_await server_.call<Login>(self().id());
    if (!mended_) monitor(server_);
  }
  troupe::Task<> handle(troupe::Restarted) { (void)co_await server_.call<Login>(self().id()); }
  void handle(troupe::Down) {}

 private:
  troupe::ActorRef<Login> server_;
  bool mended_;
};

// -- who is in a group is asked first, and then its changes followed ---

class Watcher : public troupe::Actor<Watcher, troupe::GroupChanged> {
 public:
  Watcher(troupe::ActorRef<GetSize> settings, std::set<std::uint64_t>* members, bool mended)
      : settings_(std::move(settings)), members_(*members), mended_(mended) {}

  troupe::Task<> post_start() {
    const troupe::Group<Ping> caches = group<Ping>("caches");
    take(caches.members());
    (void)co_await settings_.call<GetSize>();
    const auto members = caches.monitor(self());
    if (mended_) take(members);
  }
  void handle(troupe::GroupChanged m) {
    if (m.joined) {
      members_.insert(m.member.id());
    } else {
      members_.erase(m.member.id());
    }
  }

 private:
  void take(const std::vector<troupe::ActorRef<Ping>>& members) {
    members_.clear();
    for (const auto& member : members) members_.insert(member.id());
  }

  troupe::ActorRef<GetSize> settings_;
  std::set<std::uint64_t>& members_;
  bool mended_;
};

}  // namespace

void check_then_act(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  auto settings = system.spawn<Settings>();
  auto first = system.spawn<Starter>(settings, mended);
  auto second = system.spawn<Starter>(settings, mended);
  first.cast<Ensure>();
  after_messages(system, 10, [&] { second.cast<Ensure>(); });
  simulation.run();
  simulation.check(system.stats().failures == 0, "the cache is started once");
}

void late_monitor(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  system.spawn<troupe::Supervisor>(troupe::one_for_one().child<Server>("server").named("server"));
  auto server = *system.find<Login, Knows, Fail>("server");
  simulation.settle();
  auto guest = system.spawn<Guest>(server, mended);
  after_messages(system, 10, [&] { server.cast<Fail>(); });
  simulation.run();
  simulation.check(server.call<Knows>(guest.id()).get() == true, "the guest is logged in");
}

void group_snapshot(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  std::set<std::uint64_t> members;
  system.spawn<Watcher>(system.spawn<Settings>(), &members, mended);
  const troupe::Group<Ping> caches(system, "caches");
  after_messages(system, 10, [&] { caches.join(system.spawn<Cache>()); });
  simulation.run();
  simulation.check(members.size() == 1, "the watcher knows who is in the group");
}

}  // namespace planted
