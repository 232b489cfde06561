// Shortest paths between all pairs of nodes, an actor for each block of the matrix.

#include <array>
#include <future>
#include <memory>

#include "bench.hpp"
#include "collector.hpp"
#include "draws.hpp"

namespace {

constexpr std::size_t kBlock = 50;

using Block = std::array<std::array<std::uint32_t, kBlock>, kBlock>;
using SharedBlock = std::shared_ptr<const Block>;
using Matrix = std::vector<std::vector<std::uint32_t>>;

struct Share {
  std::size_t phase;
  std::size_t row;
  std::size_t column;
  SharedBlock block;
};
struct Start {
  std::vector<troupe::ActorRef<Share>> neighbours;  // those of its row and column
};

class Solver : public troupe::Actor<Solver, Start, Share> {
 public:
  Solver(std::size_t row, std::size_t column, std::size_t nodes, SharedBlock block,
         troupe::ActorRef<bench::Report> collector)
      : row_(row),
        column_(column),
        nodes_(nodes),
        block_(std::move(block)),
        collector_(std::move(collector)) {}

  void handle(Start m) {
    neighbours_ = std::move(m.neighbours);
    share();
    advance();
  }

  void handle(Share m) {
    Received& received = received_[m.phase % 2];
    ++received.blocks;
    const std::size_t pivot = m.phase / kBlock;
    if (m.row == row_ && m.column == pivot) received.of_row = std::move(m.block);
    if (m.column == column_ && m.row == pivot) received.of_column = std::move(m.block);
    advance();
  }

 private:
  // What has come for a phase, of the blocks that node's row and column are in. A neighbour is at
  // most one phase ahead.
  struct Received {
    std::size_t blocks = 0;
    SharedBlock of_row;
    SharedBlock of_column;
  };

  void share() {
    for (auto& neighbour : neighbours_) neighbour.cast<Share>(phase_, row_, column_, block_);
  }

  void advance() {
    while (phase_ < nodes_ && received_[phase_ % 2].blocks == neighbours_.size()) {
      update();
      received_[phase_ % 2] = {};
      if (++phase_ < nodes_) {
        share();
      } else {
        report();
      }
    }
  }

  void update() {
    const std::size_t pivot = phase_ / kBlock;
    const std::size_t k = phase_ % kBlock;
    const Received& received = received_[phase_ % 2];
    const Block& to_node = column_ == pivot ? *block_ : *received.of_row;
    const auto& from_node = (row_ == pivot ? *block_ : *received.of_column)[k];
    auto next = std::make_shared_for_overwrite<Block>();
    for (std::size_t i = 0; i < kBlock; ++i) {
      for (std::size_t j = 0; j < kBlock; ++j) {
        (*next)[i][j] = std::min((*block_)[i][j], to_node[i][k] + from_node[j]);
      }
    }
    block_ = std::move(next);
  }

  void report() {
    std::uint64_t sum = 0;
    for (const auto& row : *block_) {
      for (const std::uint32_t distance : row) sum += distance;
    }
    collector_.cast<bench::Report>(sum);
  }

  std::size_t row_;
  std::size_t column_;
  std::size_t nodes_;
  std::size_t phase_ = 0;
  SharedBlock block_;
  std::array<Received, 2> received_;
  std::vector<troupe::ActorRef<Share>> neighbours_;
  troupe::ActorRef<bench::Report> collector_;
};

Matrix draw_weights(std::size_t nodes) {
  bench::Draws draws(static_cast<std::uint32_t>(nodes));
  Matrix weights(nodes, std::vector<std::uint32_t>(nodes));
  for (std::size_t i = 0; i < nodes; ++i) {
    for (std::size_t j = i + 1; j < nodes; ++j)
      weights[i][j] = weights[j][i] = 1 + draws.below(100);
  }
  return weights;
}

SharedBlock block_of(const Matrix& weights, std::size_t row, std::size_t column) {
  auto block = std::make_shared<Block>();
  for (std::size_t i = 0; i < kBlock; ++i) {
    std::copy_n(weights[row * kBlock + i].begin() + static_cast<std::ptrdiff_t>(column * kBlock),
                kBlock, (*block)[i].begin());
  }
  return block;
}

std::uint64_t sum_without_actors(Matrix distances) {
  const std::size_t nodes = distances.size();
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < nodes; ++k) {
    for (std::size_t i = 0; i < nodes; ++i) {
      for (std::size_t j = 0; j < nodes; ++j) {
        distances[i][j] = std::min(distances[i][j], distances[i][k] + distances[k][j]);
      }
    }
  }
  for (const auto& row : distances) {
    for (const std::uint32_t distance : row) sum += distance;
  }
  return sum;
}

bench::Result apsp(const bench::Run& run) {
  const std::size_t side = run.size / kBlock;
  const Matrix weights = draw_weights(run.size);
  std::promise<std::uint64_t> sum;
  troupe::System system({.workers = run.workers});
  auto collector = system.spawn<bench::Collector>(side * side, &sum);

  std::vector<std::vector<troupe::ActorRef<Start, Share>>> solvers(side);
  for (std::size_t row = 0; row < side; ++row) {
    for (std::size_t column = 0; column < side; ++column) {
      solvers[row].push_back(
          system.spawn<Solver>(row, column, run.size, block_of(weights, row, column), collector));
    }
  }
  const auto neighbours_of = [&](std::size_t row, std::size_t column) {
    std::vector<troupe::ActorRef<Share>> neighbours;
    for (std::size_t i = 0; i < side; ++i) {
      if (i != column) neighbours.push_back(solvers[row][i]);
      if (i != row) neighbours.push_back(solvers[i][column]);
    }
    return neighbours;
  };

  const bench::Stopwatch watch(run);
  for (std::size_t row = 0; row < side; ++row) {
    for (std::size_t column = 0; column < side; ++column) {
      solvers[row][column].cast<Start>(neighbours_of(row, column));
    }
  }
  const auto distances = sum.get_future().get();
  const auto ns = watch.stop();
  return bench::result(side * side * run.size, bench::time(ns), distances,
                       sum_without_actors(weights));
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "apsp",
                         .size = 300,
                         .run = apsp,
                         .warm_up = [](std::uint64_t) { return std::uint64_t{100}; },
                         .accepts = [](std::uint64_t size) { return size % kBlock == 0; },
                         .sizes = "multiples of 50"},
                        argv);
}
