// A supervised actor that ends in every way there is, as often as possible, under load.

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "stress/support.hpp"
#include "troupe/troupe.hpp"

using namespace std::chrono_literals;

namespace {

constexpr unsigned kSenders = 2;

enum class Then : unsigned char { go_on, fail, stop };
struct Number {
  unsigned sender;
  std::uint64_t value;
  Then then;
};
struct Done {
  using Reply = std::uint64_t;
};

struct Ledger {
  std::array<std::uint64_t, kSenders> next{};
  std::uint64_t handled = 0;
  std::uint64_t out_of_order = 0;  // also what is lost or handled twice
  std::uint64_t lives = 0;
};

class Worker : public troupe::Actor<Worker, Number, Done> {
 public:
  explicit Worker(Ledger* ledger) : ledger_(ledger) { ++ledger_->lives; }

  void handle(Number m) {
    ledger_->out_of_order += m.value != ledger_->next[m.sender];
    ledger_->next[m.sender] = m.value + 1;
    ++ledger_->handled;
    if (m.then == Then::fail) throw std::runtime_error("chance");
    if (m.then == Then::stop) stop();
  }
  std::uint64_t handle(Done) const { return ledger_->handled; }

 private:
  Ledger* ledger_;  // touched by one incarnation at a time
};

std::uint64_t send(const Worker::Reference& worker, unsigned sender, std::uint64_t seed,
                   const std::atomic<bool>& over) {
  stress::Random random(seed);
  std::uint64_t sent = 0;
  while (!over) {
    const std::uint32_t chance = random.below(64);
    worker.cast<Number>(sender, sent++,
                        chance == 0   ? Then::fail
                        : chance == 1 ? Then::stop
                                      : Then::go_on);
    if (random.below(256) == 0) worker.kill();
    // Not so many that the queue grows without end.
    if (random.below(128) == 0 && !worker.call<Done>().within(1min).get()) break;
  }
  return sent;
}

}  // namespace

TEST_CASE("a child that is restarted under load handles every unread message exactly once") {
  const std::uint64_t seed = stress::seed();
  const auto total = stress::duration();
  for (unsigned workers : {1u, 2u, 4u}) {
    CAPTURE(workers);
    Ledger ledger;
    troupe::SystemOptions options;
    options.workers = workers;
    options.log_level = troupe::LogLevel::off;
    troupe::System system(options);
    auto top = system.spawn<troupe::Supervisor>(
        troupe::one_for_one().intensity(UINT32_MAX, 1ns).child<Worker>("worker", &ledger));
    auto info = top.call<troupe::FindChild>("worker").within(1min).get();
    REQUIRE(info);
    auto worker = *troupe::ref_as<Worker>((*info)->ref);

    std::atomic<bool> over{false};
    std::array<std::uint64_t, kSenders> sent{};
    std::array<std::thread, kSenders> threads;
    for (unsigned i = 0; i < kSenders; ++i) {
      threads[i] = std::thread([&, i] { sent[i] = send(worker, i, seed + i, over); });
    }
    std::this_thread::sleep_for(total / 3);
    over = true;
    for (std::thread& thread : threads) thread.join();

    const auto handled = worker.call<Done>().within(1min).get();
    REQUIRE(handled);
    CHECK(*handled == sent[0] + sent[1]);
    CHECK(top.stop_and_wait().within(1min).get());
    CHECK(ledger.out_of_order == 0);
    CHECK(ledger.next == sent);
    CHECK(system.stats().dead_letters == 0);
    MESSAGE("workers ", workers, ": ", ledger.handled, " messages, ", ledger.lives, " lives");
  }
}
