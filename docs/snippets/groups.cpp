#include <cstddef>
#include <set>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

struct Rate {
  double percent;
};
struct Open {
  using Reply = std::size_t;
};

class Branch : public troupe::Actor<Branch, Rate> {
 public:
  Branch() { group<Rate>("branches").join(self()); }
  void handle(Rate m) { percent_ = m.percent; }

 private:
  double percent_ = 0;
};

class Directory : public troupe::Actor<Directory, troupe::GroupChanged, Open> {
 public:
  explicit Directory(troupe::Group<Rate> branches) : branches_(std::move(branches)) {}

  void post_start() {
    for (auto& branch : branches_.monitor(self())) open_.insert(branch);
  }
  void handle(troupe::GroupChanged m) {
    if (m.joined) {
      open_.insert(m.member);
    } else {
      open_.erase(m.member);
    }
  }

  std::size_t handle(Open) const { return open_.size(); }

 private:
  troupe::Group<Rate> branches_;
  std::set<troupe::AnyRef> open_;
};

int main() {
  troupe::System system;
  auto first = system.spawn<Branch>();
  system.spawn<Branch>();

  troupe::Group<Rate> branches(system, "branches");
  const std::size_t told = branches.broadcast<Rate>(2.5);  // to how many it was delivered
  auto anyone = branches.pick();                           // a random one, if there is one
  auto same = branches.pick(std::string("Ada"));           // for this key always the same

  check(told == 2);
  check(anyone.has_value());
  check(same == branches.pick(std::string("Ada")));

  auto directory = system.spawn<Directory>(branches);
  check(system.call<Open>(directory).get() == 2);
  system.spawn<Branch>();
  check(system.call<Open>(directory).get() == 3);
  check(first.stop_and_wait().get().has_value());
  check(system.call<Open>(directory).get() == 2);
  check(branches.members().size() == 2);
  check(troupe::GroupScope(system).groups().size() == 1);
}
