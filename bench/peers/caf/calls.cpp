// Calls, and how long messages take to wake an actor.

#include <thread>

#include "../workloads.hpp"
#include "stage.hpp"

namespace bench {
namespace {

using caf::actor;
using caf::behavior;
using caf::stateful_actor;

using start_atom = caf::atom_constant<caf::atom("start")>;
using next_atom = caf::atom_constant<caf::atom("next")>;
using done_atom = caf::atom_constant<caf::atom("done")>;

struct ServerState {
  std::uint64_t number = 0;
};

behavior server(stateful_actor<ServerState>* self) {
  return {[=](next_atom) { return ++self->state.number; }};
}

struct ClientState {
  std::uint64_t left;
  std::uint64_t sum = 0;
};

template <class Timeout>
void call_next(stateful_actor<ClientState>* self, const actor& main, const actor& server,
               Timeout timeout) {
  self->request(server, timeout, next_atom::value).await([=](std::uint64_t number) {
    self->state.sum += number;
    if (--self->state.left > 0) {
      call_next(self, main, server, timeout);
    } else {
      self->send(main, self->state.sum);
    }
  });
}

template <class Timeout>
behavior client(stateful_actor<ClientState>* self, const actor& main, const actor& server,
                std::uint64_t calls, Timeout timeout) {
  self->state.left = calls;
  return {[=](start_atom) { call_next(self, main, server, timeout); }};
}

template <class Timeout>
Result calls_within(Timeout timeout, unsigned workers, std::uint64_t calls) {
  Stage stage(workers);
  const auto caller =
      stage.spawn(client<Timeout>, stage.main(), stage.spawn(server), calls, timeout);
  const Stopwatch watch;
  stage.send(caller, start_atom::value);
  const auto sum = stage.receive_number();
  return timed(watch.nanoseconds(), sum);
}

Result wake(unsigned workers, std::uint64_t calls, std::chrono::microseconds pause) {
  Stage stage(workers);
  const auto asked = stage.spawn(server);
  std::vector<std::uint64_t> times;
  times.reserve(calls);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < calls; ++i) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
    const Stopwatch watch;
    sum += stage.ask(asked, next_atom::value);
    times.push_back(watch.nanoseconds());
  }
  return latencies(std::move(times), sum);
}

/// Records how long ago each message was due, after it has computed for so long.
behavior recorder(caf::event_based_actor* self, const actor& main, std::chrono::nanoseconds compute,
                  std::vector<std::uint64_t>* times) {
  return {
      [=](std::uint64_t due) {
        if (compute.count() > 0) compute_for(compute);
        times->push_back(ticks_since(due));
      },
      [=](done_atom) { self->send(main, done_atom::value); },
  };
}

struct BusyState {
  std::uint64_t left;
};

behavior busy(stateful_actor<BusyState>* self, const actor& idle, std::uint64_t messages) {
  self->state.left = messages;
  return {
      [=](next_atom) {
        self->send(idle, ticks(Clock::now()));
        compute_for(std::chrono::microseconds(20));
        if (--self->state.left > 0) {
          self->send(self, next_atom::value);
        } else {
          self->send(idle, done_atom::value);
        }
      },
  };
}

}  // namespace

Result call(unsigned workers, std::uint64_t calls) {
  return calls_within(caf::infinite, workers, calls);
}

Result call_timeout(unsigned workers, std::uint64_t calls) {
  return calls_within(std::chrono::seconds(5), workers, calls);
}

Result wake_thread(unsigned workers, std::uint64_t calls) {
  return wake(workers, calls, std::chrono::microseconds(0));
}

Result wake_pause(unsigned workers, std::uint64_t calls) {
  return wake(workers, calls, std::chrono::microseconds(100));
}

Result wake_actor(unsigned workers, std::uint64_t messages) {
  std::vector<std::uint64_t> times;
  times.reserve(messages);
  Stage stage(workers);
  const auto idle = stage.spawn(recorder, stage.main(), std::chrono::nanoseconds(0), &times);
  stage.send(stage.spawn(busy, idle, messages), next_atom::value);
  stage.receive([](done_atom) {});
  return latencies(times, times.size());
}

Result open_loop(unsigned workers, std::uint64_t messages) {
  constexpr std::size_t receivers = 8;
  std::vector<std::vector<std::uint64_t>> times(receivers);
  for (auto& each : times) each.reserve(messages / receivers + 1);
  Stage stage(workers);
  std::vector<actor> all;
  for (auto& each : times) {
    all.push_back(stage.spawn(recorder, stage.main(), std::chrono::microseconds(1), &each));
  }
  send_by_the_clock(messages, [&](std::uint64_t i, std::uint64_t due) {
    caf::anon_send(all[i % receivers], due);
  });
  for (const auto& each : all) caf::anon_send(each, done_atom::value);
  for (std::size_t i = 0; i < receivers; ++i) stage.receive([](done_atom) {});
  return latencies_of(times);
}

}  // namespace bench
