use std::{fmt::Display, fs, time::Duration};

/// What a run has measured and computed.
pub struct Outcome {
    figures: String,
    extra: String,
    pub checksum: String,
}

impl Outcome {
    pub fn time(elapsed: Duration, checksum: impl Display) -> Self {
        Self::new(format!("ns={}", elapsed.as_nanos()), checksum)
    }

    pub fn latencies(mut nanoseconds: Vec<u64>, checksum: impl Display) -> Self {
        nanoseconds.sort_unstable();
        let quantile = |thousandths: usize| nanoseconds[nanoseconds.len() * thousandths / 1000];
        let figures = format!("p50={} p99={} p999={}", quantile(500), quantile(990), quantile(999));
        Self::new(figures, checksum)
    }

    pub fn bytes(per_unit: f64, checksum: impl Display) -> Self {
        Self::new(format!("bytes={per_unit:.1}"), checksum)
    }

    /// Adds a pair to the line.
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.extra += &format!(" {name}={value}");
        self
    }

    pub(crate) fn line(&self, workload: &str, units: u64) -> String {
        let Self { figures, extra, checksum } = self;
        format!("RESULT workload={workload} units={units} {figures} checksum={checksum}{extra}")
    }

    fn new(figures: String, checksum: impl Display) -> Self {
        Self { figures, extra: String::new(), checksum: checksum.to_string() }
    }
}

/// The resident set, after memory that earlier runs have freed went back to the system.
pub fn resident_bytes() -> u64 {
    return_freed_memory();
    let status = fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it shows VmRSS");
    let kibibytes = line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok());
    kibibytes.expect("VmRSS is a number") * 1024
}

#[cfg(target_env = "gnu")]
#[allow(unsafe_code)]
fn return_freed_memory() {
    unsafe extern "C" {
        safe fn malloc_trim(pad: usize) -> i32;
    }
    malloc_trim(0);
}

#[cfg(not(target_env = "gnu"))]
fn return_freed_memory() {}
