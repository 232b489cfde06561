#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "troupe/supervisor.hpp"
#include "troupe/system.hpp"

namespace troupe {

/// Stands, among the arguments of partitions, for the partition's number, a std::size_t.
struct PartitionIndex {};
inline constexpr PartitionIndex partition_index;

/// The partitions of a PartitionSupervisor. Their references stay the same through restarts, so
/// they are asked for once, and no router stands between a sender and its partition.
template <class A>
class Partitions {
 public:
  explicit Partitions(std::vector<detail::SpawnedRef<A>> partitions)
      : partitions_(std::move(partitions)) {}

  /// The partition that is responsible for a key: always the same one. Text, or what has a
  /// std::hash.
  template <class Key>
  const detail::SpawnedRef<A>& of(const Key& key) const {
    std::uint64_t hash;
    if constexpr (std::is_convertible_v<const Key&, std::string_view>) {
      hash = std::hash<std::string_view>{}(key);
    } else {
      hash = std::hash<Key>{}(key);
    }
    // std::hash may be the identity: multiply (Knuth) and take the high bits.
    return partitions_[(hash * 0x9e3779b97f4a7c15u >> 32) * partitions_.size() >> 32];
  }
  const detail::SpawnedRef<A>& operator[](std::size_t index) const { return partitions_[index]; }
  std::size_t size() const noexcept { return partitions_.size(); }
  auto begin() const noexcept { return partitions_.begin(); }
  auto end() const noexcept { return partitions_.end(); }

 private:
  std::vector<detail::SpawnedRef<A>> partitions_;
};

/// For a PartitionSupervisor<A>: its partitions.
template <class A>
struct GetPartitions {
  using Reply = Partitions<A>;
};

/// The number of partitions, and what is said of their restarts; see SupervisorSpec.
struct PartitionSpec {
  std::size_t partitions = 0;  ///< 0: one a worker of the system
  std::uint32_t intensity = 1;
  std::chrono::nanoseconds period = std::chrono::seconds(5);
};

namespace detail {
TROUPE_EXPORT std::size_t workers_of(const AnyRef& actor) noexcept;

template <class T>
const T& for_partition(const T& argument, std::size_t) noexcept {
  return argument;
}
inline std::size_t for_partition(PartitionIndex, std::size_t index) noexcept { return index; }
}  // namespace detail

/// Runs a number of like children, each responsible for a share of the keys: the answer when one
/// actor would be a bottleneck. `spawn<PartitionSupervisor<Cache>>(PartitionSpec{.partitions = 4},
/// arguments of each...)`; `partition_index` among them is the partition's number.
template <class A>
class PartitionSupervisor : public Actor<PartitionSupervisor<A>, GetPartitions<A>> {
 public:
  static constexpr bool kSupervises = true;
  static constexpr bool kStartsWithSpawn = true;
  static constexpr bool kStopInterrupts = true;

  template <class... Args>
  explicit PartitionSupervisor(PartitionSpec spec, const Args&... arguments)
      : children_(one_for_one().intensity(spec.intensity, spec.period)) {
    const std::size_t count =
        spec.partitions != 0 ? spec.partitions : detail::workers_of(this->self());
    for (std::size_t i = 0; i < count; ++i) {
      children_.add(child<A>(std::to_string(i), detail::for_partition(arguments, i)...));
    }
  }

  Task<> pre_start() {
    auto supervisor = this->template spawn<Supervisor>(std::move(children_));
    auto list = co_await supervisor.template call<ListChildren>().within(forever);
    if (!list) throw std::runtime_error("its partitions did not start");
    for (const ChildInfo& each : *list) {
      partitions_.push_back(ref_cast<detail::SpawnedRef<A>>(each.ref));
    }
  }

  Partitions<A> handle(GetPartitions<A>) const { return Partitions<A>(partitions_); }

 private:
  SupervisorSpec children_;
  std::vector<detail::SpawnedRef<A>> partitions_;
};

}  // namespace troupe
