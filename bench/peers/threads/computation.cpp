// Threads that compute.

#include <memory>
#include <variant>

#include "../workloads.hpp"
#include "mailbox.hpp"

namespace bench {
namespace {

using Number = std::uint64_t;

// -- all pairs' shortest paths --------------------------------------------------------------------

using BlockPointer = std::shared_ptr<const Block>;

struct Sent {
  std::size_t k;
  std::size_t row;
  std::size_t column;
  BlockPointer block;
};

/// The neighbours' blocks of one phase: all are waited for, two are needed.
struct Phase {
  std::size_t arrived = 0;
  BlockPointer in_row;
  BlockPointer in_column;
};

/// Where the block is among the blocks.
struct Place {
  std::size_t row;
  std::size_t column;
};

Number run_phases(Mailbox<Sent>& own, const std::vector<Mailbox<Sent>*>& neighbours, Place place,
                  std::size_t nodes, BlockPointer block) {
  Phase now;
  Phase next;  // neighbours are one phase ahead at most
  for (std::size_t k = 0; k < nodes; ++k) {
    const auto of_k = k / block_side;
    for (const auto each : neighbours) each->send({k, place.row, place.column, block});
    if (place.column == of_k) now.in_row = block;
    if (place.row == of_k) now.in_column = block;
    while (now.arrived < neighbours.size()) {
      Sent sent = own.receive();
      Phase& phase = sent.k == k ? now : next;
      ++phase.arrived;
      if (sent.row == place.row && sent.column == sent.k / block_side) {
        phase.in_row = std::move(sent.block);
      } else if (sent.column == place.column && sent.row == sent.k / block_side) {
        phase.in_column = std::move(sent.block);
      }
    }
    auto result = std::make_shared<Block>();
    relax(*block, *now.in_row, *now.in_column, k, *result);
    block = std::move(result);
    now = std::exchange(next, {});
  }
  return total(*block);
}

// -- n queens -------------------------------------------------------------------------------------

constexpr std::size_t searchers = 20;
constexpr int rows_of_master = 4;

struct Solution {};
struct Done {};
using Finding = std::variant<Board, Solution, Done>;

struct Work {
  Board board;
  bool none = false;
};

void search_boards(Mailbox<Work>& own, Mailbox<Finding>& master, int queens) {
  for (;;) {
    const Work work = own.receive();
    if (work.none) return;
    if (work.board.rows < rows_of_master) {
      for (int column = 0; column < queens; ++column) {
        if (work.board.allows(column)) master.send(work.board.with(column));
      }
    } else {
      search(work.board, queens, [&] { master.send(Solution{}); });
    }
    master.send(Done{});
  }
}

Number hand_out(Mailbox<Finding>& own, std::vector<Mailbox<Work>>& workers) {
  Number handed_out = 0;
  Number done = 0;
  Number solutions = 0;
  do {
    const Finding finding = own.receive();
    if (const auto* board = std::get_if<Board>(&finding)) {
      workers[handed_out++ % workers.size()].send({*board});
    } else if (std::holds_alternative<Solution>(finding)) {
      ++solutions;
    } else {
      ++done;
    }
  } while (done < handed_out);
  for (auto& each : workers) each.send({{}, true});
  return solutions;
}

}  // namespace

Result apsp(unsigned workers, std::uint64_t nodes) {
  const auto side = nodes / block_side;
  const auto weights = graph(nodes);
  std::vector<Mailbox<Sent>> all(side * side);
  std::vector<Mailbox<bool>> starts(all.size());
  Mailbox<Number> reports;
  Threads threads(workers);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Place place{i / side, i % side};
    auto block = std::make_shared<const Block>(block_of(weights, nodes, place.row, place.column));
    std::vector<Mailbox<Sent>*> neighbours;
    for (std::size_t j = 0; j < all.size(); ++j) {
      if (i != j && (place.row == j / side || place.column == j % side)) {
        neighbours.push_back(&all[j]);
      }
    }
    threads.start([&, i, place, block, neighbours] {
      starts[i].receive();
      reports.send(run_phases(all[i], neighbours, place, nodes, block));
    });
  }
  const Stopwatch watch;
  for (auto& each : starts) each.send(true);
  Number sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) sum += reports.receive();
  return timed(watch.nanoseconds(), sum);
}

Result nqueens(unsigned workers, std::uint64_t queens) {
  std::vector<Mailbox<Work>> all(searchers);
  Mailbox<Finding> master;
  Mailbox<Number> report;
  Threads threads(workers);
  for (auto& each : all) {
    threads.start([&] { search_boards(each, master, static_cast<int>(queens)); });
  }
  threads.start([&] { report.send(hand_out(master, all)); });
  const Stopwatch watch;
  master.send(Board{});
  const auto solutions = report.receive();
  return timed(watch.nanoseconds(), solutions);
}

}  // namespace bench
