#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace troupe::detail {

/// Nanoseconds since some fixed moment; what all of a system's deadlines are written in.
using Nanoseconds = std::int64_t;

struct BlockingWork;
struct Cell;
struct Node;

/// What a system runs on when it is not the machine itself: a node of a simulation. All of it on
/// one thread.
class Host {
 public:
  virtual Nanoseconds now() const noexcept = 0;
  /// A system is being made that is to run here. Throws std::logic_error where none may be.
  virtual void expect_system() const = 0;
  /// A seed for the system's random numbers.
  virtual std::uint64_t random() noexcept = 0;
  /// An actor has become runnable.
  virtual void schedule(Cell& cell) noexcept = 0;
  /// A message or a signal is about to be delivered. A request's deadline may be written in another
  /// clock's time than the receiver's.
  virtual void sent(Cell& to, Node& node) noexcept = 0;
  enum class Noted : std::uint8_t { spawned, failed, ended };
  virtual void note(Cell& cell, Noted what, std::string_view text) noexcept = 0;
  virtual void submit(BlockingWork& work) = 0;
  /// Gives up the work that was submitted and has not begun.
  virtual void drop_blocking() noexcept = 0;
  /// Whether what this fault point stands for is to go wrong now.
  virtual bool fault_is_due(std::string_view) noexcept { return false; }
  /// Runs the simulation until the word has this value, or the deadline has passed, or nothing can
  /// happen any more. Whether it has the value.
  virtual bool wait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                    Nanoseconds deadline) noexcept = 0;

 protected:
  ~Host() = default;
};

/// Of the simulation that this thread runs, the node whose turn it is; null elsewhere.
extern constinit thread_local Host* host_of_this_thread;

}  // namespace troupe::detail
