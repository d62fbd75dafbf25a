//! `cargo xtask test`: the steps, each timed, all of them run even when one has failed.

mod commands;
mod report;

use std::time::Instant;

use anyhow::bail;

use crate::{
    args::Choice,
    arrows, deny, fuzz, nextest,
    postgres::{Cluster, Durability},
    shell, tools,
    workspace::Workspace,
};
use commands::Scope;
use report::{Line, Report};

/// A part of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Tools,
    Fmt,
    Arrows,
    Deny,
    Clippy,
    Doc,
    Build,
    Doctest,
    Fuzz,
    Test,
}

impl Step {
    /// In the order they run: what is quick to fail first, the tests' own summary last.
    pub(crate) const ALL: [Self; 10] = [
        Self::Tools,
        Self::Fmt,
        Self::Arrows,
        Self::Deny,
        Self::Clippy,
        Self::Doc,
        Self::Build,
        Self::Doctest,
        Self::Fuzz,
        Self::Test,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Fmt => "fmt",
            Self::Arrows => "arrows",
            Self::Deny => "deny",
            Self::Clippy => "clippy",
            Self::Doc => "doc",
            Self::Build => "build",
            Self::Doctest => "doctest",
            Self::Fuzz => "fuzz",
            Self::Test => "test",
        }
    }

    /// The step of that name; an error lists the names.
    pub(crate) fn named(name: &str) -> anyhow::Result<Self> {
        match Self::ALL.into_iter().find(|step| step.name() == name) {
            Some(step) => Ok(step),
            None => bail!("no step `{name}`; there are {}", Self::ALL.map(Self::name).join(", ")),
        }
    }
}

/// Runs the chosen steps and prints a table of them. `false`: at least one failed.
pub(crate) fn run(choice: &Choice) -> anyhow::Result<bool> {
    let workspace = Workspace::read()?;
    let scope = Scope::new(&workspace, &choice.packages)?;
    let mut report = Report::default();
    for step in chosen(&choice.only) {
        eprintln!("==> {}", step.name());
        let started = Instant::now();
        let outcome = run_step(step, &scope, choice, &mut report);
        let line = Line { step, failed: outcome.is_err(), took: started.elapsed() };
        if let Err(error) = outcome {
            eprintln!("  {error:#}");
        }
        eprintln!("==> {line}\n");
        report.lines.push(line);
    }
    eprint!("{report}");
    Ok(!report.lines.iter().any(|line| line.failed))
}

/// Tests start the server's program, so they bring the build with them.
fn chosen(only: &[Step]) -> Vec<Step> {
    let wanted = |step: &Step| only.contains(step) || (*step == Step::Build && only.contains(&Step::Test));
    Step::ALL.into_iter().filter(|step| only.is_empty() || wanted(step)).collect()
}

fn run_step(step: Step, scope: &Scope<'_>, choice: &Choice, report: &mut Report) -> anyhow::Result<()> {
    match step {
        Step::Tools => tools::install(),
        Step::Fmt => shell::run(shell::cargo().args(["fmt", "--all", "--check"])),
        Step::Arrows => arrows::check(),
        Step::Deny => deny::check(),
        Step::Clippy => shell::run(&mut scope.clippy()),
        Step::Doc => shell::run(&mut scope.doc()),
        Step::Build => scope.builds().iter_mut().try_for_each(shell::run),
        Step::Doctest => scope.doctest().iter_mut().try_for_each(shell::run),
        Step::Fuzz if scope.is_about_all() => fuzz::run(&fuzz::Plan::default()),
        Step::Fuzz => Ok(()),
        Step::Test => {
            let cluster = Cluster::unless_given(Durability::None)?;
            let nextest::Run { outcome, tally } = nextest::run(&mut scope.nextest(cluster.as_ref(), choice)?);
            report.tally = Some(tally);
            outcome
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_bring_the_build_they_need() {
        assert_eq!(chosen(&[Step::Test]), [Step::Build, Step::Test]);
        assert_eq!(chosen(&[Step::Fmt]), [Step::Fmt]);
    }

    #[test]
    fn without_a_choice_every_step_runs_and_the_tests_are_last() {
        assert_eq!(chosen(&[]), Step::ALL);
        assert_eq!(Step::ALL.last(), Some(&Step::Test));
    }
}
