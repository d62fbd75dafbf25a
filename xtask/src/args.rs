//! The command line of `cargo xtask`.

use anyhow::{Context, bail};

use crate::{fuzz::Plan, steps::Step};

pub(crate) const USAGE: &str = "\
Usage: cargo xtask COMMAND

  test    Install what the tests need and run everything that CI runs
            --only STEP,...     these steps alone: tools, fmt, arrows, deny, clippy, doc, build, doctest, fuzz, test
            -p, --package NAME  this package alone (repeatable) in clippy, doc, build, doctest and test
            -- ARGUMENTS        passed on to `cargo nextest run`, for example a part of a test's name
  bench   Measure the CPU time of a server per operation, on SQLite and on PostgreSQL
            NAME...             these alone: size, start, reading, inbox, fan-out, lag, memory, growth
            --quick             fewer operations: whether it runs, not how fast
            --scale N           in `growth`, go on to so many stored objects
            --engine NAME       on sqlite or postgres alone
  simulate  Follow a group that is followed from 30,000 hosts: delivery times, queues, cost
            --help              its options
  fuzz    Try the fuzz targets, half a minute each
            TARGET              this alone (repeatable)
            --seconds N         so long each
  pg      Run a throw-away PostgreSQL until Ctrl-C and print its URL
  help    Print this";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Help,
    Test(Choice),
    /// Arguments for the benchmark's own program.
    Bench(Vec<String>),
    /// Arguments for the simulation's own program.
    Simulate(Vec<String>),
    Fuzz(Plan),
    Postgres,
}

/// Which part of `cargo xtask test` to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// In the order of [`Step::ALL`]; empty: all.
    pub(crate) only: Vec<Step>,
    /// Empty: the whole workspace.
    pub(crate) packages: Vec<String>,
    /// Handed to nextest as they are.
    pub(crate) nextest: Vec<String>,
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> anyhow::Result<Task> {
    let mut arguments = arguments;
    let command = arguments.next();
    match command.as_deref() {
        None | Some("help" | "--help" | "-h") => Ok(Task::Help),
        Some("test") => parse_test(arguments),
        Some("bench") => Ok(Task::Bench(arguments.collect())),
        Some("simulate") => Ok(Task::Simulate(arguments.collect())),
        Some("fuzz") => parse_fuzz(arguments),
        Some("pg") => match arguments.next() {
            None => Ok(Task::Postgres),
            Some(extra) => bail!("`pg` takes no argument, not `{extra}`"),
        },
        Some(other) => bail!("no command `{other}`"),
    }
}

fn parse_test(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Task> {
    let mut choice = Choice::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => {
                let list = arguments.next().context("`--only` needs a list of steps")?;
                choice.only = steps_in(&list)?;
            }
            "-p" | "--package" => {
                choice.packages.push(arguments.next().context("`--package` needs a name")?);
            }
            "-h" | "--help" => return Ok(Task::Help),
            "--" => choice.nextest.extend(arguments.by_ref()),
            other => bail!("no option `{other}`"),
        }
    }
    Ok(Task::Test(choice))
}

fn parse_fuzz(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Task> {
    let mut plan = Plan::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let seconds = arguments.next().context("`--seconds` needs a number")?;
                plan.seconds =
                    seconds.parse().with_context(|| format!("`{seconds}` is no number of seconds"))?;
            }
            "-h" | "--help" => return Ok(Task::Help),
            target => plan.add(target)?,
        }
    }
    Ok(Task::Fuzz(plan))
}

fn steps_in(list: &str) -> anyhow::Result<Vec<Step>> {
    let named = list.split(',').map(Step::named).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Step::ALL.into_iter().filter(|step| named.contains(step)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> anyhow::Result<Task> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn steps_run_in_their_own_order_whatever_order_they_are_named_in() {
        let Task::Test(choice) = parsed("test --only test,fmt").unwrap() else { panic!("not a test run") };
        assert_eq!(choice.only, [Step::Fmt, Step::Test]);
    }

    #[test]
    fn everything_after_the_dashes_goes_to_nextest() {
        let Task::Test(choice) = parsed("test -p guildhall-store -- --retries 2 inbox").unwrap() else {
            panic!("not a test run")
        };
        assert_eq!(choice.packages, ["guildhall-store"]);
        assert_eq!(choice.nextest, ["--retries", "2", "inbox"]);
    }

    #[test]
    fn fuzz_targets_are_named_with_the_time_for_each() {
        let Task::Fuzz(plan) = parsed("fuzz html --seconds 5 cursor").unwrap() else { panic!("no fuzzing") };
        assert_eq!((plan.targets, plan.seconds), (vec!["html".to_owned(), "cursor".to_owned()], 5));
        assert!(parsed("fuzz htlm").is_err() && parsed("fuzz --seconds soon").is_err());
    }

    #[test]
    fn a_misspelt_step_is_refused_with_the_known_ones() {
        let error = parsed("test --only clipy").unwrap_err().to_string();
        assert!(error.contains("clipy") && error.contains("clippy"), "{error}");
    }
}
