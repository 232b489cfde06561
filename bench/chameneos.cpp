// A hundred chameneos meet in a mall, two at a time, and change colour.

#include <future>

#include "bench.hpp"

namespace {

constexpr unsigned kChameneos = 100;

enum class Colour : std::uint8_t { blue, red, yellow };

/// The same colour when both are the same, else the third.
Colour complement(Colour a, Colour b) {
  return a == b ? a : static_cast<Colour>(3 - static_cast<int>(a) - static_cast<int>(b));
}

struct Meet;
struct Change {
  Colour colour;
};
struct Exit {};
struct Start {};
struct Meetings {
  std::uint64_t count;
};

struct Meet {
  troupe::ActorRef<Meet, Change, Exit> who;
  Colour colour;
};

class Mall : public troupe::Actor<Mall, Meet, Meetings> {
 public:
  Mall(std::uint64_t meetings, std::promise<std::uint64_t>* sum) : left_(meetings), promise_(sum) {}

  void handle(Meet m) {
    if (left_ == 0) {
      m.who.cast<Exit>();
    } else if (waiting_) {
      --left_;
      std::exchange(waiting_, {}).cast<Meet>(std::move(m));
    } else {
      waiting_ = std::move(m.who);
    }
  }

  void handle(Meetings m) {
    sum_ += m.count;
    if (++reports_ == kChameneos) promise_->set_value(sum_);
  }

 private:
  std::uint64_t left_;
  troupe::ActorRef<Meet> waiting_;
  unsigned reports_ = 0;
  std::uint64_t sum_ = 0;
  std::promise<std::uint64_t>* promise_;
};

class Chameneo : public troupe::Actor<Chameneo, Start, Meet, Change, Exit> {
 public:
  Chameneo(Colour colour, troupe::ActorRef<Meet, Meetings> mall)
      : colour_(colour), mall_(std::move(mall)) {}

  void handle(Start) { go_to_mall(); }

  void handle(Meet m) {
    ++meetings_;
    colour_ = complement(colour_, m.colour);
    m.who.cast<Change>(colour_);
    go_to_mall();
  }

  void handle(Change m) {
    ++meetings_;
    colour_ = m.colour;
    go_to_mall();
  }

  void handle(Exit) { mall_.cast<Meetings>(meetings_); }

 private:
  void go_to_mall() { mall_.cast<Meet>(self(), colour_); }

  Colour colour_;
  std::uint64_t meetings_ = 0;
  troupe::ActorRef<Meet, Meetings> mall_;
};

bench::Result chameneos(const bench::Run& run) {
  std::promise<std::uint64_t> sum;
  troupe::System system({.workers = run.workers});
  auto mall = system.spawn<Mall>(run.size, &sum);
  std::vector<troupe::ActorRef<Start>> chameneos;
  for (unsigned i = 0; i < kChameneos; ++i) {
    chameneos.push_back(system.spawn<Chameneo>(static_cast<Colour>(i % 3), mall));
  }

  const bench::Stopwatch watch(run);
  for (auto& chameneo : chameneos) chameneo.cast<Start>();
  const auto meetings = sum.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), meetings, 2 * run.size);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "chameneos", .size = 200'000, .run = chameneos}, argv);
}
