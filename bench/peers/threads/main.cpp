#include "../workloads.hpp"

namespace {

constexpr std::string_view too_many = "a thread for each of so many actors is not sensible";

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
    {"banking", nullptr, "a thread for each of 1,000 accounts is not sensible"},
    {"radix-sort", bench::radix_sort},
    {"chat", nullptr, "a thread for each of 2,000 clients and chats is not sensible"},
    {"fork-join-create", nullptr, too_many},
    {"fibonacci", nullptr, too_many},
    {"skynet", nullptr, too_many},
    {"spawn-waves", nullptr, too_many},
    {"spawn-together", nullptr, too_many},
    {"idle", nullptr, too_many},
    {"restart", nullptr, "threads have no supervision"},
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
