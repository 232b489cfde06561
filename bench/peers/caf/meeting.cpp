// Actors that meet and answer each other.

#include "../workloads.hpp"
#include "stage.hpp"

namespace bench {
namespace {

using caf::actor;
using caf::behavior;
using caf::stateful_actor;

using start_atom = caf::atom_constant<caf::atom("start")>;
using exit_atom = caf::atom_constant<caf::atom("exit")>;

// -- chameneos ------------------------------------------------------------------------------------

using meet_atom = caf::atom_constant<caf::atom("meet")>;
using change_atom = caf::atom_constant<caf::atom("change")>;

using Colour = std::uint8_t;  // 0, 1 or 2

/// The same if both are equal, else the third.
Colour complement(Colour one, Colour other) {
  return static_cast<Colour>(one == other ? one : 3 - one - other);
}

constexpr unsigned creatures = 100;

struct MallState {
  std::uint64_t meetings_left;
  actor waiting;
  unsigned reports = 0;
  std::uint64_t sum = 0;
};

behavior mall(stateful_actor<MallState>* self, const actor& main, std::uint64_t meetings) {
  self->state.meetings_left = meetings;
  return {
      [=](meet_atom, Colour colour, actor& visitor) {
        auto& state = self->state;
        if (state.meetings_left == 0) {
          self->send(visitor, exit_atom::value);
        } else if (!state.waiting) {
          state.waiting = std::move(visitor);
        } else {
          --state.meetings_left;
          self->send(state.waiting, meet_atom::value, colour, std::move(visitor));
          state.waiting = nullptr;
        }
      },
      [=](std::uint64_t meetings) {
        self->state.sum += meetings;
        if (++self->state.reports == creatures) self->send(main, self->state.sum);
      },
  };
}

struct CreatureState {
  Colour colour;
  std::uint64_t meetings = 0;
};

behavior creature(stateful_actor<CreatureState>* self, const actor& mall, Colour colour) {
  self->state.colour = colour;
  const auto go_to_mall = [=] {
    self->send(mall, meet_atom::value, self->state.colour, caf::actor_cast<actor>(self));
  };
  return {
      [=](meet_atom, Colour other, const actor& partner) {
        self->state.colour = complement(self->state.colour, other);
        ++self->state.meetings;
        self->send(partner, change_atom::value, self->state.colour);
        go_to_mall();
      },
      [=](change_atom, Colour changed) {
        self->state.colour = changed;
        ++self->state.meetings;
        go_to_mall();
      },
      [=](start_atom) { go_to_mall(); },
      [=](exit_atom) { self->send(mall, self->state.meetings); },
  };
}

// -- big ------------------------------------------------------------------------------------------

using ping_atom = caf::atom_constant<caf::atom("ping")>;
using pong_atom = caf::atom_constant<caf::atom("pong")>;

constexpr std::uint64_t peers = 120;

struct PeerState {
  std::vector<actor> all;
  Random random{0};
  std::uint64_t pings_left = 0;
  std::uint64_t expected = 0;
  std::uint64_t right_pongs = 0;
};

behavior peer(stateful_actor<PeerState>* self, const actor& main, std::uint64_t index,
              std::uint64_t pings) {
  self->state.random = Random(index);
  self->state.pings_left = pings;
  const auto ping_next = [=] {
    auto& state = self->state;
    if (state.pings_left-- == 0) return self->send(main, state.right_pongs);
    state.expected = state.random.draw() % peers;
    self->send(state.all[state.expected], ping_atom::value, index);
  };
  return {
      [=](ping_atom, std::uint64_t from) {
        self->send(self->state.all[from], pong_atom::value, index);
      },
      [=](pong_atom, std::uint64_t from) {
        self->state.right_pongs += from == self->state.expected;
        ping_next();
      },
      [=](start_atom) { ping_next(); },
      [=](std::vector<actor>& all) { self->state.all = std::move(all); },
  };
}

}  // namespace

Result chameneos(unsigned workers, std::uint64_t meetings) {
  Stage stage(workers);
  const auto hall = stage.spawn(mall, stage.main(), meetings);
  std::vector<actor> all;
  for (unsigned i = 0; i < creatures; ++i) {
    all.push_back(stage.spawn(creature, hall, static_cast<Colour>(i % 3)));
  }
  const Stopwatch watch;
  for (const auto& each : all) stage.send(each, start_atom::value);
  const auto sum = stage.receive_number();
  return timed(watch.nanoseconds(), sum);
}

Result big(unsigned workers, std::uint64_t pings) {
  Stage stage(workers);
  std::vector<actor> all;
  for (std::uint64_t i = 0; i < peers; ++i) {
    all.push_back(stage.spawn(peer, stage.main(), i, pings));
  }
  for (const auto& each : all) stage.send(each, all);
  const Stopwatch watch;
  for (const auto& each : all) stage.send(each, start_atom::value);
  std::uint64_t right_pongs = 0;
  for (std::uint64_t i = 0; i < peers; ++i) right_pongs += stage.receive_number();
  return timed(watch.nanoseconds(), right_pongs);
}

}  // namespace bench
