#include <doctest/doctest.h>

#include "otp/support.hpp"

using namespace otp_support;
using troupe::Restart;
using troupe::SupervisionErrorCode;

namespace {

using DynamicRef = troupe::DynamicSupervisor::Reference;

std::vector<troupe::AnyRef> all_children(const DynamicRef& supervisor, std::size_t page_size) {
  std::vector<troupe::AnyRef> all;
  for (std::uint64_t from = 0;;) {
    auto page = supervisor.call<troupe::ListDynamicChildren>(from, page_size).get();
    REQUIRE(page);
    CHECK(page->children.size() <= page_size);
    for (const troupe::ChildInfo& child : page->children) all.push_back(child.ref);
    if (page->next == 0) return all;
    from = page->next;
  }
}

struct Idle : troupe::Actor<Idle> {};

}  // namespace

TEST_CASE("a dynamic supervisor starts children on request and lists them in pages") {
  Stage stage;
  auto supervisor = stage.world.system.spawn<troupe::DynamicSupervisor>(troupe::dynamic());
  std::vector<troupe::AnyRef> started;
  for (int i = 0; i < 25; ++i) {
    auto child = troupe::start_child<Child>(supervisor, &stage.journal, std::to_string(i)).get();
    REQUIRE(child);
    started.push_back(*child);
  }
  CHECK(all_children(supervisor, 10) == started);
  CHECK(supervisor.call<troupe::CountChildren>().get()->active == 25);
}

TEST_CASE("children over the maximum are refused until one ends") {
  Stage stage;
  auto supervisor =
      stage.world.system.spawn<troupe::DynamicSupervisor>(troupe::dynamic().max_children(1));
  auto first = troupe::start_child<Idle>(supervisor).get();
  REQUIRE(first);
  auto second = troupe::start_child<Idle>(supervisor).get();
  REQUIRE(!second);
  CHECK(second.error().code == SupervisionErrorCode::at_maximum);
  REQUIRE(*supervisor.call<troupe::TerminateDynamicChild>(*first).get());
  CHECK(first->wait().get()->kind == troupe::ExitKind::shutdown);
  CHECK(troupe::start_child<Idle>(supervisor).get());
}

TEST_CASE("a dynamic child that fails is restarted with its own arguments") {
  Stage stage;
  auto supervisor = stage.world.system.spawn<troupe::DynamicSupervisor>(troupe::dynamic());
  auto a = troupe::start_child<Child>(supervisor, &stage.journal, "a").get();
  auto b = troupe::start_child<Child>(supervisor, &stage.journal, "b").get();
  b->cast<Count>();
  b->cast<Fail>();
  b->cast<Count>();
  CHECK(*b->call<GetCount>().get() == 1);
  CHECK(stage.journal.text() == "a starts, b starts, b stops, b starts");
  CHECK(*a->call<GetCount>().get() == 0);
}

TEST_CASE("a temporary dynamic child that fails is forgotten") {
  Stage stage;
  auto supervisor = stage.world.system.spawn<troupe::DynamicSupervisor>(
      troupe::dynamic().restart(Restart::temporary));
  auto child = troupe::start_child<Child>(supervisor, &stage.journal, "a").get();
  child->cast<Fail>();
  CHECK(child->wait().get()->kind == troupe::ExitKind::failed);
  CHECK(supervisor.call<troupe::CountChildren>().get()->specs == 0);
  auto again = supervisor.call<troupe::TerminateDynamicChild>(*child).get();
  CHECK(again->error().code == SupervisionErrorCode::not_found);
}

TEST_CASE("a dynamic supervisor gives up beyond its intensity and ends all children") {
  Stage stage;
  auto supervisor =
      stage.world.system.spawn<troupe::DynamicSupervisor>(troupe::dynamic().intensity(2, 1h));
  auto a = troupe::start_child<Child>(supervisor, &stage.journal, "a").get();
  auto b = troupe::start_child<Child>(supervisor, &stage.journal, "b").get();
  for (int i = 0; i < 3; ++i) a->cast<Fail>();
  CHECK(supervisor.wait().get()->kind == troupe::ExitKind::shutdown);
  CHECK(b->wait().get()->kind == troupe::ExitKind::shutdown);
  CHECK(stage.world.log.wait_for("gives up").text == "gives up: more than 2 restarts in 3600 s");
}

TEST_CASE("all dynamic children are asked to stop together, and killed together") {
  Stage stage;
  auto supervisor =
      stage.world.system.spawn<troupe::DynamicSupervisor>(troupe::dynamic().shutdown(1ms));
  auto keeper = stage.world.system.spawn<Keeper>();
  class Waiting : public troupe::Actor<Waiting, Count> {
   public:
    explicit Waiting(troupe::ActorRef<Ask> keeper) : keeper_(std::move(keeper)) {}
    troupe::Task<> handle(Count) { (void)co_await keeper_.call<Ask>().within(kForever); }

   private:
    troupe::ActorRef<Ask> keeper_;
  };
  std::vector<troupe::AnyRef> waiting;
  for (int i = 0; i < 3; ++i) {
    auto child = troupe::start_child<Waiting>(supervisor, troupe::ActorRef<Ask>(keeper)).get();
    child->cast<Count>();
    waiting.push_back(*child);
  }
  REQUIRE(keeper.call<AwaitAsked>(3u).get());
  CHECK(supervisor.stop_and_wait().get()->kind == troupe::ExitKind::stopped);
  for (const auto& child : waiting) CHECK(child.wait().get()->kind == troupe::ExitKind::killed);
}
