#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/host.hpp"

namespace troupe::detail {

/// What is left of a run when its process is gone: how far it had come, and what it had chosen. It
/// lies in memory that a process shares with those that it forks.
///
/// A run that is known to end its process can be repeated up to there and told apart: at the step
/// of `stop`, the run fails instead.
class BlackBox {
 public:
  /// Throws std::system_error.
  BlackBox();
  BlackBox(const BlackBox&) = delete;
  BlackBox& operator=(const BlackBox&) = delete;
  ~BlackBox();

  // -- the run that writes it ---

  void begin_step(std::uint64_t step, Nanoseconds time) noexcept {
    memory_->step = step;
    memory_->time = time;
    memory_->in_step = true;
  }
  void end_step() noexcept { memory_->in_step = false; }
  void chose(std::uint32_t choice) noexcept {
    if (memory_->choices != kMostChoices) memory_->chosen[memory_->choices] = choice;
    if (memory_->choices <= kMostChoices) ++memory_->choices;
  }

  // -- whoever reads it, when that has ended ---

  /// The last one that has begun; 0: none.
  std::uint64_t step() const noexcept { return memory_->step; }
  /// When it began, after the beginning of the run.
  Nanoseconds time() const noexcept { return memory_->time; }
  /// The choices; nothing: there were too many of them.
  std::optional<std::vector<std::uint32_t>> choices() const;
  void clear() noexcept;

  // -- repeating a run that has ended its process ---

  /// Lets the next run fail where the last one has ended its process, which had this trouble.
  void stop_there(std::string trouble);
  /// Why the run is to fail now, in this step or right after it; null: it is not.
  const std::string* stops(std::uint64_t step, bool in_step) const noexcept {
    return stop_ && stop_->step == step && stop_->in_step == in_step ? &stop_->trouble : nullptr;
  }

 private:
  static constexpr std::size_t kMostChoices = std::size_t{1} << 22;
  struct Memory {
    std::uint64_t step;
    Nanoseconds time;
    bool in_step;
    std::size_t choices;
    std::uint32_t chosen[kMostChoices];
  };
  struct Stop {
    std::uint64_t step;
    bool in_step;
    std::string trouble;
  };

  Memory* const memory_;
  std::optional<Stop> stop_;
};

/// Where the runs of this thread leave what is to be left of them; null: nowhere.
extern constinit thread_local BlackBox* black_box;

}  // namespace troupe::detail
