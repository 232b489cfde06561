#include <deque>
#include <map>

#include "planted/planted.hpp"

namespace planted {

namespace {

// -- what is urgent always comes first ---

struct Job {
  troupe::ActorRef<struct JobDone> client;
  bool urgent;
};
struct JobDone {};
struct Work {};

class Desk : public troupe::Actor<Desk, Job, Work> {
 public:
  Desk(int* bypassed, bool mended) : bypassed_(*bypassed), mended_(mended) {}

  void handle(Job m) {
    (m.urgent ? urgent_ : ordinary_).push_back(std::move(m.client));
    self().cast<Work>();
  }
  void handle(Work) {
    const bool patient = !mended_ || passed_ < 6;
    const bool takes_urgent = !urgent_.empty() && (ordinary_.empty() || patient);
    if (takes_urgent && !ordinary_.empty()) bypassed_ = std::max(bypassed_, ++passed_);
    if (!takes_urgent) passed_ = 0;
    auto& line = takes_urgent ? urgent_ : ordinary_;
    line.front().cast<JobDone>();
    line.pop_front();
  }

 private:
  int& bypassed_;
  bool mended_;
  int passed_ = 0;
  std::deque<troupe::ActorRef<JobDone>> urgent_;
  std::deque<troupe::ActorRef<JobDone>> ordinary_;
};

class Client : public troupe::Actor<Client, JobDone> {
 public:
  Client(troupe::ActorRef<Job> desk, int jobs, bool urgent)
      : desk_(std::move(desk)), left_(jobs), urgent_(urgent) {}

  void post_start() { handle(JobDone()); }
  void handle(JobDone) {
    if (left_-- > 0) desk_.cast<Job>(self(), urgent_);
  }

 private:
  troupe::ActorRef<Job> desk_;
  int left_;
  bool urgent_;
};

// -- each of two routers believes that the other has what is asked for ---

struct Introduce {
  troupe::ActorRef<struct Find, struct Move> other;
};
struct Find {
  int hops;
};
struct Move {
  int version;
  bool here;
};

class Router : public troupe::Actor<Router, Introduce, Find, Move> {
 public:
  Router(bool owns, int* found, Simulation* simulation, bool mended)
      : owns_(owns), mended_(mended), found_(*found), simulation_(*simulation) {}

  void handle(Introduce m) { other_ = std::move(m.other); }
  void handle(Move m) {
    if (mended_ && m.version < version_) return;
    version_ = m.version;
    owns_ = m.here;
  }
  void handle(Find m) {
    if (owns_) {
      ++found_;
    } else {
      simulation_.check(m.hops < 20, "a message comes to where it belongs");
      other_.cast<Find>(m.hops + 1);
    }
  }

 private:
  bool owns_;
  bool mended_;
  int& found_;
  Simulation& simulation_;
  int version_ = 0;
  troupe::ActorRef<Find, Move> other_;
};

class Mover : public troupe::Actor<Mover, Work> {
 public:
  Mover(troupe::ActorRef<Find, Move> from, troupe::ActorRef<Find, Move> to, int version)
      : from_(std::move(from)), to_(std::move(to)), version_(version) {}

  void post_start() {
    to_.cast<Move>(version_, true);
    self().cast<Work>();
  }
  void handle(Work) { from_.cast<Move>(version_, false); }

 private:
  troupe::ActorRef<Find, Move> from_;
  troupe::ActorRef<Find, Move> to_;
  int version_;
};

}  // namespace

void starvation(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  int bypassed = 0;
  auto desk = system.spawn<Desk>(&bypassed, mended);
  system.spawn<Client>(desk, 4, false);
  for (int i = 0; i < 2; ++i) system.spawn<Client>(desk, 10, true);
  simulation.run();
  simulation.check(bypassed <= 6, "nobody is passed by more than six times");
}

void redirect_loop(Simulation& simulation, bool mended) {
  troupe::System& system = simulation.system();
  int found = 0;
  auto first = system.spawn<Router>(true, &found, &simulation, mended);
  auto second = system.spawn<Router>(false, &found, &simulation, mended);
  first.cast<Introduce>(second);
  second.cast<Introduce>(first);
  after_messages(system, 2, [&] { system.spawn<Mover>(first, second, 1); });
  after_messages(system, 12, [&] { system.spawn<Mover>(second, first, 2); });
  simulation.run();
  first.cast<Find>(0);
  simulation.run();
  simulation.check(found == 1, "a message comes to where it belongs");
}

}  // namespace planted
