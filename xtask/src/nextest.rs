//! Runs cargo-nextest and keeps its closing count, so that it can stand at the very end of a run.

use std::{
    fmt,
    io::{BufRead, BufReader, IsTerminal, Write},
    process::{Command, Stdio},
};

use anyhow::{Context, anyhow};

use crate::shell;

/// How many tests ended how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u32,
    /// Timed out ones too.
    failed: u32,
    skipped: u32,
}

/// The outcome of a run, and its count when nextest came to its end.
pub(crate) struct Run {
    pub(crate) outcome: anyhow::Result<()>,
    pub(crate) tally: Tally,
}

/// Runs a prepared `cargo nextest run`, passing its output on as it comes.
pub(crate) fn run(command: &mut Command) -> Run {
    let mut tally = Tally::default();
    let outcome = run_and_count(command, &mut tally);
    Run { outcome, tally }
}

fn run_and_count(command: &mut Command, tally: &mut Tally) -> anyhow::Result<()> {
    shell::announce(command);
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        command.arg("--color=always");
    }
    let mut child = command.stderr(Stdio::piped()).spawn().context("could not start nextest")?;
    let mut output = BufReader::new(child.stderr.take().context("nextest has no output")?);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        stderr.write_all(&line)?;
        if let Some(counted) = Tally::from_line(&String::from_utf8_lossy(&line)) {
            *tally += counted;
        }
        line.clear();
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(anyhow!("cargo nextest: {status}")) }
}

impl Tally {
    /// Reads `Summary [ 1.2s] 5 tests run: 4 passed (1 slow), 1 timed out, 2 skipped`.
    fn from_line(line: &str) -> Option<Self> {
        let line = without_colours(line);
        let line = line.trim_start();
        if !line.starts_with("Summary [") {
            return None;
        }
        let (_, counts) = line.split_once(" run: ")?;
        let mut tally = Self::default();
        for part in counts.split(", ") {
            let (number, outcome) = part.trim().split_once(' ')?;
            let number: u32 = number.parse().ok()?;
            match outcome.split(" (").next()? {
                "passed" => tally.passed += number,
                "skipped" => tally.skipped += number,
                // "failed", "timed out", "exec failed" and whatever may come.
                _ => tally.failed += number,
            }
        }
        Some(tally)
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Drops the escape sequences `ESC [ … m` that nextest colours its words with.
fn without_colours(line: &str) -> String {
    let mut pieces = line.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').map_or(piece, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_is_counted() {
        let line =
            "     Summary [   0.123s] 7 tests run: 4 passed (1 slow), 2 failed, 1 timed out, 3 skipped\n";
        assert_eq!(Tally::from_line(line), Some(Tally { passed: 4, failed: 3, skipped: 3 }));
    }

    #[test]
    fn a_coloured_closing_line_is_counted() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   1.0s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \
                    \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m";
        assert_eq!(Tally::from_line(line), Some(Tally { passed: 2, failed: 0, skipped: 0 }));
    }

    #[test]
    fn a_run_that_was_cut_short_is_counted_too() {
        let line = "Summary [ 1.0s] 3/9 tests run: 2 passed, 1 exec failed, 0 skipped";
        assert_eq!(Tally::from_line(line), Some(Tally { passed: 2, failed: 1, skipped: 0 }));
    }

    #[test]
    fn other_lines_are_not_counted() {
        assert_eq!(Tally::from_line("PASS [ 0.1s] Summary of 3 run: 1 passed"), None);
    }
}
