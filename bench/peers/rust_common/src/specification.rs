//! Units, checksums and warm-ups of the workloads, from the size alone: what results are held
//! against.

use crate::{apsp, banking, chat, computation::fibonacci, logistic, queens, random::Random};

const NAMES: [&str; 30] = [
    "ping-pong",
    "thread-ring",
    "counting",
    "fan-in",
    "fan-in-thread",
    "fork-join",
    "fork-join-thread",
    "chameneos",
    "big",
    "bounded-buffer",
    "philosophers",
    "logistic-map",
    "banking",
    "radix-sort",
    "chat",
    "fork-join-create",
    "fibonacci",
    "skynet",
    "spawn-waves",
    "spawn-together",
    "idle",
    "restart",
    "apsp",
    "nqueens",
    "call",
    "call-timeout",
    "wake-thread",
    "wake-pause",
    "wake-actor",
    "open-loop",
];

pub struct Workload {
    pub name: &'static str,
}

impl Workload {
    pub fn named(name: &str) -> Option<Self> {
        NAMES.into_iter().find(|known| *known == name).map(|name| Self { name })
    }

    pub fn accepts(&self, size: u64) -> Result<(), String> {
        let fits = match self.name {
            "skynet" => size == 10_u64.pow(size.ilog10()),
            "apsp" => size.is_multiple_of(apsp::BLOCK as u64),
            "nqueens" => size <= queens::LARGEST as u64,
            "fibonacci" => size <= 40,
            _ => true,
        };
        if fits {
            return Ok(());
        }
        Err(match self.name {
            "skynet" => "skynet wants a power of ten".into(),
            "apsp" => format!("apsp wants a multiple of {}", apsp::BLOCK),
            name => format!("{name}: {size} is too large"),
        })
    }

    /// A tenth of the size; where work grows faster than the size, about a tenth of the work.
    pub fn warm_up(&self, size: u64) -> u64 {
        match self.name {
            "fibonacci" => size.saturating_sub(5).max(1),
            "nqueens" => size.saturating_sub(2).max(1),
            "apsp" => (size / 2).next_multiple_of(apsp::BLOCK as u64),
            _ => (size / 10).max(1),
        }
    }

    pub fn units(&self, size: u64) -> u64 {
        match self.name {
            "big" => 240 * size,
            "bounded-buffer" => 40 * size,
            "philosophers" => 20 * size,
            "logistic-map" => logistic::SERIES as u64 * size,
            "radix-sort" => 61 * size,
            "fibonacci" => 2 * fibonacci(size) - 1,
            "skynet" => (10 * size - 1) / 9,
            "apsp" => (size / apsp::BLOCK as u64).pow(2) * size,
            "nqueens" => queens::expected(size as usize),
            _ => size,
        }
    }

    pub fn checksum(&self, size: u64) -> String {
        match self.name {
            "thread-ring" => size % 100,
            "chameneos" => 2 * size,
            "big" => 120 * size,
            "bounded-buffer" => 40 * size,
            "philosophers" => 20 * size,
            "logistic-map" => return logistic::expected(size),
            "banking" => return banking::expected(size).to_string(),
            "radix-sort" => {
                let mut random = Random::new(2048);
                (0..size).map(|_| random.draw()).sum()
            }
            "chat" => chat::expected(size),
            "fibonacci" => fibonacci(size),
            "skynet" => size * (size - 1) / 2,
            "apsp" => return apsp::expected(size as usize).to_string(),
            "nqueens" => queens::expected(size as usize),
            "call" | "call-timeout" | "wake-thread" | "wake-pause" => size * (size + 1) / 2,
            _ => size,
        }
        .to_string()
    }
}
