#include <doctest/doctest.h>

#include "otp/work_support.hpp"

using namespace work_support;

namespace {

struct Pair : Workshop {
  Consumer::Reference a;
  PointToPoint<Item>::Reference line;

  explicit Pair(WorkOptions options, bool supervise = true)
      : a(supervise ? supervised("a") : consumer("a")),
        line(system.spawn<PointToPoint<Item>>(a, options, undertaker)) {}

  /// The numbers of the jobs, in the order of their deliveries, when there were so many.
  std::string order(std::size_t count) {
    std::string text;
    journal.wait_count(count);
    for (const std::string& entry : journal.entries()) text += entry.substr(1);
    return text;
  }
};

}  // namespace

TEST_CASE("the consumer gets the jobs in order, and has no more than its window") {
  Pair pair({.window = 3});
  for (int i = 1; i <= 5; ++i) submit(pair.line, i, Fate::keep);
  CHECK(pair.order(3) == " 1 2 3");
  CHECK(stats_of(pair.line).in_flight == 3);
  settle<AcknowledgeKept>(pair.a);
  CHECK(pair.order(5) == " 1 2 3 4 5");
  CHECK(stats_of(pair.line).consumers == 1);
}

TEST_CASE("a submit waits when window and buffer are full") {
  Pair pair({.buffer = 2, .window = 2});
  for (int i = 1; i <= 4; ++i) submit(pair.line, i, Fate::keep);
  CHECK(pair.line.call<TrySubmitWork<Item>>(5).get().value().has_value());
  auto five = in_thread([&] { return pair.line.call<SubmitWork<Item>>(5).within(kForever).get(); });
  await_stats(pair.line, [](const WorkStats& s) { return s.suspended == 1; });
  pair.order(2);
  settle<AcknowledgeKept>(pair.a);
  CHECK(five.get().has_value());
}

TEST_CASE("a restarted consumer gets what was not acknowledged, in order") {
  Pair pair({.window = 4});
  SUBCASE("with jobs in its mailbox") {
    submit(pair.line, 1, Fate::wait);
    pair.gate.wait_asked();
    for (int i = 2; i <= 6; ++i) submit(pair.line, i);
    pair.a.kill();
    CHECK(pair.order(7) == " 1 1 2 3 4 5 6");
  }
  SUBCASE("with jobs that it had kept") {
    for (int i = 1; i <= 3; ++i) submit(pair.line, i, Fate::keep);
    CHECK(pair.order(3) == " 1 2 3");
    for (int i = 4; i <= 6; ++i) submit(pair.line, i);
    pair.order(4);
    pair.a.cast<Fail>();
    // Of 4 to 6 all may have gone before it fails, or only 4.
    const WorkStats stats =
        await_stats(pair.line, [](const WorkStats& s) { return s.acknowledged == 6; });
    CHECK(stats.redelivered == 3);
    const std::string order = pair.journal.text();
    CHECK(order.find("a 1, a 2, a 3", 1) != std::string::npos);
  }
  CHECK(await_stats(pair.line, [](const WorkStats& s) { return s.acknowledged == 6; }).in_flight ==
        0);
}

TEST_CASE("a consumer that fails again and again still gets its jobs in order") {
  Pair pair({.window = 3});
  for (int i = 1; i <= 30; ++i) {
    submit(pair.line, i, i % 3 == 0 ? Fate::fail : Fate::acknowledge);
  }
  await_stats(pair.line, [](const WorkStats& s) { return s.acknowledged == 30; });
  std::string expected;
  for (int i = 1; i <= 30; ++i) {
    expected += " " + std::to_string(i);
    if (i % 3 == 0) expected += " " + std::to_string(i);
  }
  CHECK(pair.order(40) == expected);
}

TEST_CASE(
    "a job that the consumer drops waits for its next incarnation, and what follows with it") {
  Pair pair({.window = 2});
  submit(pair.line, 1, Fate::wait);
  pair.gate.wait_asked();
  submit(pair.line, 2, Fate::drop);
  pair.gate.answer(0);
  await_stats(pair.line, [](const WorkStats& s) { return s.redelivered == 1; });
  for (int i = 3; i <= 5; ++i) submit(pair.line, i);
  settle<Settle>(pair.a);
  CHECK(stats_of(pair.line).waiting == 3);
  CHECK(pair.order(2) == " 1 2");
  pair.a.cast<Fail>();
  CHECK(pair.order(6) == " 1 2 2 3 4 5");
}

TEST_CASE("a job that is given up is passed over") {
  Pair pair({.window = 2, .max_deliveries = 2});
  submit(pair.line, 1, Fate::fail, true);
  for (int i = 2; i <= 3; ++i) submit(pair.line, i);
  CHECK(pair.order(4) == " 1 1 2 3");
  CHECK(pair.graves_after(1).starts_with("1: delivered too often, 2 deliveries"));
  CHECK(await_stats(pair.line, [](const WorkStats& s) { return s.acknowledged == 2; }).given_up ==
        1);
}

TEST_CASE("point-to-point delivery ends with its consumer") {
  Pair pair({.buffer = 1, .window = 2}, false);
  auto completing = in_thread(
      [&] { return pair.line.call<CompleteWork<Item>>(1, Fate::drop).within(kForever).get(); });
  await_stats(pair.line, [](const WorkStats& s) { return s.redelivered == 1; });
  submit(pair.line, 2);
  auto waiting =
      in_thread([&] { return pair.line.call<SubmitWork<Item>>(3).within(kForever).get(); });
  await_stats(pair.line, [](const WorkStats& s) { return s.suspended == 1; });
  pair.a.stop("enough");
  const auto end = end_of(pair.line);
  CHECK(end.kind == ExitKind::stopped);
  CHECK(end.text == "its consumer has ended: stopped: enough");
  CHECK(completing.get().error().reason == end.text);
  CHECK(waiting.get().error().code == CallErrorCode::stopped);
  const std::string graves = pair.graves_after(2);
  CHECK(graves.find("1: the queue ended, 1 deliveries") != std::string::npos);
  CHECK(graves.find("2: the queue ended, 0 deliveries") != std::string::npos);
}

TEST_CASE("point-to-point delivery drains") {
  Pair pair({.window = 2});
  for (int i = 1; i <= 4; ++i) submit(pair.line, i);
  CHECK(pair.line.drain_and_wait().get()->kind == ExitKind::drained);
  CHECK(pair.order(4) == " 1 2 3 4");
}

TEST_CASE("point-to-point delivery that is restarted goes on with its consumer") {
  Workshop shop;
  auto a = shop.consumer("a");
  auto supervisor = shop.stage.spawn(troupe::one_for_one().child<PointToPoint<Item>>(
      "line", a, WorkOptions{.window = 9}, shop.undertaker));
  auto line = Stage::child<PointToPoint<Item>>(supervisor, "line");
  submit(line, 1, Fate::wait);
  shop.gate.wait_asked();
  submit(line, 2);
  line.kill();
  await_stats(line, [](const WorkStats& s) { return s.submitted == 0; });
  submit(line, 3);
  shop.gate.answer(0);
  CHECK(shop.journal.wait_count(3) == "a 1, a 2, a 3");
  await_stats(line, [](const WorkStats& s) { return s.acknowledged == 1; });
  settle<Settle>(shop.undertaker);
  CHECK(shop.graves.text() == "");
}

TEST_CASE("point-to-point delivery needs a consumer") {
  Workshop shop;
  auto none = shop.system.try_spawn<PointToPoint<Item>>(Consumer::Reference());
  CHECK(std::string(none.error().what()).ends_with("the consumer's reference is empty"));
}
