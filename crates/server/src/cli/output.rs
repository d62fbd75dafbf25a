//! How commands answer: text for people, or one JSON value.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use crate::open::causes;

/// Where and in which form results are printed.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// As `--json` says.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a result to standard output: its `Display` form, or with `--json` its `Serialize` form as one value
    /// on one line.
    pub fn print<T: Display + Serialize>(self, result: &T) -> io::Result<()> {
        match self.write(&mut io::stdout().lock(), result) {
            // Whoever reads has seen enough, as with `| head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    fn write<T: Display + Serialize>(self, out: &mut impl Write, result: &T) -> io::Result<()> {
        if self.json {
            serde_json::to_writer(&mut *out, result)?;
        } else {
            write!(out, "{result}")?;
        }
        writeln!(out)?;
        out.flush()
    }
}

/// A point in time as the API writes it.
pub(super) fn rfc3339(at: guildhall_domain::Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map(|at| format!("{at:.3}")).unwrap_or_default()
}

/// The one line that a failure leaves on standard error: the chain of causes, without line breaks.
pub fn failure_line(error: &anyhow::Error) -> String {
    let chain = causes(error.as_ref());
    let words: Vec<&str> = chain.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect();
    format!("guildhall: {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Made {
        name: &'static str,
    }

    impl Display for Made {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "made {}", self.name)
        }
    }

    fn printed(json: bool) -> String {
        let mut out = Vec::new();
        Output::new(json).write(&mut out, &Made { name: "gardening" }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn people_get_text_and_scripts_get_one_json_value() {
        assert_eq!(printed(false), "made gardening\n");
        assert_eq!(printed(true), "{\"name\":\"gardening\"}\n");
    }

    #[test]
    fn a_failure_is_one_line_with_its_causes() {
        let error = anyhow::anyhow!("disk full\nreally").context("writing the backup failed");
        assert_eq!(failure_line(&error), "guildhall: writing the backup failed: disk full really");
        let repeated = error.context("writing the backup failed: disk full\nreally");
        assert_eq!(
            failure_line(&repeated).matches("disk full").count(),
            2,
            "not the same as what follows it"
        );
        let said = anyhow::anyhow!("refused").context("no connection: refused");
        assert_eq!(failure_line(&said), "guildhall: no connection: refused");
    }
}
