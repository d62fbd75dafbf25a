//! How long things took, in buckets 3 % wide.

use crate::numbers::{count, fraction, place, whole};

/// Buckets a doubling.
const FINE: f64 = 24.0;

/// A distribution of milliseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    total: u64,
    sum: f64,
    max: f64,
}

impl Histogram {
    /// Counts one.
    pub(crate) fn add(&mut self, ms: f64) {
        let bucket = place(whole((ms.max(0.0) + 1.0).log2() * FINE));
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] += 1;
        self.total += 1;
        self.sum += ms;
        self.max = self.max.max(ms);
    }

    /// How many there are.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The mean; 0 of nothing.
    pub(crate) fn mean(&self) -> f64 {
        if self.total == 0 { 0.0 } else { self.sum / fraction(self.total) }
    }

    /// The longest.
    pub(crate) fn max(&self) -> f64 {
        self.max
    }

    /// What `share` of them do not exceed, to about 3 %; 0 of nothing.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let wanted = fraction(self.total) * share;
        let mut seen = 0;
        for (bucket, number) in self.buckets.iter().enumerate() {
            seen += number;
            if fraction(seen) >= wanted && *number > 0 {
                let end = ((fraction(count(bucket)) + 1.0) / FINE).exp2() - 1.0;
                return end.min(self.max);
            }
        }
        self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_near_what_was_put_in() {
        let mut histogram = Histogram::default();
        for ms in 1..=1000_u32 {
            histogram.add(f64::from(ms));
        }
        for (share, wanted) in [(0.5, 500.0), (0.9, 900.0), (0.99, 990.0)] {
            let found = histogram.quantile(share);
            assert!((found / wanted - 1.0).abs() < 0.035, "{found} rather than {wanted}");
        }
        assert!((histogram.quantile(1.0) - 1000.0).abs() < 1e-9);
        assert!((histogram.mean() - 500.5).abs() < 1e-9);
        assert!(Histogram::default().quantile(0.5).abs() < 1e-9);
    }
}
