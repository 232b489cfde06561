// Actors that compute.

#include <memory>

#include "../workloads.hpp"
#include "stage.hpp"

namespace bench {
using BlockPointer = std::shared_ptr<const Block>;
}

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::BlockPointer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::Board)

namespace bench {
namespace {

using caf::actor;
using caf::behavior;
using caf::stateful_actor;

using start_atom = caf::atom_constant<caf::atom("start")>;

// -- all pairs' shortest paths --------------------------------------------------------------------

/// The neighbours' blocks of one phase: all are waited for, two are needed.
struct Phase {
  std::size_t arrived = 0;
  BlockPointer in_row;
  BlockPointer in_column;
};

struct BlockState {
  BlockPointer block;
  std::vector<actor> neighbours;
  std::size_t k = 0;
  Phase now;
  Phase next;  // neighbours are one phase ahead at most
};

/// Where the block is among the blocks.
struct Place {
  std::size_t row;
  std::size_t column;
};

behavior block_actor(stateful_actor<BlockState>* self, const actor& main, std::size_t nodes,
                     Place place, const BlockPointer& block) {
  self->state.block = block;
  const auto send_block = [=] {
    auto& state = self->state;
    const auto of_k = state.k / block_side;
    if (place.column == of_k) state.now.in_row = state.block;
    if (place.row == of_k) state.now.in_column = state.block;
    for (const auto& each : state.neighbours) {
      self->send(each, state.k, place.row, place.column, state.block);
    }
  };
  const auto advance = [=] {
    auto& state = self->state;
    while (state.now.arrived == state.neighbours.size()) {
      auto result = std::make_shared<Block>();
      relax(*state.block, *state.now.in_row, *state.now.in_column, state.k, *result);
      state.block = std::move(result);
      state.now = std::exchange(state.next, {});
      if (++state.k == nodes) return self->send(main, total(*state.block));
      send_block();
    }
  };
  return {
      [=](std::size_t k, std::size_t row, std::size_t column, BlockPointer& block) {
        auto& state = self->state;
        auto& phase = k == state.k ? state.now : state.next;
        ++phase.arrived;
        if (row == place.row && column == k / block_side) {
          phase.in_row = std::move(block);
        } else if (column == place.column && row == k / block_side) {
          phase.in_column = std::move(block);
        }
        advance();
      },
      [=](std::vector<actor>& neighbours) { self->state.neighbours = std::move(neighbours); },
      [=](start_atom) {
        send_block();
        advance();
      },
  };
}

// -- n queens -------------------------------------------------------------------------------------

using solution_atom = caf::atom_constant<caf::atom("solution")>;
using done_atom = caf::atom_constant<caf::atom("done")>;

constexpr std::size_t searchers = 20;
constexpr int rows_of_master = 4;

behavior searcher(caf::event_based_actor* self, int queens) {
  return {
      [=](const Board& board, const actor& master) {
        if (board.rows < rows_of_master) {
          for (int column = 0; column < queens; ++column) {
            if (board.allows(column)) self->send(master, board.with(column));
          }
        } else {
          search(board, queens, [&] { self->send(master, solution_atom::value); });
        }
        self->send(master, done_atom::value);
      },
  };
}

struct MasterState {
  std::uint64_t handed_out = 0;
  std::uint64_t done = 0;
  std::uint64_t solutions = 0;
};

behavior master(stateful_actor<MasterState>* self, const actor& main,
                const std::vector<actor>& workers) {
  return {
      [=](solution_atom) { ++self->state.solutions; },
      [=](const Board& board) {
        const auto next = self->state.handed_out++ % workers.size();
        self->send(workers[next], board, caf::actor_cast<actor>(self));
      },
      [=](done_atom) {
        if (++self->state.done == self->state.handed_out) self->send(main, self->state.solutions);
      },
  };
}

}  // namespace

Result apsp(unsigned workers, std::uint64_t nodes) {
  Stage stage(workers);
  const auto side = nodes / block_side;
  const auto weights = graph(nodes);
  std::vector<actor> all;
  for (std::size_t i = 0; i < side * side; ++i) {
    const Place place{i / side, i % side};
    all.push_back(stage.spawn(
        block_actor, stage.main(), nodes, place,
        std::make_shared<const Block>(block_of(weights, nodes, place.row, place.column))));
  }
  for (std::size_t i = 0; i < side * side; ++i) {
    std::vector<actor> neighbours;
    for (std::size_t j = 0; j < side * side; ++j) {
      if (i != j && (i / side == j / side || i % side == j % side)) neighbours.push_back(all[j]);
    }
    stage.send(all[i], neighbours);
  }
  const Stopwatch watch;
  for (const auto& each : all) stage.send(each, start_atom::value);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) sum += stage.receive_number();
  return timed(watch.nanoseconds(), sum);
}

Result nqueens(unsigned workers, std::uint64_t queens) {
  Stage stage(workers);
  std::vector<actor> all;
  for (std::size_t i = 0; i < searchers; ++i) {
    all.push_back(stage.spawn(searcher, static_cast<int>(queens)));
  }
  const auto leader = stage.spawn(master, stage.main(), all);
  const Stopwatch watch;
  stage.send(leader, Board{});
  const auto solutions = stage.receive_number();
  return timed(watch.nanoseconds(), solutions);
}

}  // namespace bench
