#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::LogLevel;

namespace {

struct Note {};
struct Break {};
struct Hog {
  std::latch* entered;
  std::atomic<bool>* leave;
};

class Member : public troupe::Actor<Member, Note, Break, Hog> {
 public:
  void handle(Note) { log().info("noted {}", 7); }
  void handle(Break) { throw std::runtime_error("broken"); }
  void handle(Hog m) {
    m.entered->count_down();
    while (!m.leave->load()) std::this_thread::yield();
  }
};

}  // namespace

TEST_CASE("log records carry level and system and actor") {
  auto options = World::options_for(1);
  options.name = "shop";
  World world(options);
  auto member = world.system.spawn<Member>(troupe::named("clerk"));
  member.cast<Note>();
  const auto record = world.log.wait_for("noted 7");
  CHECK(record.level == LogLevel::info);
  CHECK(record.system == "shop");
  CHECK(record.actor == "clerk");
  world.system.log().error("from {}", "outside");
  CHECK(world.log.wait_for("from outside").actor == "");
}

TEST_CASE("records below the level are not written") {
  auto options = World::options_for(1);
  options.log_level = LogLevel::warning;
  World world(options);
  const auto log = world.system.log();
  log.debug("debug");
  log.info("info");
  log.warning("warning");
  log.error("error");
  CHECK_FALSE(log.enabled(LogLevel::info));
  CHECK(log.enabled(LogLevel::warning));
  const auto records = world.log.records();
  REQUIRE(records.size() == 2);
  CHECK(records[0].text == "warning");
  CHECK(records[1].text == "error");
}

TEST_CASE("a log that is off writes nothing") {
  auto options = World::options_for(1);
  options.log_level = LogLevel::off;
  World world(options);
  world.system.log().error("error");
  auto member = world.system.spawn<Member>();
  member.cast<Break>();
  REQUIRE(member.wait().get());
  CHECK(world.log.records().empty());
}

TEST_CASE("a log record prints as a line") {
  troupe::LogRecord record;
  record.level = LogLevel::warning;
  record.system = "shop";
  record.actor = "clerk";
  record.text = "hello";
  CHECK(to_string(record).ends_with("warning [shop] clerk: hello"));
  record.actor.clear();
  CHECK(to_string(record).ends_with("warning [shop] hello"));
}

TEST_CASE("the watchdog reports who holds a worker") {
  auto options = World::options_for(2);
  options.watchdog = 20ms;
  World world(options);
  std::latch entered(1);
  std::atomic<bool> leave = false;
  auto hog = world.system.spawn<Member>(troupe::named("hog"));
  hog.cast<Hog>(&entered, &leave);
  const auto record = world.log.wait_for("has held worker");
  leave = true;
  CHECK(record.level == LogLevel::warning);
  CHECK(record.text.starts_with("hog has held worker "));
  CHECK(record.text.ends_with(" in Hog"));
  REQUIRE(hog.drain_and_wait().get());
}
