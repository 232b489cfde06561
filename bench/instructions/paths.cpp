// The hot paths whose instructions are counted; see count. `paths PATH N` goes along one of them N
// times, on one worker, and prints nothing.

#include <charconv>
#include <cstdio>
#include <future>
#include <map>
#include <stdexcept>
#include <string_view>

#include "troupe/troupe.hpp"

namespace {

using Number = std::uint64_t;
using Done = std::promise<void>;

struct Item {
  Number value;
};
struct Ask {
  using Reply = Number;
};
struct Go {
  Number times;
};
struct Stop {};

// -- who is sent to and asked ---

constexpr Number kBurst = 16;

class Sink : public troupe::Actor<Sink, Item> {
 public:
  Sink(Number expected, troupe::ActorRef<Go> producer, Done* done)
      : left_(expected), producer_(std::move(producer)), done_(done) {}
  void handle(Item) {
    if (--left_ == 0) return done_->set_value();
    if (++come_ % kBurst == 0) producer_.cast<Go>(left_);
  }

 private:
  Number left_;
  Number come_ = 0;
  troupe::ActorRef<Go> producer_;
  Done* done_;
};

class Answerer : public troupe::Actor<Answerer, Ask> {
 public:
  Number handle(Ask) { return ++asked_; }

 private:
  Number asked_ = 0;
};

class PortAnswerer : public troupe::Actor<PortAnswerer, Ask> {
 public:
  void handle(Ask, troupe::ReplyPort<Number> port) { port.send(++asked_); }

 private:
  Number asked_ = 0;
};

class Forwarder : public troupe::Actor<Forwarder, Ask> {
 public:
  explicit Forwarder(troupe::ActorRef<Ask> to) : to_(std::move(to)) {}
  void handle(Ask m, troupe::ReplyPort<Number> port) { to_.forward(m, std::move(port)); }

 private:
  troupe::ActorRef<Ask> to_;
};

class Child : public troupe::Actor<Child, Stop> {
 public:
  void handle(Stop) { stop(); }
};

// -- the paths: each goes along its own so many times, and says when it is through ---

class Bouncer : public troupe::Actor<Bouncer, Go> {  // half of a pair
 public:
  explicit Bouncer(Done* done) : done_(done) {}
  Bouncer(Done* done, troupe::ActorRef<Go> peer) : done_(done), peer_(std::move(peer)) {}
  void post_start() {
    if (!peer_) peer_ = spawn<Bouncer>(done_, self());
  }
  void handle(Go m) {
    if (m.times == 0) return done_->set_value();
    peer_.cast<Go>(m.times - 1);
  }

 private:
  Done* done_;
  troupe::ActorRef<Go> peer_;
};

class Repeater : public troupe::Actor<Repeater, Go> {  // sends to itself
 public:
  explicit Repeater(Done* done) : done_(done) {}
  void handle(Go m) {
    if (m.times == 0) return done_->set_value();
    self().cast<Go>(m.times - 1);
  }

 private:
  Done* done_;
};

template <bool kBounded>  // the receiver's mailbox, of which it meets no bound
class Producer : public troupe::Actor<Producer<kBounded>, Go> {  // to one receiver
 public:
  explicit Producer(Done* done) : done_(done) {}
  void handle(Go m) {
    if (!sink_) begin(m.times);
    // The next burst is asked for when this one has been handled: so turns end by themselves, and
    // not by the clock.
    const Number now = std::min(m.times, kBurst);
    for (Number i = 0; i < now; ++i) sink_.cast<Item>(i);
  }

 private:
  [[gnu::noinline]] void begin(Number times) {
    troupe::SpawnOptions options;
    if (kBounded) options = troupe::bounded(1'000'000);
    sink_ = this->template spawn<Sink>(std::move(options), times, this->self(), done_);
  }

  Done* done_;
  troupe::ActorRef<Item> sink_;
};

template <class Target, bool kTimeout>
class Caller : public troupe::Actor<Caller<Target, kTimeout>, Go> {
 public:
  explicit Caller(Done* done) : done_(done) {}
  troupe::Task<> handle(Go m) {
    auto target = make();
    for (Number i = 0; i < m.times; ++i) {
      auto call = target.template call<Ask>();
      if (!kTimeout) call.within(troupe::forever);
      (void)co_await call;
    }
    done_->set_value();
  }

 private:
  troupe::ActorRef<Ask> make() {
    if constexpr (std::is_same_v<Target, Forwarder>) {
      return this->template spawn<Forwarder>(this->template spawn<Answerer>());
    } else {
      return this->template spawn<Target>();
    }
  }
  Done* done_;
};

class GroupCaller : public troupe::Actor<GroupCaller, Go> {  // four at a time
 public:
  explicit GroupCaller(Done* done) : done_(done) {}
  troupe::Task<> handle(Go m) {
    std::vector<troupe::ActorRef<Ask>> targets;
    for (int i = 0; i < 4; ++i) targets.push_back(spawn<Answerer>());
    for (Number i = 0; i < m.times; ++i) (void)co_await troupe::call_all<Ask>(targets);
    done_->set_value();
  }

 private:
  Done* done_;
};

class Nester : public troupe::Actor<Nester, Go> {  // awaits a task of its own
 public:
  explicit Nester(Done* done) : done_(done) {}
  troupe::Task<> handle(Go m) {
    for (Number i = 0; i < m.times; ++i) sum_ += co_await number(i);
    done_->set_value();
  }

 private:
  troupe::Task<Number> number(Number n) { co_return n; }
  Done* done_;
  Number sum_ = 0;
};

class Yielder : public troupe::Actor<Yielder, Go> {
 public:
  explicit Yielder(Done* done) : done_(done) {}
  troupe::Task<> handle(Go m) {
    for (Number i = 0; i < m.times; ++i) co_await troupe::yield();
    done_->set_value();
  }

 private:
  Done* done_;
};

class Spawner : public troupe::Actor<Spawner, Go> {  // waves of 100
 public:
  explicit Spawner(Done* done) : done_(done) {}
  void handle(Go m) {
    left_ = m.times;
    wave();
  }
  void handle(troupe::ChildStopped) {
    if (--alive_ > 0) return;
    if (left_ == 0) return done_->set_value();
    wave();
  }

 private:
  void wave() {
    alive_ = std::min<Number>(left_, 100);
    left_ -= alive_;
    for (Number i = 0; i < alive_; ++i) spawn<Child>().cast<Stop>();
  }
  Done* done_;
  Number left_ = 0;
  Number alive_ = 0;
};

class Fragile : public troupe::Actor<Fragile, Stop> {
 public:
  void handle(Stop) { throw std::runtime_error("broken"); }
};

class Parent : public troupe::Actor<Parent, Go> {  // has a child fail, and makes another
 public:
  explicit Parent(Done* done) : done_(done) {}
  void handle(Go m) {
    left_ = m.times;
    spawn<Fragile>().cast<Stop>();
  }
  void handle(troupe::ChildFailed) {
    if (--left_ == 0) return done_->set_value();
    spawn<Fragile>().cast<Stop>();
  }

 private:
  Done* done_;
  Number left_ = 0;
};

template <class Path>
void go(Number times) {
  troupe::System system({.workers = 1, .log_level = troupe::LogLevel::off, .watchdog = {}});
  Done done;
  system.spawn<Path>(&done).template cast<Go>(times);
  done.get_future().get();
}

const std::map<std::string_view, void (*)(Number)> kPaths = {
    {"call", &go<Caller<Answerer, false>>},
    {"call-all-of-4", &go<GroupCaller>},
    {"call-forwarded", &go<Caller<Forwarder, false>>},
    {"call-reply-port", &go<Caller<PortAnswerer, false>>},
    {"call-timeout", &go<Caller<Answerer, true>>},
    {"cast-bounded", &go<Producer<true>>},
    {"cast-burst", &go<Producer<false>>},
    {"cast-idle", &go<Bouncer>},
    {"cast-self", &go<Repeater>},
    {"fail", &go<Parent>},
    {"spawn-stop", &go<Spawner>},
    {"task", &go<Nester>},
    {"yield", &go<Yielder>},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--list") {
    for (auto& [name, path] : kPaths) std::printf("%s\n", name.data());
    return 0;
  }
  Number times = 0;
  const std::string_view count = argc == 3 ? argv[2] : "";
  const auto parsed = std::from_chars(count.data(), count.data() + count.size(), times);
  const auto path = argc == 3 ? kPaths.find(argv[1]) : kPaths.end();
  if (path == kPaths.end() || parsed.ec != std::errc() || times == 0) {
    std::fprintf(stderr, "usage: paths --list | paths PATH TIMES\n");
    return 2;
  }
  path->second(times);
}
