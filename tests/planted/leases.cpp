#include "planted/planted.hpp"

namespace planted {

namespace {

struct Beat {};
struct Look {};

// -- two nodes, of which one takes over when it does not hear of the other ---

class Member : public troupe::Actor<Member, Frame, Beat, Look> {
 public:
  Member(troupe::SimulatedNode* node, std::string other, bool* leads, bool mended)
      : node_(*node), other_(std::move(other)), leads_(*leads), mended_(mended) {}

  void post_start() {
    receive_in(node_, self());
    heard_ = now();
    send_every<Beat>(10ms);
    send_every<Look>(5ms);
  }
  void handle(Beat) { node_.transport().send(other_, frame_of({leads_})); }
  void handle(Look) {
    const auto silence = now() - heard_;
    if (mended_ && leads_ && silence > 50ms) leads_ = false;
    if (!leads_ && silence > 80ms && (!mended_ || !has_led_)) leads_ = true;
    has_led_ = has_led_ || leads_;
  }
  void handle(Frame) { heard_ = now(); }

 private:
  troupe::SimulatedNode& node_;
  std::string other_;
  bool& leads_;
  bool mended_;
  bool has_led_ = leads_;
  std::chrono::steady_clock::time_point heard_;
};

// -- a lease that says until when, by the clock of who gave it ---

struct Lease {
  std::uint32_t milliseconds;
};

class Lessor : public troupe::Actor<Lessor, Frame> {
 public:
  explicit Lessor(troupe::SimulatedNode* node) : node_(*node) {}
  void post_start() { receive_in(node_, self()); }
  void handle(Frame m) {
    const auto time =
        std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch());
    const auto now_here = static_cast<std::uint32_t>(time.count());
    if (now_here < until_) return;
    until_ = now_here + 30;
    node_.transport().send(m.from, frame_of({until_}));
  }

 private:
  troupe::SimulatedNode& node_;
  std::uint32_t until_ = 0;
};

class Tenant : public troupe::Actor<Tenant, Frame, Beat, Look> {
 public:
  Tenant(troupe::SimulatedNode* node, int* holders, bool mended)
      : node_(*node), holders_(*holders), mended_(mended) {}

  void post_start() {
    receive_in(node_, self());
    send_every<Beat>(7ms);
    send_every<Look>(1ms);
  }
  void handle(Beat) {
    if (holds_) return;
    asked_ = milliseconds();
    node_.transport().send("lessor", frame_of({0}));
  }
  void handle(Frame m) {
    // From when it asked, by its own clock: it cannot be later than what the other says.
    until_ = mended_ ? asked_ + 25 : m.numbers[0] - 5;
    if (milliseconds() >= until_ || holds_) return;
    holds_ = true;
    ++holders_;
  }
  void handle(Look) {
    if (!holds_ || milliseconds() < until_) return;
    holds_ = false;
    --holders_;
  }

 private:
  std::uint32_t milliseconds() const {
    const auto time =
        std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch());
    return static_cast<std::uint32_t>(time.count());
  }

  troupe::SimulatedNode& node_;
  int& holders_;
  bool mended_;
  bool holds_ = false;
  std::uint32_t asked_ = 0;
  std::uint32_t until_ = 0;
};

}  // namespace

void split_brain(Simulation& simulation, bool mended) {
  bool leads[2] = {true, false};
  const std::string names[2] = {"one", "two"};
  for (std::size_t i = 0; i < 2; ++i) {
    simulation.add_node(names[i], [&, i](troupe::SimulatedNode& node) {
      node.spawn<Member>(&node, names[1 - i], &leads[i], mended);
    });
  }
  simulation.always("there is at most one leader", [&] { return !leads[0] || !leads[1]; });
  simulation.run_for(50ms);
  if (simulation.chance(0.005)) simulation.network().partition({"one"}, {"two"});
  simulation.run_for(200ms);
}

void skewed_lease(Simulation& simulation, bool mended) {
  int holders = 0;
  simulation.add_node("lessor", [](troupe::SimulatedNode& node) { node.spawn<Lessor>(&node); });
  for (const char* name : {"one", "two"}) {
    auto& tenant = simulation.add_node(
        name, [&](troupe::SimulatedNode& node) { node.spawn<Tenant>(&node, &holders, mended); });
    if (simulation.chance(0.01)) tenant.set_clock(-1ms * simulation.below(20));
  }
  simulation.always("at most one holds the lease", [&] { return holders <= 1; });
  simulation.run_for(100ms);
}

}  // namespace planted
