#include <set>

#include "planted/planted.hpp"

namespace planted {

namespace {

// What outlives a node's crash.
struct Disk {
  std::set<std::uint32_t> seen;
  std::uint32_t sum = 0;
};

struct Save {
  std::uint32_t number;
};

/// Adds up the numbers that arrive, and answers each when it is safe.
class Storage : public troupe::Actor<Storage, Frame, Save> {
 public:
  enum class Bug { none, acks_before_it_saves, remembers_in_memory, never_looks };

  Storage(troupe::SimulatedNode* node, Disk* disk, Bug bug)
      : node_(*node), disk_(*disk), bug_(bug), seen_(disk->seen) {}

  void post_start() { receive_in(node_, self()); }

  void handle(Frame m) {
    const std::uint32_t number = m.numbers[0];
    if (bug_ != Bug::never_looks && !seen_.insert(number).second) return acknowledge(number);
    if (bug_ == Bug::acks_before_it_saves) {
      acknowledge(number);
      self().cast<Save>(number);
    } else {
      handle(Save{number});
      acknowledge(number);
    }
  }
  void handle(Save m) {
    disk_.sum += m.number;
    if (bug_ != Bug::remembers_in_memory) disk_.seen.insert(m.number);
  }

 private:
  void acknowledge(std::uint32_t number) { node_.transport().send("client", frame_of({number})); }

  troupe::SimulatedNode& node_;
  Disk& disk_;
  Bug bug_;
  std::set<std::uint32_t> seen_;
};

struct Resend {
  std::uint32_t number;
};

/// Sends 1, 2, 3, each until it is answered.
class Uploader : public troupe::Actor<Uploader, Frame, Resend> {
 public:
  Uploader(troupe::SimulatedNode* node, std::uint32_t* answered)
      : node_(*node), answered_(*answered) {}

  void post_start() {
    receive_in(node_, self());
    handle(Resend{1});
  }
  void handle(Resend m) {
    if (m.number <= answered_ || m.number > kNumbers) return;
    node_.transport().send("storage", frame_of({m.number}));
    send_after<Resend>(5ms, m.number);
  }
  void handle(Frame m) {
    if (m.numbers[0] != answered_ + 1) return;
    ++answered_;
    handle(Resend{answered_ + 1});
  }

  static constexpr std::uint32_t kNumbers = 3;

 private:
  troupe::SimulatedNode& node_;
  std::uint32_t& answered_;
};

void upload(Simulation& simulation, Storage::Bug bug, double drop, double crash) {
  Disk disk;
  std::uint32_t answered = 0;
  auto& storage = simulation.add_node(
      "storage", [&](troupe::SimulatedNode& node) { node.spawn<Storage>(&node, &disk, bug); });
  simulation.network().set(troupe::LinkOptions{.drop = drop});
  simulation.add_node("client",
                      [&](troupe::SimulatedNode& node) { node.spawn<Uploader>(&node, &answered); });
  if (simulation.chance(crash)) {
    simulation.run_for(1us * (1 + simulation.below(4000)));
    storage.crash();
    simulation.run_for(1ms);
    storage.restart();
  }
  simulation.run_until([&] { return answered == Uploader::kNumbers; }, 10s);
  simulation.settle();
  simulation.check(answered == Uploader::kNumbers, "everything is answered");
  simulation.check(disk.sum == 6, "each number is stored, and once");
}

}  // namespace

void ack_before_persist(Simulation& simulation, bool mended) {
  using enum Storage::Bug;
  upload(simulation, mended ? none : acks_before_it_saves, 0, 1);
}

void forgotten_duplicates(Simulation& simulation, bool mended) {
  using enum Storage::Bug;
  upload(simulation, mended ? none : remembers_in_memory, 0.02, 0.2);
}

void repeated_resend(Simulation& simulation, bool mended) {
  using enum Storage::Bug;
  upload(simulation, mended ? none : never_looks, 1e-3, 0);
}

}  // namespace planted
