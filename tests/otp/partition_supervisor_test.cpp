#include <doctest/doctest.h>

#include <set>

#include "otp/support.hpp"

using namespace otp_support;

namespace {

struct GetIndex {
  using Reply = std::size_t;
};

class Shard : public troupe::Actor<Shard, GetIndex, Fail> {
 public:
  explicit Shard(std::size_t index) : index_(index) {}
  std::size_t handle(GetIndex) const { return index_; }
  void handle(Fail) { throw std::runtime_error("broken"); }

 private:
  std::size_t index_;
};

auto shards(World& world, troupe::PartitionSpec spec) {
  auto supervisor =
      world.system.spawn<troupe::PartitionSupervisor<Shard>>(spec, troupe::partition_index);
  return *supervisor.call<troupe::GetPartitions<Shard>>().get();
}

}  // namespace

TEST_CASE("a partition supervisor runs as many partitions as it is told, each with its number") {
  World world;
  auto partitions = shards(world, {.partitions = 5});
  REQUIRE(partitions.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(*partitions[i].call<GetIndex>().get() == i);
}

TEST_CASE("without a number there is one partition a worker") {
  World world(3);
  CHECK(shards(world, {}).size() == 3);
}

TEST_CASE("a key belongs to one partition, and keys spread over all") {
  World world;
  auto partitions = shards(world, {.partitions = 4});
  std::set<std::size_t> seen;
  for (int key = 0; key < 100; ++key) {
    CHECK(partitions.of(key) == partitions.of(key));
    seen.insert(*partitions.of(key).call<GetIndex>().get());
  }
  CHECK(seen.size() == 4);
  CHECK(partitions.of(std::string("x")) == partitions.of("x"));
}

TEST_CASE("a partition that fails is restarted and keeps its reference") {
  World world;
  auto partitions = shards(world, {.partitions = 2});
  partitions[1].cast<Fail>();
  CHECK(*partitions[1].call<GetIndex>().get() == 1);
}
