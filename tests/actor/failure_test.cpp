#include <doctest/doctest.h>

#include <algorithm>

#include "actor/support.hpp"

using namespace support;
using troupe::CallErrorCode;
using troupe::ExitKind;

namespace {

struct Note {
  std::string text;
};
struct Suspend {};
struct FailWith {
  std::function<void()> thrower;
};
struct FailBefore {};
struct FailAfter {};
struct FailBelow {};
struct CatchBelow {
  using Reply = std::string;
};
struct Request {
  using Reply = int;
};
struct RequestByPort {
  using Reply = int;
};
struct RequestLater {
  using Reply = int;
};
struct RequestByPortLater {
  using Reply = int;
};

class Fragile
    : public troupe::Actor<Fragile, Note, Suspend, FailWith, FailBefore, FailAfter, FailBelow,
                           CatchBelow, Request, RequestByPort, RequestLater, RequestByPortLater> {
 public:
  explicit Fragile(troupe::ActorRef<Ask> gate = {}) : gate_(std::move(gate)) {}

  void handle(Note) {}
  troupe::Task<> handle(Suspend) { co_await wait(); }
  void handle(FailWith m) { m.thrower(); }
  troupe::Task<> handle(FailBefore) {
    throw_now();
    co_await wait();
  }
  troupe::Task<> handle(FailAfter) {
    co_await wait();
    throw_now();
  }
  troupe::Task<> handle(FailBelow) { co_await below(); }
  troupe::Task<std::string> handle(CatchBelow) {
    std::string caught;
    try {
      co_await below();
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    co_return caught;
  }
  int handle(Request) { throw std::runtime_error("boom"); }
  void handle(RequestByPort, troupe::ReplyPort<int>) { throw_now(); }
  troupe::Task<int> handle(RequestLater) {
    co_await wait();
    throw_now();
    co_return 1;
  }
  troupe::Task<> handle(RequestByPortLater, troupe::ReplyPort<int> port) {
    co_await wait();
    throw_now();
    port.send(1);
  }

 private:
  static void throw_now() { throw std::runtime_error("boom"); }
  troupe::Task<> wait() { (void)co_await gate_.call<Ask>().within(kForever); }
  troupe::Task<> below() {
    co_await wait();
    co_await deeper();
  }
  troupe::Task<> deeper() {
    throw_now();
    co_return;
  }

  troupe::ActorRef<Ask> gate_;
};

struct GetChild {
  using Reply = Fragile::Reference;
};
class Nest : public troupe::Actor<Nest, GetChild> {
 public:
  explicit Nest(troupe::ActorRef<Ask> gate)
      : child_(spawn<Fragile>(troupe::named("egg"), std::move(gate))) {}
  Fragile::Reference handle(GetChild) { return child_; }
  void handle(troupe::ChildFailed) {}

 private:
  Fragile::Reference child_;
};
class Tree : public troupe::Actor<Tree, GetChild> {
 public:
  explicit Tree(troupe::ActorRef<Ask> gate)
      : nest_(spawn<Nest>(troupe::named("nest"), std::move(gate))) {}
  void handle(GetChild m, troupe::ReplyPort<Fragile::Reference> port) {
    nest_.forward<GetChild>(m, std::move(port));
  }

 private:
  Nest::Reference nest_;
};

struct Scene {
  World world;
  Gate gate{world.system};
  Fragile::Reference fragile = world.system.spawn<Fragile>(gate.ref());

  void check_end(std::string_view text, std::string_view message) {
    const auto reason = fragile.wait().within(kForever).get();
    CHECK(reason->kind == ExitKind::failed);
    CHECK(reason->text == text);
    CHECK(to_string(*reason) == "failed: " + std::string(text));
    const auto record = world.log.wait_for("failed in");
    CHECK(record.level == troupe::LogLevel::error);
    CHECK(record.actor == fragile.name());
    CHECK(record.text.starts_with("failed in " + std::string(message) + ": " + std::string(text)));
    CHECK(world.system.stats().failures == 1);
  }
};

}  // namespace

TEST_CASE("a crash report says who failed in what and how") {
  World world;
  Gate gate(world.system);
  auto tree = world.system.spawn<Tree>(troupe::named("tree"), gate.ref());
  auto egg = *tree.call<GetChild>().within(kForever).get();
  egg.cast<Suspend>();
  gate.wait_asked();
  egg.cast<FailWith>([] { throw std::runtime_error("the shell is cracked"); });
  for (int i = 0; i < 3; ++i) egg.cast<Note>("left");
  gate.answer(0);
  REQUIRE(egg.wait().within(kForever).get());
  const auto record = world.log.wait_for("failed in");
  CHECK(record.level == troupe::LogLevel::error);
  CHECK(record.system == "troupe");
  CHECK(record.actor == "egg");
  CHECK(record.text ==
        "failed in FailWith: the shell is cracked (Fragile, incarnation 1, 3 messages left in its "
        "queue; child of nest < tree)");
  // The log may tell of the dead letters by now.
  const auto is_report = [](const auto& each) { return each.text.starts_with("failed in"); };
  CHECK(std::ranges::count_if(world.log.records(), is_report) == 1);
}

TEST_CASE("whatever is thrown is a failure") {
  const std::pair<std::function<void()>, std::string_view> cases[] = {
      {[] { throw std::logic_error("wrong"); }, "wrong"},
      {[] { throw std::string("a string"); }, "a string"},
      {[] { throw "a literal"; }, "a literal"},
      {[] { throw 42; }, "an exception that is no std::exception"},
  };
  for (const auto& [thrower, text] : cases) {
    Scene scene;
    scene.fragile.cast<FailWith>(thrower);
    scene.check_end(text, "FailWith");
  }
}

TEST_CASE("a coroutine may fail before and after it suspends") {
  Scene scene;
  SUBCASE("before") {
    scene.fragile.cast<FailBefore>();
    scene.check_end("boom", "FailBefore");
  }
  SUBCASE("after") {
    scene.fragile.cast<FailAfter>();
    scene.gate.wait_asked();
    scene.gate.answer(0);
    scene.check_end("boom", "FailAfter");
  }
  SUBCASE("in a task below it") {
    scene.fragile.cast<FailBelow>();
    scene.gate.wait_asked();
    scene.gate.answer(0);
    scene.check_end("boom", "FailBelow");
  }
  SUBCASE("with the port of a request") {
    scene.fragile.cast<RequestByPortLater>();
    scene.gate.wait_asked();
    scene.gate.answer(0);
    scene.check_end("boom", "RequestByPortLater");
  }
}

TEST_CASE("a handler may catch what a task below it throws") {
  Scene scene;
  auto caught = in_thread(
      [fragile = scene.fragile] { return fragile.call<CatchBelow>().within(kForever).get(); });
  scene.gate.wait_asked();
  scene.gate.answer(0);
  CHECK(*caught.get() == "boom");
  CHECK(scene.world.log.records().empty());
}

TEST_CASE("the caller of the failing message gets the text") {
  Scene scene;
  auto check = [&](const auto& result) {
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == CallErrorCode::failed);
    CHECK(result.error().stage == troupe::CallStage::running);
    CHECK(result.error().reason == "boom");
    CHECK(to_string(result.error()).find("the actor failed: boom after ") != std::string::npos);
  };
  auto answer = [&] {
    scene.gate.wait_asked();
    scene.gate.answer(0);
  };
  const auto fragile = scene.fragile;
  SUBCASE("of a plain handler") { check(fragile.call<Request>().within(kForever).get()); }
  SUBCASE("of a plain handler with the port") {
    check(fragile.call<RequestByPort>().within(kForever).get());
  }
  SUBCASE("of a coroutine") {
    auto result =
        in_thread([fragile] { return fragile.call<RequestLater>().within(kForever).get(); });
    answer();
    check(result.get());
  }
  SUBCASE("of a coroutine with the port") {
    auto result =
        in_thread([fragile] { return fragile.call<RequestByPortLater>().within(kForever).get(); });
    answer();
    check(result.get());
  }
  CHECK(fragile.wait().get()->kind == ExitKind::failed);
}

TEST_CASE("a failure of one actor does not touch others") {
  World world;
  auto one = world.system.spawn<Fragile>();
  auto other = world.system.spawn<Fragile>();
  one.cast<FailWith>([] { throw std::runtime_error("alone"); });
  REQUIRE(one.wait().get());
  other.cast<Note>("fine");
  CHECK(other.drain_and_wait().get()->kind == ExitKind::drained);
}

TEST_CASE("an exception that carries much text arrives whole") {
  Scene scene;
  const std::string text(100'000, 'x');
  scene.fragile.cast<FailWith>([text] { throw std::runtime_error(text); });
  scene.check_end(text, "FailWith");
}

TEST_CASE("a thousand actors may fail at once") {
  World world;
  std::vector<Fragile::Reference> all;
  for (int i = 0; i < 1000; ++i) all.push_back(world.system.spawn<Fragile>());
  for (const auto& one : all) one.cast<FailWith>([] { throw std::runtime_error("together"); });
  for (const auto& one : all) CHECK(one.wait().within(kForever).get()->kind == ExitKind::failed);
  CHECK(world.system.stats().failures == 1000);
  CHECK(world.log.records().size() == 1000);
}
