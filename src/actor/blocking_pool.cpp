#include "actor/blocking_pool.hpp"

#include <pthread.h>

#include <chrono>
#include <system_error>
#include <thread>

namespace troupe::detail {

struct BlockingPool::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<BlockingWork*> queue;
  unsigned max_threads;
  unsigned threads = 0;
  unsigned idle = 0;
  bool stopping = false;

  // Threads are detached and hold the shared part: one that blocks for ever holds up nobody.
  static void serve(const std::shared_ptr<Shared>& shared) noexcept {
    std::unique_lock lock(shared->mutex);
    for (;;) {
      if (shared->stopping) break;
      if (shared->queue.empty()) {
        ++shared->idle;
        const auto woken = shared->changed.wait_for(lock, std::chrono::seconds(10));
        --shared->idle;
        if (woken == std::cv_status::timeout && shared->queue.empty()) break;
        continue;
      }
      BlockingWork* work = shared->queue.front();
      shared->queue.pop_front();
      lock.unlock();
      work->run(*work);
      release_work(*work);
      lock.lock();
    }
    --shared->threads;
  }
};

BlockingPool::BlockingPool(unsigned max_threads) : shared_(std::make_shared<Shared>()) {
  shared_->max_threads = max_threads;
}

BlockingPool::~BlockingPool() { stop(); }

void BlockingPool::submit(BlockingWork& work) {
  if (host_) return host_->submit(work);
  std::lock_guard lock(shared_->mutex);
  shared_->queue.push_back(&work);
  if (shared_->idle >= shared_->queue.size() || shared_->threads == shared_->max_threads) {
    shared_->changed.notify_one();
    return;
  }
  try {
    std::thread thread([shared = shared_] { Shared::serve(shared); });
    pthread_setname_np(thread.native_handle(), "troupe-blocking");
    thread.detach();
    ++shared_->threads;
  } catch (const std::system_error&) {
    if (shared_->threads == 0) {  // with others, it waits for one of them
      shared_->queue.pop_back();
      throw;
    }
  }
}

void BlockingPool::stop() noexcept {
  if (host_) return host_->drop_blocking();
  std::deque<BlockingWork*> left;
  {
    std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
    left.swap(shared_->queue);
    shared_->changed.notify_all();
  }
  for (BlockingWork* work : left) release_work(*work);
}

}  // namespace troupe::detail
