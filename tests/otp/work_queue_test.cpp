#include <doctest/doctest.h>

#include "otp/work_support.hpp"

using namespace work_support;

TEST_CASE("jobs are delivered in the order in which they were submitted") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  for (int i = 1; i <= 100; ++i) submit(queue, i);
  std::string expected;
  for (int i = 1; i <= 100; ++i) expected += (i > 1 ? ", a " : "a ") + std::to_string(i);
  CHECK(shop.journal.wait_count(100) == expected);
}

TEST_CASE("a consumer has at most one unacknowledged job") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  for (int i = 1; i <= 3; ++i) submit(queue, i, Fate::keep);
  CHECK(stats_of(queue).in_flight == 1);
  CHECK(stats_of(queue).waiting == 2);
  settle<AcknowledgeKept>(a);
  CHECK(shop.journal.wait_count(2) == "a 1, a 2");
  settle<AcknowledgeKept>(a);
  CHECK(shop.journal.wait_count(3) == "a 1, a 2, a 3");
  settle<AcknowledgeKept>(a);
  CHECK(stats_of(queue).acknowledged == 3);
}

TEST_CASE("a consumer has as many unacknowledged jobs as its window, which can change") {
  Workshop shop;
  auto queue = shop.queue({.window = 2});
  auto a = shop.consumer(queue, "a");
  for (int i = 1; i <= 9; ++i) submit(queue, i, Fate::keep);
  CHECK(stats_of(queue).in_flight == 2);
  auto b = shop.consumer(queue, "b", 3);
  CHECK(stats_of(queue).in_flight == 5);
  shop.add(queue, a, 3);
  CHECK(stats_of(queue).in_flight == 6);
  CHECK(stats_of(queue).consumers == 2);
  shop.add(queue, a, 1);
  shop.journal.wait_count(6);
  settle<AcknowledgeKept>(a);  // three, and one is sent
  CHECK(stats_of(queue).in_flight == 4);
  CHECK(stats_of(queue).acknowledged == 3);
}

TEST_CASE("a slow consumer gets less") {
  Workshop shop;
  auto queue = shop.queue();
  auto slow = shop.consumer(queue, "slow");
  submit(queue, 1, Fate::wait);
  shop.gate.wait_asked();
  auto quick = shop.consumer(queue, "quick");
  for (int i = 2; i <= 5; ++i) submit(queue, i);
  CHECK(shop.journal.wait_count(5) == "slow 1, quick 2, quick 3, quick 4, quick 5");
}

TEST_CASE("of the consumers with credit, the one that has waited longest gets the next job") {
  Workshop shop;
  auto queue = shop.queue({.window = 2});
  std::vector<Consumer::Reference> consumers;
  for (const char* name : {"a", "b", "c"}) consumers.push_back(shop.consumer(queue, name));
  for (int i = 1; i <= 6; ++i) {
    submit(queue, i, Fate::keep);
    shop.journal.wait_count(static_cast<std::size_t>(i));
  }
  CHECK(shop.journal.text() == "a 1, b 2, c 3, a 4, b 5, c 6");
}

// -- producers ---

namespace {

/// Submits in a thread; notes "number accepted", or the error.
std::future<void> submit_later(const WorkQueue<Item>::Reference& queue, Journal& journal,
                               int number) {
  const std::size_t before = stats_of(queue).suspended;
  auto thread = in_thread([&journal, queue, number] {
    auto accepted = queue.call<SubmitWork<Item>>(number, Fate::keep).within(kForever).get();
    journal.add(
        std::to_string(number) + " " +
        (accepted ? "accepted"
                  : std::string(to_string(accepted.error().code)) + " " + accepted.error().reason));
  });
  await_stats(queue, [&](const WorkStats& stats) { return stats.suspended == before + 1; });
  return thread;
}

}  // namespace

TEST_CASE("producers wait while the buffer is full, and are served in order") {
  Workshop shop;
  auto queue = shop.queue({.buffer = 2});
  auto a = shop.consumer(queue, "a");
  for (int i = 1; i <= 3; ++i) submit(queue, i, Fate::keep);
  Journal producers;
  auto four = submit_later(queue, producers, 4);
  auto five = submit_later(queue, producers, 5);
  CHECK(stats_of(queue).submitted == 3);
  CHECK(producers.text() == "");
  settle<AcknowledgeKept>(a);
  CHECK(producers.wait_count(1) == "4 accepted");
  CHECK(stats_of(queue).suspended == 1);
  CHECK(shop.journal.wait_count(2) == "a 1, a 2");
  settle<AcknowledgeKept>(a);
  CHECK(producers.wait_count(2) == "4 accepted, 5 accepted");
}

TEST_CASE("a submit that does not wait gives the job back when there is no room") {
  Workshop shop;
  auto queue = shop.queue({.buffer = 1});
  auto first = queue.call<TrySubmitWork<Item>>(1).get().value();
  CHECK(!first.has_value());
  auto second = queue.call<TrySubmitWork<Item>>(2).get().value();
  CHECK(second.value().number == 2);
  CHECK(stats_of(queue).submitted == 1);
}

TEST_CASE("without a buffer a job is accepted when there is a consumer for it") {
  Workshop shop;
  auto queue = shop.queue({.buffer = 0});
  CHECK(queue.call<TrySubmitWork<Item>>(1).get().value().has_value());
  Journal producers;
  auto one = submit_later(queue, producers, 1);
  auto a = shop.consumer(queue, "a");
  CHECK(producers.wait_count(1) == "1 accepted");
  CHECK(shop.journal.wait_count(1) == "a 1");
  CHECK(queue.call<TrySubmitWork<Item>>(2).get().value().has_value());
  settle<AcknowledgeKept>(a);
  CHECK(!queue.call<TrySubmitWork<Item>>(2).get().value().has_value());
}

TEST_CASE("an actor that submits is suspended, and its mailbox waits") {
  Workshop shop;
  auto queue = shop.queue({.buffer = 1});
  submit(queue, 1);
  auto done = start_in_actor(shop.system, [&]() -> troupe::Task<bool> {
    auto accepted = co_await queue.call<SubmitWork<Item>>(2).within(kForever);
    co_return accepted.has_value();
  });
  await_stats(queue, [](const WorkStats& stats) { return stats.suspended == 1; });
  auto a = shop.consumer(queue, "a");
  CHECK(done.get());
  CHECK(shop.journal.wait_count(2) == "a 1, a 2");
}

TEST_CASE("the job of a caller whose time was over before there was room is not accepted") {
  Workshop shop;
  auto queue = shop.queue({.buffer = 1});
  submit(queue, 1);
  auto late = queue.call<SubmitWork<Item>>(2).within(1ms).get();
  CHECK(late.error().code == CallErrorCode::timeout);
  auto also_late = queue.call<CompleteWork<Item>>(3).within(1ms).get();
  CHECK(also_late.error().code == CallErrorCode::timeout);
  auto a = shop.consumer(queue, "a");
  submit(queue, 4);
  CHECK(shop.journal.wait_count(2) == "a 1, a 4");
  CHECK(stats_of(queue).expired <= 2);  // or their time was over in the queue's mailbox
  CHECK(stats_of(queue).submitted == 2);
}

TEST_CASE("a submit that is cast is accepted, too") {
  Workshop shop;
  auto queue = shop.queue({.buffer = 1});
  for (int i = 1; i <= 4; ++i) queue.cast<SubmitWork<Item>>(i);
  CHECK(stats_of(queue).suspended == 3);
  auto a = shop.consumer(queue, "a");
  CHECK(shop.journal.wait_count(4) == "a 1, a 2, a 3, a 4");
}

TEST_CASE(
    "a producer can wait until its job is acknowledged, and hears how often it was delivered") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  auto b = shop.consumer(queue, "b");
  CHECK(queue.call<CompleteWork<Item>>(1).within(kForever).get() == 1u);
  CHECK(queue.call<CompleteWork<Item>>(2, Fate::drop).within(kForever).get() == 2u);
}

// -- redelivery ---

TEST_CASE("a job whose handler throws goes to another consumer, before later jobs") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  submit(queue, 1, Fate::fail);
  (void)end_of(a);
  for (int i = 2; i <= 3; ++i) submit(queue, i);
  CHECK(stats_of(queue).redelivered == 1);
  auto b = shop.consumer(queue, "b");
  CHECK(shop.journal.wait_count(4) == "a 1, b 1, b 2, b 3");
}

TEST_CASE("the job of a consumer that is killed while it is suspended goes to another one") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  submit(queue, 1, Fate::wait);
  shop.gate.wait_asked();
  auto b = shop.consumer(queue, "b");
  a.kill();
  CHECK(shop.journal.wait_count(2) == "a 1, b 1");
  CHECK(await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 1; }).in_flight == 0);
  CHECK(end_of(a).kind == ExitKind::killed);
  CHECK(stats_of(queue).consumers == 1);
}

TEST_CASE("the jobs in the mailbox of a consumer that ends were not delivered, and go to others") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a", 3);
  submit(queue, 1, Fate::wait);
  shop.gate.wait_asked();
  for (int i = 2; i <= 4; ++i) submit(queue, i, Fate::keep);
  CHECK(stats_of(queue).in_flight == 3);
  a.kill();
  (void)end_of(a);
  CHECK(stats_of(queue).redelivered == 1);
  auto b = shop.consumer(queue, "b", 9);
  CHECK(shop.journal.wait_count(5) == "a 1, b 1, b 2, b 3, b 4");
  auto kept = b.call<GiveKept>().get().value();
  REQUIRE(kept.size() == 3);
  for (const Work<Item>& work : kept) CHECK(work.deliveries() == 1);
}

TEST_CASE("a restarted consumer is a new one: it gets what its incarnation before has failed in") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.supervised("a");
  shop.add(queue, a);
  submit(queue, 1, Fate::fail);
  submit(queue, 2);
  shop.journal.wait_count(3);
  const WorkStats stats =
      await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 2; });
  CHECK(stats.redelivered == 1);
  CHECK(stats.consumers == 1);
}

TEST_CASE("what is in the mailbox of a consumer that is restarted waits for its next incarnation") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.supervised("a");
  shop.add(queue, a, 3);
  submit(queue, 1, Fate::wait);
  shop.gate.wait_asked();
  for (int i = 2; i <= 3; ++i) submit(queue, i);
  a.kill();
  shop.journal.wait_count(4);
  CHECK(await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 3; }).redelivered ==
        1);
}

TEST_CASE("a new incarnation has all of its credits, whoever still has jobs of the one before") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.supervised("a");
  shop.add(queue, a);
  submit(queue, 1, Fate::keep);
  shop.journal.wait_count(1);
  auto kept = a.call<GiveKept>().get().value();
  submit(queue, 2);
  CHECK(stats_of(queue).waiting == 1);
  a.cast<Fail>();
  CHECK(shop.journal.wait_count(2) == "a 1, a 2");
  kept[0].acknowledge();
  CHECK(await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 2; }).redelivered ==
        0);
}

TEST_CASE("a job that a consumer drops goes to another one, and never back to that one") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  submit(queue, 1, Fate::drop);
  submit(queue, 2);
  CHECK(shop.journal.wait_count(2) == "a 1, a 2");
  await_stats(queue, [](const WorkStats& s) { return s.waiting == 1 && s.acknowledged == 1; });
  auto b = shop.consumer(queue, "b");
  CHECK(shop.journal.wait_count(3) == "a 1, a 2, b 1");
}

TEST_CASE("a job that all consumers have dropped waits until one of them is restarted") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.supervised("a");
  shop.add(queue, a);
  submit(queue, 1, Fate::drop);
  submit(queue, 2);
  shop.journal.wait_count(2);
  await_stats(queue, [](const WorkStats& s) { return s.waiting == 1 && s.acknowledged == 1; });
  a.cast<Fail>();
  CHECK(shop.journal.wait_count(3) == "a 1, a 2, a 1");
}

namespace {

/// Do not look at what they have got.
class ByReference : public troupe::Actor<ByReference, Work<Item>, Settle> {
 public:
  void handle(const Work<Item>&) {}
  void handle(Settle) {}
};
class ByRvalue : public troupe::Actor<ByRvalue, Work<Item>, Settle> {
 public:
  void handle(Work<Item>&&) { throw std::runtime_error("broken"); }
  void handle(Settle) {}
};
class Reading : public troupe::Actor<Reading, Work<Item>> {
 public:
  explicit Reading(Journal* journal) : journal_(journal) {}
  void handle(const Work<Item>& work) {
    const Work<Item>& same = work;
    journal_->add(std::to_string((*same).number) + " " + std::to_string(same.deliveries()));
  }

 private:
  Journal* journal_;
};

}  // namespace

TEST_CASE("a handler that takes a reference has had the job, whether it looks or not") {
  Workshop shop;
  auto queue = shop.queue();
  auto blind = shop.system.spawn<ByReference>();
  queue.cast<AddConsumer<Item>>(blind);
  submit(queue, 1);
  await_stats(queue, [](const WorkStats& s) { return s.redelivered == 1; });
  auto failing = shop.system.spawn<ByRvalue>();
  queue.cast<AddConsumer<Item>>(failing);
  await_stats(queue, [](const WorkStats& s) { return s.redelivered == 2; });
  (void)end_of(failing);
  auto reading = shop.system.spawn<Reading>(&shop.journal);
  queue.cast<AddConsumer<Item>>(reading);
  CHECK(shop.journal.wait_count(1) == "1 3");
  await_stats(queue, [](const WorkStats& s) { return s.redelivered == 3; });
  CHECK(stats_of(queue).waiting == 1);
}

TEST_CASE("whoever has the handle has the job, also beyond the consumer's end") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  submit(queue, 1, Fate::keep);
  submit(queue, 2, Fate::keep);
  shop.journal.wait_count(1);
  auto kept = a.call<GiveKept>().get().value();
  auto b = shop.consumer(queue, "b");
  CHECK(shop.journal.wait_count(2) == "a 1, b 2");
  stop(a);
  CHECK(stats_of(queue).in_flight == 2);
  CHECK(kept[0]->number == 1);
  SUBCASE("acknowledged") {
    kept[0].acknowledge();
    kept[0].acknowledge();  // once is enough
    CHECK(kept[0]->number == 1);
    CHECK(stats_of(queue).acknowledged == 1);
  }
  SUBCASE("dropped") {
    kept.clear();
    CHECK(stats_of(queue).waiting == 1);
    settle<AcknowledgeKept>(b);
    CHECK(shop.journal.wait_count(3) == "a 1, b 2, b 1");
  }
}

TEST_CASE("a handle is empty when it was moved from, and an empty one does nothing") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  submit(queue, 1, Fate::keep);
  shop.journal.wait_count(1);
  auto kept = a.call<GiveKept>().get().value();
  Work<Item> work = std::move(kept[0]);
  CHECK(!kept[0]);
  kept[0].acknowledge();
  CHECK(stats_of(queue).in_flight == 1);
  kept[0] = std::move(work);
  CHECK((!work && kept[0]));
  kept[0] = Work<Item>();
  CHECK(stats_of(queue).in_flight == 0);
  CHECK(stats_of(queue).waiting == 1);
}

// -- consumers that come and go ---

TEST_CASE("a removed consumer gets no more jobs, and what it has is still its own") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a", 2);
  for (int i = 1; i <= 4; ++i) submit(queue, i, Fate::keep);
  shop.journal.wait_count(2);
  REQUIRE(queue.call<RemoveConsumer>(a).get().has_value());
  CHECK(stats_of(queue).consumers == 0);
  settle<AcknowledgeKept>(a);
  const WorkStats stats = stats_of(queue);
  CHECK((stats.acknowledged == 2 && stats.waiting == 2));
  REQUIRE(queue.call<RemoveConsumer>(shop.consumer("stranger")).get().has_value());
}

TEST_CASE("a consumer that is added again does not get what it has dropped") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer(queue, "a");
  submit(queue, 1, Fate::drop);
  await_stats(queue, [](const WorkStats& s) { return s.redelivered == 1; });
  queue.cast<RemoveConsumer>(a);
  shop.add(queue, a);
  submit(queue, 2);
  CHECK(shop.journal.wait_count(2) == "a 1, a 2");
  await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 1; });
  CHECK(stats_of(queue).waiting == 1);
}

TEST_CASE("a consumer that has ended before it is added is none") {
  Workshop shop;
  auto queue = shop.queue();
  auto a = shop.consumer("a");
  stop(a);
  submit(queue, 1);
  queue.cast<AddConsumer<Item>>(a);
  await_stats(queue, [](const WorkStats& s) { return s.consumers == 0; });
  auto b = shop.consumer(queue, "b");
  CHECK(shop.journal.wait_count(1) == "b 1");
  CHECK(stats_of(queue).redelivered == 0);
}

TEST_CASE("what the queue and its consumers tell each other is not held up by mailboxes' bounds") {
  Workshop shop;
  auto queue = shop.system.spawn<WorkQueue<Item>>(troupe::bounded(1, troupe::Overflow::reject),
                                                  WorkOptions(), shop.undertaker);
  auto a = shop.system.spawn<Consumer>(troupe::bounded(1, troupe::Overflow::drop_oldest),
                                       &shop.journal, "a", shop.gate.ref());
  shop.add(queue, a, 5);
  submit(queue, 1, Fate::wait);
  shop.gate.wait_asked();
  for (int i = 2; i <= 5; ++i) submit(queue, i);
  CHECK(stats_of(queue).in_flight == 5);
  shop.gate.answer(0);
  CHECK(shop.journal.wait_count(5) == "a 1, a 2, a 3, a 4, a 5");
  CHECK(await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 5; }).redelivered ==
        0);
}

namespace {

/// Adds itself.
class Volunteer : public troupe::Actor<Volunteer, Work<Item>> {
 public:
  Volunteer(Journal* journal, troupe::ActorRef<AddConsumer<Item>> queue)
      : journal_(journal), queue_(std::move(queue)) {}
  void post_start() { queue_.cast<AddConsumer<Item>>(self()); }
  void handle(Work<Item> work) {
    journal_->add(std::to_string(work->number));
    if (work->fate == Fate::fail && work.deliveries() == 1) throw std::runtime_error("broken");
    work.acknowledge();
  }

 private:
  Journal* journal_;
  troupe::ActorRef<AddConsumer<Item>> queue_;
};

}  // namespace

TEST_CASE("a consumer may add itself whenever it starts") {
  Workshop shop;
  auto queue = shop.queue();
  shop.stage.spawn(troupe::one_for_one().child<Volunteer>("a", &shop.journal, queue));
  submit(queue, 1, Fate::fail);
  submit(queue, 2);
  shop.journal.wait_count(3);
  CHECK(await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 2; }).consumers == 1);
}

TEST_CASE("a queue that is restarted knows neither its consumers nor its jobs") {
  Workshop shop;
  auto supervisor = shop.stage.spawn(
      troupe::rest_for_one()
          .intensity(9, 1s)
          .child<WorkQueue<Item>>("queue", WorkOptions(), shop.undertaker)
          .child<Volunteer>("a", &shop.journal, troupe::sibling<WorkQueue<Item>>("queue")));
  auto queue = Stage::child<WorkQueue<Item>>(supervisor, "queue");
  submit(queue, 1);
  await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 1; });
  auto keeping = shop.consumer(queue, "keeping", 2);
  for (int i = 2; i <= 3; ++i) submit(queue, i, Fate::keep);
  await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 2; });
  shop.journal.wait_count(3);
  auto kept = keeping.call<GiveKept>().get().value();
  REQUIRE(kept.size() == 1);
  queue.kill();
  await_stats(queue, [](const WorkStats& s) { return s.submitted == 0 && s.consumers == 1; });
  kept[0].acknowledge();
  settle<DropKept>(keeping);
  submit(queue, 4);
  CHECK(await_stats(queue, [](const WorkStats& s) { return s.acknowledged == 1; }).in_flight == 0);
}
