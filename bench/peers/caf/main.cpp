#include "../workloads.hpp"

namespace {

constexpr bench::Workload workloads[] = {
    {"ping-pong", bench::ping_pong},
    {"thread-ring", bench::thread_ring},
    {"counting", bench::counting},
    {"fan-in", bench::fan_in},
    {"fan-in-thread", bench::fan_in_thread},
    {"fork-join", bench::fork_join},
    {"fork-join-thread", bench::fork_join_thread},
    {"chameneos", bench::chameneos},
    {"big", bench::big},
    {"bounded-buffer", bench::bounded_buffer},
    {"philosophers", bench::philosophers},
    {"logistic-map", bench::logistic_map},
    {"banking", bench::banking},
    {"radix-sort", bench::radix_sort},
    {"chat", bench::chat},
    {"fork-join-create", bench::fork_join_create},
    {"fibonacci", bench::fibonacci},
    {"skynet", bench::skynet},
    {"spawn-waves", bench::spawn_waves},
    {"spawn-together", bench::spawn_together},
    {"idle", bench::idle},
    {"restart", bench::restart},
    {"apsp", bench::apsp},
    {"nqueens", bench::nqueens},
    {"call", bench::call},
    {"call-timeout", bench::call_timeout},
    {"wake-thread", bench::wake_thread},
    {"wake-pause", bench::wake_pause},
    {"wake-actor", bench::wake_actor},
    {"open-loop", bench::open_loop},
};

}  // namespace

int main(int argc, char** argv) { return bench::program(argc, argv, PEER_VERSION, workloads); }
