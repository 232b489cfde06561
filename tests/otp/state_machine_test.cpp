#include <doctest/doctest.h>

#include "actor/support.hpp"

using namespace support;

namespace {

enum class Door { closed, open, locked };

std::string to_string(Door door) {
  switch (door) {
    case Door::closed:
      return "closed";
    case Door::open:
      return "open";
    default:
      return "locked";
  }
}

struct Become {
  Door next;
};
struct Again {};
struct AwaitAndBecome {
  troupe::ActorRef<Ask> gate;
  Door next;
};
struct GetState {
  using Reply = Door;
};

class DoorLock
    : public troupe::StateMachine<DoorLock, Door, Become, Again, AwaitAndBecome, GetState> {
 public:
  explicit DoorLock(Journal& journal) : StateMachine(Door::closed), journal_(journal) {}
  DoorLock(Journal& journal, Door other) : StateMachine(Door::closed), journal_(journal) {
    become(other);
  }
  void post_start() { journal_.add("post_start"); }

  void enter(Door now, Door before) {
    journal_.add(to_string(before) + " to " + to_string(now));
    if (now == Door::locked) become(Door::open);
  }
  void handle(Become m) {
    become(m.next);
    journal_.add("over");
  }
  void handle(Again) { repeat_state(); }
  troupe::Task<> handle(AwaitAndBecome m) {
    (void)co_await m.gate.call<Ask>().within(kForever);
    become(m.next);
    journal_.add("over");
  }
  Door handle(GetState) const { return state(); }

 private:
  Journal& journal_;
};

Door state_of(const DoorLock::Reference& door) { return *door.call<GetState>().get(); }

}  // namespace

TEST_CASE("the first state is entered from itself, before post_start") {
  Journal journal;
  World world;
  auto door = world.system.spawn<DoorLock>(journal);
  CHECK(state_of(door) == Door::closed);
  CHECK(journal.text() == "closed to closed, post_start");
}

TEST_CASE("the constructor may choose another first state") {
  Journal journal;
  World world;
  auto door = world.system.spawn<DoorLock>(journal, Door::open);
  CHECK(state_of(door) == Door::open);
  CHECK(journal.text() == "open to open, post_start");
}

TEST_CASE("a state is entered when it is become, and not when it is the same") {
  Journal journal;
  World world;
  auto door = world.system.spawn<DoorLock>(journal);
  door.cast<Become>(Door::open);
  door.cast<Become>(Door::open);
  door.cast<Become>(Door::closed);
  CHECK(state_of(door) == Door::closed);
  CHECK(journal.text() ==
        "closed to closed, post_start, closed to open, over, over, open to closed, over");
}

TEST_CASE("a state can be entered again") {
  Journal journal;
  World world;
  auto door = world.system.spawn<DoorLock>(journal);
  door.cast<Again>();
  CHECK(state_of(door) == Door::closed);
  CHECK(journal.text() == "closed to closed, post_start, closed to closed");
}

TEST_CASE("a coroutine changes the state where it does") {
  Journal journal;
  World world;
  Gate gate(world.system);
  auto door = world.system.spawn<DoorLock>(journal);
  door.cast<AwaitAndBecome>(gate.ref(), Door::open);
  gate.wait_asked();
  gate.answer(0);
  CHECK(state_of(door) == Door::open);
  CHECK(journal.text() == "closed to closed, post_start, closed to open, over");
}

TEST_CASE("entering a state cannot change it") {
  Journal journal;
  World world;
  auto door = world.system.spawn<DoorLock>(journal);
  door.cast<Become>(Door::locked);
  const troupe::ExitReason reason = *door.wait().get();
  CHECK(reason.kind == troupe::ExitKind::failed);
  CHECK(reason.text == "`enter` cannot change the state that is entered");
}

namespace {

// A state may be any value that compares.
struct Count {
  std::string name;
  int value;
  bool operator==(const Count&) const = default;
};
struct Add {
  int amount;
};
struct Get {
  using Reply = std::string;
};

class Counting : public troupe::StateMachine<Counting, Count, Add, Get> {
 public:
  Counting() : StateMachine(Count{"count", 0}) {}
  void handle(Add m) { become({state().name, state().value + m.amount}); }
  std::string handle(Get) const { return state().name + " " + std::to_string(state().value); }
};

}  // namespace

TEST_CASE("a state may be a struct, and a machine needs no enter") {
  World world;
  auto counting = world.system.spawn<Counting>();
  counting.cast<Add>(3);
  counting.cast<Add>(4);
  CHECK(*counting.call<Get>().get() == "count 7");
}
