#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <troupe/explore.hpp>
#include <troupe/troupe.hpp>
#include <vector>

/// Bugs that were made on purpose, to see how soon they are found. Each function is a scenario;
/// those of users' actors have a mended variant, those of the library hold unless it is patched.
namespace planted {

using namespace std::chrono_literals;
using troupe::Simulation;

// -- in users' actors ---

void lost_update(Simulation& simulation, bool mended);
void double_apply(Simulation& simulation, bool mended);
void circular_wait(Simulation& simulation, bool mended);
void stale_answer(Simulation& simulation, bool mended);
void stale_timeout(Simulation& simulation, bool mended);
void early_aggregation(Simulation& simulation, bool mended);
void cast_order(Simulation& simulation, bool mended);
void stop_loses_queue(Simulation& simulation, bool mended);
void check_then_act(Simulation& simulation, bool mended);
void late_monitor(Simulation& simulation, bool mended);
void group_snapshot(Simulation& simulation, bool mended);
void no_resubscribe(Simulation& simulation, bool mended);
void stale_sibling(Simulation& simulation, bool mended);
void refused_cast(Simulation& simulation, bool mended);
void stuck_batch(Simulation& simulation, bool mended);
void starvation(Simulation& simulation, bool mended);
void redirect_loop(Simulation& simulation, bool mended);
void ack_before_persist(Simulation& simulation, bool mended);
void forgotten_duplicates(Simulation& simulation, bool mended);
void repeated_resend(Simulation& simulation, bool mended);
void replica_order(Simulation& simulation, bool mended);
void quorum_of_duplicates(Simulation& simulation, bool mended);
void split_brain(Simulation& simulation, bool mended);
void skewed_lease(Simulation& simulation, bool mended);

// -- in the library: see library/<name>.patch ---

void reply_lost_in_kill(Simulation& simulation);
void restart_drops_mailbox(Simulation& simulation);
void double_restart(Simulation& simulation);
void missed_wakeup(Simulation& simulation);
void timer_outlives_restart(Simulation& simulation);
void name_stays_taken(Simulation& simulation);
void start_told_too_soon(Simulation& simulation);
void group_told_twice(Simulation& simulation);
void down_after_demonitor(Simulation& simulation);
void work_done_twice(Simulation& simulation);

// -- what several of them need ---

/// Does something in an actor, after that has sent itself so many messages.
void after_messages(troupe::System& system, int count, std::function<void()> what);

/// Numbers as a frame, and back.
std::vector<std::byte> frame_of(std::vector<std::uint32_t> numbers);
std::vector<std::uint32_t> numbers_in(std::span<const std::byte> frame);

/// What a node's transport has received, as an actor sees it.
struct Frame {
  std::vector<std::uint32_t> numbers;
  std::string from;
};

/// Casts each frame that arrives to an actor.
void receive_in(troupe::SimulatedNode& node, troupe::ActorRef<Frame> actor);

}  // namespace planted
