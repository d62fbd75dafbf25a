//! Randomness that can be had again: all of it comes from one printed number.

use std::{
    env,
    hash::{BuildHasher, RandomState},
};

use anyhow::Context;

/// A generator of pseudo-random numbers (`SplitMix64`), for choosing among things and no secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts at the number in the environment variable `variable`, else at one of its own, and prints it: with it, a
    /// run that failed can be had again.
    ///
    /// # Errors
    /// When the variable holds no number.
    pub fn from_env(variable: &str) -> anyhow::Result<Self> {
        let seed = match env::var(variable) {
            Ok(text) => text.parse().with_context(|| format!("{variable}: {text} is no number"))?,
            Err(_) => RandomState::new().hash_one(variable),
        };
        eprintln!("{variable}={seed}");
        Ok(Self(seed))
    }

    /// Starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another generator, which goes its own way.
    #[must_use]
    pub fn branch(&mut self) -> Self {
        Self(self.next())
    }

    /// A number below `end`; 0 when that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// One of some things; `None` of none.
    pub fn one_of<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        things.get(self.below(things.len()))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
