// Each of 120 actors pings random others, one after the other.

#include <future>
#include <memory>

#include "bench.hpp"
#include "collector.hpp"
#include "draws.hpp"

namespace {

constexpr std::uint32_t kActors = 120;

struct Ping {
  std::uint32_t from;
};
struct Pong {
  std::uint32_t from;
};

using Group = std::vector<troupe::ActorRef<Ping, Pong>>;

struct Meet {
  std::shared_ptr<const Group> group;
};
struct Start {};

class Member : public troupe::Actor<Member, Meet, Start, Ping, Pong> {
 public:
  Member(std::uint32_t index, std::uint64_t pings, troupe::ActorRef<bench::Report> collector)
      : index_(index), left_(pings), draws_(index), collector_(std::move(collector)) {}

  void handle(Meet m) { group_ = std::move(m.group); }

  void handle(Start) { ping(); }

  void handle(Ping m) { (*group_)[m.from].cast<Pong>(index_); }

  void handle(Pong m) {
    if (m.from == pinged_) ++right_;
    if (left_ > 0) {
      ping();
    } else {
      collector_.cast<bench::Report>(right_);
    }
  }

 private:
  void ping() {
    --left_;
    pinged_ = draws_.below(kActors);
    (*group_)[pinged_].cast<Ping>(index_);
  }

  std::uint32_t index_;
  std::uint32_t pinged_ = 0;
  std::uint64_t left_;
  std::uint64_t right_ = 0;
  bench::Draws draws_;
  troupe::ActorRef<bench::Report> collector_;
  std::shared_ptr<const Group> group_;
};

bench::Result big(const bench::Run& run) {
  std::promise<std::uint64_t> right;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<bench::Collector>(kActors, &right);
  std::vector<troupe::ActorRef<Meet, Start, Ping, Pong>> members;
  for (std::uint32_t i = 0; i < kActors; ++i) {
    members.push_back(system.spawn<Member>(i, run.size, collector));
  }
  const auto group = std::make_shared<const Group>(members.begin(), members.end());
  for (auto& member : members) member.cast<Meet>(group);

  const bench::Stopwatch watch(run);
  for (auto& member : members) member.cast<Start>();
  const auto sum = right.get_future().get();
  const auto ns = watch.stop();
  return bench::result(2 * kActors * run.size, bench::time(ns), sum, kActors * run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "big", .size = 10'000, .run = big}, argv);
}
