#include <doctest/doctest.h>

#include "actor/support.hpp"
#include "troupe/factory.hpp"

using namespace support;

namespace {

struct Resize {
  std::string image;
  int width;
  using Reply = std::string;
};
struct Forget {
  std::string image;
};

class Resizer : public troupe::Actor<Resizer, Resize, Forget> {
 public:
  Resizer(std::size_t index, std::string format) : index_(index), format_(std::move(format)) {}

  std::string handle(Resize m) {
    ++resized_;
    if (index_ >= 8) throw std::logic_error("there are eight workers");
    return m.image + ":" + std::to_string(m.width) + "." + format_;
  }
  void handle(Forget) { --resized_; }

 private:
  std::size_t index_;
  std::string format_;
  int resized_ = 0;
};

}  // namespace

TEST_CASE("a factory stands where a worker could") {
  World world;
  auto pool = world.system.spawn<troupe::Factory<Resizer>>(
      troupe::FactoryOptions{
          .workers = 8,
          .route = troupe::by_key([](const Resize& job) { return job.image; },
                                  [](const Forget& job) { return job.image; }),
          .priorities = {3, [](const Resize& job) { return job.width > 100 ? 1u : 0u; }},
          .limit = 10'000,
          .discard = troupe::Discard::oldest,
          .time_to_live = 1h,
          .rate = {.jobs = 1'000'000, .per = 1s},
          .dead_mans_switch = 1h},
      troupe::worker_index, "png");
  troupe::ActorRef<Resize> resizer = pool;
  CHECK(resizer.call<Resize>("a", 100).within(kForever).get() == "a:100.png");
  pool.cast<Forget>("a");
  CHECK(pool.call<troupe::Job<Resize>>(Resize{"b", 7}, troupe::JobOptions{.priority = 0})
            .within(kForever)
            .get() == "b:7.png");
  CHECK(pool.drain_and_wait().within(kForever).get()->kind == troupe::ExitKind::drained);
}
