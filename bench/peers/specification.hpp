#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "work.hpp"

/// What ../WORKLOADS.md says of each workload: how many units a size has, the right checksum
/// (computed without any actor), and which sizes there are.
namespace bench {

struct Specification {
  using Number = std::uint64_t (*)(std::uint64_t size);
  std::string_view name;
  Number units;
  std::string (*checksum)(std::uint64_t size);
  Number warm_up = [](std::uint64_t size) { return std::max<std::uint64_t>(1, size / 10); };
  bool (*fits)(std::uint64_t size) = [](std::uint64_t size) { return size > 0; };
};

namespace specification {

using std::uint64_t;

template <uint64_t Factor>
uint64_t times(uint64_t size) {
  return Factor * size;
}

template <uint64_t Factor>
std::string text(uint64_t size) {
  return std::to_string(Factor * size);
}

inline std::string sum_to(uint64_t size) { return std::to_string(size * (size + 1) / 2); }

inline bool power_of_ten(uint64_t size) {
  while (size > 1 && size % 10 == 0) size /= 10;
  return size == 1;
}

inline std::string logistic_map(uint64_t terms) {
  std::array<double, 10> last;
  for (std::size_t series = 0; series < last.size(); ++series) {
    const double rate = 3.46 + 0.0025 * static_cast<double>(series);
    double x = 0.0025 * static_cast<double>(series);
    for (uint64_t i = 0; i < terms; ++i) x = rate * x * (1 - x);
    last[series] = x;
  }
  return sum_of_terms(last);
}

inline std::string banking(uint64_t count) {
  std::vector<std::int64_t> balance(1000, 1'000'000);
  for (const auto& transfer : transfers(count)) {
    balance[transfer.source] -= transfer.amount;
    balance[transfer.target] += transfer.amount;
  }
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < balance.size(); ++i) {
    sum += static_cast<std::int64_t>(i + 1) * balance[i];
  }
  return std::to_string(sum);
}

inline std::string radix_sort(uint64_t values) {
  Random random(2048);
  uint64_t sum = 0;
  for (uint64_t i = 0; i < values; ++i) sum += random.draw();
  return std::to_string(sum);
}

inline std::string chat(uint64_t turns) {
  uint64_t count = 0;
  for (uint64_t index = 0; index < 1024; ++index) {
    ChatClient client(index);
    for (uint64_t turn = 0; turn < turns; ++turn) {
      count += client.posts() ? client.members().size() : 1;
    }
  }
  return std::to_string(count);
}

inline std::string apsp(uint64_t nodes) {
  auto distance = graph(nodes);
  for (uint64_t k = 0; k < nodes; ++k) {
    for (uint64_t i = 0; i < nodes; ++i) {
      for (uint64_t j = 0; j < nodes; ++j) {
        distance[i * nodes + j] =
            std::min(distance[i * nodes + j], distance[i * nodes + k] + distance[k * nodes + j]);
      }
    }
  }
  uint64_t sum = 0;
  for (const auto length : distance) sum += length;
  return std::to_string(sum);
}

inline uint64_t solutions(uint64_t queens) {
  uint64_t count = 0;
  search(Board{}, static_cast<int>(queens), [&] { ++count; });
  return count;
}

inline constexpr Specification all[] = {
    {"ping-pong", times<1>, text<1>},
    {"thread-ring", times<1>, [](uint64_t size) { return std::to_string(size % 100); }},
    {"counting", times<1>, text<1>},
    {"fan-in", times<1>, text<1>},
    {"fan-in-thread", times<1>, text<1>},
    {"fork-join", times<1>, text<1>},
    {"fork-join-thread", times<1>, text<1>},
    {"chameneos", times<1>, text<2>},
    {"big", times<240>, text<120>},
    {"bounded-buffer", times<40>, text<40>},
    {"philosophers", times<20>, text<20>},
    {"logistic-map", times<10>, logistic_map},
    {"banking", times<1>, banking},
    {"radix-sort", times<61>, radix_sort},
    {"chat", times<1>, chat},
    {"fork-join-create", times<1>, text<1>},
    {"fibonacci",
     [](uint64_t size) -> uint64_t { return 2 * fibonacci(static_cast<unsigned>(size)) - 1; },
     [](uint64_t size) { return std::to_string(fibonacci(static_cast<unsigned>(size))); },
     [](uint64_t size) { return size > 5 ? size - 5 : 1; },
     [](uint64_t size) { return size > 0 && size <= 40; }},
    {"skynet", [](uint64_t size) { return (10 * size - 1) / 9; },
     [](uint64_t size) { return std::to_string(size * (size - 1) / 2); },
     [](uint64_t size) { return std::max<uint64_t>(1, size / 10); }, power_of_ten},
    {"spawn-waves", times<1>, text<1>},
    {"spawn-together", times<1>, text<1>},
    {"idle", times<1>, text<1>},
    {"restart", times<1>, text<1>},
    {"apsp", [](uint64_t size) { return size / block_side * (size / block_side) * size; }, apsp,
     [](uint64_t size) { return std::max<uint64_t>(1, size / block_side / 2) * block_side; },
     [](uint64_t size) { return size > 0 && size % block_side == 0; }},
    {"nqueens", solutions, [](uint64_t size) { return std::to_string(solutions(size)); },
     [](uint64_t size) { return size > 6 ? size - 2 : size; },
     [](uint64_t size) { return size > 3 && size <= 16; }},
    {"call", times<1>, sum_to},
    {"call-timeout", times<1>, sum_to},
    {"wake-thread", times<1>, sum_to},
    {"wake-pause", times<1>, sum_to},
    {"wake-actor", times<1>, text<1>},
    {"open-loop", times<1>, text<1>},
};

}  // namespace specification
}  // namespace bench
