#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <troupe/troupe.hpp>
#include <type_traits>
#include <utility>
#include <vector>

/// What the tests of the actor layer share. Nothing here waits for time to pass: every wait is for
/// something that happens, and a test whose wait is in vain hangs.
namespace support {

using namespace std::chrono_literals;

/// For waits that must end through something else than their time.
inline constexpr std::chrono::nanoseconds kForever = 1h;

// -- logs ---

struct Record {
  troupe::LogLevel level;
  std::string system;
  std::string actor;
  std::string text;
};

class LogCollector : public troupe::LogSink {
 public:
  void write(const troupe::LogRecord& record) noexcept override {
    std::lock_guard lock(mutex_);
    records_.push_back({record.level, std::string(record.system), record.actor, record.text});
    changed_.notify_all();
  }
  std::vector<Record> records() const {
    std::lock_guard lock(mutex_);
    return records_;
  }
  /// The first record whose text has `part` in it, when there is one.
  Record wait_for(std::string_view part) const {
    std::unique_lock lock(mutex_);
    for (;;) {
      for (const Record& record : records_) {
        if (record.text.find(part) != std::string::npos) return record;
      }
      changed_.wait(lock);
    }
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<Record> records_;
};

/// A system whose log is collected.
struct World {
  LogCollector log;
  troupe::System system;

  explicit World(unsigned workers = 2) : World(options_for(workers)) {}
  explicit World(troupe::SystemOptions options) : system(with_log(std::move(options), log)) {}

  static troupe::SystemOptions options_for(unsigned workers) {
    troupe::SystemOptions options;
    options.workers = workers;
    options.watchdog = 0ns;
    return options;
  }

 private:
  static troupe::SystemOptions with_log(troupe::SystemOptions options, LogCollector& log) {
    options.log = &log;
    return options;
  }
};

// -- what happened, in order ---

class Journal {
 public:
  void add(std::string entry) {
    std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
    changed_.notify_all();
  }
  std::vector<std::string> entries() const {
    std::lock_guard lock(mutex_);
    return entries_;
  }
  std::string text() const {
    std::string text;
    for (const std::string& entry : entries()) text += (text.empty() ? "" : ", ") + entry;
    return text;
  }
  /// All entries, when there are at least so many.
  std::string wait_count(std::size_t count) const {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return entries_.size() >= count; });
    }
    return text();
  }
  /// The first entry that has `part` in it, when there is one.
  std::string wait_for(std::string_view part) const {
    std::unique_lock lock(mutex_);
    for (;;) {
      for (const std::string& entry : entries_) {
        if (entry.find(part) != std::string::npos) return entry;
      }
      changed_.wait(lock);
    }
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> entries_;
};

/// Writes a line when it is destroyed.
class Trace {
 public:
  Trace(Journal& journal, std::string line) : journal_(&journal), line_(std::move(line)) {}
  Trace(Trace&& other) noexcept
      : journal_(std::exchange(other.journal_, nullptr)), line_(std::move(other.line_)) {}
  Trace& operator=(Trace&&) = delete;
  ~Trace() {
    if (journal_) journal_->add(line_);
  }

 private:
  Journal* journal_;
  std::string line_;
};

/// Counts how many of its kind live; a second destruction of one is fatal.
class Tracked {
 public:
  explicit Tracked(std::atomic<int>& living) : living_(&living) { ++*living_; }
  Tracked(const Tracked& other) : living_(other.living_) { ++*living_; }
  Tracked(Tracked&& other) noexcept : living_(other.living_) { ++*living_; }
  Tracked& operator=(const Tracked&) = delete;
  ~Tracked() {
    if (alive_ != kAlive) std::abort();
    alive_ = 0;
    --*living_;
  }

 private:
  static constexpr unsigned kAlive = 0x600dbeef;
  std::atomic<int>* living_;
  volatile unsigned alive_ = kAlive;
};

// -- something for handlers to wait for ---

struct Ask {
  using Reply = int;
};
struct CountAsked {
  using Reply = std::size_t;
};
struct AwaitAsked {
  using Reply = void;
  std::size_t count;
};
struct Answer {
  std::size_t index;
  int value;
};
struct Drop {
  std::size_t index;
};

/// Keeps the port of each Ask until it is told what to do with it.
class Keeper : public troupe::Actor<Keeper, Ask, CountAsked, AwaitAsked, Answer, Drop> {
 public:
  void handle(Ask, troupe::ReplyPort<int> port) {
    ports_.push_back(std::move(port));
    std::erase_if(waiting_, [&](auto& waiter) {
      if (ports_.size() < waiter.first) return false;
      waiter.second.send();
      return true;
    });
  }
  std::size_t handle(CountAsked) const { return ports_.size(); }
  void handle(AwaitAsked m, troupe::ReplyPort<void> port) {
    if (ports_.size() >= m.count) {
      port.send();
    } else {
      waiting_.emplace_back(m.count, std::move(port));
    }
  }
  void handle(Answer m) { ports_.at(m.index).send(m.value); }
  void handle(Drop m) { ports_.at(m.index) = {}; }

 private:
  std::vector<troupe::ReplyPort<int>> ports_;
  std::vector<std::pair<std::size_t, troupe::ReplyPort<void>>> waiting_;
};

/// A Keeper, in the hands of a test: a handler that awaits `ref().call<Ask>()` waits until the test
/// answers.
class Gate {
 public:
  explicit Gate(troupe::System& system) : keeper_(system.spawn<Keeper>()) {}

  troupe::ActorRef<Ask> ref() const { return keeper_; }
  operator troupe::ActorRef<Ask>() const { return keeper_; }

  void wait_asked(std::size_t count = 1) const {
    if (!keeper_.call<AwaitAsked>(count).within(kForever).get()) {
      throw std::runtime_error("the keeper has ended");
    }
  }
  std::size_t asked() const { return keeper_.call<CountAsked>().within(kForever).get().value(); }
  void answer(int value, std::size_t index = 0) const { keeper_.cast<Answer>(index, value); }
  void drop(std::size_t index = 0) const { keeper_.cast<Drop>(index); }

 private:
  Keeper::Reference keeper_;
};

// -- coroutines of a test that run in an actor ---

struct Run {
  std::function<troupe::Task<>()> body;
};
class Runner : public troupe::Actor<Runner, Run> {
 public:
  troupe::Task<> handle(Run m) { co_await m.body(); }
};

template <class Task>
struct TaskValue;
template <class T>
struct TaskValue<troupe::Task<T>> {
  using Type = T;
};

/// Runs `body`, which gives a Task<T>, in an actor of its own.
template <class Body>
auto start_in_actor(troupe::System& system, Body body) {
  using T = typename TaskValue<std::invoke_result_t<Body&>>::Type;
  auto promise = std::make_shared<std::promise<T>>();
  auto result = promise->get_future();
  system.spawn<Runner>().template cast<Run>([promise, body]() mutable -> troupe::Task<> {
    std::exception_ptr error;
    try {
      if constexpr (std::is_void_v<T>) {
        co_await body();
        promise->set_value();
      } else {
        promise->set_value(co_await body());
      }
    } catch (...) {
      error = std::current_exception();
    }
    if (error) promise->set_exception(error);
  });
  return result;
}
template <class Body>
auto in_actor(troupe::System& system, Body body) {
  return start_in_actor(system, std::move(body)).get();
}

/// Runs `body` in a thread.
template <class Body>
auto in_thread(Body body) {
  return std::async(std::launch::async, std::move(body));
}

/// Sees a message come to an actor that handles none meanwhile. Made before the message is sent.
class Mailbox {
 public:
  explicit Mailbox(const troupe::AnyRef& actor) : actor_(actor), before_(last()) {}
  void wait_for_message() {
    while (last() == before_) std::this_thread::yield();
    before_ = last();
  }

 private:
  std::uintptr_t last() const {
    return cell_of(actor_)->head.load() & ~troupe::detail::kMailboxSignaled;
  }
  troupe::AnyRef actor_;
  std::uintptr_t before_;
};

}  // namespace support
