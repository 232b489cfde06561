pub const SERIES: usize = 10;

pub fn rate(series: usize) -> f64 {
    3.46 + 0.0025 * series as f64
}

pub fn first_term(series: usize) -> f64 {
    0.0025 * series as f64
}

pub fn next_term(rate: f64, term: f64) -> f64 {
    rate * term * (1.0 - term)
}

/// The checksum of last terms, series 0 first.
pub fn checksum(last_terms: impl IntoIterator<Item = f64>) -> String {
    format!("{:.12}", last_terms.into_iter().sum::<f64>())
}

pub(crate) fn expected(terms: u64) -> String {
    checksum(
        (0..SERIES).map(|series| {
            (0..terms).fold(first_term(series), |term, _| next_term(rate(series), term))
        }),
    )
}
