#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "base/host.hpp"
#include "troupe/blocking.hpp"

namespace troupe::detail {

/// Threads for work that blocks: made when needed, up to a maximum, gone after ten idle seconds.
class BlockingPool {
 public:
  explicit BlockingPool(unsigned max_threads);
  /// Without threads: a simulation runs the work.
  explicit BlockingPool(Host& host) noexcept : host_(&host) {}
  ~BlockingPool();

  /// Runs the work on some thread; when all are busy, later. Throws std::system_error when not even
  /// one thread can be made.
  void submit(BlockingWork& work);

  /// Drops what has not begun. Threads in the middle of their work end after it, unwaited for.
  void stop() noexcept;

 private:
  struct Shared;
  Host* const host_ = nullptr;
  std::shared_ptr<Shared> shared_;
};

}  // namespace troupe::detail
