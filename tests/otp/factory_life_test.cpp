#include <doctest/doctest.h>

#include "otp/factory_support.hpp"
#include "otp/histogram.hpp"

using namespace factory_support;

namespace {

struct Where {
  using Reply = std::size_t;
};
struct Delegate {
  using Reply = std::size_t;
};
class Placed : public troupe::Actor<Placed, Where, Delegate> {
 public:
  Placed(troupe::ActorRef<Where> factory, std::size_t index)
      : factory_(std::move(factory)), index_(index) {}
  std::size_t handle(Where) { return index_; }
  troupe::Task<std::size_t> handle(Delegate) {
    co_return (co_await factory_.call<Where>().within(troupe::forever)).value();
  }

 private:
  troupe::ActorRef<Where> factory_;
  std::size_t index_;
};

}  // namespace

TEST_CASE("a worker learns its number and its factory") {
  World world;
  auto pool = world.system.spawn<troupe::Factory<Placed>>(
      troupe::FactoryOptions{.workers = 2}, troupe::worker_factory, troupe::worker_index);
  CHECK(pool.call<Where>().within(kForever).get() == 0);
  while (pool.call<troupe::GetFactoryStats>().within(kForever).get()->free != 2) {
    std::this_thread::yield();
  }
  CHECK(pool.call<Delegate>().within(kForever).get() == 1);
}

TEST_CASE("a factory has a name, and is found by what its workers handle") {
  Office office;
  office.desk.settle_all();
  office.system.spawn<Pool>(troupe::named("pool"), troupe::FactoryOptions{}, troupe::worker_index,
                            office.desk.ref());
  const auto found = office.system.find<Query>("pool");
  REQUIRE(found);
  CHECK(found->call<Query>(4).within(kForever).get() == 40);
}

TEST_CASE("a factory that drains works off what waits, refuses what comes, and ends") {
  Office office;
  Journal& journal = office.discarded;
  auto pool = office.pool({.workers = 2,
                           .on_started = [&] { journal.add("started"); },
                           .on_draining = [&] { journal.add("draining"); },
                           .on_stopped = [&] { journal.add("stopped"); }});
  for (int job = 0; job < 6; ++job) pool.cast<Work>(job);
  auto end = in_thread([&] { return pool.drain_and_wait().within(kForever).get(); });
  journal.wait_for("draining");
  const auto refused = pool.call<Query>(6).within(kForever).get();
  CHECK(refused.error().reason == "discarded by the factory: the factory ends");
  CHECK(pool.call<troupe::Submit<Work>>(Work{7}).within(kForever).get().value()->job == 7);
  CHECK(stats(pool).draining);
  office.desk.settle_all();
  CHECK(end.get()->kind == troupe::ExitKind::drained);
  for (int job = 0; job < 6; ++job) CHECK(office.desk.has_entered(job));
  CHECK(journal.text() == "started, draining, 6 the factory ends, stopped");
}

TEST_CASE("an idle factory drains at once") {
  Office office;
  auto pool = office.pool({.workers = 3});
  CHECK(pool.drain_and_wait().within(kForever).get()->kind == troupe::ExitKind::drained);
}

TEST_CASE("a factory that stops finishes what is in hand and discards what waits") {
  for (const bool at_workers : {false, true}) {
    CAPTURE(at_workers);
    Office office;
    auto pool = office.pool({.workers = 2,
                             .route = at_workers ? troupe::round_robin() : troupe::first_free(),
                             .on_stopped = [&] { office.discarded.add("stopped"); }});
    for (int job = 0; job < 4; ++job) pool.cast<Work>(job);
    auto waiting = in_thread([&] { return pool.call<Query>(4).within(kForever).get(); });
    office.desk.entered(0);
    office.desk.entered(1);
    await_stats(pool, [](const auto& now) { return now.queued == 3; });
    auto end = in_thread([&] { return pool.stop_and_wait("enough").within(kForever).get(); });
    CHECK(waiting.get().error().reason == "discarded by the factory: the factory ends");
    office.desk.settle_all();
    CHECK(end.get()->kind == troupe::ExitKind::stopped);
    const auto entries = office.discarded.entries();
    CHECK(entries.size() == 4);
    CHECK(entries.back() == "stopped");
    for (const char* job : {"2", "3", "4"}) {
      office.discarded.wait_for(std::string(job) + " the factory ends");
    }
  }
}

TEST_CASE("a factory that stops discards also what it has not looked at") {
  Office office;
  std::latch looking{1};
  std::latch go_on{1};
  auto pool = office.pool({.route = troupe::by_index([&](const Work& m) {
                             if (m.job == 0) {
                               looking.count_down();
                               go_on.wait();
                             }
                             return 0;
                           })});
  pool.cast<Work>(0);
  looking.wait();
  pool.cast<Work>(1);
  pool.cast(troupe::Job{Work{2}});
  Mailbox mailbox(pool);
  auto answer = in_thread([&] {
    return pool.call<troupe::Job<Query>>(Query{3}, troupe::JobOptions{}).within(kForever).get();
  });
  mailbox.wait_for_message();
  pool.stop();
  go_on.count_down();
  CHECK(answer.get().error().reason == "discarded by the factory: the factory ends");
  office.desk.settle_all();
  CHECK(pool.wait().within(kForever).get());
  // Job 0 was handled, or came back from its worker: that ended too.
  CHECK(office.discarded.text().starts_with(
      "1 the factory ends, 2 the factory ends, 3 the factory ends"));
}

TEST_CASE("a factory that is killed tells all callers") {
  Office office;
  auto pool = office.pool({});
  auto in_hand = in_thread([&] { return pool.call<Query>(0).within(kForever).get(); });
  office.desk.entered(0);
  auto waiting = in_thread([&] { return pool.call<Query>(1).within(kForever).get(); });
  await_stats(pool, [](const auto& now) { return now.queued == 1; });
  pool.kill();
  CHECK(in_hand.get().error().code == troupe::CallErrorCode::killed);
  CHECK(waiting.get().error().code == troupe::CallErrorCode::failed);
  CHECK(office.discarded.text() == "1 the factory ends");
}

TEST_CASE("options that make no sense are refused") {
  Office office;
  const auto why = [&](troupe::FactoryOptions options) {
    auto pool =
        office.system.try_spawn<Pool>(std::move(options), troupe::worker_index, office.desk.ref());
    return pool ? std::string() : std::string(pool.error().what());
  };
  const auto says = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(says(why({.workers = 0}), "at least one worker"));
  CHECK(says(why({.priorities = {65}}), "1 to 64 priorities"));
  CHECK(says(why({.dead_mans_switch = -1s}), "a time is negative"));
  CHECK(says(why({.route = troupe::by_key([](const Where&) { return 1; })}),
             "Where is no job of these workers"));
  CHECK(says(why({.backoff = {.minimum = 2s, .maximum = 1s}}), "backoff"));
  CHECK(why({}).empty());
}

TEST_CASE("settings can be changed while it runs") {
  Office office;
  auto pool = office.pool({.limit = 1});
  for (int job = 0; job < 3; ++job) pool.cast<Work>(job);
  const auto update = [&](auto change) {
    return pool.call<troupe::UpdateFactory>(change).within(kForever).get().value();
  };
  CHECK(update([](troupe::FactoryOptions& options) {
    options.limit = 3;
    options.discard = troupe::Discard::oldest;
    options.rate = {.jobs = 3, .per = 1h};
  }));
  for (int job = 3; job < 7; ++job) pool.cast<Work>(job);
  stats(pool);
  CHECK(office.discarded.text() ==
        "2 too many jobs waited, 1 too many jobs waited, 6 too many jobs came");
  CHECK(update([](troupe::FactoryOptions& options) {
    options.limit = 1;
    options.rate = {};
  }));
  CHECK(stats(pool).queued == 1);
  const auto refused = update([](troupe::FactoryOptions& options) {
    options.limit = 5;
    options.workers = 0;
  });
  CHECK(refused.error() == "a factory has at least one worker");
  const auto thrown =
      update([](troupe::FactoryOptions&) { throw std::runtime_error("changed my mind"); });
  CHECK(thrown.error() == "changed my mind");
  CHECK(stats(pool).limit == 1);
}

TEST_CASE("what a hook throws is logged, and nothing else") {
  Office office;
  office.desk.settle_all();
  auto pool = office.pool({.limit = 0,
                           .on_discard = [](const troupe::Discarded&) { throw "discard"; },
                           .on_started = [] { throw std::runtime_error("start"); },
                           .on_stopped = [] { throw std::runtime_error("stop"); }});
  CHECK(pool.call<Query>(1).within(kForever).get() == 10);
  office.log.wait_for("on_started failed: start");
  CHECK(pool.stop_and_wait().within(kForever).get()->kind == troupe::ExitKind::stopped);
  office.log.wait_for("on_stopped failed: stop");
}

TEST_CASE("the figures say where every job is") {
  Office office;
  auto pool = office.pool({.workers = 2, .limit = 3});
  for (int job = 0; job < 6; ++job) pool.cast<Work>(job);
  auto now = stats(pool);
  CHECK(now.submitted == 6);
  CHECK(now.in_hand == 2);
  CHECK(now.queued == 3);
  CHECK(now.overload == 1);
  CHECK(now.free == 0);
  CHECK(now.in_queue.count == 2);
  CHECK(now.in_work.count == 0);
  office.desk.entered(0);
  office.desk.settle(0, Verdict::fail);
  office.desk.entered(2);
  office.desk.settle_all();
  now = await_stats(pool, [](const auto& s) { return s.free == 2; });
  CHECK(now.done == 4);
  CHECK(now.failed == 1);
  CHECK(now.in_work.count == 4);
  CHECK(now.in_work.min <= now.in_work.p50);
  CHECK(now.in_work.p50 <= now.in_work.p99);
  CHECK(now.in_work.p99 <= now.in_work.max);
  CHECK(now.in_work.mean <= now.in_work.max);
  CHECK(now.submitted == now.done + now.failed + now.discarded());
  CHECK(to_string(now).find("4 done, 1 failed, 1 discarded") != std::string::npos);
}

TEST_CASE("a histogram's percentiles are at most an eighth too high") {
  troupe::detail::Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.add(i * 1000);
  const troupe::TimeSummary times = histogram.summary();
  CHECK(times.count == 1000);
  CHECK(times.min == 1us);
  CHECK(times.max == 1ms);
  CHECK(times.mean == 500'500ns);
  CHECK(times.p50 >= 500us);
  CHECK(times.p50 <= 563us);
  CHECK(times.p99 >= 990us);
  CHECK(times.p99 <= 1ms);
}
