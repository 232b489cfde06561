#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::CallErrorCode;
using troupe::CallStage;

namespace {

struct Twice {
  using Reply = int;
  int number;
};

/// Answers at once, or when its gate does.
class Worker : public troupe::Actor<Worker, Twice> {
 public:
  Worker() = default;
  explicit Worker(troupe::ActorRef<Ask> gate) : gate_(std::move(gate)) {}
  troupe::Task<int> handle(Twice m) {
    if (gate_) (void)co_await gate_.call<Ask>().within(kForever);
    co_return 2 * m.number;
  }

 private:
  troupe::ActorRef<Ask> gate_;
};

}  // namespace

TEST_CASE("call_all gives all answers in the order asked") {
  World world;
  std::vector<troupe::ActorRef<Twice>> workers;
  for (int i = 0; i < 50; ++i) workers.push_back(world.system.spawn<Worker>());
  auto check = [&](const auto& results) {
    REQUIRE(results.size() == workers.size());
    for (const auto& result : results) CHECK(*result == 14);
  };
  check(in_actor(world.system, [workers]() -> troupe::Task<std::vector<troupe::CallResult<Twice>>> {
    co_return co_await troupe::call_all<Twice>(workers, 7).within(kForever);
  }));
  check(troupe::call_all<Twice>(workers, 7).within(kForever).get());
}

TEST_CASE("call_all mixes values and errors") {
  World world;
  Gate gate(world.system);
  Gate dropper(world.system);
  auto killed = world.system.spawn<Keeper>();
  auto ended = world.system.spawn<Keeper>();
  REQUIRE(ended.stop_and_wait().get());
  const std::vector<troupe::ActorRef<Ask>> refs{gate, ended, killed, dropper};
  auto pending =
      start_in_actor(world.system, [refs]() -> troupe::Task<std::vector<troupe::CallResult<Ask>>> {
        co_return co_await troupe::call_all<Ask>(refs).within(kForever);
      });
  REQUIRE(killed.call<AwaitAsked>(1u).within(kForever).get());
  gate.wait_asked();
  dropper.wait_asked();
  killed.kill();
  dropper.drop();
  gate.answer(1);
  const auto results = pending.get();
  REQUIRE(results.size() == 4);
  CHECK(*results[0] == 1);
  CHECK(results[1].error().stage == CallStage::not_delivered);
  CHECK(results[1].error().target == ended);
  CHECK(results[2].error().code == CallErrorCode::killed);
  CHECK(results[2].error().target == killed);
  CHECK(results[3].error().code == CallErrorCode::no_reply);
}

TEST_CASE("call_all keeps what came before its time was over") {
  for (const bool actor : {true, false}) {
    for (auto time = 50ms;; time *= 2) {
      World world;
      Gate silent(world.system);
      const std::vector<troupe::ActorRef<Twice>> refs{world.system.spawn<Worker>(silent),
                                                      world.system.spawn<Worker>()};
      const auto results =
          actor ? in_actor(world.system,
                           [refs, time]() -> troupe::Task<std::vector<troupe::CallResult<Twice>>> {
                             co_return co_await troupe::call_all<Twice>(refs, 3).within(time);
                           })
                : troupe::call_all<Twice>(refs, 3).within(time).get();
      refs[0].kill();
      CHECK(results[0].error().code == CallErrorCode::timeout);
      if (!results[1]) continue;  // there was too little time for anybody
      CHECK(*results[1] == 6);
      break;
    }
  }
}

TEST_CASE("call_all of nobody is answered at once") {
  World world;
  CHECK(in_actor(world.system, []() -> troupe::Task<std::size_t> {
          const std::vector<troupe::ActorRef<Twice>> nobody;
          auto results = co_await troupe::call_all<Twice>(nobody, 1).within(kForever);
          co_return results.size();
        }) == 0);
  CHECK(troupe::call_all<Twice>(std::vector<troupe::ActorRef<Twice>>(), 1).get().empty());
}
