#include "actor/bounded.hpp"

using namespace bounds;

namespace {

template <class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const std::invalid_argument& error) {
    return error.what();
  } catch (const std::logic_error& error) {
    return std::string("logic_error: ") + error.what();
  }
  return "no error";
}

/// A mailbox by its class.
class Small : public troupe::Actor<Small, Item, Hold> {
 public:
  static troupe::Mailbox mailbox() { return bounded(2, Overflow::drop_newest); }
  explicit Small(Journal* journal) : journal_(journal) {}
  void handle(Item m) { journal_->add(std::to_string(m.value)); }
  void handle(Hold m) { m.holding->hold(); }

 private:
  Journal* journal_;
};

template <class Ref>
int room(const Ref& ref) {
  int count = 0;
  while (count < 1000 && accepted(ref.template cast<Item>(count))) ++count;
  return count;
}

}  // namespace

TEST_CASE("a bound that makes no sense is refused in words") {
  CHECK(error_of([] { bounded(0); }) == "a mailbox has room for one message at least");
  CHECK(error_of([] { bounded(0, Overflow::block); }) ==
        "a mailbox has room for one message at least");
  CHECK(error_of([] { bounded(1, Overflow::redirect); }) ==
        "a mailbox that redirects says where: bounded(n, redirect(ref))");
  CHECK(error_of([] { bounded(1, troupe::redirect(Sink::Reference())); }) ==
        "a mailbox cannot redirect to nobody: the reference is empty");
  CHECK(error_of([] { bounded(1).bytes(0); }) == "a mailbox has room for one byte at least");
  const std::string mark = "a mailbox's high-water mark is between 1 and its capacity";
  CHECK(error_of([] { bounded(4).high_water(0); }) == mark);
  CHECK(error_of([] { bounded(4).high_water(5); }) == mark);
  CHECK(error_of([] { bounded(4).high_water(4); }) == "no error");
  CHECK(error_of([] { troupe::unbounded().high_water(1'000'000); }) == "no error");
}

TEST_CASE("a mailbox says what it was made of") {
  const troupe::Mailbox mailbox = bounded(10, Overflow::block).bytes(100).high_water(5);
  CHECK(mailbox.capacity() == 10);
  CHECK(mailbox.bytes() == 100);
  CHECK(mailbox.high_water() == 5);
  CHECK(mailbox.overflow() == Overflow::block);
  CHECK(mailbox.counts());
  CHECK_FALSE(troupe::unbounded().counts());
  CHECK(troupe::unbounded().bytes(1).counts());
  CHECK(to_string(Overflow::reject) == "reject");
  CHECK(to_string(Overflow::drop_newest) == "drop_newest");
  CHECK(to_string(Overflow::drop_oldest) == "drop_oldest");
  CHECK(to_string(Overflow::block) == "block");
  CHECK(to_string(Overflow::redirect) == "redirect");
}

TEST_CASE("a class says how large its actors' mailboxes are, and spawn says it before the class") {
  Scene scene;
  auto& system = scene.world.system;
  const auto room_of = [&](auto... options) {
    const auto small = system.spawn<Small>(std::move(options)..., &scene.journal);
    Held held(small);
    return room(small);
  };
  CHECK(room_of() == 2);
  CHECK(room_of(troupe::named("by class")) == 2);
  CHECK(room_of(bounded(5)) == 5);
  CHECK(room_of(troupe::named("by spawn").mailbox(bounded(3))) == 3);
  CHECK(room_of(troupe::unbounded()) == 1000);
}

TEST_CASE("an actor's child has the mailbox that its spawn says") {
  Scene scene;
  const auto parent = scene.spawn(troupe::unbounded());
  const auto child = in_handler<Sink>(
      parent, [&](Sink& actor) { return actor.spawn<Sink>(bounded(3), &scene.journal); });
  Held held(child);
  CHECK(scene.room(child) == 3);
}

TEST_CASE("what an overflow goes to must handle all that may come") {
  Scene scene;
  const auto small = scene.world.system.spawn<Small>(troupe::named("small"), &scene.journal);
  const auto spawned = scene.world.system.stats().spawned;
  const std::string text = error_of([&] { scene.spawn(bounded(1, troupe::redirect(small))); });
  const std::string begin = "logic_error: cannot spawn " +
                            std::string(troupe::detail::type_name<Sink>()) +
                            ": small, to which a full mailbox redirects, does not handle " +
                            std::string(troupe::detail::type_name<Sized>());
  CHECK(text == begin);
  CHECK(scene.world.system.stats().spawned == spawned);
  const auto sink = scene.spawn(troupe::unbounded());
  scene.world.system.spawn<Small>(bounded(1, troupe::redirect(sink)), &scene.journal);
}

TEST_CASE("a full mailbox passes messages on, and requests are answered from there") {
  Scene scene;
  Journal there;
  const auto spare = scene.world.system.spawn<Sink>(&there);
  const auto sink = scene.spawn(bounded(1, troupe::redirect(spare)));
  Held held(sink);
  CHECK(sink.cast<Item>(1) == CastResult::delivered);
  CHECK(sink.cast<Item>(2) == CastResult::redirected);
  CHECK(scene.call(sink, 3).get().value() == 3);
  CHECK(scene.send(sink, 4).get());
  CHECK(there.wait_count(3) == "2, 3, 4");
  held.release();
  CHECK(scene.journal.wait_count(1) == "1");
  CHECK(scene.dead_letters() == 0);
}

TEST_CASE("redirections form chains of up to eight, and the last one's overflow decides") {
  Scene scene(12);
  std::vector<Sink::Reference> chain{scene.spawn(bounded(1, Overflow::drop_newest))};
  Held held[10];
  for (int i = 0; i < 10; ++i) {
    REQUIRE(held[i].send(chain.back()) == CastResult::delivered);
    held[i].await();
    if (i == 9) break;
    chain.push_back(scene.spawn(bounded(1, troupe::redirect(chain.back()))));
  }
  for (int i = 9; i >= 1; --i) {
    // chain[i] is the one that takes it.
    CHECK(chain[9].cast<Item>(i) == (i == 9 ? CastResult::delivered : CastResult::redirected));
  }
  CHECK(chain[0].cast<Item>(0) == CastResult::delivered);
  CHECK(chain[8].cast<Item>(-1) == CastResult::dropped);  // eight steps to the last
  CHECK(chain[9].cast<Item>(-2) == CastResult::full);     // nine would be too many
  for (auto& one : held) one.release();
  CHECK(scene.journal.wait_count(10).size() == 10 * 3 - 2);
}

TEST_CASE("what goes to an actor that has ended is refused, but the one here has not ended") {
  Scene scene;
  const auto spare = scene.world.system.spawn<Sink>(troupe::named("spare"), &scene.journal);
  const auto sink = scene.spawn(bounded(1, troupe::redirect(spare)));
  (void)spare.stop_and_wait().within(kForever).get();
  Held held(sink);
  CHECK(sink.cast<Item>(1) == CastResult::delivered);
  CHECK(sink.cast<Item>(2) == CastResult::full);
  CHECK(scene.dead_letters() == 1);
  const auto result = scene.call(sink, 3).get();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == CallErrorCode::stopped);
  CHECK(to_string(result.error()).find("passed on to spare") != std::string::npos);
}

TEST_CASE("a subscription outlives the actor that its full mailbox redirects to") {
  Scene scene;
  const auto spare = scene.spawn(troupe::unbounded());
  const auto sink = scene.spawn(bounded(1, troupe::redirect(spare)));
  troupe::OutputPort<int> port;
  port.subscribe(sink, [](int value) { return Item{value}; });
  (void)spare.stop_and_wait().within(kForever).get();
  Held held(sink);
  for (int i = 1; i <= 3; ++i) port.publish(i);
  held.release();
  CHECK(scene.journal.wait_count(1) == "1");
  Held again(sink);
  port.publish(4);
  again.release();
  CHECK(scene.journal.wait_count(2) == "1, 4");
}

TEST_CASE("a redirecting actor keeps no actor alive that nobody else knows, once it has gone") {
  Scene scene;
  auto spare = scene.spawn(troupe::unbounded());
  (void)spare.stop_and_wait().within(kForever).get();
  auto sink = scene.spawn(bounded(1, troupe::redirect(spare)));
  troupe::detail::Cell& cell = *cell_of(spare);
  while (cell.references != 2) std::this_thread::yield();  // its last turn has one until it ends
  (void)sink.kill_and_wait().within(kForever).get();
  sink = {};
  while (cell.references != 1) std::this_thread::yield();
}

TEST_CASE("a bound by bytes counts what messages say of themselves, or their nodes") {
  Scene scene;
  const std::size_t node = troupe::detail::message_type<Item>.node_size;
  const auto hold_size = troupe::detail::message_type<Hold>.node_size;
  const auto sink = scene.spawn(bounded(100).bytes(4 * node + hold_size));
  Held held(sink);
  CHECK(sink.cast<Sized>(1, 2 * node) == CastResult::delivered);
  CHECK(sink.cast<Item>(2) == CastResult::delivered);
  CHECK(sink.cast<Sized>(3, 2 * node + hold_size) == CastResult::full);
  CHECK(sink.cast<Item>(3) == CastResult::delivered);
  CHECK(sink.cast<Sized>(4, hold_size) == CastResult::delivered);
  CHECK(sink.cast<Sized>(5, std::size_t{1}) == CastResult::full);
  CHECK(sink.cast<Sized>(6, std::size_t{0}) == CastResult::delivered);
  held.release();
  CHECK(scene.journal.wait_count(5) == "1, 2, 3, 4, 6");
}

TEST_CASE("what waits is weighed until it is begun, also when the actor has taken it") {
  Scene scene;
  const auto sink = scene.spawn(bounded(1000).bytes(1000));
  Held first(sink);
  Held second;
  REQUIRE(second.send(sink) == CastResult::delivered);
  const std::size_t left = 1000 - troupe::detail::message_type<Hold>.node_size;
  for (int i = 0; i < 9; ++i) CHECK(sink.cast<Sized>(i, left / 9) == CastResult::delivered);
  CHECK(sink.cast<Sized>(9, left / 9) == CastResult::full);
  first.release();
  second.await();
  CHECK(sink.cast<Sized>(10, 1000 - left) == CastResult::delivered);
  CHECK(sink.cast<Sized>(11, left / 9) == CastResult::full);
}

TEST_CASE("a message that is larger than all is taken when no other waits") {
  Scene scene;
  const auto sink = scene.spawn(troupe::unbounded().bytes(10));
  Held held(sink);
  CHECK(sink.cast<Sized>(1, 11u) == CastResult::delivered);
  CHECK(sink.cast<Sized>(2, 1u) == CastResult::full);
  const auto result = scene.call(sink, 3).get();
  REQUIRE_FALSE(result);
  CHECK(result.error().reason == "1 messages wait, with too many bytes for at most 10");
  const auto oldest = scene.spawn(bounded(5, Overflow::drop_oldest).bytes(10));
  Held held_too(oldest);
  for (int i = 1; i <= 5; ++i) CHECK(oldest.cast<Sized>(i, 2u) == CastResult::delivered);
  CHECK(oldest.cast<Sized>(6, 3u) == CastResult::displaced);  // for two
  CHECK(queue_of(oldest).waiting() == 4);
  CHECK(oldest.cast<Sized>(7, 100u) == CastResult::displaced);  // for all
  CHECK(queue_of(oldest).waiting() == 1);
  CHECK(scene.dead_letters() == 1 + 2 + 4);
}
