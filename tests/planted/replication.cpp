#include <map>

#include "planted/planted.hpp"

namespace planted {

namespace {

struct Put {
  std::uint32_t version;
};
struct Retry {
  std::uint32_t version;
};

// -- a replica that takes whatever comes last for the newest ---

class Replica : public troupe::Actor<Replica, Frame> {
 public:
  Replica(troupe::SimulatedNode* node, std::uint32_t* stored, bool looks_at_versions)
      : node_(*node), stored_(*stored), looks_at_versions_(looks_at_versions) {}

  void post_start() { receive_in(node_, self()); }
  void handle(Frame m) {
    const std::uint32_t version = m.numbers[0];
    if (!looks_at_versions_ || version > stored_) stored_ = version;
    node_.transport().send(m.from, frame_of({version}));
  }

 private:
  troupe::SimulatedNode& node_;
  std::uint32_t& stored_;
  bool looks_at_versions_;
};

class Primary : public troupe::Actor<Primary, Put, Frame, Retry> {
 public:
  explicit Primary(troupe::SimulatedNode* node) : node_(*node) {}

  void post_start() { receive_in(node_, self()); }
  void handle(Put m) { handle(Retry{m.version}); }
  void handle(Retry m) {
    if (acknowledged_[m.version]) return;
    node_.transport().send("replica", frame_of({m.version}));
    send_after<Retry>(5ms, m.version);
  }
  void handle(Frame m) { acknowledged_[m.numbers[0]] = true; }

 private:
  troupe::SimulatedNode& node_;
  std::map<std::uint32_t, bool> acknowledged_;
};

// -- a quorum in which one replica is counted twice ---

class Leader : public troupe::Actor<Leader, Put, Frame, Retry> {
 public:
  Leader(troupe::SimulatedNode* node, bool* committed, bool mended)
      : node_(*node), committed_(*committed), mended_(mended) {}

  void post_start() { receive_in(node_, self()); }
  void handle(Put m) { handle(Retry{m.version}); }
  void handle(Retry m) {
    if (committed_) return;
    for (const std::string_view replica : {"one", "two", "three"}) {
      node_.transport().send(replica, frame_of({m.version}));
    }
    send_after<Retry>(5ms, m.version);
  }
  void handle(Frame m) {
    ++acknowledged_[m.from];
    std::size_t count = acknowledged_.size();
    if (!mended_) {
      count = 0;
      for (const auto& [replica, times] : acknowledged_) count += times;
    }
    committed_ = committed_ || count >= 2;
  }

 private:
  troupe::SimulatedNode& node_;
  bool& committed_;
  bool mended_;
  std::map<std::string, std::size_t> acknowledged_;
};

}  // namespace

void replica_order(Simulation& simulation, bool mended) {
  std::uint32_t stored = 0;
  simulation.add_node(
      "replica", [&](troupe::SimulatedNode& node) { node.spawn<Replica>(&node, &stored, mended); });
  troupe::ActorRef<Put> primary;
  simulation.add_node("primary",
                      [&](troupe::SimulatedNode& node) { primary = node.spawn<Primary>(&node); });
  simulation.network().set(troupe::LinkOptions{.drop = 1e-3});
  for (std::uint32_t version = 1; version <= 3; ++version) {
    primary.cast<Put>(version);
    simulation.run_for(2ms);
  }
  simulation.run_for(100ms);
  simulation.check(stored == 3, "the replica has the newest version");
}

void quorum_of_duplicates(Simulation& simulation, bool mended) {
  std::uint32_t stored[3] = {};
  bool committed = false;
  const std::string names[] = {"one", "two", "three"};
  for (std::size_t i = 0; i < 3; ++i) {
    simulation.add_node(names[i], [&, i](troupe::SimulatedNode& node) {
      node.spawn<Replica>(&node, &stored[i], true);
    });
  }
  simulation.add_node("leader", [&](troupe::SimulatedNode& node) {
    node.spawn<Leader>(&node, &committed, mended).cast<Put>(1u);
  });
  simulation.network().set(troupe::LinkOptions{.drop = 0.05});
  simulation.always("what is committed is on two replicas",
                    [&] { return !committed || stored[0] + stored[1] + stored[2] >= 2; });
  simulation.run_until([&] { return committed; }, 1s);
  simulation.check(committed, "a version is committed in the end");
}

}  // namespace planted
