#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <troupe/simulation.hpp>
#include <troupe/troupe.hpp>
#include <vector>

using namespace std::chrono_literals;
using troupe::Schedule;
using troupe::Simulation;

namespace {

struct Pass {
  int left;
};
struct Meet {
  troupe::ActorRef<Pass> next;
};
struct Join {
  using Reply = void;
};
struct Whole {
  using Reply = int;
};

/// Linked to others, watched by others, and a member of a group; fails now and then.
class Citizen : public troupe::Actor<Citizen, Meet, Pass, Join, Whole, troupe::Down, troupe::Exit> {
 public:
  Citizen(std::string* story, int number) : story_(story), number_(number) {}
  void pre_start() {
    group<Pass>("citizens").join(self());
    send_every<Pass>(std::chrono::milliseconds(5 + number_), 0);
  }
  void handle(Meet m) {
    link(m.next);
    monitor(m.next);
    friends_.push_back(std::move(m.next));
  }
  void handle(Pass m) {
    if (++passed_ == 10 + number_ * 7 % 10) throw std::runtime_error("tired");
    if (m.left > 0) group<Pass>("citizens").pick()->cast<Pass>(m.left - 1);
    if (m.left == 0 && !friends_.empty()) friends_.back().cast<Pass>(3);
  }
  void handle(Join) {}
  troupe::Task<int> handle(Whole) {
    co_await troupe::sleep_for(3ms);
    co_return passed_;
  }
  void handle(const troupe::Down& m) { tell("down", m.actor); }
  void handle(const troupe::Exit& m) { tell("exit", m.from); }

 private:
  void tell(const char* what, const troupe::AnyRef& of) {
    *story_ += troupe::format("{} hears {} of {}; ", number_, what, of.id());
  }

  std::string* story_;
  int number_;
  int passed_ = 0;
  std::vector<troupe::ActorRef<Pass>> friends_;
};

/// Citizens, some of whom are restarted.
std::string town(std::uint64_t seed) {
  Simulation sim(seed);
  std::string story;
  std::vector<Citizen::Reference> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(sim.system().spawn<Citizen>(troupe::bounded(10), &story, i));
  }
  for (std::size_t i = 0; i < 20; ++i) {
    for (std::size_t j = 1; j < 6; ++j) all[i].cast<Meet>(all[(i * j + j) % 20]);
  }
  sim.system().spawn<troupe::Supervisor>(troupe::one_for_all()
                                             .intensity(1000, 1s)
                                             .child<Citizen>("a", &story, 20)
                                             .child<Citizen>("b", &story, 21));
  for (const auto& answer : troupe::call_all<Whole>(all).within(10ms).get()) {
    story += answer ? std::to_string(*answer) : to_string(answer.error().code);
    story += "; ";
  }
  sim.run_for(200ms);
  return story + std::to_string(sim.hash());
}

}  // namespace

TEST_CASE("those who are linked to an actor hear of its end from the oldest on") {
  Simulation sim({.schedule = Schedule::fifo()});
  std::string story;
  std::vector<Citizen::Reference> all;
  for (int i = 0; i < 9; ++i) all.push_back(sim.system().spawn<Citizen>(&story, i));
  for (const std::size_t i : {5, 2, 7, 0, 8, 3, 6, 1}) all[4].cast<Meet>(all[i]);
  sim.settle();
  story.clear();
  all[4].kill();
  sim.settle();
  std::string expected;
  for (const int i : {0, 1, 2, 3, 5, 6, 7, 8}) {
    expected += troupe::format("{} hears exit of 5; ", i);
  }
  CHECK(story == expected);
}

TEST_CASE("links, monitors, groups, restarts and bounds are the same in each run") {
  const std::string story = town(1);
  CHECK(story.find("exit") != std::string::npos);
  CHECK(story.find("down") != std::string::npos);
  std::vector<std::unique_ptr<char[]>> kept;  // so that the next run has other addresses
  for (std::size_t i = 1; i < 5; ++i) {
    for (std::size_t j = 0; j < 100; ++j) kept.push_back(std::make_unique<char[]>(64 * i + j));
    CHECK(town(1) == story);
  }
  CHECK(town(2) != story);
}
