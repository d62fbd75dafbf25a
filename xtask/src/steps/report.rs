//! The table at the end of a run.

use std::{fmt, time::Duration};

use crate::{nextest::Tally, steps::Step};

/// What ran, in order.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) lines: Vec<Line>,
    /// `None`: the tests were not run.
    pub(crate) tally: Option<Tally>,
}

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) step: Step,
    pub(crate) failed: bool,
    pub(crate) took: Duration,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.failed { "FAILED" } else { "passed" };
        write!(f, "{:<8} {outcome} in {:.1} s", self.step.name(), self.took.as_secs_f64())
    }
}

impl fmt::Display for Report {
    /// The count of tests stands last, where people and CI look for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        let failed: Vec<_> =
            self.lines.iter().filter(|line| line.failed).map(|line| line.step.name()).collect();
        if !failed.is_empty() {
            writeln!(f, "FAILED steps: {}", failed.join(", "))?;
        }
        match self.tally {
            Some(tally) => writeln!(f, "tests: {tally}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named_again_after_later_ones_passed() {
        let line = |step, failed| Line { step, failed, took: Duration::from_millis(1234) };
        let lines = vec![line(Step::Clippy, true), line(Step::Test, false)];
        let text = Report { lines, tally: Some(Tally::default()) }.to_string();
        assert_eq!(
            text,
            "clippy   FAILED in 1.2 s\ntest     passed in 1.2 s\nFAILED steps: clippy\n\
             tests: 0 passed, 0 failed, 0 skipped\n"
        );
    }
}
