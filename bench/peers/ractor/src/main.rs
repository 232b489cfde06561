//! The workloads on ractor.

mod actor;
mod calls;
mod chat;
mod computation;
mod creation;
mod fan;
mod latency;
mod lifecycle;
mod messages;
mod requests;
mod society;
mod streams;

use std::process::ExitCode;

use rust_common::Program;

const PROGRAMS: [(&str, Program); 30] = [
    ("ping-pong", messages::ping_pong),
    ("thread-ring", messages::thread_ring),
    ("counting", messages::counting),
    ("fan-in", fan::fan_in),
    ("fan-in-thread", fan::fan_in_thread),
    ("fork-join", fan::fork_join),
    ("fork-join-thread", fan::fork_join_thread),
    ("chameneos", society::chameneos),
    ("big", society::big),
    ("bounded-buffer", streams::bounded_buffer),
    ("philosophers", society::philosophers),
    ("logistic-map", requests::logistic_map),
    ("banking", requests::banking),
    ("radix-sort", streams::radix_sort),
    ("chat", chat::chat),
    ("fork-join-create", creation::fork_join_create),
    ("fibonacci", creation::fibonacci),
    ("skynet", creation::skynet),
    ("spawn-waves", creation::spawn_waves),
    ("spawn-together", creation::spawn_together),
    ("idle", lifecycle::idle),
    ("restart", lifecycle::restart),
    ("apsp", computation::apsp),
    ("nqueens", computation::nqueens),
    ("call", calls::call),
    ("call-timeout", calls::call_timeout),
    ("wake-thread", latency::wake_thread),
    ("wake-pause", latency::wake_pause),
    ("wake-actor", latency::wake_actor),
    ("open-loop", latency::open_loop),
];

fn main() -> ExitCode {
    rust_common::main(env!("BENCH_VERSION"), &PROGRAMS)
}
