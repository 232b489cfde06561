//! What the Rust peers share: the command line, the RESULT lines, the check of every result, and
//! the parts of the workloads that send no message.

mod options;
mod report;
mod specification;

pub mod apsp;
pub mod banking;
pub mod chat;
pub mod computation;
pub mod logistic;
pub mod queens;
pub mod random;

use std::process::ExitCode;

use options::{Command, Options};
pub use report::{Outcome, resident_bytes};
use specification::Workload;

/// One run of a workload: on how many workers, of what size.
#[derive(Clone, Copy)]
pub struct Run {
    pub workers: usize,
    pub size: u64,
}

pub type Program = fn(Run) -> Outcome;

/// Does what the command line says, with the programs of one framework.
pub fn main(version: &str, programs: &[(&str, Program)]) -> ExitCode {
    match options::parse(std::env::args().skip(1), programs) {
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
        Ok(Command::Version) => {
            println!("{version}");
            ExitCode::SUCCESS
        }
        Ok(Command::List) => {
            for (name, _) in programs {
                println!("{name}");
            }
            ExitCode::SUCCESS
        }
        Ok(Command::Measure(options)) => measure(&options),
    }
}

fn measure(Options { workload, program, workers, size, runs }: &Options) -> ExitCode {
    let warm_up = Run { workers: *workers, size: workload.warm_up(*size) };
    if !passes(workload, warm_up, &program(warm_up)) {
        return ExitCode::FAILURE;
    }
    for _ in 0..*runs {
        let run = Run { workers: *workers, size: *size };
        let outcome = program(run);
        if !passes(workload, run, &outcome) {
            return ExitCode::FAILURE;
        }
        println!("{}", outcome.line(workload.name, workload.units(*size)));
    }
    ExitCode::SUCCESS
}

fn passes(workload: &Workload, run: Run, outcome: &Outcome) -> bool {
    let expected = workload.checksum(run.size);
    let right = outcome.checksum == expected;
    if !right {
        eprintln!("{}: checksum {}, expected {expected}", workload.name, outcome.checksum);
    }
    right
}

/// How many of `total` fall to the one with this index when `parts` take turns.
pub fn share(total: u64, parts: usize, index: usize) -> u64 {
    let parts = parts as u64;
    total / parts + u64::from((index as u64) < total % parts)
}
