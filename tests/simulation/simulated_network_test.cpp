#include <doctest/doctest.h>

#include <algorithm>
#include <troupe/simulation.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;
using troupe::LinkOptions;
using troupe::Simulation;

namespace {

using Names = std::vector<std::string>;

std::vector<std::byte> frame_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}
std::string text_of(std::span<const std::byte> frame) {
  std::string text;
  for (const std::byte each : frame) text += static_cast<char>(each);
  return text;
}

/// Nodes that write down what arrives, and when.
struct Net {
  Simulation sim;
  std::chrono::steady_clock::time_point began = sim.now();
  struct Arrival {
    std::string to;
    std::string from;
    std::string text;
    std::chrono::nanoseconds at;
  };
  std::vector<Arrival> arrivals;

  explicit Net(std::uint64_t seed = 1, const Names& names = {"a", "b"}) : sim(seed) {
    for (const std::string& name : names) {
      sim.add_node(name, [this](troupe::SimulatedNode& node) {
        node.transport().receive([this, &node](std::string_view from, auto frame) {
          arrivals.push_back({node.name(), std::string(from), text_of(frame), sim.now() - began});
        });
      });
    }
  }
  void send(std::string_view from, std::string_view to, std::string_view text) {
    sim.node(from).transport().send(to, frame_of(text));
  }
  void send_many(std::string_view from, std::string_view to, int count) {
    for (int i = 0; i < count; ++i) send(from, to, std::to_string(i));
  }
  /// "a>b: 1 2 3"
  std::string between(std::string_view from, std::string_view to) const {
    std::string text = troupe::format("{}>{}:", from, to);
    for (const Arrival& each : arrivals) {
      if (each.from == from && each.to == to) text += " " + each.text;
    }
    return text;
  }
};

LinkOptions takes(std::chrono::nanoseconds least, std::chrono::nanoseconds most) {
  LinkOptions options;
  options.min_latency = least;
  options.max_latency = most;
  return options;
}

}  // namespace

TEST_CASE("a frame arrives whole, with its sender's name") {
  Net net;
  net.send("a", "b", "hello");
  net.send("b", "b", "to itself");
  CHECK(net.sim.node("a").transport().name() == "a");
  CHECK(net.arrivals.empty());
  net.sim.run();
  CHECK(net.between("a", "b") == "a>b: hello");
  CHECK(net.between("b", "b") == "b>b: to itself");
  CHECK(net.sim.network().sent() == 2);
  CHECK(net.sim.network().delivered() == 2);
  CHECK(net.sim.network().lost() == 0);
}

TEST_CASE("frames of one node to another stay in order, those of others overtake them") {
  bool overtaken = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Net net(seed, {"a", "b", "c"});
    net.send_many("a", "c", 5);
    net.send_many("b", "c", 5);
    net.sim.run();
    CHECK(net.between("a", "c") == "a>c: 0 1 2 3 4");
    CHECK(net.between("b", "c") == "b>c: 0 1 2 3 4");
    overtaken = overtaken || net.arrivals.front().from == "b";
  }
  CHECK(overtaken);
}

TEST_CASE("latencies lie within what is set, and differ") {
  Net net;
  net.sim.network().set(takes(5ms, 10ms));
  std::chrono::nanoseconds least = 1h;
  std::chrono::nanoseconds most{0};
  for (int i = 0; i < 200; ++i) {
    const auto sent = net.sim.now() - net.began;
    net.send("a", "b", "x");
    net.sim.run();
    least = std::min(least, net.arrivals.back().at - sent);
    most = std::max(most, net.arrivals.back().at - sent);
  }
  CHECK(least >= 5ms);
  CHECK(least < 6ms);
  CHECK(most > 9ms);
  CHECK(most <= 10ms);
}

TEST_CASE("some frames are slow, and hold up those behind them") {
  Net net;
  LinkOptions options = takes(1ms, 1ms);
  options.slow = 0.2;
  options.slow_latency = 1s;
  net.sim.network().set(options);
  net.send_many("a", "b", 100);
  net.sim.run();
  CHECK(net.arrivals.size() == 100);
  CHECK(net.arrivals.back().text == "99");
  CHECK(net.arrivals.back().at > 500ms);
  CHECK(net.arrivals.back().at <= 1s + 100ns);
}

TEST_CASE("a link drops about as many frames as is set, and only that link does") {
  Net net;
  LinkOptions options;
  options.drop = 0.3;
  net.sim.network().set("a", "b", options);
  net.send_many("a", "b", 1000);
  net.send_many("b", "a", 1000);
  net.sim.run();
  CHECK(net.sim.network().lost() > 250);
  CHECK(net.sim.network().lost() < 350);
  CHECK(net.sim.network().delivered() == 2000 - net.sim.network().lost());
  CHECK(std::ranges::count(net.arrivals, "a", &Net::Arrival::to) == 1000);
}

TEST_CASE("the options of all links leave alone those that were set otherwise") {
  Net net;
  net.sim.network().set("a", "b", takes(1s, 1s));
  net.sim.network().set(takes(2s, 2s));
  net.send("a", "b", "x");
  net.send("b", "a", "y");
  net.sim.run();
  CHECK(net.arrivals.at(0).at == 1s);
  CHECK(net.arrivals.at(1).at == 2s);
}

TEST_CASE("a cut loses what is sent in one direction from then on") {
  Net net;
  net.send("a", "b", "before");
  net.sim.network().cut("a", "b");
  net.send("a", "b", "cut");
  net.send("b", "a", "back");
  net.sim.run();
  CHECK(net.between("a", "b") == "a>b: before");
  CHECK(net.between("b", "a") == "b>a: back");
  net.sim.network().heal("a", "b");
  net.send("a", "b", "after");
  net.sim.run();
  CHECK(net.between("a", "b") == "a>b: before after");
  CHECK(net.sim.network().lost() == 1);
}

TEST_CASE("a partition separates two sides until it is healed") {
  Net net(1, {"a", "b", "c"});
  net.sim.network().partition({"a", "b"}, {"c"});
  const auto send_all = [&](std::string_view text) {
    for (const char* from : {"a", "b", "c"}) {
      for (const char* to : {"a", "b", "c"}) {
        if (from != to) net.send(from, to, text);
      }
    }
    net.sim.run();
  };
  send_all("1");
  CHECK(net.between("a", "b") == "a>b: 1");
  CHECK(net.between("b", "a") == "b>a: 1");
  for (const char* each : {"a", "b"}) {
    CHECK(net.between(each, "c") == troupe::format("{}>c:", each));
    CHECK(net.between("c", each) == troupe::format("c>{}:", each));
  }
  net.sim.network().heal();
  send_all("2");
  CHECK(net.between("a", "c") == "a>c: 2");
  CHECK(net.between("c", "b") == "c>b: 2");
}

TEST_CASE("a clogged link keeps its frames, in order, until it is free") {
  Net net;
  net.send("a", "b", "1");
  net.sim.network().clog("a", "b");
  net.send("a", "b", "2");
  net.sim.run_for(1h);
  CHECK(net.arrivals.empty());
  SUBCASE("unclogged") { net.sim.network().unclog("a", "b"); }
  SUBCASE("healed") { net.sim.network().heal(); }
  net.send("a", "b", "3");
  net.sim.run();
  CHECK(net.between("a", "b") == "a>b: 1 2 3");
  CHECK(net.sim.network().lost() == 0);
}

TEST_CASE("healing ends drops and slowness, and keeps latencies") {
  Net net;
  LinkOptions options = takes(3ms, 3ms);
  options.drop = 1;
  net.sim.network().set(options);
  net.send("a", "b", "lost");
  options.slow = 1;
  net.sim.network().set("a", "b", options);
  net.send("a", "b", "lost");
  net.sim.network().heal();
  net.send("a", "b", "x");
  net.send("b", "a", "y");
  net.sim.run();
  CHECK(net.sim.network().lost() == 2);
  REQUIRE(net.arrivals.size() == 2);
  CHECK(net.arrivals[0].at == 3ms);
  CHECK(net.arrivals[1].at == 3ms);
}

TEST_CASE("frames to a node that is down, or that receives nothing, or that is nowhere, are lost") {
  Net net;
  net.sim.add_node("deaf");
  net.send("a", "deaf", "x");
  net.send("a", "nowhere", "x");
  net.sim.run();
  CHECK(net.sim.network().lost() == 2);
  net.send("a", "b", "on its way");
  net.sim.node("b").crash();
  net.send("a", "b", "too late");
  net.sim.run();
  CHECK(net.arrivals.empty());
  CHECK(net.sim.network().lost() == 4);
  net.sim.node("b").restart();
  net.send("a", "b", "again");
  net.sim.run();
  CHECK(net.between("a", "b") == "a>b: again");
}

TEST_CASE("a node that is down sends nothing") {
  Net net;
  troupe::Transport& transport = net.sim.node("a").transport();
  net.sim.node("a").crash();
  transport.send("b", frame_of("ghost"));
  net.sim.run();
  CHECK(net.arrivals.empty());
  CHECK(net.sim.network().lost() == 1);
}

TEST_CASE("links that make no sense are refused") {
  Net net;
  auto& network = net.sim.network();
  CHECK_THROWS_AS(network.set(takes(2ms, 1ms)), std::invalid_argument);
  CHECK_THROWS_AS(network.set(takes(-1ms, 1ms)), std::invalid_argument);
  LinkOptions options;
  options.drop = 1.5;
  CHECK_THROWS_AS(network.set("a", "b", options), std::invalid_argument);
  options = {};
  options.slow = -0.1;
  CHECK_THROWS_AS(network.set(options), std::invalid_argument);
  CHECK_THROWS_AS(network.cut("a", "nowhere"), std::invalid_argument);
}

TEST_CASE("what a receiver throws reaches the test, and the simulation goes on") {
  Simulation sim;
  sim.add_node("a");
  sim.add_node("b", [](troupe::SimulatedNode& node) {
    node.transport().receive([](auto, auto) { throw std::runtime_error("no such frame"); });
  });
  sim.node("a").transport().send("b", frame_of("x"));
  CHECK_THROWS_WITH(sim.run(), "no such frame");
  CHECK_THROWS_AS(sim.fail("and failures are still told"), troupe::SimulationFailure);
}

TEST_CASE("the same seed loses and delays the same frames") {
  const auto story = [](std::uint64_t seed) {
    Net net(seed);
    LinkOptions options;
    options.drop = 0.5;
    net.sim.network().set(options);
    net.send_many("a", "b", 50);
    net.sim.run();
    std::string text;
    for (const auto& each : net.arrivals) {
      text += troupe::format("{} at {}; ", each.text, each.at.count());
    }
    return text;
  };
  CHECK(story(7) == story(7));
  CHECK(story(7) != story(8));
}
