#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Image {
  std::string name;
  int width;
};

struct Resize {
  std::string image;
  int width;
  using Reply = Image;
};

struct Forget {
  std::string image;
};

class Resizer : public troupe::Actor<Resizer, Resize, Forget> {
 public:
  Resizer(std::size_t number, std::string format) : number_(number), format_(std::move(format)) {}

  Image handle(Resize m) {
    check(number_ < 8);
    return {m.image + format_, m.width};
  }
  void handle(Forget) {}

 private:
  std::size_t number_;
  std::string format_;
};

class Site : public troupe::Actor<Site, Resize> {
 public:
  explicit Site(troupe::ActorRef<Resize> resizer) : resizer_(std::move(resizer)) {}

  troupe::Task<Image> handle(Resize m) {
    auto image = co_await resizer_.call<Resize>(std::move(m)).within(1s);
    if (!image) throw std::runtime_error(image.error().reason);
    co_return std::move(*image);
  }

 private:
  troupe::ActorRef<Resize> resizer_;
};

int main() {
  troupe::System system;
  std::atomic<int> lost = 0;
  auto pool = system.spawn<troupe::Factory<Resizer>>(
      troupe::FactoryOptions{.workers = 8,
                             .route = troupe::by_key([](const Resize& job) { return job.image; },
                                                     [](const Forget& job) { return job.image; }),
                             .limit = 10'000,
                             .discard = troupe::Discard::oldest,
                             .time_to_live = 2s,
                             .dead_mans_switch = 5s,
                             .on_discard = [&](const troupe::Discarded&) { ++lost; }},
      troupe::worker_index, ".png");  // the rest is for Resizer's constructor

  pool.cast<Forget>("a");
  troupe::ActorRef<Resize> resizer = pool;  // as any Resizer's
  auto image = resizer.call<Resize>("b", 100).within(1s).get();
  check(image && image->name == "b.png");
  check(system.call<Resize>(system.spawn<Site>(pool), "c", 7).get()->width == 7);

  pool.cast(troupe::Job{Forget{"a"}, {.time_to_live = 100ms, .retries = 2}});
  auto refused = system.call<troupe::Submit<Forget>>(pool, Forget{"b"}).get();
  check(refused && !*refused);  // accepted; else it would have the job

  auto resized = system.call<troupe::ResizeFactory>(pool, 16u).get();
  auto updated = system
                     .call<troupe::UpdateFactory>(pool,
                                                  [](troupe::FactoryOptions& options) {
                                                    options.limit = 500;
                                                    options.rate = {.jobs = 1000, .per = 1s};
                                                  })
                     .get();
  troupe::FactoryStats stats = system.call<troupe::GetFactoryStats>(pool).get().value();
  check(resized && resized->has_value() && updated && updated->has_value());
  check(stats.workers == 16 && stats.limit == 500 && stats.submitted == 5);

  check(pool.drain_and_wait().get()->kind == troupe::ExitKind::drained);
  check(lost == 0);
}
