#include "actor/thread_wait.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/clock.hpp"

using troupe::detail::Clock;
using troupe::detail::Request;
using troupe::detail::ThreadWait;

namespace {

struct Question {
  using Reply = void;
};

}  // namespace

TEST_CASE("a thread whose time was over can wait once more") {
  ThreadWait wait;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(wait.block(Clock().now() + 1'000));
  SUBCASE("until it is answered") {
    Request& request = *troupe::detail::make_node<Question>();
    request.context = &wait;
    std::atomic<bool> answering{false};
    std::thread other([&] {
      answering = true;
      ThreadWait::deliver(request);
    });
    wait.finish();
    CHECK(answering);
    other.join();
    destroy_node(&request);
  }
  SUBCASE("or give up") { CHECK(wait.abandon()); }
}
