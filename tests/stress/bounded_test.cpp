#include <doctest/doctest.h>

#include <map>
#include <mutex>
#include <thread>
#include <troupe/troupe.hpp>
#include <vector>

#include "actor/support.hpp"
#include "runtime/bounded_queue.hpp"
#include "stress/support.hpp"

/// Many send in every way to few whose mailboxes are small, while both are killed, stopped and
/// restarted at random. Each message is accounted for, each sender goes on, order and bounds hold.
namespace {

using namespace std::chrono_literals;
using support::Tracked;
using troupe::Overflow;

constexpr std::chrono::nanoseconds kForever = 1h;

struct Ledger {
  std::atomic<int> living{0};
  std::atomic<std::uint64_t> sent{0};       // messages that are no requests
  std::atomic<std::uint64_t> handled{0};    // of these
  std::atomic<std::uint64_t> timed_out{0};  // of these, waiting for room
  std::atomic<std::uint64_t> abandoned{0};  // whose sender was killed meanwhile
  std::atomic<std::uint64_t> asked{0};
  std::atomic<std::uint64_t> answered{0};  // one way or the other
  std::atomic<std::uint64_t> out_of_order{0};
  std::atomic<std::uint64_t> too_many{0};
};

struct Load {
  std::uint32_t sender;
  std::uint64_t number;
  bool breaks;
  Tracked tracked;
  std::size_t bytes() const { return 1 + number % 10; }
};
struct Demand {
  using Reply = std::uint64_t;
  std::uint32_t sender;
  std::uint64_t number;
  bool breaks;
  Tracked tracked;
  std::size_t bytes() const { return 1 + number % 10; }
};

/// What a consumer has heard, through all of its incarnations.
struct Heard {
  std::map<std::uint32_t, std::uint64_t> last;
  std::uint64_t capacity = troupe::Mailbox::kUnlimited;
};

class Consumer : public troupe::Actor<Consumer, Load, Demand> {
 public:
  Consumer(Ledger* ledger, std::shared_ptr<Heard> heard)
      : ledger_(ledger), heard_(std::move(heard)) {}

  troupe::Task<> handle(Load m) {
    ++ledger_->handled;
    note(m.sender, m.number);
    if (m.number % 5 == 0) co_await troupe::yield();
    if (m.breaks) throw std::runtime_error("broken");
  }
  troupe::Task<std::uint64_t> handle(Demand m) {
    note(m.sender, m.number);
    if (m.number % 3 == 0) co_await troupe::yield();
    if (m.breaks) throw std::runtime_error("broken");
    co_return m.number;
  }

 private:
  void note(std::uint32_t sender, std::uint64_t number) {
    std::uint64_t& last = heard_->last[sender];
    if (number <= last) ++ledger_->out_of_order;
    last = number;
    if (heard_->capacity == troupe::Mailbox::kUnlimited) return;
    const auto waiting = troupe::detail::bounded_queue_of(*cell_of(self())).waiting();
    if (waiting > heard_->capacity) ++ledger_->too_many;
  }
  Ledger* ledger_;
  std::shared_ptr<Heard> heard_;
};

/// The consumers that there are; some are replaced now and then.
class Market {
 public:
  Market(troupe::System& system, Ledger& ledger, stress::Random random)
      : system_(system), ledger_(ledger), random_(random) {
    spare_ = system.spawn<Consumer>(troupe::bounded(4), &ledger_, heard(4));
    for (int i = 0; i < 4; ++i) places_.push_back(i % 2 ? supervised() : plain());
  }

  Consumer::Reference pick(stress::Random& random) {
    std::lock_guard lock(mutex_);
    return places_[random.below(4)];
  }
  /// One of them ends, or fails.
  void disturb() {
    const std::uint32_t which = random_.below(4);
    std::unique_lock lock(mutex_);
    const auto victim = places_[which];
    lock.unlock();
    switch (random_.below(3)) {
      case 0:
        victim.kill();
        break;
      case 1:
        victim.stop();
        break;
      default:
        victim.drain();
    }
    if (which % 2) return;  // it comes again
    auto next = plain();
    lock.lock();
    places_[which] = next;
  }

 private:
  std::shared_ptr<Heard> heard(std::uint64_t capacity) {
    auto heard = std::make_shared<Heard>();
    heard->capacity = capacity;
    return heard;
  }
  troupe::Mailbox mailbox(std::uint64_t capacity) {
    const auto overflow = static_cast<Overflow>(random_.below(7) % 5);  // most often those
    auto made = overflow == Overflow::redirect
                    ? troupe::bounded(capacity, troupe::redirect(spare_))
                    : troupe::bounded(capacity, random_.below(3) ? Overflow::block : overflow);
    if (random_.below(3) == 0) made = std::move(made).bytes(1 + random_.below(40));
    if (random_.below(3) == 0)
      made = std::move(made).high_water(1 + random_.below(static_cast<std::uint32_t>(capacity)));
    return made;
  }
  Consumer::Reference plain() {
    const std::uint64_t capacity = 1 + random_.below(20);
    return system_.spawn<Consumer>(mailbox(capacity), &ledger_, heard(capacity));
  }
  Consumer::Reference supervised() {
    const std::uint64_t capacity = 1 + random_.below(20);
    const auto supervisor = system_.spawn<troupe::Supervisor>(
        troupe::one_for_one()
            .intensity(1'000'000, 1s)
            .child(troupe::child<Consumer>("it", &ledger_, heard(capacity))
                       .mailbox(mailbox(capacity))));
    const auto found = supervisor.call<troupe::FindChild>("it").within(kForever).get();
    return *troupe::ref_as<Consumer>(found.value().value().ref);
  }

  troupe::System& system_;
  Ledger& ledger_;
  stress::Random random_;
  Consumer::Reference spare_;
  std::mutex mutex_;  // guards the list
  std::vector<Consumer::Reference> places_;
};

/// What a sender knows of itself.
struct Sender {
  Market* market;
  Ledger* ledger;
  std::uint32_t id;
  stress::Random random;
  std::uint64_t number = 0;

  Tracked tracked() const { return Tracked(ledger->living); }
  bool breaks() { return random.below(50) == 0; }
  std::chrono::nanoseconds patience() {
    return random.below(4) ? kForever : std::chrono::nanoseconds(random.below(200'000));
  }
  void cast(const Consumer::Reference& to) {
    ++ledger->sent;
    to.cast<Load>(id, ++number, breaks(), tracked());
  }
  void sent(const std::expected<void, troupe::CallError>& result) const {
    if (!result && result.error().code == troupe::CallErrorCode::timeout) ++ledger->timed_out;
  }
};

/// Something that its sender waits for.
struct Attempt {
  Ledger& ledger;
  bool over = false;
  explicit Attempt(Ledger& l) : ledger(l) {}
  ~Attempt() {
    if (!over) ++ledger.abandoned;
  }
};

class Producer : public troupe::Actor<Producer> {
 public:
  Producer(Sender sender, int count) : sender_(sender), count_(count) {}
  troupe::Task<> post_start() {
    for (int i = 0; i < count_; ++i) {
      const auto to = sender_.market->pick(sender_.random);
      switch (sender_.random.below(4)) {
        case 0:
          sender_.cast(to);
          break;
        case 1: {
          ++sender_.ledger->asked;
          Attempt attempt(*sender_.ledger);
          auto call =
              to.call<Demand>(sender_.id, ++sender_.number, sender_.breaks(), sender_.tracked());
          call.within(sender_.patience());
          (void)co_await call;
          attempt.over = true;
          ++sender_.ledger->answered;
          break;
        }
        default: {
          ++sender_.ledger->sent;
          Attempt attempt(*sender_.ledger);
          auto send =
              to.send<Load>(sender_.id, ++sender_.number, sender_.breaks(), sender_.tracked());
          send.within(sender_.patience());
          sender_.sent(co_await send);
          attempt.over = true;
        }
      }
    }
    stop();
  }

 private:
  Sender sender_;
  int count_;
};

void produce(Sender sender, int count) {
  for (int i = 0; i < count; ++i) {
    const auto to = sender.market->pick(sender.random);
    switch (sender.random.below(4)) {
      case 0:
        sender.cast(to);
        break;
      case 1:
        ++sender.ledger->asked;
        (void)to.call<Demand>(sender.id, ++sender.number, sender.breaks(), sender.tracked())
            .within(sender.patience())
            .get();
        ++sender.ledger->answered;
        break;
      default:
        ++sender.ledger->sent;
        sender.sent(to.send<Load>(sender.id, ++sender.number, sender.breaks(), sender.tracked())
                        .within(sender.patience())
                        .get());
    }
  }
}

void play_round(std::uint64_t seed, bool with_kills) {
  constexpr int kEach = 150;
  stress::Random random(seed);
  Ledger ledger;
  std::uint64_t dead_letters = 0;
  {
    troupe::SystemOptions options;
    options.workers = 2 + random.below(3);
    options.log_level = troupe::LogLevel::off;
    options.watchdog = 0ns;
    troupe::System system(options);
    Market market(system, ledger, stress::Random(random.next()));
    std::uint32_t id = 0;
    const auto sender = [&] {
      return Sender{&market, &ledger, ++id, stress::Random(random.next())};
    };
    std::vector<Producer::Reference> producers;
    for (int i = 0; i < 12; ++i) producers.push_back(system.spawn<Producer>(sender(), kEach));
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(produce, sender(), kEach);
    for (int i = 0; i < 40; ++i) {
      market.disturb();
      if (with_kills && random.below(2)) {
        auto& victim = producers[random.below(12)];
        (void)victim.kill_and_wait().within(kForever).get();
        victim = system.spawn<Producer>(sender(), kEach);
      }
      for (std::uint32_t n = random.below(200); n > 0; --n) std::this_thread::yield();
    }
    for (auto& thread : threads) thread.join();
    for (const auto& producer : producers) REQUIRE(producer.wait().within(kForever).get());
    REQUIRE(system.shutdown(kForever).complete);
    dead_letters = system.stats().dead_letters;
  }
  CHECK(ledger.living == 0);
  CHECK(ledger.out_of_order == 0);
  CHECK(ledger.too_many == 0);
  // What is missing went with its killed sender.
  const std::uint64_t known = ledger.handled + dead_letters + ledger.timed_out;
  CHECK(known <= ledger.sent);
  CHECK(ledger.sent - known <= ledger.abandoned);
  CHECK(ledger.asked - ledger.answered <= ledger.abandoned);
  if (!with_kills) CHECK(ledger.abandoned == 0);
}

}  // namespace

TEST_CASE("senders to small mailboxes lose nothing unseen and wait for nobody that has ended") {
  const auto until = std::chrono::steady_clock::now() + stress::duration();
  for (std::uint64_t round = 0; std::chrono::steady_clock::now() < until; ++round) {
    const std::uint64_t seed = stress::seed() + round;
    CAPTURE(seed);
    play_round(seed, round % 2 != 0);
  }
}
