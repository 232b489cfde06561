#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;
using troupe::LookUpError;

namespace {

struct Get {
  using Reply = int;
};
struct Note {};
struct Other {};

class Number : public troupe::Actor<Number, Get, Note> {
 public:
  explicit Number(int value) : value_(value) {}
  int handle(Get) const { return value_; }
  void handle(Note) {}

 private:
  int value_;
};
class Listener : public troupe::Actor<Listener, Note> {
 public:
  void handle(Note) {}
};

struct Read {
  using Reply = std::expected<int, LookUpError>;
  std::string name;
};
class Reader : public troupe::Actor<Reader, Read> {
 public:
  Reader() : found_in_constructor_(find<Get>("one").has_value()) {}
  troupe::Task<std::expected<int, LookUpError>> handle(Read m) {
    if (!found_in_constructor_) co_return std::unexpected(LookUpError::not_found);
    auto found = find<Get>(m.name);
    if (!found) co_return std::unexpected(found.error());
    auto value = co_await found->call<Get>().within(kForever);
    co_return *value;
  }

 private:
  bool found_in_constructor_;
};

}  // namespace

TEST_CASE("find_all lists the named that handle the messages, by name") {
  World world;
  auto two = world.system.spawn<Number>(troupe::named("two"), 2);
  auto one = world.system.spawn<Number>(troupe::named("one"), 1);
  auto listener = world.system.spawn<Listener>(troupe::named("listener"));
  auto nameless = world.system.spawn<Number>(3);

  auto numbers = world.system.find_all<Get>();
  REQUIRE(numbers.size() == 2);
  CHECK(numbers[0].first == "one");
  CHECK(numbers[0].second == one);
  CHECK(*numbers[0].second.call<Get>().within(kForever).get() == 1);
  CHECK(numbers[1].first == "two");
  CHECK(numbers[1].second == two);
  CHECK(world.system.find_all<Note>().size() == 3);
  CHECK(world.system.find_all<Note, Get>().size() == 2);
  CHECK(world.system.find_all<>().size() == 3);
  CHECK(world.system.find_all<Other>().empty());

  REQUIRE(one.stop_and_wait().get());
  numbers = world.system.find_all<Get>();
  REQUIRE(numbers.size() == 1);
  CHECK(numbers[0].first == "two");
}

TEST_CASE("an actor finds others by their names") {
  World world;
  world.system.spawn<Number>(troupe::named("one"), 1);
  world.system.spawn<Listener>(troupe::named("listener"));
  auto reader = world.system.spawn<Reader>();
  auto read = [&](std::string name) { return *reader.call<Read>(name).within(kForever).get(); };
  CHECK(read("one") == 1);
  CHECK(read("listener").error() == LookUpError::other_messages);
  CHECK(read("nobody").error() == LookUpError::not_found);
}
