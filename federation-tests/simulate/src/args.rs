//! The command line.

use std::str::FromStr;

use anyhow::{Context, bail};

use crate::assumptions::Assumptions;
use crate::world::Settings;

pub(crate) const USAGE: &str = "\
Usage: cargo xtask simulate [OPTION]…

  --hosts N            hosts that follow the group (30000)
  --nodes N            servers on one database; from 2 on, one is killed in the middle (2)
  --posts-per-hour N   posts, each edited by chance (6)
  --hours N            how long is posted (24); after that, until everybody who is up has everything
  --seed N             another draw of everything that is left to chance (1)
  --places N           hosts a node delivers to at one time (as a server: 512)
  --ed25519            sign with Ed25519 rather than RSA
  --assume NAME=VALUE  another value for an assumption (repeatable)
  --assumptions        print the assumptions with their sources, and end
  --json               print the outcome as JSON";

/// What to do.
#[derive(Debug)]
pub(crate) enum Task {
    Help,
    Assumptions,
    Run { settings: Box<Settings>, json: bool },
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Task> {
    let mut settings = Settings::default();
    let mut json = false;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "-h" | "--help" => return Ok(Task::Help),
            "--assumptions" => return Ok(Task::Assumptions),
            "--json" => json = true,
            "--ed25519" => settings.is_ed25519 = true,
            "--hosts" => settings.hosts = number(&value()?)?,
            "--nodes" => settings.nodes = number(&value()?)?,
            "--posts-per-hour" => settings.posts_per_hour = number(&value()?)?,
            "--hours" => settings.hours = number(&value()?)?,
            "--seed" => settings.seed = number(&value()?)?,
            "--places" => settings.limits.hosts = number(&value()?)?,
            "--assume" => assume(&mut settings.assumptions, &value()?)?,
            other => bail!("no option `{other}`"),
        }
    }
    if settings.hosts == 0 || settings.nodes == 0 || settings.hours == 0 {
        bail!("hosts, nodes and hours have to be at least 1");
    }
    Ok(Task::Run { settings: Box::new(settings), json })
}

fn number<T: FromStr>(text: &str) -> anyhow::Result<T> {
    text.parse().ok().with_context(|| format!("`{text}` is not a number of the right kind"))
}

fn assume(assumptions: &mut Assumptions, text: &str) -> anyhow::Result<()> {
    let (name, value) = text.split_once('=').with_context(|| format!("`{text}` is not NAME=VALUE"))?;
    assumptions.set(name, number(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> anyhow::Result<Task> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_change_what_is_simulated() {
        let Task::Run { settings, json } = parsed("--hosts 10 --assume rtt_ms=5 --json").unwrap() else {
            panic!("nothing to run")
        };
        assert_eq!((settings.hosts, settings.nodes, json), (10, Settings::default().nodes, true));
        assert!((settings.assumptions.rtt_ms - 5.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        for line in ["--host 10", "--hosts ten", "--hosts", "--hosts 0", "--assume nonsense=1"] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
