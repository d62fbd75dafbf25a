//! Counts, as people read them.

use std::fmt;

use askama::filters::{HtmlSafe, PluralizeCount};

/// A count, written with a comma every three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) i64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            // A minus sign as wide as a digit, which a line never breaks after.
            f.write_str("\u{2212}")?;
        }
        let digits = self.0.unsigned_abs().to_string();
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl HtmlSafe for Count {}

impl PluralizeCount for Count {
    type Error = std::convert::Infallible;

    fn is_singular(&self) -> Result<bool, Self::Error> {
        Ok(self.0 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let table = [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "\u{2212}1,234,567")];
        for (number, want) in table {
            assert_eq!(Count(number).to_string(), want);
        }
    }
}
