use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crate::random::Random;

/// sin(37.2)², used.
pub fn sine() {
    black_box(black_box(37.2_f64).sin().powi(2));
}

/// An item of `bounded-buffer`, or its use: 100 calls of log.
pub fn logarithms(item: f64) -> f64 {
    let mut random = Random::new(25);
    (0..100).fold(item, |sum, _| sum + (random.draw() as f64 / 65536.0 + 0.01).ln())
}

pub fn fibonacci(n: u64) -> u64 {
    if n <= 2 { 1 } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

/// Computes until so much time has passed.
pub fn compute_for(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        sine();
    }
}
