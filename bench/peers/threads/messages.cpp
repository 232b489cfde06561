// Messages that go one way, or to and fro.

#include <optional>

#include "../workloads.hpp"
#include "mailbox.hpp"

namespace bench {
namespace {

using Number = std::uint64_t;
using Numbers = Mailbox<Number>;

Number sum_of(Numbers& reports, std::size_t count) {
  Number sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += reports.receive();
  return sum;
}

/// Sends on until the last ball, which it sends on as 0 for the other to end.
Number play(Numbers& own, Numbers& partner) {
  Number handled = 0;
  for (;;) {
    const Number left = own.receive();
    if (left == 0) return handled;
    ++handled;
    partner.send(left - 1);
    if (left == 1) return handled;
  }
}

/// An ordinary message, or nothing more.
using Flow = Mailbox<std::optional<Number>>;

/// Adds until so many producers are done.
Number add(Flow& own, unsigned producers) {
  Number sum = 0;
  while (producers > 0) {
    if (const auto value = own.receive()) {
      sum += *value;
    } else {
      --producers;
    }
  }
  return sum;
}

void produce(Flow& receiver, Number messages) {
  for (Number i = 0; i < messages; ++i) receiver.send(1);
  receiver.send(std::nullopt);
}

enum class Work { compute, report };

constexpr std::size_t computers = 60;

Number compute(Mailbox<Work>& own) {
  Number handled = 0;
  while (own.receive() == Work::compute) {
    ++handled;
  }
  return handled;
}

void deal(std::vector<Mailbox<Work>>& receivers, Number messages) {
  for (Number i = 0; i < messages; ++i) receivers[i % receivers.size()].send(Work::compute);
  for (auto& each : receivers) each.send(Work::report);
}

}  // namespace

Result ping_pong(unsigned workers, std::uint64_t messages) {
  Numbers ping;
  Numbers pong;
  Numbers reports;
  Threads threads(workers);
  threads.start([&] { reports.send(play(ping, pong)); });
  threads.start([&] { reports.send(play(pong, ping)); });
  const Stopwatch watch;
  ping.send(messages);
  const auto handled = sum_of(reports, 2);
  return timed(watch.nanoseconds(), handled);
}

Result thread_ring(unsigned workers, std::uint64_t hops) {
  constexpr std::size_t size = 100;
  constexpr Number stop = -1;
  std::vector<Numbers> ring(size);
  Numbers ended_by;
  Threads threads(workers);
  for (std::size_t i = 0; i < size; ++i) {
    threads.start([&, i] {
      for (Number left; (left = ring[i].receive()) != stop;) {
        if (left > 0) {
          ring[(i + 1) % size].send(left - 1);
        } else {
          ended_by.send(i);
        }
      }
    });
  }
  const Stopwatch watch;
  ring[0].send(hops);
  const auto index = ended_by.receive();
  const auto time = watch.nanoseconds();
  for (auto& each : ring) each.send(stop);
  return timed(time, index);
}

Result counting(unsigned workers, std::uint64_t messages) {
  Mailbox<Reply<Number>*> counter;  // to increment: no one to answer
  Mailbox<Number> produce;
  Numbers value;
  Threads threads(workers);
  threads.start([&] {
    for (Number count = 0;;) {
      if (const auto asked = counter.receive()) return asked->set(count);
      ++count;
    }
  });
  threads.start([&] {
    for (Number left = produce.receive(); left > 0; --left) counter.send(nullptr);
    Reply<Number> reply;
    counter.send(&reply);
    value.send(reply.get());
  });
  const Stopwatch watch;
  produce.send(messages);
  const auto counted = value.receive();
  return timed(watch.nanoseconds(), counted);
}

Result fan_in(unsigned workers, std::uint64_t messages) {
  constexpr unsigned producers = 8;
  Flow receiver;
  std::vector<Numbers> senders(producers);
  Numbers sum;
  Threads threads(workers);
  threads.start([&] { sum.send(add(receiver, producers)); });
  for (auto& each : senders) {
    threads.start([&] { produce(receiver, each.receive()); });
  }
  const Stopwatch watch;
  for (unsigned i = 0; i < producers; ++i) senders[i].send(share(messages, producers, i));
  const auto received = sum.receive();
  return timed(watch.nanoseconds(), received);
}

Result fan_in_thread(unsigned workers, std::uint64_t messages) {
  Flow receiver;
  Numbers sum;
  Threads threads(workers);
  threads.start([&] { sum.send(add(receiver, 1)); });
  const Stopwatch watch;
  produce(receiver, messages);
  const auto received = sum.receive();
  return timed(watch.nanoseconds(), received);
}

Result fork_join(unsigned workers, std::uint64_t messages) {
  std::vector<Mailbox<Work>> receivers(computers);
  Numbers dealer;
  Numbers reports;
  Threads threads(workers);
  for (auto& each : receivers) {
    threads.start([&] { reports.send(compute(each)); });
  }
  threads.start([&] { deal(receivers, dealer.receive()); });
  const Stopwatch watch;
  dealer.send(messages);
  const auto handled = sum_of(reports, computers);
  return timed(watch.nanoseconds(), handled);
}

Result fork_join_thread(unsigned workers, std::uint64_t messages) {
  std::vector<Mailbox<Work>> receivers(computers);
  Numbers reports;
  Threads threads(workers);
  for (auto& each : receivers) {
    threads.start([&] { reports.send(compute(each)); });
  }
  const Stopwatch watch;
  deal(receivers, messages);
  const auto handled = sum_of(reports, computers);
  return timed(watch.nanoseconds(), handled);
}

}  // namespace bench
