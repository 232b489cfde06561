#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "troupe/detail/cell.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe {

template <class T = void>
class Task;

namespace detail {

template <class T>
struct HandlerTask;

/// What every Task's promise has. Frames come from the message pools.
struct PromiseBase {
  std::coroutine_handle<> self;
  std::coroutine_handle<> continuation;  // who awaits this task; none for a handler
  std::exception_ptr error;
  // A handler's: delivers its result, or rethrows its error. May be null.
  void (*complete)(Cell&, PromiseBase&) = nullptr;
  bool starting = false;  // its awaiter is still inside await_suspend
  // A handler's: what it handles (null: a hook), and until when. They outlive the message's node.
  const MessageType* message = nullptr;
  std::int64_t deadline = 0;
  Waiter* waiter = nullptr;  // a handler's: what it is suspended for

  static void* operator new(std::size_t size) { return pool_allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { pool_free(memory, size); }

  std::suspend_always initial_suspend() const noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      PromiseBase& promise = finished.promise();
      // The turn's loop resumes the awaiter: GCC 12 has no tail call here outside -O2, and a chain
      // of symmetric transfers would overflow the stack.
      if (promise.continuation && !promise.starting) turn.resume_next = promise.continuation;
    }
    void await_resume() const noexcept {}
  };
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;

  Task<T> get_return_object() noexcept;
  template <class U = T>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (error) std::rethrow_exception(error);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

/// The result of a coroutine: of a handler, of a hook, or of a helper that a handler awaits.
///
/// Lazy: it runs when it is awaited, on the worker that runs its actor, and resumes there after
/// each suspension. Its exception appears in its awaiter. Destroying a suspended Task destroys the
/// coroutine where it waits. Coroutines of actors take their arguments by value.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() noexcept = default;
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return handle_.done(); }
  /// Starts the task. Does not suspend when it finishes at once.
  bool await_suspend(std::coroutine_handle<> awaiter) {
    promise_type& promise = handle_.promise();
    promise.continuation = awaiter;
    promise.starting = true;
    handle_.resume();
    promise.starting = false;
    return !handle_.done();
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  friend promise_type;
  template <class>
  friend struct detail::HandlerTask;
  explicit Task(Handle handle) noexcept : handle_(handle) {}

  Handle handle_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
  auto handle = std::coroutine_handle<Promise>::from_promise(*this);
  self = handle;
  return Task<T>(handle);
}

inline Task<void> detail::Promise<void>::get_return_object() noexcept {
  auto handle = std::coroutine_handle<Promise>::from_promise(*this);
  self = handle;
  return Task<void>(handle);
}

}  // namespace troupe
