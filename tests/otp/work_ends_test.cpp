#include <doctest/doctest.h>

#include "otp/work_support.hpp"

using namespace work_support;

// -- jobs that are given up ---

TEST_CASE("a job that was delivered too often goes to the receiver of dead jobs") {
  Workshop shop;
  auto queue = shop.queue({.max_deliveries = 3});
  auto a = shop.supervised("a");
  shop.add(queue, a);
  submit(queue, 1, Fate::fail, true);
  submit(queue, 2);
  CHECK(shop.graves_after(1) == "1: delivered too often, 3 deliveries, " + std::string(a.type()));
  const WorkStats stats =
      await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 1; });
  CHECK((stats.given_up == 1 && stats.redelivered == 2));
}

TEST_CASE("a job that was delivered too often is logged when there is no receiver") {
  Workshop shop;
  auto queue = shop.system.spawn<WorkQueue<Item>>(WorkOptions{.max_deliveries = 1});
  auto a = shop.consumer(queue, "a");
  submit(queue, 1, Fate::drop);
  const Record record = shop.stage.world.log.wait_for("gives up a job");
  CHECK(record.level == troupe::LogLevel::error);
  CHECK(record.text == "gives up a job (" + std::string(troupe::detail::type_name<Item>()) +
                           ") after 1 deliveries; the last was to " + to_string(a));
  CHECK(stats_of(queue).given_up == 1);
}

TEST_CASE("a producer that waits for the end of its job is told when it is given up") {
  Workshop shop;
  auto queue = shop.queue({.max_deliveries = 2});
  auto a = shop.consumer(queue, "a");
  auto b = shop.consumer(queue, "b");
  auto never = queue.call<CompleteWork<Item>>(1, Fate::drop, true).within(kForever).get();
  CHECK(never.error().code == CallErrorCode::failed);
  CHECK(never.error().reason == "given up after 2 deliveries");
  shop.graves_after(1);
}

TEST_CASE("what has never been opened was never delivered, however often it comes back") {
  Workshop shop;
  auto queue = shop.queue({.max_deliveries = 1});
  for (int round = 0; round < 3; ++round) {
    auto holder = shop.consumer(queue, "holder", 2);
    submit(queue, 1, Fate::wait);
    shop.gate.wait_asked(static_cast<std::size_t>(round) + 1);
    submit(queue, 2);
    holder.kill();
    (void)end_of(holder);
    shop.graves_after(static_cast<std::size_t>(round) + 1);
    await_stats(queue, [](const WorkStats& s) { return s.waiting == 1; });
    auto other = shop.consumer(queue, "other");
    await_stats(queue, [&](const WorkStats& s) { return s.waiting + s.in_flight == 0; });
    stop(other);
    await_stats(queue, [](const WorkStats& s) { return s.consumers == 0; });
  }
}

// -- the queue's end ---

TEST_CASE("a queue that ends tells all producers that wait, at once") {
  Workshop shop;
  auto queue = shop.queue({.buffer = 1});
  auto a = shop.consumer(queue, "a");
  auto completing = in_thread(
      [&] { return queue.call<CompleteWork<Item>>(1, Fate::wait).within(kForever).get(); });
  shop.gate.wait_asked();
  submit(queue, 2);
  auto waiting = in_thread([&] { return queue.call<SubmitWork<Item>>(3).within(kForever).get(); });
  auto also = in_thread([&] { return queue.call<CompleteWork<Item>>(4).within(kForever).get(); });
  await_stats(queue, [](const WorkStats& s) { return s.suspended == 2; });
  CallErrorCode code = CallErrorCode::stopped;
  SUBCASE("by stop") { queue.stop("enough"); }
  SUBCASE("by kill") {
    queue.kill();
    code = CallErrorCode::killed;
  }
  CHECK(completing.get().error().code == code);
  CHECK(waiting.get().error().code == code);
  CHECK(also.get().error().code == code);
  CHECK(shop.graves_after(1) == "2: the queue ended, 0 deliveries, nobody");
  CHECK(shop.stage.world.log.wait_for("ends with").text ==
        "ends with 1 jobs waiting and 1 in flight");
}

TEST_CASE("jobs that consumers have when the queue ends are theirs, or dead when they drop them") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a", 9);
  for (int i = 1; i <= 2; ++i) submit(queue, i, Fate::keep);
  submit(queue, 3, Fate::wait);
  shop.gate.wait_asked();
  submit(queue, 4);
  stop(queue);
  shop.gate.answer(0);
  settle<Settle>(a);
  CHECK(shop.journal.text() == "a 1, a 2, a 3, a 4");
  SUBCASE("acknowledged") {
    settle<AcknowledgeKept>(a);
    settle<Settle>(shop.undertaker);
    CHECK(shop.graves.text() == "");
  }
  SUBCASE("dropped") {
    settle<DropKept>(a);
    CHECK(shop.graves_after(2) == "1: the queue ended, 1 deliveries, " + std::string(a.type()) +
                                      ", 2: the queue ended, 1 deliveries, " +
                                      std::string(a.type()));
  }
}

TEST_CASE("what is in the mailbox of a consumer that ends after the queue is dead") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a", 9);
  submit(queue, 1, Fate::wait);
  shop.gate.wait_asked();
  submit(queue, 2);
  stop(queue);
  a.kill();
  (void)end_of(a);
  const std::string graves = shop.graves_after(2);
  CHECK(graves.find("1: the queue ended, 1 deliveries") != std::string::npos);
  CHECK(graves.find("2: the queue ended, 0 deliveries, nobody") != std::string::npos);
}

TEST_CASE("a handle may outlive its queue and its system") {
  std::atomic<int> living = 0;
  std::vector<Work<Item>> kept;
  {
    Workshop shop;
    auto queue = shop.queue();
    auto a = shop.consumer(queue, "a", 3);
    for (int i = 1; i <= 3; ++i) {
      auto accepted =
          queue.call<SubmitWork<Item>>(i, Fate::keep, false, std::make_unique<Tracked>(living))
              .get();
      REQUIRE(accepted.has_value());
    }
    shop.journal.wait_count(3);
    kept = a.call<GiveKept>().get().value();
  }
  REQUIRE(kept.size() == 3);
  CHECK(kept[1]->number == 2);
  CHECK(living == 3);
  kept[0].acknowledge();
  kept.clear();
  CHECK(living == 0);
}

TEST_CASE("nothing is left of the jobs, whatever became of them") {
  std::atomic<int> living = 0;
  {
    Workshop shop;
    auto queue = shop.queue({.buffer = 10, .max_deliveries = 2});
    auto a = shop.supervised("a");
    shop.add(queue, a, 2);
    constexpr Fate kFates[] = {Fate::acknowledge, Fate::fail, Fate::drop, Fate::keep};
    for (int i = 0; i < 40; ++i) {
      queue.cast<SubmitWork<Item>>(i, kFates[i % 4], i % 8 < 4, std::make_unique<Tracked>(living));
    }
    await_stats(queue, [](const WorkStats& s) { return s.acknowledged >= 2; });
  }
  CHECK(living == 0);
}

TEST_CASE("a queue that drains refuses jobs, and ends when all that it has accepted is done") {
  Workshop shop;
  auto queue = shop.queue({.buffer = 1});
  auto a = shop.consumer(queue, "a");
  submit(queue, 1, Fate::wait);
  shop.gate.wait_asked();
  submit(queue, 2);
  auto parked = in_thread([&] { return queue.call<SubmitWork<Item>>(3).within(kForever).get(); });
  await_stats(queue, [](const WorkStats& s) { return s.suspended == 1; });
  queue.drain();
  auto refused = queue.call<SubmitWork<Item>>(4).get();
  CHECK(refused.error().code == CallErrorCode::failed);
  CHECK(refused.error().reason == "the queue drains");
  CHECK(queue.call<CompleteWork<Item>>(4).get().error().reason == "the queue drains");
  CHECK(queue.call<TrySubmitWork<Item>>(4).get().value()->number == 4);
  shop.gate.answer(0);
  CHECK(end_of(queue).kind == ExitKind::drained);
  CHECK(parked.get().has_value());
  CHECK(shop.journal.text() == "a 1, a 2, a 3");
}

TEST_CASE("a queue with nothing to do drains at once") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  CHECK(queue.call<CompleteWork<Item>>(1).get().has_value());
  CHECK(queue.drain_and_wait().get()->kind == ExitKind::drained);
}

// -- what can be wrong ---

namespace {

template <class... Args>
std::string refusal(Workshop& shop, Args&&... args) {
  auto queue = shop.system.try_spawn<WorkQueue<Item>>(std::forward<Args>(args)...);
  return queue ? "" : queue.error().what();
}

}  // namespace

TEST_CASE("a queue does not start with options that make no sense") {
  Workshop shop;
  CHECK(refusal(shop, WorkOptions{.window = 0}).ends_with("WorkOptions: window is at least 1"));
  CHECK(refusal(shop, WorkOptions{.max_deliveries = 0})
            .ends_with("WorkOptions: max_deliveries is at least 1"));
  CHECK_THROWS_WITH_AS((void)shop.queue().cast<AddConsumer<Item>>(Consumer::Reference()),
                       "the consumer's reference is empty", std::invalid_argument);
}

TEST_CASE("a queue's figures and a dead job's reason are for people, too") {
  Workshop shop;
  auto queue = shop.queue();
  submit(queue, 1);
  CHECK(to_string(stats_of(queue)) ==
        "0 consumers, 1 submitted, 1 waiting, 0 in flight, 0 acknowledged, 0 redelivered, "
        "0 given up, 0 submits suspended, 0 expired");
  CHECK(to_string(troupe::DeadWorkReason::queue_ended) == "the queue ended");
}
