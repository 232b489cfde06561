#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <troupe/simulation.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;
using troupe::Schedule;
using troupe::Simulation;
using troupe::SimulationOptions;

namespace {

struct Go {};

/// Adds its letter to a text, so many times, a turn for each.
class Writer : public troupe::Actor<Writer, Go> {
 public:
  Writer(std::string* text, char letter, int times) : text_(text), letter_(letter), left_(times) {}
  void handle(Go) {
    *text_ += letter_;
    if (--left_ > 0) self().cast<Go>();
  }

 private:
  std::string* text_;
  char letter_;
  int left_;
};

/// In which order writers went on.
std::string order(SimulationOptions options, std::string_view letters, int times) {
  Simulation sim(std::move(options));
  std::string text;
  for (const char letter : letters) sim.system().spawn<Writer>(&text, letter, times).cast<Go>();
  sim.run();
  CHECK(text.size() == letters.size() * static_cast<std::size_t>(times));
  return text;
}

std::map<std::string, int> orders(const Schedule& schedule, std::string_view letters, int times,
                                  std::uint64_t seeds) {
  std::map<std::string, int> found;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    ++found[order({.seed = seed, .schedule = schedule}, letters, times)];
  }
  return found;
}

}  // namespace

TEST_CASE("by fifo everybody has a turn after the other, whatever the seed") {
  CHECK(order({.seed = 1, .schedule = Schedule::fifo()}, "abc", 3) == "abcabcabc");
  CHECK(order({.seed = 2, .schedule = Schedule::fifo()}, "abc", 3) == "abcabcabc");
}

TEST_CASE("by chance every order comes, and none more often than others") {
  const auto found = orders(Schedule::random(), "abc", 1, 600);
  CHECK(found.size() == 6);
  for (const auto& [text, times] : found) {
    CAPTURE(text);
    CHECK(times > 60);
    CHECK(times < 140);
  }
}

TEST_CASE("by priorities one goes on until it has nothing to do, but at a few points") {
  const auto switches = [](const std::string& text) {
    int count = 0;
    for (std::size_t i = 1; i < text.size(); ++i) count += text[i] != text[i - 1];
    return count;
  };
  SUBCASE("without points") {
    for (const auto& [text, times] : orders(Schedule::pct(0, 30), "abc", 10, 50)) {
      CAPTURE(text);
      CHECK(switches(text) == 2);
    }
    CHECK(orders(Schedule::pct(0, 30), "abc", 10, 200).size() == 6);
  }
  SUBCASE("with two points") {
    int most = 0;
    for (const auto& [text, times] : orders(Schedule::pct(2, 30), "abc", 10, 200)) {
      CAPTURE(text);
      CHECK(switches(text) <= 4);
      most = std::max(most, switches(text));
    }
    CHECK(most == 4);
  }
}

TEST_CASE("with delays the order is that of fifo but for so many turns") {
  const std::string fifo = order({.schedule = Schedule::fifo()}, "abc", 10);
  CHECK(order({.schedule = Schedule::delays(0, 30)}, "abc", 10) == fifo);
  const auto found = orders(Schedule::delays(1, 30), "abc", 10, 200);
  CHECK(found.size() > 10);
  CHECK(found.size() <= 30);
  for (const auto& [text, times] : found) {
    // One turn was put off, and with it all later ones of the same actor.
    const auto same = std::ranges::mismatch(text, fifo).in1 - text.begin();
    CAPTURE(text);
    CHECK(std::ranges::count(text, 'a') == 10);
    CHECK(text.substr(0, static_cast<std::size_t>(same)) ==
          fifo.substr(0, static_cast<std::size_t>(same)));
  }
}

TEST_CASE("each schedule is the same run for the same seed") {
  const Schedule schedules[] = {Schedule::fifo(), Schedule::random(), Schedule::pct(),
                                Schedule::delays()};
  for (const Schedule& schedule : schedules) {
    CAPTURE(static_cast<int>(schedule.kind()));
    CHECK(order({.seed = 9, .schedule = schedule}, "abcde", 5) ==
          order({.seed = 9, .schedule = schedule}, "abcde", 5));
  }
}

TEST_CASE("choices of zero are the plainest run of every schedule") {
  const std::string fifo = order({.schedule = Schedule::fifo()}, "abc", 3);
  CHECK(order({.schedule = Schedule::random(), .choices = {}, .replay = true}, "abc", 3) == fifo);
  CHECK(order({.schedule = Schedule::pct(0), .choices = {}, .replay = true}, "abc", 3) == fifo);
  CHECK(order({.schedule = Schedule::delays(0), .choices = {}, .replay = true}, "abc", 3) == fifo);
}

TEST_CASE("everybody has a turn before long, by chance too") {
  Simulation sim(4);
  std::string text;
  sim.system().spawn<Writer>(&text, 'a', 1'000'000).cast<Go>();
  sim.system().spawn<Writer>(&text, 'b', 1).cast<Go>();
  CHECK(sim.run_until([&] { return text.find('b') != std::string::npos; }, 0s));
  CHECK(text.size() < 100);
}

TEST_CASE("time passes only when nobody has anything to do") {
  for (const Schedule& schedule :
       {Schedule::fifo(), Schedule::random(), Schedule::pct(), Schedule::delays()}) {
    Simulation sim({.schedule = schedule});
    std::string text;
    const auto began = sim.now();
    auto late = sim.system().spawn<Writer>(&text, 'z', 1);
    class Sender : public troupe::Actor<Sender, Go> {
     public:
      explicit Sender(troupe::ActorRef<Go> to) : to_(std::move(to)) { send_after<Go>(1ns); }
      void handle(Go) { to_.cast<Go>(); }

     private:
      troupe::ActorRef<Go> to_;
    };
    sim.system().spawn<Sender>(late);
    sim.system().spawn<Writer>(&text, 'a', 50).cast<Go>();
    sim.run();
    CHECK(text == std::string(50, 'a') + "z");
    CHECK(sim.now() - began == 1ns);
  }
}
