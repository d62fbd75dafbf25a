//! `cargo xtask fuzz`: builds the fuzz targets with coverage counters and tries each for a while.
//!
//! The counters are LLVM's, switched on by flags that the stable compiler takes; the driver is libFuzzer, built from
//! source by the crate `libfuzzer-sys`. What was found before is kept below `target/fuzz` and used again.

mod build;
mod run;

use std::{collections::VecDeque, sync::Mutex, thread};

use anyhow::bail;

/// As `Target::ALL` of `fuzz/src/target/mod.rs`, the slow ones first.
const TARGETS: [&str; 7] = ["html", "markdown", "activity", "address", "cavage", "rfc9421", "cursor"];

/// How long each target is tried when nothing else is said, in seconds.
pub(crate) const DEFAULT_SECONDS: u32 = 30;

/// What to try, and for how long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Empty: all.
    pub(crate) targets: Vec<String>,
    /// For each target.
    pub(crate) seconds: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self { targets: Vec::new(), seconds: DEFAULT_SECONDS }
    }
}

impl Plan {
    /// Adds a target; an error lists the names.
    pub(crate) fn add(&mut self, name: &str) -> anyhow::Result<()> {
        if !TARGETS.contains(&name) {
            bail!("no fuzz target `{name}`; there are {}", TARGETS.join(", "));
        }
        self.targets.push(name.to_owned());
        Ok(())
    }

    fn chosen(&self) -> VecDeque<&str> {
        if self.targets.is_empty() {
            TARGETS.into()
        } else {
            self.targets.iter().map(String::as_str).collect()
        }
    }
}

/// Tries the targets of a plan, two at a time; fails when an input broke a property.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<()> {
    let program = build::program()?;
    let waiting = Mutex::new(plan.chosen());
    let broken = Mutex::new(Vec::new());
    let next = || waiting.lock().ok()?.pop_front();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(target) = next() {
                    if let Err(error) = run::one(&program, target, plan.seconds)
                        && let Ok(mut broken) = broken.lock()
                    {
                        broken.push(format!("{error:#}"));
                    }
                }
            });
        }
    });
    let broken = broken.into_inner().unwrap_or_default();
    if broken.is_empty() { Ok(()) } else { bail!("{}", broken.join("\n  ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_known_here() {
        let source = std::fs::read_to_string(crate::shell::root().join("fuzz/src/target/mod.rs")).unwrap();
        let named = source.lines().filter_map(|line| line.trim().split_once(" => \"")).map(|(_, name)| name);
        let mut named: Vec<_> = named.map(|name| name.trim_end_matches("\",").to_owned()).collect();
        let mut known = TARGETS.to_vec();
        named.sort();
        known.sort_unstable();
        assert_eq!(named, known);
    }

    #[test]
    fn a_misspelt_target_is_refused_with_the_known_ones() {
        let error = Plan::default().add("htlm").unwrap_err().to_string();
        assert!(error.contains("htlm") && error.contains("html"), "{error}");
    }
}
