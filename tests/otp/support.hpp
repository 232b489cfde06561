#pragma once

#include <string>

#include "actor/support.hpp"

/// What the tests of supervision share.
namespace otp_support {

using namespace support;

struct Fail {};
struct Count {};
struct GetCount {
  using Reply = int;
};

/// Writes down when it starts and stops, and fails when it is told to.
class Child : public troupe::Actor<Child, Fail, Count, GetCount> {
 public:
  Child(Journal* journal, std::string name) : journal_(journal), name_(std::move(name)) {}

  void pre_start() { journal_->add(name_ + " starts"); }
  void post_stop() { journal_->add(name_ + " stops"); }

  void handle(Fail) { throw std::runtime_error("broken"); }
  void handle(Count) { ++count_; }
  int handle(GetCount) const { return count_; }

 private:
  Journal* journal_;
  std::string name_;
  int count_ = 0;
};
using ChildRef = Child::Reference;

/// A system, and a journal of what its actors do.
struct Stage {
  Journal journal;
  World world;

  explicit Stage(unsigned workers = 2) : world(workers) {}

  troupe::Supervisor::Reference spawn(troupe::SupervisorSpec spec) {
    return world.system.spawn<troupe::Supervisor>(std::move(spec));
  }
  template <class A = Child>
  auto child(const troupe::Supervisor::Reference& supervisor, std::string id) {
    return *troupe::ref_as<A>((**supervisor.call<troupe::FindChild>(std::move(id)).get()).ref);
  }
};

}  // namespace otp_support
