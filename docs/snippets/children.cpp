#include <chrono>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Job {
  int number;
};

class Worker : public troupe::Actor<Worker, Job> {
 public:
  void handle(Job m) {
    if (m.number < 0) throw std::runtime_error("a negative job");
  }
};

struct Failures {
  using Reply = int;
};

class Foreman : public troupe::Actor<Foreman, Job, Failures> {
 public:
  void pre_start() { worker_ = spawn<Worker>(troupe::shutdown_time(1s)); }

  void handle(Job m) { worker_.cast(m); }
  int handle(Failures) const { return failures_; }

  void handle(troupe::ChildFailed m) {
    log().warning("{} failed: {}; another takes over", m.child, m.error);
    ++failures_;
    worker_ = spawn<Worker>();
  }

 private:
  troupe::ActorRef<Job> worker_;
  int failures_ = 0;
};

class Careless : public troupe::Actor<Careless, Job> {  // declares no handle(ChildFailed)
 public:
  void handle(Job m) { spawn<Worker>().cast(m); }
};

int main() {
  troupe::System system;
  auto foreman = system.spawn<Foreman>();
  foreman.cast<Job>(-1);
  int failures = 0;
  while (failures == 0) failures = system.call<Failures>(foreman).get().value();
  check(failures == 1);

  auto careless = system.spawn<Careless>();
  careless.cast<Job>(-1);
  auto end = careless.wait().get();
  check(end->kind == troupe::ExitKind::failed);
}
