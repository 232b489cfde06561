#pragma once

#include "bench.hpp"

namespace bench {

struct Next {
  using Reply = std::uint64_t;
};
struct CallAgainAndAgain {
  using Reply = std::uint64_t;
  std::uint64_t calls;
};

class Server : public troupe::Actor<Server, Next> {
 public:
  std::uint64_t handle(Next) { return ++number_; }

 private:
  std::uint64_t number_ = 0;
};

class Client : public troupe::Actor<Client, CallAgainAndAgain> {
 public:
  Client(troupe::ActorRef<Next> server, std::chrono::nanoseconds timeout)
      : server_(std::move(server)), timeout_(timeout) {}

  troupe::Task<std::uint64_t> handle(CallAgainAndAgain m) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < m.calls; ++i) {
      const auto number = co_await server_.call<Next>().within(timeout_);
      sum += number.value();
    }
    co_return sum;
  }

 private:
  troupe::ActorRef<Next> server_;
  std::chrono::nanoseconds timeout_;
};

inline Result call(const Run& run, std::chrono::nanoseconds timeout) {
  troupe::System system({.workers = run.workers});
  auto client = system.spawn<Client>(system.spawn<Server>(), timeout);

  const Stopwatch watch(run);
  const auto sum = client.call<CallAgainAndAgain>(run.size).within(troupe::forever).get().value();
  const auto ns = watch.stop();
  return result(run.size, time(ns), sum, run.size * (run.size + 1) / 2);
}

}  // namespace bench
