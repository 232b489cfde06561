#pragma once

#include <functional>
#include <future>
#include <type_traits>

#include "actor/support.hpp"

namespace support {

/// For actors that do what a test says: `void handle(Do m) { m.what(); }`.
struct Do {
  std::function<void()> what;
};

/// Runs `what` with the actor, which handles Do, in its handler, and gives its result.
template <class A, class Function>
auto in_handler(const typename A::Reference& ref, Function what) {
  using T = std::invoke_result_t<Function, A&>;
  std::promise<T> promise;
  auto result = promise.get_future();
  auto* actor = static_cast<A*>(cell_of(ref)->object());
  ref.template cast<Do>([&promise, &what, actor] {
    if constexpr (std::is_void_v<T>) {
      what(*actor);
      promise.set_value();
    } else {
      promise.set_value(what(*actor));
    }
  });
  return result.get();
}

}  // namespace support
