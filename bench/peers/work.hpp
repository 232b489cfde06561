#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

/// What the handlers of the workloads compute, the same on every framework in C++.
namespace bench {

/// The random numbers of the specification: each draw moves first, then gives the value.
class Random {
 public:
  explicit Random(std::uint64_t seed) : value_(seed) {}
  std::uint64_t draw() { return value_ = (1309 * value_ + 13849) & 65535; }

 private:
  std::uint64_t value_;
};

/// The compiler has to compute the value, though nobody reads it.
template <class Value>
void keep(const Value& value) {
  asm volatile("" : : "m"(value) : "memory");
}

inline double sine_squared() {
  volatile double angle = 37.2;
  const double sine = std::sin(angle);
  return sine * sine;
}

/// What an item of the bounded buffer costs on either side.
inline double process_item(double item) {
  Random random(100);
  for (int i = 0; i < 100; ++i) {
    item += std::log(static_cast<double>(random.draw()) / 65536.0 + 0.01);
  }
  return item;
}

inline unsigned fibonacci(unsigned n) { return n <= 2 ? 1 : fibonacci(n - 1) + fibonacci(n - 2); }

/// The computation of a chat client.
inline unsigned fibonacci_15() {
  volatile unsigned n = 15;
  return fibonacci(n);
}

inline void compute_for(std::chrono::nanoseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) continue;
}

/// What a client of the chat decides on in a turn, and who the members of its chat are.
class ChatClient {
 public:
  explicit ChatClient(std::uint64_t index) : random_(index) {
    members_.resize(1 + random_.draw() % 16);
    for (auto& member : members_) member = random_.draw() % 1024;
  }
  const std::vector<std::size_t>& members() const { return members_; }
  bool posts() { return random_.draw() % 100 < 80; }

 private:
  Random random_;
  std::vector<std::size_t> members_;
};

/// The checksum of the logistic maps.
inline std::string sum_of_terms(const std::array<double, 10>& last) {
  double sum = 0;
  for (const double x : last) sum += x;
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.12f", sum);
  return digits;
}

struct Transfer {
  std::size_t source;
  std::size_t target;
  std::int64_t amount;
};

inline std::vector<Transfer> transfers(std::uint64_t count) {
  Random random(74755);
  std::vector<Transfer> all(count);
  for (auto& transfer : all) {
    transfer.source = random.draw() % 800;
    transfer.target =
        transfer.source + std::max<std::uint64_t>(1, random.draw() % (1000 - transfer.source));
    transfer.amount = static_cast<std::int64_t>(1 + random.draw() % 1000);
  }
  return all;
}

/// A chess board on which the first rows have a queen each.
struct Board {
  std::uint8_t rows = 0;
  std::array<std::uint8_t, 16> column = {};

  bool allows(int next) const {
    for (int row = 0; row < rows; ++row) {
      const int across = next - column[row];
      if (across == 0 || across == rows - row || across == row - rows) return false;
    }
    return true;
  }
  Board with(int next) const {
    Board board = *this;
    board.column[board.rows++] = static_cast<std::uint8_t>(next);
    return board;
  }
};

/// Calls `solved` for each way to set the other rows.
template <class Solved>
void search(const Board& board, int queens, Solved&& solved) {
  if (board.rows == queens) return solved();
  for (int column = 0; column < queens; ++column) {
    if (board.allows(column)) search(board.with(column), queens, solved);
  }
}

/// Weights of all edges, row by row.
inline std::vector<std::uint32_t> graph(std::size_t nodes) {
  Random random(nodes);
  std::vector<std::uint32_t> weights(nodes * nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    for (std::size_t j = i + 1; j < nodes; ++j) {
      const auto weight = static_cast<std::uint32_t>(1 + random.draw() % 100);
      weights[i * nodes + j] = weights[j * nodes + i] = weight;
    }
  }
  return weights;
}

inline constexpr std::size_t block_side = 50;
using Block = std::array<std::uint32_t, block_side * block_side>;

inline Block block_of(const std::vector<std::uint32_t>& weights, std::size_t nodes, std::size_t row,
                      std::size_t column) {
  Block block;
  for (std::size_t i = 0; i < block_side; ++i) {
    for (std::size_t j = 0; j < block_side; ++j) {
      block[i * block_side + j] = weights[(row * block_side + i) * nodes + column * block_side + j];
    }
  }
  return block;
}

/// The block after all paths over node `k` of its phase; `in_row` is the block of its row that has
/// column k, `in_column` that of its column that has row k.
inline void relax(const Block& block, const Block& in_row, const Block& in_column, std::size_t k,
                  Block& result) {
  k %= block_side;
  for (std::size_t i = 0; i < block_side; ++i) {
    const auto to_k = in_row[i * block_side + k];
    for (std::size_t j = 0; j < block_side; ++j) {
      result[i * block_side + j] =
          std::min(block[i * block_side + j], to_k + in_column[k * block_side + j]);
    }
  }
}

inline std::uint64_t total(const Block& block) {
  std::uint64_t sum = 0;
  for (const auto distance : block) sum += distance;
  return sum;
}

}  // namespace bench
