#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "troupe/detail/job_function.hpp"

namespace troupe {

/// Which worker of a factory gets a job. Made by the functions below. No rule's cost per job grows
/// with the number of workers, except that of by_key, by its logarithm.
class Routing {
 public:
  enum class Rule : unsigned char { first_free, sticky, by_key, round_robin, by_index };

  Routing() = default;
  Routing(Rule rule, detail::JobFunction<std::uint64_t, std::size_t> function)
      : rule_(rule), function_(std::move(function)) {}

  Rule rule() const noexcept { return rule_; }
  const detail::JobFunction<std::uint64_t, std::size_t>& function() const noexcept {
    return function_;
  }

 private:
  Rule rule_ = Rule::first_free;
  detail::JobFunction<std::uint64_t, std::size_t> function_;
};

namespace detail {

/// Keys are told apart by their 64-bit hash.
template <class Key>
std::uint64_t hash_of_key(const Key& key) {
  std::uint64_t x;
  if constexpr (std::is_convertible_v<const Key&, std::string_view>) {
    x = std::hash<std::string_view>{}(key);
  } else {
    x = std::hash<Key>{}(key);
  }
  // The finalizer of splitmix64: the hash of a small number is often the number.
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

template <class F>
struct KeyHash {
  F key;
  std::uint64_t operator()(const typename JobOf<F>::Type& job) { return hash_of_key(key(job)); }
};

}  // namespace detail

/// Jobs wait in the factory, and whichever worker is free gets the next. The default.
inline Routing first_free() { return {}; }

/// Each worker in its turn, whether it is free or not; jobs wait at their workers.
inline Routing round_robin() { return {Routing::Rule::round_robin, {}}; }

/// Jobs with the same key go to the same worker, one after the other, in their order: to the one
/// that has jobs of this key now, else by a consistent hash, so that few keys move when the number
/// of workers changes. `functions`, one for each type of job, give the key, anything that std::hash
/// takes: `by_key([](const Resize& job) { return job.image; })`. Jobs of other types have no key
/// and go round.
template <class... Functions>
Routing by_key(Functions... functions) {
  return {Routing::Rule::by_key, {detail::KeyHash<Functions>{std::move(functions)}...}};
}

/// The first free worker; but while a worker has a job of some key, others of that key wait for the
/// same worker: as by_key, but no key has a place of its own.
template <class... Functions>
Routing first_free_by_key(Functions... functions) {
  return {Routing::Rule::sticky, {detail::KeyHash<Functions>{std::move(functions)}...}};
}

/// As the functions say, one for each type of job: they take the job and, where wanted, the number
/// of workers, and give a number that is taken modulo the number of workers. Jobs of other types go
/// round.
template <class... Functions>
Routing by_index(Functions... functions) {
  return {Routing::Rule::by_index, {std::move(functions)...}};
}

}  // namespace troupe
