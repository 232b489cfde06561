// Call round trips: an actor that calls another again and again, with the default timeout; and a
// thread that does.

#include <future>

#include "bench.hpp"
#include "troupe/troupe.hpp"

namespace {

struct Next {
  using Reply = std::uint64_t;
};
struct Run {
  using Reply = std::uint64_t;
  std::uint64_t calls;
};

class Server : public troupe::Actor<Server, Next> {
 public:
  std::uint64_t handle(Next) { return ++count_; }

 private:
  std::uint64_t count_ = 0;
};

class Client : public troupe::Actor<Client, Run> {
 public:
  explicit Client(troupe::ActorRef<Next> server) : server_(std::move(server)) {}

  troupe::Task<std::uint64_t> handle(Run m) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < m.calls; ++i) {
      auto answer = co_await server_.call<Next>();
      if (answer) sum += *answer;
    }
    co_return sum;
  }

 private:
  troupe::ActorRef<Next> server_;
};

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::parse(argc, argv);
  const std::uint64_t calls = options.messages ? options.messages : 1'000'000;
  const auto with_server = [&](auto run) {
    troupe::SystemOptions system_options;
    system_options.workers = options.workers;
    troupe::System system(system_options);
    auto server = system.spawn<Server>();
    const auto [sum, time] = run(system, server);
    bench::require(sum == calls * (calls + 1) / 2, "every call was answered, in order");
    return time / static_cast<double>(calls);
  };
  bench::report("call, between actors", options, "call", [&] {
    return with_server([&](troupe::System& system, troupe::ActorRef<Next> server) {
      auto client = system.spawn<Client>(server);
      const bench::Stopwatch watch;
      auto sum = client.call<Run>(calls).within(troupe::forever).get();
      return std::pair(sum.value_or(0), watch.nanoseconds());
    });
  });
  bench::report("call, from a thread", options, "call", [&] {
    return with_server([&](troupe::System&, troupe::ActorRef<Next> server) {
      const bench::Stopwatch watch;
      std::uint64_t sum = 0;
      for (std::uint64_t i = 0; i < calls; ++i) sum += server.call<Next>().get().value_or(0);
      return std::pair(sum, watch.nanoseconds());
    });
  });
}
