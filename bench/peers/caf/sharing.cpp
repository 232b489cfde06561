// Actors that share what is scarce.

#include <deque>

#include "../workloads.hpp"
#include "stage.hpp"

namespace bench {
namespace {

using caf::actor;
using caf::behavior;
using caf::stateful_actor;

using start_atom = caf::atom_constant<caf::atom("start")>;
using exit_atom = caf::atom_constant<caf::atom("exit")>;

// -- bounded buffer -------------------------------------------------------------------------------

using produce_atom = caf::atom_constant<caf::atom("produce")>;
using item_atom = caf::atom_constant<caf::atom("item")>;
using ready_atom = caf::atom_constant<caf::atom("ready")>;

constexpr unsigned sides = 40;  // producers, and as many consumers
constexpr std::size_t full = 50 - sides;

struct ManagerState {
  std::deque<double> items;
  std::deque<actor> parked_producers;
  std::deque<actor> parked_consumers;
  unsigned producing = sides;
};

behavior manager(stateful_actor<ManagerState>* self) {
  const auto end_if_all_consumed = [=] {
    auto& state = self->state;
    if (state.producing > 0 || state.parked_consumers.size() < sides) return;
    for (const auto& each : state.parked_consumers) self->send(each, exit_atom::value);
  };
  return {
      [=](item_atom, double item, actor& producer) {
        auto& state = self->state;
        if (state.parked_consumers.empty()) {
          state.items.push_back(item);
        } else {
          self->send(state.parked_consumers.front(), item);
          state.parked_consumers.pop_front();
        }
        if (state.items.size() >= full) {
          state.parked_producers.push_back(std::move(producer));
        } else {
          self->send(producer, produce_atom::value);
        }
      },
      [=](ready_atom, actor& consumer) {
        auto& state = self->state;
        if (state.items.empty()) {
          state.parked_consumers.push_back(std::move(consumer));
          return end_if_all_consumed();
        }
        self->send(consumer, state.items.front());
        state.items.pop_front();
        if (!state.parked_producers.empty()) {
          self->send(state.parked_producers.front(), produce_atom::value);
          state.parked_producers.pop_front();
        }
      },
      [=](exit_atom) {
        --self->state.producing;
        end_if_all_consumed();
      },
  };
}

struct ProducerState {
  std::uint64_t items_left;
  double item = 0;
};

behavior producer(stateful_actor<ProducerState>* self, const actor& manager, std::uint64_t items) {
  self->state.items_left = items;
  return {
      [=](produce_atom) {
        auto& state = self->state;
        if (state.items_left == 0) return self->send(manager, exit_atom::value);
        --state.items_left;
        state.item = process_item(state.item);
        self->send(manager, item_atom::value, state.item, caf::actor_cast<actor>(self));
      },
  };
}

struct ConsumerState {
  std::uint64_t consumed = 0;
  double item = 0;
};

behavior consumer(stateful_actor<ConsumerState>* self, const actor& main, const actor& manager) {
  const auto get_ready = [=] {
    self->send(manager, ready_atom::value, caf::actor_cast<actor>(self));
  };
  return {
      [=](double item) {
        self->state.item = process_item(self->state.item + item);
        ++self->state.consumed;
        get_ready();
      },
      [=](start_atom) { get_ready(); },
      [=](exit_atom) { self->send(main, self->state.consumed); },
  };
}

// -- philosophers ---------------------------------------------------------------------------------

using hungry_atom = caf::atom_constant<caf::atom("hungry")>;
using eat_atom = caf::atom_constant<caf::atom("eat")>;
using denied_atom = caf::atom_constant<caf::atom("denied")>;
using eaten_atom = caf::atom_constant<caf::atom("eaten")>;

constexpr std::size_t seats = 20;

struct ArbitratorState {
  std::array<bool, seats> taken = {};
};

behavior arbitrator(stateful_actor<ArbitratorState>* self) {
  return {
      [=](hungry_atom, std::size_t seat, const actor& philosopher) {
        auto& left = self->state.taken[seat];
        auto& right = self->state.taken[(seat + 1) % seats];
        if (left || right) {
          self->send(philosopher, denied_atom::value);
        } else {
          left = right = true;
          self->send(philosopher, eat_atom::value);
        }
      },
      [=](eaten_atom, std::size_t seat) {
        self->state.taken[seat] = self->state.taken[(seat + 1) % seats] = false;
      },
  };
}

struct PhilosopherState {
  std::uint64_t meals = 0;
  std::uint64_t retries = 0;
};

behavior philosopher(stateful_actor<PhilosopherState>* self, const actor& main,
                     const actor& arbitrator, std::size_t seat, std::uint64_t meals) {
  const auto ask = [=] {
    self->send(arbitrator, hungry_atom::value, seat, caf::actor_cast<actor>(self));
  };
  return {
      [=](denied_atom) {
        ++self->state.retries;
        ask();
      },
      [=](eat_atom) {
        self->send(arbitrator, eaten_atom::value, seat);
        if (++self->state.meals < meals) {
          ask();
        } else {
          self->send(main, self->state.meals, self->state.retries);
        }
      },
      [=](start_atom) { ask(); },
  };
}

}  // namespace

Result bounded_buffer(unsigned workers, std::uint64_t items) {
  Stage stage(workers);
  const auto buffer = stage.spawn(manager);
  std::vector<actor> producers;
  std::vector<actor> consumers;
  for (unsigned i = 0; i < sides; ++i) {
    producers.push_back(stage.spawn(producer, buffer, items));
    consumers.push_back(stage.spawn(consumer, stage.main(), buffer));
  }
  const Stopwatch watch;
  for (const auto& each : consumers) stage.send(each, start_atom::value);
  for (const auto& each : producers) stage.send(each, produce_atom::value);
  std::uint64_t consumed = 0;
  for (unsigned i = 0; i < sides; ++i) consumed += stage.receive_number();
  return timed(watch.nanoseconds(), consumed);
}

Result philosophers(unsigned workers, std::uint64_t meals) {
  Stage stage(workers);
  const auto forks = stage.spawn(arbitrator);
  std::vector<actor> all;
  for (std::size_t seat = 0; seat < seats; ++seat) {
    all.push_back(stage.spawn(philosopher, stage.main(), forks, seat, meals));
  }
  const Stopwatch watch;
  for (const auto& each : all) stage.send(each, start_atom::value);
  std::uint64_t eaten = 0;
  std::uint64_t retries = 0;
  for (std::size_t seat = 0; seat < seats; ++seat) {
    stage.receive([&](std::uint64_t meals_of_one, std::uint64_t retries_of_one) {
      eaten += meals_of_one;
      retries += retries_of_one;
    });
  }
  Result result = timed(watch.nanoseconds(), eaten);
  result.more = "retries=" + std::to_string(retries);
  return result;
}

}  // namespace bench
