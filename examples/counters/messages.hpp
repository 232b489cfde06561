#pragma once

#include <cstdint>
#include <troupe/actor_ref.hpp>

// What the actors say to one another. A message is a plain struct; one that names a Reply is a
// request.

// -- to a counter ---

struct Increment {
  std::int64_t amount;
};

struct Decrement {
  std::int64_t amount;
};

struct GetValue {
  using Reply = std::int64_t;
};

struct Stats {
  std::int64_t value = 0;
  std::uint64_t operations = 0;
  double operations_per_second = 0;
};

struct GetStats {
  using Reply = Stats;
};

// -- to the aggregator ---

struct Register {
  troupe::ActorRef<GetStats> counter;  // any actor that answers GetStats
};

struct Collect {};

struct TotalStats {
  std::int64_t value = 0;
  std::uint64_t operations = 0;
  double operations_per_second = 0;  // of all counters together
  std::uint64_t counters = 0;
  std::uint64_t silent = 0;  // of these, counters that did not answer in time
};

struct GetTotalStats {
  using Reply = TotalStats;
};
