// All ways to place N queens on a board: a master hands out boards to twenty workers.

#include <array>
#include <future>

#include "bench.hpp"

namespace {

constexpr std::size_t kWorkers = 20;
constexpr unsigned kRowsToSplit = 4;
constexpr std::uint64_t kSmallest = 4;
constexpr std::array<std::uint64_t, 17> kSolutions = {
    1, 1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2'680, 14'200, 73'712, 365'596, 2'279'184, 14'772'512};

/// Queens in the first rows, none of which attacks another.
struct Board {
  std::array<std::uint8_t, kSolutions.size() - 1> columns{};
  std::uint8_t rows = 0;

  bool allows(unsigned column) const {
    for (unsigned row = 0; row < rows; ++row) {
      const unsigned distance = rows - row;
      const unsigned other = columns[row];
      if (other == column || other + distance == column || column + distance == other) return false;
    }
    return true;
  }
  Board with(unsigned column) const {
    Board next = *this;
    next.columns[next.rows++] = static_cast<std::uint8_t>(column);
    return next;
  }
};

struct Work {
  Board board;
};
struct Solution {};
struct Done {};

class Worker : public troupe::Actor<Worker, Work> {
 public:
  Worker(unsigned size, troupe::ActorRef<Work, Solution, Done> master)
      : size_(size), master_(std::move(master)) {}

  void handle(Work m) {
    if (m.board.rows < kRowsToSplit) {
      for (unsigned column = 0; column < size_; ++column) {
        if (m.board.allows(column)) master_.cast<Work>(m.board.with(column));
      }
    } else {
      search(m.board);
    }
    master_.cast<Done>();
  }

 private:
  void search(const Board& board) {
    if (board.rows == size_) {
      master_.cast<Solution>();
      return;
    }
    for (unsigned column = 0; column < size_; ++column) {
      if (board.allows(column)) search(board.with(column));
    }
  }

  unsigned size_;
  troupe::ActorRef<Work, Solution, Done> master_;
};

class Master : public troupe::Actor<Master, Work, Solution, Done> {
 public:
  Master(unsigned size, std::promise<std::uint64_t>* solutions)
      : size_(size), promise_(solutions) {}

  void pre_start() {
    for (auto& worker : workers_) worker = spawn<Worker>(size_, self());
  }

  void handle(Work m) {
    ++open_;
    workers_[next_].cast<Work>(m);
    next_ = (next_ + 1) % kWorkers;
  }

  void handle(Solution) { ++solutions_; }

  void handle(Done) {
    if (--open_ == 0) promise_->set_value(solutions_);
  }

 private:
  unsigned size_;
  std::array<troupe::ActorRef<Work>, kWorkers> workers_;
  std::size_t next_ = 0;
  std::uint64_t open_ = 0;
  std::uint64_t solutions_ = 0;
  std::promise<std::uint64_t>* promise_;
};

bench::Result nqueens(const bench::Run& run) {
  std::promise<std::uint64_t> solutions;
  troupe::System system({.workers = run.workers});
  auto master = system.spawn<Master>(static_cast<unsigned>(run.size), &solutions);

  const bench::Stopwatch watch(run);
  master.cast<Work>();
  const auto found = solutions.get_future().get();
  const auto ns = watch.stop();
  return bench::result(found, bench::time(ns), found, kSolutions[run.size]);
}

}  // namespace

int main(int, char** argv) {
  return bench::measure(
      {.name = "nqueens",
       .size = 12,
       .run = nqueens,
       .warm_up = [](std::uint64_t size) { return std::max(size - 2, kSmallest); },
       .accepts = [](std::uint64_t size) { return size >= kSmallest && size < kSolutions.size(); },
       .sizes = "4 to 16"},
      argv);
}
