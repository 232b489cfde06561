#pragma once

#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "troupe/detail/turn.hpp"

namespace troupe {

namespace detail {

/// Work for the system's blocking threads; the last of its owners, the waiting handler and the
/// thread, destroys it.
struct BlockingWork {
  void (*run)(BlockingWork&) noexcept = nullptr;
  void (*destroy)(BlockingWork&) noexcept = nullptr;
  std::atomic<int> owners{1};
  Request* done = nullptr;  // answered when the thread lets the work go
};

/// The thread's side: answers, and lets the work go.
TROUPE_EXPORT void release_work(BlockingWork& work) noexcept;

class TROUPE_EXPORT BlockingOperation : Waiter {
 public:
  explicit BlockingOperation(BlockingWork& work) noexcept : work_(&work) {}
  BlockingOperation(BlockingOperation&& other) noexcept
      : work_(std::exchange(other.work_, nullptr)) {}
  ~BlockingOperation();
  void submit(std::coroutine_handle<> handle);

 protected:
  BlockingWork* work_;

 private:
  Heard hear(Request& request) noexcept override;
};

template <class Function, class... Args>
struct BlockingCall : BlockingWork {
  using Result = std::invoke_result_t<Function, Args...>;
  std::tuple<Function, Args...> call;
  std::optional<std::conditional_t<std::is_void_v<Result>, std::tuple<>, Result>> result;
  std::exception_ptr error;

  template <class... Parts>
  explicit BlockingCall(Parts&&... parts) : call(std::forward<Parts>(parts)...) {
    run = [](BlockingWork& work) noexcept {
      auto& self = static_cast<BlockingCall&>(work);
      try {
        auto invoke = [](Function& function, Args&... args) -> Result {
          return std::move(function)(std::move(args)...);
        };
        if constexpr (std::is_void_v<Result>) {
          std::apply(invoke, self.call);
          self.result.emplace();
        } else {
          self.result.emplace(std::apply(invoke, self.call));
        }
      } catch (...) {
        self.error = std::current_exception();
      }
    };
    destroy = [](BlockingWork& work) noexcept { delete static_cast<BlockingCall*>(&work); };
  }
};

}  // namespace detail

template <class Function, class... Args>
class [[nodiscard("co_await it")]] Blocking : detail::BlockingOperation {
  using Work = detail::BlockingCall<Function, Args...>;

 public:
  template <class... Parts>
  explicit Blocking(std::in_place_t, Parts&&... parts)
      : BlockingOperation(*new Work(std::forward<Parts>(parts)...)) {}
  Blocking(Blocking&&) noexcept = default;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) { submit(handle); }
  typename Work::Result await_resume() {
    auto& work = *static_cast<Work*>(work_);
    if (work.error) std::rethrow_exception(work.error);
    if constexpr (!std::is_void_v<typename Work::Result>) return std::move(*work.result);
  }
};

/// `auto text = co_await blocking(read_file, path);` runs `function(args...)` on a thread of its
/// own and gives its result, or its exception; the worker goes on with other actors. When the actor
/// is killed meanwhile, the function runs to its end and its result is dropped.
template <class Function, class... Args>
auto blocking(Function&& function, Args&&... args) {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  // This compiler destroys a closure that is a temporary of a co_await expression twice.
  static_assert(std::is_lvalue_reference_v<Function> || std::is_trivially_destructible_v<Function>,
                "with GCC 12, give the lambda a name first: auto work = [...]; co_await "
                "blocking(work)");
#endif
  return Blocking<std::decay_t<Function>, std::decay_t<Args>...>(
      std::in_place, std::forward<Function>(function), std::forward<Args>(args)...);
}

}  // namespace troupe
