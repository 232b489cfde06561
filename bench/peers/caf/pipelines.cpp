// Messages through chains and crowds of actors.

#include "../workloads.hpp"
#include "stage.hpp"

namespace bench {
namespace {

using caf::actor;
using caf::behavior;
using caf::stateful_actor;

using start_atom = caf::atom_constant<caf::atom("start")>;

// -- radix sort -----------------------------------------------------------------------------------

constexpr unsigned bits = 60;

behavior source(caf::event_based_actor* self, const actor& first, std::uint64_t values) {
  return {
      [=](start_atom) {
        Random random(2048);
        for (std::uint64_t i = 0; i < values; ++i) self->send(first, random.draw());
      },
  };
}

struct SorterState {
  std::uint64_t seen = 0;
  std::vector<std::uint64_t> kept;
};

behavior sorter(stateful_actor<SorterState>* self, const actor& next, std::uint64_t values,
                unsigned bit) {
  return {
      [=](std::uint64_t value) {
        auto& state = self->state;
        if (value >> bit & 1) {
          state.kept.push_back(value);
        } else {
          self->send(next, value);
        }
        if (++state.seen < values) return;
        for (const auto each : state.kept) self->send(next, each);
      },
  };
}

struct ValidatorState {
  std::uint64_t seen = 0;
  std::uint64_t last = 0;
  std::uint64_t sum = 0;
  bool in_order = true;
};

behavior validator(stateful_actor<ValidatorState>* self, const actor& main, std::uint64_t values) {
  return {
      [=](std::uint64_t value) {
        auto& state = self->state;
        state.in_order &= state.last <= value;
        state.last = value;
        state.sum += value;
        if (++state.seen == values) self->send(main, state.sum, state.in_order);
      },
  };
}

// -- chat -----------------------------------------------------------------------------------------

using act_atom = caf::atom_constant<caf::atom("act")>;
using post_atom = caf::atom_constant<caf::atom("post")>;
using turn_atom = caf::atom_constant<caf::atom("turn")>;
using posted_atom = caf::atom_constant<caf::atom("posted")>;
using audience_atom = caf::atom_constant<caf::atom("audience")>;
using received_atom = caf::atom_constant<caf::atom("received")>;
using computed_atom = caf::atom_constant<caf::atom("computed")>;

constexpr std::size_t clients = 1024;
constexpr std::size_t directories = 8;

struct TurnState {
  std::uint64_t posted = 0;
  std::uint64_t audiences = 0;
  std::uint64_t expected = 0;
  std::uint64_t received = 0;
  std::uint64_t computed = 0;
};

/// Counts one turn.
behavior accumulator(stateful_actor<TurnState>* self, const actor& poker) {
  const auto end_if_complete = [=] {
    const auto& turn = self->state;
    if (turn.posted + turn.computed < clients || turn.audiences < turn.posted ||
        turn.received < turn.expected) {
      return;
    }
    self->send(poker, turn_atom::value, turn.received + turn.computed);
    self->quit();
  };
  return {
      [=](received_atom) {
        ++self->state.received;
        end_if_complete();
      },
      [=](audience_atom, std::uint64_t members) {
        ++self->state.audiences;
        self->state.expected += members;
        end_if_complete();
      },
      [=](posted_atom) {
        ++self->state.posted;
        end_if_complete();
      },
      [=](computed_atom) {
        ++self->state.computed;
        end_if_complete();
      },
  };
}

behavior chat_room(caf::event_based_actor* self, const std::vector<actor>& members) {
  return {
      [=](post_atom, const actor& accumulator) {
        self->send(accumulator, audience_atom::value, std::uint64_t{members.size()});
        for (const auto& each : members) self->send(each, post_atom::value, accumulator);
      },
  };
}

struct ClientState {
  ChatClient decisions{0};
  actor room;
};

behavior client(stateful_actor<ClientState>* self, const ChatClient& decisions) {
  self->state.decisions = decisions;
  return {
      [=](post_atom, const actor& accumulator) { self->send(accumulator, received_atom::value); },
      [=](act_atom, const actor& accumulator) {
        if (self->state.decisions.posts()) {
          self->send(accumulator, posted_atom::value);
          self->send(self->state.room, post_atom::value, accumulator);
        } else {
          keep(fibonacci_15());
          self->send(accumulator, computed_atom::value);
        }
      },
      [=](const actor& room) { self->state.room = room; },
  };
}

behavior directory(caf::event_based_actor* self, const std::vector<actor>& all) {
  return {
      [=](turn_atom, const actor& accumulator) {
        for (const auto& each : all) self->send(each, act_atom::value, accumulator);
      },
  };
}

struct PokerState {
  std::uint64_t turns_left;
  std::uint64_t sum = 0;
};

behavior poker(stateful_actor<PokerState>* self, const actor& main,
               const std::vector<actor>& all_directories, std::uint64_t turns) {
  self->state.turns_left = turns;
  const auto begin_turn = [=] {
    const auto counter = self->spawn(accumulator, caf::actor_cast<actor>(self));
    for (const auto& each : all_directories) self->send(each, turn_atom::value, counter);
  };
  return {
      [=](start_atom) { begin_turn(); },
      [=](turn_atom, std::uint64_t count) {
        self->state.sum += count;
        if (--self->state.turns_left > 0) {
          begin_turn();
        } else {
          self->send(main, self->state.sum);
        }
      },
  };
}

}  // namespace

Result radix_sort(unsigned workers, std::uint64_t values) {
  Stage stage(workers);
  auto next = stage.spawn(validator, stage.main(), values);
  for (unsigned bit = bits; bit-- > 0;) next = stage.spawn(sorter, next, values, bit);
  const auto first = stage.spawn(source, next, values);
  const Stopwatch watch;
  stage.send(first, start_atom::value);
  std::uint64_t sum = 0;
  bool in_order = false;
  stage.receive([&](std::uint64_t sum_seen, bool in_order_seen) {
    sum = sum_seen;
    in_order = in_order_seen;
  });
  const auto time = watch.nanoseconds();
  return in_order ? timed(time, sum) : timed(time, "out of order");
}

Result chat(unsigned workers, std::uint64_t turns) {
  Stage stage(workers);
  std::vector<actor> all;
  std::vector<std::vector<actor>> listed(directories);
  for (std::size_t i = 0; i < clients; ++i) {
    all.push_back(stage.spawn(client, ChatClient(i)));
    listed[i % directories].push_back(all.back());
  }
  for (std::size_t i = 0; i < clients; ++i) {
    const ChatClient decisions(i);
    std::vector<actor> members;
    for (const auto index : decisions.members()) members.push_back(all[index]);
    stage.send(all[i], stage.spawn(chat_room, members));
  }
  std::vector<actor> all_directories;
  for (const auto& each : listed) all_directories.push_back(stage.spawn(directory, each));
  const auto starter = stage.spawn(poker, stage.main(), all_directories, turns);
  const Stopwatch watch;
  stage.send(starter, start_atom::value);
  const auto sum = stage.receive_number();
  return timed(watch.nanoseconds(), sum);
}

}  // namespace bench
