// Messages that go one way, or to and fro.

#include "../workloads.hpp"
#include "stage.hpp"

namespace bench {
namespace {

using caf::actor;
using caf::behavior;
using caf::stateful_actor;

using done_atom = caf::atom_constant<caf::atom("done")>;
using get_atom = caf::atom_constant<caf::atom("get")>;
using produce_atom = caf::atom_constant<caf::atom("produce")>;
using report_atom = caf::atom_constant<caf::atom("report")>;

struct PlayerState {
  actor partner;
  std::uint64_t handled = 0;
};

behavior player(stateful_actor<PlayerState>* self, const actor& main) {
  return {
      [=](std::uint64_t left) {
        ++self->state.handled;
        if (left > 1) {
          self->send(self->state.partner, left - 1);
        } else {
          self->send(main, done_atom::value);
        }
      },
      [=](const actor& partner) { self->state.partner = partner; },
      [=](get_atom) { return self->state.handled; },
  };
}

struct LinkState {
  actor next;
};

behavior link(stateful_actor<LinkState>* self, const actor& main, std::uint64_t index) {
  return {
      [=](std::uint64_t hops) {
        if (hops > 0) {
          self->send(self->state.next, hops - 1);
        } else {
          self->send(main, index);
        }
      },
      [=](const actor& next) { self->state.next = next; },
  };
}

using increment_atom = caf::atom_constant<caf::atom("increment")>;

struct CounterState {
  std::uint64_t value = 0;
};

behavior counter(stateful_actor<CounterState>* self) {
  return {
      [=](increment_atom) { ++self->state.value; },
      [=](get_atom) { return self->state.value; },
  };
}

behavior incrementer(caf::event_based_actor* self, const actor& main, const actor& counter) {
  return {
      [=](produce_atom, std::uint64_t messages) {
        for (std::uint64_t i = 0; i < messages; ++i) self->send(counter, increment_atom::value);
        self->request(counter, caf::infinite, get_atom::value).then([=](std::uint64_t value) {
          self->send(main, value);
        });
      },
  };
}

struct AdderState {
  std::uint64_t sum = 0;
  std::uint64_t producers;
};

behavior adder(stateful_actor<AdderState>* self, const actor& main, std::uint64_t producers) {
  self->state.producers = producers;
  return {
      [=](std::uint64_t value) { self->state.sum += value; },
      [=](done_atom) {
        if (--self->state.producers == 0) self->send(main, self->state.sum);
      },
      [=](get_atom) { return self->state.sum; },
  };
}

constexpr std::uint64_t portion = 1024;

struct ProducerState {
  std::uint64_t left;
};

behavior producer(stateful_actor<ProducerState>* self, const actor& receiver,
                  std::uint64_t messages) {
  self->state.left = messages;
  return {
      [=](produce_atom) {
        const auto now = std::min(portion, self->state.left);
        for (std::uint64_t i = 0; i < now; ++i) self->send(receiver, std::uint64_t{1});
        self->state.left -= now;
        if (self->state.left > 0) {
          self->send(self, produce_atom::value);
        } else {
          self->send(receiver, done_atom::value);
        }
      },
  };
}

using compute_atom = caf::atom_constant<caf::atom("compute")>;

struct ComputerState {
  std::uint64_t handled = 0;
};

behavior computer(stateful_actor<ComputerState>* self, const actor& main) {
  return {
      [=](compute_atom) { ++self->state.handled; },
      [=](report_atom) { self->send(main, self->state.handled); },
  };
}

constexpr std::size_t computers = 60;

std::vector<actor> spawn_computers(Stage& stage) {
  std::vector<actor> all;
  for (std::size_t i = 0; i < computers; ++i) all.push_back(stage.spawn(computer, stage.main()));
  return all;
}

std::uint64_t sum_of_reports(Stage& stage) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < computers; ++i) sum += stage.receive_number();
  return sum;
}

struct DealerState {
  std::uint64_t sent = 0;
};

behavior dealer(stateful_actor<DealerState>* self, const std::vector<actor>& receivers,
                std::uint64_t messages) {
  return {
      [=](produce_atom) {
        auto& sent = self->state.sent;
        const auto end = std::min(messages, sent + portion);
        for (; sent < end; ++sent) {
          self->send(receivers[sent % receivers.size()], compute_atom::value);
        }
        if (sent < messages) {
          self->send(self, produce_atom::value);
        } else {
          for (const auto& each : receivers) self->send(each, report_atom::value);
        }
      },
  };
}

}  // namespace

Result ping_pong(unsigned workers, std::uint64_t messages) {
  Stage stage(workers);
  const auto ping = stage.spawn(player, stage.main());
  const auto pong = stage.spawn(player, stage.main());
  stage.send(ping, pong);
  stage.send(pong, ping);
  const Stopwatch watch;
  stage.send(ping, messages);
  stage.receive([](done_atom) {});
  const auto time = watch.nanoseconds();
  return timed(time, stage.ask(ping, get_atom::value) + stage.ask(pong, get_atom::value));
}

Result thread_ring(unsigned workers, std::uint64_t hops) {
  Stage stage(workers);
  std::vector<actor> ring;
  for (std::uint64_t i = 0; i < 100; ++i) ring.push_back(stage.spawn(link, stage.main(), i));
  for (std::size_t i = 0; i < ring.size(); ++i) {
    stage.send(ring[i], ring[(i + 1) % ring.size()]);
  }
  const Stopwatch watch;
  stage.send(ring[0], hops);
  const auto last = stage.receive_number();
  return timed(watch.nanoseconds(), last);
}

Result counting(unsigned workers, std::uint64_t messages) {
  Stage stage(workers);
  const auto sender = stage.spawn(incrementer, stage.main(), stage.spawn(counter));
  const Stopwatch watch;
  stage.send(sender, produce_atom::value, messages);
  const auto value = stage.receive_number();
  return timed(watch.nanoseconds(), value);
}

Result fan_in(unsigned workers, std::uint64_t messages) {
  Stage stage(workers);
  constexpr std::uint64_t producers = 8;
  const auto receiver = stage.spawn(adder, stage.main(), producers);
  std::vector<actor> senders;
  for (std::uint64_t i = 0; i < producers; ++i) {
    senders.push_back(stage.spawn(producer, receiver, share(messages, producers, i)));
  }
  const Stopwatch watch;
  for (const auto& each : senders) stage.send(each, produce_atom::value);
  const auto sum = stage.receive_number();
  return timed(watch.nanoseconds(), sum);
}

Result fan_in_thread(unsigned workers, std::uint64_t messages) {
  Stage stage(workers);
  const auto receiver = stage.spawn(adder, stage.main(), 0);
  const Stopwatch watch;
  for (std::uint64_t i = 0; i < messages; ++i) caf::anon_send(receiver, std::uint64_t{1});
  const auto sum = stage.ask(receiver, get_atom::value);
  return timed(watch.nanoseconds(), sum);
}

Result fork_join(unsigned workers, std::uint64_t messages) {
  Stage stage(workers);
  const auto sender = stage.spawn(dealer, spawn_computers(stage), messages);
  const Stopwatch watch;
  stage.send(sender, produce_atom::value);
  const auto handled = sum_of_reports(stage);
  return timed(watch.nanoseconds(), handled);
}

Result fork_join_thread(unsigned workers, std::uint64_t messages) {
  Stage stage(workers);
  const auto receivers = spawn_computers(stage);
  const Stopwatch watch;
  for (std::uint64_t i = 0; i < messages; ++i) {
    caf::anon_send(receivers[i % receivers.size()], compute_atom::value);
  }
  for (const auto& each : receivers) caf::anon_send(each, report_atom::value);
  const auto handled = sum_of_reports(stage);
  return timed(watch.nanoseconds(), handled);
}

}  // namespace bench
