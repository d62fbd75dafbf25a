//! Chance that is the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use guildhall_app::port::Rng;

/// Fills with numbers that follow from a seed (`SplitMix64`), so that a test that fails fails again.
#[derive(Debug)]
pub struct SeededRng(AtomicU64);

/// The step between two states of `SplitMix64`.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl SeededRng {
    /// Chance that follows from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}
