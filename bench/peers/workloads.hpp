#pragma once

#include "common.hpp"

/// A function for each workload.
namespace bench {

Result ping_pong(unsigned workers, std::uint64_t size);
Result thread_ring(unsigned workers, std::uint64_t size);
Result counting(unsigned workers, std::uint64_t size);
Result fan_in(unsigned workers, std::uint64_t size);
Result fan_in_thread(unsigned workers, std::uint64_t size);
Result fork_join(unsigned workers, std::uint64_t size);
Result fork_join_thread(unsigned workers, std::uint64_t size);
Result chameneos(unsigned workers, std::uint64_t size);
Result big(unsigned workers, std::uint64_t size);
Result bounded_buffer(unsigned workers, std::uint64_t size);
Result philosophers(unsigned workers, std::uint64_t size);
Result logistic_map(unsigned workers, std::uint64_t size);
Result banking(unsigned workers, std::uint64_t size);
Result radix_sort(unsigned workers, std::uint64_t size);
Result chat(unsigned workers, std::uint64_t size);
Result fork_join_create(unsigned workers, std::uint64_t size);
Result fibonacci(unsigned workers, std::uint64_t size);
Result skynet(unsigned workers, std::uint64_t size);
Result spawn_waves(unsigned workers, std::uint64_t size);
Result spawn_together(unsigned workers, std::uint64_t size);
Result idle(unsigned workers, std::uint64_t size);
Result restart(unsigned workers, std::uint64_t size);
Result apsp(unsigned workers, std::uint64_t size);
Result nqueens(unsigned workers, std::uint64_t size);
Result call(unsigned workers, std::uint64_t size);
Result call_timeout(unsigned workers, std::uint64_t size);
Result wake_thread(unsigned workers, std::uint64_t size);
Result wake_pause(unsigned workers, std::uint64_t size);
Result wake_actor(unsigned workers, std::uint64_t size);
Result open_loop(unsigned workers, std::uint64_t size);

}  // namespace bench
