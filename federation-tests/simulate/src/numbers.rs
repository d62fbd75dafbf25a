//! Between whole numbers and fractions, where a little is lost on purpose.

/// The same number as a fraction; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts and microseconds stay far below 2^53")]
pub(crate) fn fraction(number: u64) -> f64 {
    number as f64
}

/// The whole number next below; 0 for what is negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "wanted")]
pub(crate) fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

/// The same number as a length or count.
pub(crate) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The same number as a place in a list.
pub(crate) fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
