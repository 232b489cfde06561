// Making actors and ending them.

#include <atomic>
#include <stdexcept>

#include "../workloads.hpp"
#include "stage.hpp"

namespace bench {
namespace {

using caf::actor;
using caf::behavior;
using caf::stateful_actor;

using start_atom = caf::atom_constant<caf::atom("start")>;
using compute_atom = caf::atom_constant<caf::atom("compute")>;
using end_atom = caf::atom_constant<caf::atom("end")>;
using ask_atom = caf::atom_constant<caf::atom("ask")>;
using fail_atom = caf::atom_constant<caf::atom("fail")>;

behavior computer(caf::event_based_actor* self, std::atomic<std::uint64_t>* handled) {
  return {
      [=](compute_atom) {
        keep(sine_squared());
        handled->fetch_add(1, std::memory_order_relaxed);
        self->quit();
      },
  };
}

struct SumState {
  std::uint64_t sum = 0;
  unsigned answers = 0;
};

/// The sum of so many answers, then the end.
behavior sum_of(stateful_actor<SumState>* self, const actor& parent, unsigned answers) {
  return {
      [=](std::uint64_t answer) {
        self->state.sum += answer;
        if (++self->state.answers < answers) return;
        self->send(parent, self->state.sum);
        self->quit();
      },
  };
}

behavior fibonacci_of(stateful_actor<SumState>* self, const actor& parent, unsigned n) {
  if (n <= 2) {
    self->send(parent, std::uint64_t{1});
    return {};
  }
  self->spawn(fibonacci_of, caf::actor_cast<actor>(self), n - 1);
  self->spawn(fibonacci_of, caf::actor_cast<actor>(self), n - 2);
  return sum_of(self, parent, 2);
}

behavior skynet_of(stateful_actor<SumState>* self, const actor& parent, std::uint64_t first,
                   std::uint64_t leaves) {
  if (leaves == 1) {
    self->send(parent, first);
    return {};
  }
  for (unsigned i = 0; i < 10; ++i) {
    self->spawn(skynet_of, caf::actor_cast<actor>(self), first + i * (leaves / 10), leaves / 10);
  }
  return sum_of(self, parent, 10);
}

behavior mayfly(caf::event_based_actor* self) {
  return {[=](end_atom) { self->quit(); }};
}

/// Spawns a wave, ends it, and goes on when every one has ended.
struct SpawnerState {
  std::uint64_t left;
  std::uint64_t alive = 0;
  std::uint64_t ended = 0;
};

void spawn_wave(stateful_actor<SpawnerState>* self, std::uint64_t wave) {
  auto& state = self->state;
  state.alive = std::min(wave, state.left);
  state.left -= state.alive;
  std::vector<actor> all(state.alive);
  for (auto& each : all) each = self->spawn<caf::monitored>(mayfly);
  for (const auto& each : all) self->send(each, end_atom::value);
}

behavior spawner(stateful_actor<SpawnerState>* self, const actor& main, std::uint64_t actors,
                 std::uint64_t wave) {
  self->state.left = actors;
  self->set_down_handler([=](caf::down_msg& down) {
    auto& state = self->state;
    state.ended += down.reason == caf::exit_reason::normal;
    if (--state.alive > 0) return;
    if (state.left > 0) {
      spawn_wave(self, wave);
    } else {
      self->send(main, state.ended);
    }
  });
  return {[=](start_atom) { spawn_wave(self, wave); }};
}

struct IdlerState {
  std::uint64_t answers = 0;
  std::uint64_t sum = 0;
};

behavior idler(stateful_actor<IdlerState>* self) {
  return {
      [=](ask_atom, std::uint64_t value) {
        ++self->state.answers;
        self->state.sum += value;
        return self->state.answers;
      },
  };
}

behavior fragile(caf::event_based_actor* self) {
  self->set_exception_handler(
      [](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; });
  return {[](fail_atom) { throw std::runtime_error("asked to fail"); }};
}

/// A framework without supervisors: a monitor, and a new child by hand.
behavior supervisor(stateful_actor<SumState>* self, const actor& main, std::uint64_t failures) {
  const auto fail_next = [=] {
    self->send(self->spawn<caf::monitored>(fragile), fail_atom::value);
  };
  self->set_down_handler([=](caf::down_msg& down) {
    self->state.sum += down.reason == caf::sec::runtime_error;
    if (self->state.sum == failures) return self->send(main, self->state.sum);
    fail_next();
  });
  return {[=](start_atom) { fail_next(); }};
}

Result spawn_and_end(Stage& stage, std::uint64_t actors, std::uint64_t wave) {
  const auto parent = stage.spawn(spawner, stage.main(), actors, wave);
  const Stopwatch watch;
  stage.send(parent, start_atom::value);
  const auto ended = stage.receive_number();
  return timed(watch.nanoseconds(), ended);
}

}  // namespace

Result fork_join_create(unsigned workers, std::uint64_t actors) {
  SchedulerConfig config(workers);
  caf::actor_system system(config);
  std::atomic<std::uint64_t> handled = 0;
  const Stopwatch watch;
  for (std::uint64_t i = 0; i < actors; ++i) {
    caf::anon_send(system.spawn(computer, &handled), compute_atom::value);
  }
  system.await_all_actors_done();
  return timed(watch.nanoseconds(), handled);
}

Result fibonacci(unsigned workers, std::uint64_t n) {
  Stage stage(workers);
  const Stopwatch watch;
  stage.system().spawn(fibonacci_of, stage.main(), static_cast<unsigned>(n));
  const auto number = stage.receive_number();
  return timed(watch.nanoseconds(), number);
}

Result skynet(unsigned workers, std::uint64_t leaves) {
  Stage stage(workers);
  const Stopwatch watch;
  stage.system().spawn(skynet_of, stage.main(), std::uint64_t{0}, leaves);
  const auto sum = stage.receive_number();
  return timed(watch.nanoseconds(), sum);
}

Result spawn_waves(unsigned workers, std::uint64_t actors) {
  Stage stage(workers);
  return spawn_and_end(stage, actors, 1000);
}

/// With work sharing: a thief of this version walks the whole queue of its victim, and with a
/// million actors ready to run it does not get done.
Result spawn_together(unsigned workers, std::uint64_t actors) {
  Stage stage(workers, Scheduler::sharing);
  Result result = spawn_and_end(stage, actors, actors);
  result.more = "scheduler=sharing";
  return result;
}

Result idle(unsigned workers, std::uint64_t actors) {
  Stage stage(workers);
  static const auto before = resident_bytes();
  stage.reserve(actors);
  std::uint64_t answers = 0;
  std::uint64_t unanswered = 0;
  for (std::uint64_t i = 0; i < actors; ++i) {
    stage.send(stage.spawn(idler), ask_atom::value, i);
    if (++unanswered < 1000 && i + 1 < actors) continue;
    for (; unanswered > 0; --unanswered) answers += stage.receive_number();
  }
  return footprint(before, actors, answers);
}

Result restart(unsigned workers, std::uint64_t failures) {
  Stage stage(workers);
  const auto parent = stage.spawn(supervisor, stage.main(), failures);
  const Stopwatch watch;
  stage.send(parent, start_atom::value);
  const auto seen = stage.receive_number();
  return timed(watch.nanoseconds(), seen);
}

}  // namespace bench
