// Calls, and how long messages take to wake a thread.

#include "../workloads.hpp"
#include "mailbox.hpp"

namespace bench {
namespace {

using Number = std::uint64_t;

struct Call {
  Reply<Number>* reply;  // none: no more calls
};

void serve(Mailbox<Call>& own) {
  for (Number number = 1;; ++number) {
    const Call call = own.receive();
    if (call.reply == nullptr) return;
    call.reply->set(number);
  }
}

/// Calls so often, each with what waits for a reply.
template <class Wait>
Result call_with(unsigned workers, Number calls, Wait wait) {
  Mailbox<Call> server;
  Mailbox<Number> client;
  Mailbox<Number> report;
  Threads threads(workers);
  threads.start([&] { serve(server); });
  threads.start([&] {
    Reply<Number> reply;
    Number sum = 0;
    for (Number left = client.receive(); left > 0; --left) {
      server.send({&reply});
      sum += wait(reply);
    }
    server.send({});
    report.send(sum);
  });
  const Stopwatch watch;
  client.send(calls);
  const auto sum = report.receive();
  return timed(watch.nanoseconds(), sum);
}

Result wake(unsigned workers, Number calls, std::chrono::microseconds pause) {
  Mailbox<Call> server;
  Threads threads(workers);
  threads.start([&] { serve(server); });
  std::vector<Number> times;
  times.reserve(calls);
  Reply<Number> reply;
  Number sum = 0;
  for (Number i = 0; i < calls; ++i) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
    const Stopwatch watch;
    server.send({&reply});
    sum += reply.get();
    times.push_back(watch.nanoseconds());
  }
  server.send({});
  return latencies(std::move(times), sum);
}

constexpr Number no_more = 0;

/// How long ago each message was due, after it has computed for so long.
std::vector<Number> record(Mailbox<Number>& own, std::chrono::nanoseconds compute) {
  std::vector<Number> times;
  for (;;) {
    const Number due = own.receive();
    if (due == no_more) return times;
    if (compute.count() > 0) compute_for(compute);
    times.push_back(ticks_since(due));
  }
}

}  // namespace

Result call(unsigned workers, std::uint64_t calls) {
  return call_with(workers, calls, [](Reply<Number>& reply) { return reply.get(); });
}

Result call_timeout(unsigned workers, std::uint64_t calls) {
  return call_with(workers, calls, [](Reply<Number>& reply) {
    Number number = 0;
    if (!reply.get_within(std::chrono::seconds(5), number)) stop(1, "a call timed out");
    return number;
  });
}

Result wake_thread(unsigned workers, std::uint64_t calls) {
  return wake(workers, calls, std::chrono::microseconds(0));
}

Result wake_pause(unsigned workers, std::uint64_t calls) {
  return wake(workers, calls, std::chrono::microseconds(100));
}

Result wake_actor(unsigned workers, std::uint64_t messages) {
  Mailbox<Number> idle;
  Mailbox<Number> busy;
  Mailbox<std::vector<Number>> done;
  Threads threads(workers);
  threads.start([&] { done.send(record(idle, std::chrono::nanoseconds(0))); });
  threads.start([&] {
    for (Number left = busy.receive(); left > 0; left = busy.receive()) {
      idle.send(ticks(Clock::now()));
      compute_for(std::chrono::microseconds(20));
      busy.send(left - 1);
    }
    idle.send(no_more);
  });
  busy.send(messages);
  const auto times = done.receive();
  return latencies(times, times.size());
}

Result open_loop(unsigned workers, std::uint64_t messages) {
  std::vector<Mailbox<Number>> receivers(8);
  Mailbox<std::vector<Number>> done;
  Threads threads(workers);
  for (auto& each : receivers) {
    threads.start([&] { done.send(record(each, std::chrono::microseconds(1))); });
  }
  send_by_the_clock(messages,
                    [&](Number i, Number due) { receivers[i % receivers.size()].send(due); });
  for (auto& each : receivers) each.send(no_more);
  std::vector<std::vector<Number>> times;
  for (std::size_t i = 0; i < receivers.size(); ++i) times.push_back(done.receive());
  return latencies_of(times);
}

}  // namespace bench
