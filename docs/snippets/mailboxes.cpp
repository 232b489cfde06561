#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Line {
  std::string text;
};

struct Flush {
  using Reply = int;
};

class Archive : public troupe::Actor<Archive, Line, Flush> {
 public:
  static troupe::Mailbox mailbox() { return troupe::bounded(1000, troupe::Overflow::block); }

  void handle(Line) { ++lines_; }
  int handle(Flush) const { return lines_; }

 private:
  int lines_ = 0;
};

struct Copy {
  int lines;
  using Reply = int;
};

class Reader : public troupe::Actor<Reader, Copy> {
 public:
  explicit Reader(troupe::ActorRef<Line> archive) : archive_(std::move(archive)) {}

  troupe::Task<int> handle(Copy m) {
    int sent = 0;
    for (int i = 0; i < m.lines; ++i) {
      // Goes on at once while there is room, and as fast as the archive when there is none.
      auto result = co_await archive_.send<Line>("line " + std::to_string(i));
      if (!result) {
        log().warning("{}", result.error());
        break;
      }
      ++sent;
    }
    co_return sent;
  }

 private:
  troupe::ActorRef<Line> archive_;
};

struct Tick {
  int price;
};
struct Hold {
  std::latch* begun;
  std::shared_future<void> until;
};

class Chart : public troupe::Actor<Chart, Tick, Hold> {
 public:
  explicit Chart(std::string name) : name_(std::move(name)) {}
  void handle(Tick m) { last_ = m.price; }
  void handle(Hold m) {  // a handler that takes its time
    m.begun->count_down();
    m.until.wait();
  }

 private:
  std::string name_;
  int last_ = 0;
};

class Watch : public troupe::Actor<Watch, troupe::DeadLetter, troupe::HighWater> {
 public:
  Watch(std::promise<std::string>& lost, std::promise<bool>& over) : lost_(lost), over_(over) {}

  void post_start() {
    subscribe<troupe::DeadLetter>();
    subscribe<troupe::HighWater>();
  }
  void handle(troupe::DeadLetter letter) {
    if (++lost_count_ == 1) lost_.set_value(to_string(letter));
  }
  void handle(troupe::HighWater m) {
    if (m.over) over_.set_value(true);
  }

 private:
  int lost_count_ = 0;
  std::promise<std::string>& lost_;
  std::promise<bool>& over_;
};

struct Quote {
  using Reply = int;
};

// Two that call each other while they handle a call.
class Desk : public troupe::Actor<Desk, Quote> {
 public:
  explicit Desk(troupe::ActorRef<Quote> other = {}) : other_(std::move(other)) {}

  troupe::Task<int> handle(Quote) {
    if (!other_) other_ = *find<Quote>("second");
    const auto price = co_await other_.call<Quote>();
    if (!price) {
      log().error("{}", price.error());
      co_return -1;
    }
    co_return *price;
  }

 private:
  troupe::ActorRef<Quote> other_;
};

struct Plan {
  using Reply = bool;
};

class Planner : public troupe::Actor<Planner, Plan> {
 public:
  bool handle(Plan) { return enough_time(); }

 private:
  bool enough_time() const {
    return time_left() > 10ms;  // of whoever called; what is begun here ends with it
  }
};

int main() {
  troupe::SystemOptions options;
  options.log_level = troupe::LogLevel::off;
  options.workers = 4;
  troupe::System system(options);

  auto archive = system.spawn<Archive>();
  auto reader = system.spawn<Reader>(archive);
  check(reader.call<Copy>(5000).get() == 5000);
  check(archive.call<Flush>().get() == 5000);

  std::promise<std::string> lost;
  std::promise<bool> over;
  auto watch = system.spawn<Watch>(lost, over);
  check(started(watch).get().has_value());
  (void)inspect(watch).get();  // it has subscribed

  auto chart = system.spawn<Chart>(troupe::bounded(3, troupe::Overflow::drop_oldest), "EURUSD");
  auto named =
      system.spawn<Chart>(troupe::named("gold").mailbox(troupe::bounded(3).high_water(2)), "gold");

  std::promise<void> release;
  const auto released = release.get_future().share();
  std::latch begun(2);
  chart.cast<Hold>(&begun, released);
  named.cast<Hold>(&begun, released);
  begun.wait();

  for (int price = 1; price <= 3; ++price) check(accepted(chart.cast<Tick>(price)));
  check(chart.cast<Tick>(4) == troupe::CastResult::displaced);  // the first has gone

  for (int price = 1; price <= 3; ++price) named.cast<Tick>(price);
  if (named.cast<Tick>(4) == troupe::CastResult::full) {
    // nobody will handle it: slow down, or say so to whoever asked
  }
  check(over.get_future().get());
  check(lost.get_future().get().starts_with("Tick to Chart"));
  release.set_value();

  // What does not fit is another actor's.
  auto spare = system.spawn<Chart>("spare");
  auto busy = system.spawn<Chart>(troupe::bounded(100, troupe::redirect(spare)), "busy");
  check(accepted(busy.cast<Tick>(1)));

  auto desk = system.spawn<Desk>();
  auto second = system.spawn<Desk>(troupe::named("second"), desk);
  check(desk.call<Quote>().get() == -1);

  auto planner = system.spawn<Planner>();
  check(planner.call<Plan>().within(1s).get() == true);
}
