#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "check.hpp"

using namespace std::chrono_literals;

// -- work pulling ---

struct Image {  // a job is a plain value; it is moved, never copied
  std::string name;
  int width;
};

std::atomic<int> resized = 0;

class Resizer : public troupe::Actor<Resizer, troupe::Work<Image>> {
 public:
  explicit Resizer(troupe::ActorRef<troupe::AddConsumer<Image>> images)
      : images_(std::move(images)) {}

  void post_start() { images_.cast<troupe::AddConsumer<Image>>(self()); }

  void handle(troupe::Work<Image> work) {
    if (work->width <= 0) throw std::runtime_error("no image: " + work->name);
    ++resized;
    work.acknowledge();  // not acknowledged: another consumer gets it
  }

 private:
  troupe::ActorRef<troupe::AddConsumer<Image>> images_;
};

struct Upload {
  std::vector<std::string> names;
  using Reply = int;
};

class Site : public troupe::Actor<Site, Upload> {
 public:
  explicit Site(troupe::ActorRef<troupe::SubmitWork<Image>> images) : images_(std::move(images)) {}

  troupe::Task<int> handle(Upload m) {
    int taken = 0;
    for (std::string& name : m.names) {  // waits here while the buffer is full
      auto accepted = co_await images_.call<troupe::SubmitWork<Image>>(std::move(name), 100);
      if (accepted) ++taken;
    }
    co_return taken;
  }

 private:
  troupe::ActorRef<troupe::SubmitWork<Image>> images_;
};

class Morgue : public troupe::Actor<Morgue, troupe::DeadWork<Image>> {
 public:
  void handle(troupe::DeadWork<Image> m) {
    log().error("{} after {} deliveries: {}", m.job.name, m.deliveries, to_string(m.reason));
  }
};

// -- point to point ---

struct Trade {
  int number;
};

class Ledger : public troupe::Actor<Ledger, troupe::Work<Trade>> {
 public:
  void handle(troupe::Work<Trade> work) {
    check(work->number == last_ + 1);
    last_ = work->number;
    work.acknowledge();
  }

 private:
  int last_ = 0;
};

int main() {
  troupe::System system;
  auto morgue = system.spawn<Morgue>();
  auto pipeline = system.spawn<troupe::Supervisor>(
      troupe::rest_for_one()
          .intensity(10, 5s)
          .child<troupe::WorkQueue<Image>>(
              "images", troupe::WorkOptions{.buffer = 100, .max_deliveries = 3}, morgue)
          .child<Resizer>("first", troupe::sibling<troupe::WorkQueue<Image>>("images"))
          .child<Resizer>("second", troupe::sibling<troupe::WorkQueue<Image>>("images")));

  auto images = troupe::find_child<troupe::WorkQueue<Image>>(pipeline, "images").get().value();
  auto site = system.spawn<Site>(images);
  check(site.call<Upload>(std::vector<std::string>{"a", "b", "c"}).get() == 3);

  auto refused = images.call<troupe::TrySubmitWork<Image>>("d", 10).get();
  check(refused && !*refused);  // accepted; else it has the job

  auto done = images.call<troupe::CompleteWork<Image>>("e", 10).within(10s).get();
  check(done == 1u);  // acknowledged, at the first delivery

  auto never = images.call<troupe::CompleteWork<Image>>("f", -1).within(10s).get();
  check(never.error().reason == "given up after 3 deliveries");  // and the morgue has it

  troupe::WorkStats stats = images.call<troupe::GetWorkStats>().get().value();
  check(stats.submitted == 6 && stats.given_up == 1 && stats.redelivered == 2);
  check(images.call<troupe::CompleteWork<Image>>("g", 10).get().has_value());

  check(resized <= 6);

  auto ledger = system.spawn<Ledger>();
  auto trades = system.spawn<troupe::PointToPoint<Trade>>(ledger, troupe::WorkOptions{.window = 8});
  for (int number = 1; number <= 100; ++number) {
    check(trades.call<troupe::SubmitWork<Trade>>(number).get().has_value());
  }
  trades.drain_and_wait().get();  // once all that was accepted is acknowledged
}
