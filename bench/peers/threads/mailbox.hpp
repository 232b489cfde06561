#pragma once

#include <sched.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "../common.hpp"

namespace bench {

/// A queue with any number of senders and one receiver, who takes all that is there at once.
template <class Message>
class Mailbox {
 public:
  void send(Message message) {
    bool was_empty;
    {
      const std::lock_guard lock(mutex_);
      was_empty = incoming_.empty();
      incoming_.push_back(std::move(message));
    }
    if (was_empty) arrived_.notify_one();
  }

  Message receive() {
    if (taken_.empty()) {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return !incoming_.empty(); });
      taken_.swap(incoming_);
    }
    Message message = std::move(taken_.front());
    taken_.pop_front();
    return message;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> incoming_;
  std::deque<Message> taken_;  // the receiver's own
};

/// The answer to one call at a time.
template <class Value>
class Reply {
 public:
  void set(Value value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    ready_ = true;
    // Under the lock: the caller may end this object as soon as it has its answer.
    arrived_.notify_one();
  }

  Value get() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return ready_; });
    ready_ = false;
    return std::move(value_);
  }

  /// False: it did not come in time.
  template <class Duration>
  bool get_within(Duration time, Value& value) {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, time, [&] { return ready_; })) return false;
    ready_ = false;
    value = std::move(value_);
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  Value value_ = {};
  bool ready_ = false;
};

/// The threads of a run: as many as there are actors, whatever `workers` says; but with one worker
/// they all share one core.
class Threads {
 public:
  explicit Threads(unsigned workers) : one_core_(workers == 1) {}

  template <class Body>
  void start(Body body) {
    threads_.emplace_back([one_core = one_core_, body = std::move(body)]() mutable {
      if (one_core) pin();
      body();
    });
  }

 private:
  static void pin() {
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof allowed, &allowed);
    int core = 0;
    while (!CPU_ISSET(core, &allowed)) ++core;
    CPU_ZERO(&allowed);
    CPU_SET(core, &allowed);
    sched_setaffinity(0, sizeof allowed, &allowed);
  }

  bool one_core_;
  std::vector<std::jthread> threads_;
};

}  // namespace bench
