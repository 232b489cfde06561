// Many messages to one actor: from eight actors, and from one thread.

#include <future>

#include "bench.hpp"
#include "troupe/troupe.hpp"

namespace {

struct Item {
  std::uint64_t value;
};
struct Produce {
  std::uint64_t messages;
};

class Sink : public troupe::Actor<Sink, Item> {
 public:
  Sink(std::uint64_t expected, std::promise<std::uint64_t>* done) : left_(expected), done_(done) {}
  void handle(Item m) {
    sum_ += m.value;
    if (--left_ == 0) done_->set_value(sum_);
  }

 private:
  std::uint64_t left_;
  std::uint64_t sum_ = 0;
  std::promise<std::uint64_t>* done_;
};

// Sends its share in pieces, so that others have a turn in between.
class Producer : public troupe::Actor<Producer, Produce> {
 public:
  explicit Producer(troupe::ActorRef<Item> sink) : sink_(std::move(sink)) {}
  void handle(Produce m) {
    const std::uint64_t now = std::min<std::uint64_t>(m.messages, 1024);
    for (std::uint64_t i = 0; i < now; ++i) sink_.cast<Item>(1u);
    if (m.messages > now) self().cast<Produce>(m.messages - now);
  }

 private:
  troupe::ActorRef<Item> sink_;
};

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::parse(argc, argv);
  const std::uint64_t each = (options.messages ? options.messages : 4'000'000) / 8;
  const auto run = [&](auto send) {
    troupe::SystemOptions system_options;
    system_options.workers = options.workers;
    troupe::System system(system_options);
    std::promise<std::uint64_t> done;
    auto sink = system.spawn<Sink>(8 * each, &done);
    const bench::Stopwatch watch;
    send(system, sink);
    const std::uint64_t sum = done.get_future().get();
    const double time = watch.nanoseconds();
    bench::require(sum == 8 * each, "every message arrived");
    return time / static_cast<double>(8 * each);
  };
  bench::report("fan-in from 8 actors", options, "message", [&] {
    return run([&](troupe::System& system, troupe::ActorRef<Item> sink) {
      for (int i = 0; i < 8; ++i) system.spawn<Producer>(sink).cast<Produce>(each);
    });
  });
  bench::report("fan-in from a thread", options, "message", [&] {
    return run([&](troupe::System&, troupe::ActorRef<Item> sink) {
      for (std::uint64_t i = 0; i < 8 * each; ++i) sink.cast<Item>(1u);
    });
  });
}
