//! Chance that repeats itself: `SplitMix64` (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).

use std::f64::consts::TAU;
use std::sync::atomic::{AtomicU64, Ordering};

use guildhall_app::port::Rng;

use crate::numbers::fraction;

/// One stream of numbers. Each host has its own, so that what one host does changes nothing for the others.
#[derive(Debug)]
pub(crate) struct Dice {
    state: AtomicU64,
}

impl Dice {
    /// The stream `number` of `seed`.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let dice = Self { state: AtomicU64::new(seed) };
        let base = dice.word();
        Self { state: AtomicU64::new(base ^ number.wrapping_mul(0xD134_2543_DE82_EF95)) }
    }

    fn word(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut word = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// At least 0, less than 1.
    pub(crate) fn share(&self) -> f64 {
        fraction(self.word() >> 11) / fraction(1 << 53)
    }

    /// Exponentially distributed around `mean`.
    pub(crate) fn exponential(&self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// Log-normally distributed.
    pub(crate) fn log_normal(&self, median: f64, sigma: f64) -> f64 {
        // Box and Muller, one of the two.
        let normal = (-2.0 * (1.0 - self.share()).ln()).sqrt() * (TAU * self.share()).cos();
        median * (sigma * normal).exp()
    }
}

impl Rng for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The mean of a log-normal distribution.
pub(crate) fn log_normal_mean(median: f64, sigma: f64) -> f64 {
    median * (sigma * sigma / 2.0).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(draw: impl Fn() -> f64) -> f64 {
        (0..100_000).map(|_| draw()).sum::<f64>() / 100_000.0
    }

    #[test]
    fn distributions_have_the_means_they_should() {
        let dice = Dice::new(1, 0);
        for (found, wanted) in [
            (mean(|| dice.share()), 0.5),
            (mean(|| dice.exponential(3.0)), 3.0),
            (mean(|| dice.log_normal(2.0, 0.8)), log_normal_mean(2.0, 0.8)),
        ] {
            assert!((found / wanted - 1.0).abs() < 0.02, "{found} rather than {wanted}");
        }
    }

    #[test]
    fn half_of_a_log_normal_lies_below_its_median() {
        let dice = Dice::new(1, 0);
        let below = mean(|| if dice.log_normal(7.0, 1.5) < 7.0 { 1.0 } else { 0.0 });
        assert!((below - 0.5).abs() < 0.01, "{below}");
    }

    #[test]
    fn streams_repeat_and_differ() {
        let first = |seed, number| Dice::new(seed, number).word();
        assert_eq!(first(1, 1), first(1, 1));
        assert_ne!(first(1, 1), first(1, 2));
        assert_ne!(first(1, 1), first(2, 1));
    }
}
