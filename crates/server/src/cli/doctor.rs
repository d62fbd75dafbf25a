//! `guildhall doctor`

use std::fmt;

use anyhow::bail;
use clap::Args;
use guildhall_app::port::Clock as _;
use serde::Serialize;

use super::output::Output;
use crate::config::Config;
use crate::doctor::{Examination, Finding, Severity, examine};
use crate::ports::SystemClock;

/// Arguments of `doctor`.
#[derive(Debug, PartialEq, Args)]
pub struct DoctorArgs {
    /// Count again where a counter is wrong.
    #[arg(long)]
    pub repair: bool,
}

/// Checks the data and says what to do about each finding.
///
/// # Errors
/// When something is wrong; the report is printed all the same. Warnings alone are no failure.
pub async fn run(args: DoctorArgs, config: &Config, output: Output) -> anyhow::Result<()> {
    let report = Report::from(examine(config, args.repair, SystemClock.now()).await);
    output.print(&report)?;
    match report.findings.iter().filter(|finding| finding.severity == Severity::Error.as_str()).count() {
        0 => Ok(()),
        1 => bail!("the doctor found an error"),
        errors => bail!("the doctor found {errors} errors"),
    }
}

/// What `doctor` prints: `{"ok", "findings": [{"severity", "check", "what", "advice"}], "repaired": [sentence]}`.
#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    findings: Vec<FindingView>,
    repaired: Vec<String>,
}

#[derive(Debug, Serialize)]
struct FindingView {
    severity: &'static str,
    check: &'static str,
    what: String,
    advice: String,
    #[serde(skip)]
    text: String,
}

impl From<Examination> for Report {
    fn from(Examination { findings, repaired }: Examination) -> Self {
        Self {
            ok: findings.iter().all(|finding| finding.severity != Severity::Error),
            findings: findings.into_iter().map(FindingView::from).collect(),
            repaired,
        }
    }
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self {
            text: finding.to_string(),
            severity: finding.severity.as_str(),
            check: finding.check,
            what: finding.what,
            advice: finding.advice,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for what in &self.repaired {
            writeln!(f, "repaired: {what}")?;
        }
        for finding in &self.findings {
            writeln!(f, "{}", finding.text)?;
        }
        f.write_str(match (self.ok, self.findings.is_empty()) {
            (true, true) => "All is well.",
            (true, false) => "Nothing is wrong.",
            (false, _) => "Something is wrong.",
        })
    }
}
