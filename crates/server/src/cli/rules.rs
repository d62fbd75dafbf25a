//! `guildhall group rules` and `guildhall instance rules`: automatic rules, gates and thresholds.
//!
//! Whoever has the database has the instance, so these act as an admin: in the name of the group, or of the instance.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use guildhall_app::Viewer;
use guildhall_app::rulebook::{self, Current, Figures, MAX_DAYS, MAX_TRIAL_DAYS, Proposal, Replace, Trial};
use guildhall_domain::GroupId;
use serde::Serialize;
use serde_json::{Value, json};

use super::output::{Output, rfc3339};
use super::session::Session;
use super::trial;

/// What to do with automatic rules. Without an option they are listed.
#[derive(Debug, PartialEq, Args)]
pub struct RulesArgs {
    /// Write them into a file; `-` prints them.
    #[arg(long, value_name = "FILE", group = "what")]
    pub export: Option<PathBuf>,
    /// Replace them by those in a file; `-` reads from the terminal.
    #[arg(long, value_name = "FILE", group = "what")]
    pub import: Option<PathBuf>,
    /// Try a file, with a whole rulebook or one rule, on what came in, and change nothing.
    #[arg(long, value_name = "FILE", group = "what")]
    pub dry_run: Option<PathBuf>,
    /// Show how often each rule fitted.
    #[arg(long, group = "what")]
    pub figures: bool,
    /// How many days back, for --dry-run and --figures.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_DAYS)))]
    pub days: u32,
}

/// How many examples of each kind a trial shows.
const EXAMPLES: usize = 10;
/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// Those of a group.
pub(super) async fn of_group(
    session: &Session,
    name: &str,
    args: RulesArgs,
    output: Output,
) -> anyhow::Result<()> {
    let group = session.group(name).await?;
    run(session, Some(group), args, output).await
}

/// Those of the instance.
pub(super) async fn of_instance(session: &Session, args: RulesArgs, output: Output) -> anyhow::Result<()> {
    run(session, None, args, output).await
}

async fn run(
    session: &Session,
    group: Option<GroupId>,
    args: RulesArgs,
    output: Output,
) -> anyhow::Result<()> {
    let app = session.app();
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    if let Some(file) = &args.import {
        let body = whole(read(file)?);
        let before = rulebook::current(app, &admin, group).await?.revision;
        let command = Replace { group, before, body };
        let now = rulebook::replace(app, &admin, command).await.with_context(|| shown(file))?;
        output.print(&Imported { revision: now.revision, rules: now.book.rules.len() })?;
    } else if let Some(file) = &args.dry_run {
        if args.days > MAX_TRIAL_DAYS {
            bail!("--days: a trial looks back at most {MAX_TRIAL_DAYS} days");
        }
        let trial = Trial { group, what: proposal(read(file)?), days: args.days, examples: EXAMPLES };
        let run = rulebook::dry_run(app, &admin, trial).await.with_context(|| shown(file))?;
        output.print(&trial::Told::from(run))?;
    } else if args.figures {
        let figures = rulebook::figures(app, &admin, group, args.days).await?;
        output.print(&Counted::from(figures))?;
    } else {
        let current = rulebook::current(app, &admin, group).await?;
        match &args.export {
            Some(file) => export(file, &current, output)?,
            None => output.print(&Listed::from(current))?,
        }
    }
    Ok(())
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

fn read(file: &Path) -> anyhow::Result<Value> {
    let mut text = String::new();
    let mut read = |source: &mut dyn std::io::Read| source.take(MAX_FILE + 1).read_to_string(&mut text);
    let done = if file == Path::new("-") {
        read(&mut std::io::stdin().lock())
    } else {
        std::fs::File::open(file).and_then(|mut file| read(&mut file))
    };
    done.with_context(|| format!("{} cannot be read", shown(file)))?;
    if text.len() as u64 > MAX_FILE {
        bail!("{} is larger than {MAX_FILE} bytes", shown(file));
    }
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", shown(file)))
}

/// A rulebook alone, out of an answer of the API, too.
fn whole(mut body: Value) -> Value {
    match body.get_mut("rulebook") {
        Some(book) => book.take(),
        None => body,
    }
}

/// One rule, alone or under `rule`, or a whole rulebook.
fn proposal(mut body: Value) -> Proposal {
    if body.get("when").is_some() {
        return Proposal::Rule(body);
    }
    match body.get_mut("rule") {
        Some(rule) => Proposal::Rule(rule.take()),
        None => Proposal::Book(whole(body)),
    }
}

fn export(file: &Path, current: &Current, output: Output) -> anyhow::Result<()> {
    let book = rulebook::write(&current.book);
    let text = format!("{book:#}\n");
    if file == Path::new("-") {
        output.print(&Whole(book))?;
        return Ok(());
    }
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", shown(file)))?;
    output.print(&Exported {
        file: shown(file),
        revision: current.revision,
        rules: current.book.rules.len(),
    })?;
    Ok(())
}

#[derive(Serialize)]
#[serde(transparent)]
struct Whole(Value);

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

#[derive(Serialize)]
struct Exported {
    file: String,
    revision: i64,
    rules: usize,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wrote {} of revision {} into {}.", rules(self.rules), self.revision, self.file)
    }
}

#[derive(Serialize)]
struct Imported {
    revision: i64,
    rules: usize,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "In force: {}, as revision {}.", rules(self.rules), self.revision)
    }
}

fn rules(count: usize) -> String {
    format!("{count} automatic {}", if count == 1 { "rule" } else { "rules" })
}

/// The rulebook in the shape of the API; for people a line a rule.
#[derive(Serialize)]
struct Listed {
    revision: i64,
    updated_at: Option<String>,
    rulebook: Value,
    #[serde(skip)]
    lines: Vec<String>,
}

impl From<Current> for Listed {
    fn from(current: Current) -> Self {
        let line = |rule: &guildhall_domain::rules::Rule| {
            let then: Vec<&str> = rule.then.iter().map(guildhall_domain::rules::Action::name).collect();
            format!("{:<7}  {}  {}  ({})", rule.mode.as_str(), rule.name, rule.title, then.join(", "))
        };
        Self {
            revision: current.revision,
            updated_at: current.updated_at.map(rfc3339),
            lines: current.book.rules.iter().map(line).collect(),
            rulebook: rulebook::write(&current.book),
        }
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lines.is_empty() {
            return f.write_str("No automatic rules.");
        }
        f.write_str(&self.lines.join("\n"))
    }
}

/// Figures in the shape of the API.
#[derive(Serialize)]
#[serde(transparent)]
struct Counted {
    figures: Value,
    #[serde(skip)]
    lines: Vec<String>,
}

impl From<Figures> for Counted {
    fn from(figures: Figures) -> Self {
        let day = |at| rfc3339(at).chars().take("2026-03-01".len()).collect::<String>();
        let mut items = Vec::new();
        let mut lines = Vec::new();
        for rule in figures.rules {
            let mode = rule.rule.as_ref().map(|(_, mode)| mode.as_str());
            let days: Vec<Value> =
                rule.days.iter().map(|(at, fitted)| json!({ "day": day(*at), "fitted": fitted })).collect();
            let told: Vec<String> =
                rule.days.iter().map(|(at, fitted)| format!("{} {fitted}", day(*at))).collect();
            lines.push(format!(
                "{:>7}  {:<7}  {}  {}",
                rule.fitted,
                mode.unwrap_or("gone"),
                rule.name,
                told.join(", ")
            ));
            let title = rule.rule.map(|(title, _)| title);
            items.push(json!({ "name": rule.name, "title": title, "mode": mode, "fitted": rule.fitted, "days": days }));
        }
        Self { figures: json!({ "since": day(figures.since), "items": items, "next": null }), lines }
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lines.is_empty() {
            return f.write_str("No automatic rules.");
        }
        let lines: Vec<&str> = self.lines.iter().map(|line| line.trim_end()).collect();
        f.write_str(&lines.join("\n"))
    }
}
