//! What to measure, from the command line.

use anyhow::{Context, bail};
use guildhall_federation_tests::Engine;

pub(crate) const USAGE: &str = "\
usage: guildhall-bench [NAME…] [--quick] [--scale N] [--engine sqlite|postgres]
       names: size start reading inbox fan-out lag memory rules spam growth; without one all of them";

/// What can be measured, in the order it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    Size,
    Start,
    Reading,
    Inbox,
    FanOut,
    Lag,
    Memory,
    Rules,
    Spam,
    Growth,
}

impl Scenario {
    pub(crate) const ALL: [Self; 10] = [
        Self::Size,
        Self::Start,
        Self::Reading,
        Self::Inbox,
        Self::FanOut,
        Self::Lag,
        Self::Memory,
        Self::Rules,
        Self::Spam,
        Self::Growth,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Start => "start",
            Self::Reading => "reading",
            Self::Inbox => "inbox",
            Self::FanOut => "fan-out",
            Self::Lag => "lag",
            Self::Memory => "memory",
            Self::Rules => "rules",
            Self::Spam => "spam",
            Self::Growth => "growth",
        }
    }
}

/// The choices of one run.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) engines: Vec<Engine>,
    /// Fewer operations: whether it runs, not how fast.
    pub(crate) quick: bool,
    /// Growth goes on to so many stored objects.
    pub(crate) scale: Option<i64>,
}

impl Options {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Self { scenarios: Vec::new(), engines: Vec::new(), quick: false, scale: None };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--scale" => {
                    let number = arguments.next().context("--scale needs a number of objects")?;
                    options.scale = Some(number.parse().with_context(|| format!("no number: {number}"))?);
                }
                "--engine" => match arguments.next().as_deref() {
                    Some("sqlite") => options.engines.push(Engine::Sqlite),
                    Some("postgres") => options.engines.push(Engine::Postgres),
                    _ => bail!("--engine needs sqlite or postgres\n{USAGE}"),
                },
                name => match Scenario::ALL.into_iter().find(|scenario| scenario.name() == name) {
                    Some(scenario) => options.scenarios.push(scenario),
                    None => bail!("no benchmark {name:?}\n{USAGE}"),
                },
            }
        }
        if options.scenarios.is_empty() {
            options.scenarios = Scenario::ALL.to_vec();
        }
        if options.engines.is_empty() {
            options.engines = vec![Engine::Sqlite, Engine::Postgres];
        }
        Ok(options)
    }

    /// One of two numbers, by `--quick`.
    pub(crate) fn either<T>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> anyhow::Result<Options> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_a_name_everything_is_measured_on_both_engines() {
        let options = parsed("--quick").unwrap();
        assert_eq!(options.scenarios, Scenario::ALL);
        assert_eq!(options.engines, [Engine::Sqlite, Engine::Postgres]);
        assert_eq!(options.either(1, 2), 1);
    }

    #[test]
    fn names_and_numbers_are_taken_as_given() {
        let options = parsed("growth lag --scale 1000000 --engine postgres").unwrap();
        assert_eq!(options.scenarios, [Scenario::Growth, Scenario::Lag]);
        assert_eq!((options.scale, options.engines), (Some(1_000_000), vec![Engine::Postgres]));
    }

    #[test]
    fn what_does_not_exist_is_refused_with_what_does() {
        for line in ["fanout", "--fast", "--scale many", "--engine mysql"] {
            let error = format!("{:#}", parsed(line).unwrap_err());
            assert!(error.contains("fan-out") || error.contains("many"), "{error}");
        }
    }
}
