//! Trying rules on what really came in lately, before they are switched on: what they would have caught, what of that
//! moderators took out or turned away themselves, and what was left alone.
//!
//! It is a replay in the order of time, in memory: what rules ask about the past is answered from what came before in the
//! replay, and people are trusted by what the group had seen of them by then. It reads in pages, beside whoever writes.
//!
//! What is not exact: texts, peering and moderators are as they are now, not as they were; what authors deleted is gone, but
//! for having come; levels given by hand hold for all of the time; reports about people count from the day of the last one on;
//! of those who came within the same moment each sees the others. Edits, votes and joins are not replayed. Rules of the
//! instance see what came to groups hosted here, and no gates.

mod fate;
mod people;
mod run;
mod tally;
mod windows;

use std::sync::Arc;
use std::time::Duration;

use guildhall_domain::{
    EntryId, GroupId, Timestamp,
    content::EntryKind,
    rules::InvalidRule,
    rules::{Rule, RuleMode, RuleSet},
};
use serde_json::Value;

use super::{
    Rulebook, RulebookError,
    change::{checked, checked_rule, current, with},
    read, read_rule,
};
use crate::{App, Viewer};
pub use fate::Happened;
use run::Run;

/// The most days that are looked back.
pub const MAX_TRIAL_DAYS: u32 = 90;
/// The most items that are read, the newest: a key of each is held in memory.
const MAX_ITEMS: usize = 200_000;

/// Rules are to be tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// On what came to a group; `None`: to all groups hosted here, as rules of the instance.
    pub group: Option<GroupId>,
    /// What to try.
    pub what: Proposal,
    /// How many days back, at most [`MAX_TRIAL_DAYS`].
    pub days: u32,
    /// How many examples of each kind.
    pub examples: usize,
}

/// What is tried.
#[derive(Debug, Clone)]
pub enum Proposal {
    /// A whole rulebook, in the format of [`read`].
    Book(Value),
    /// One rule, new or in the place of the one with its name, in the format of [`read_rule`].
    Rule(Value),
}

/// What came of a trial.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// From when on things were tried.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether more came than is looked at, so that it begins later than was asked for.
    pub is_cut: bool,
    /// What came in.
    pub came: Came,
    /// Each rule, in order; those that are off are tried like the others.
    pub rules: Vec<RuleTrial>,
    /// Of one rule: what the one of its name that holds now would have done.
    pub before: Option<RuleTrial>,
    /// Of a whole rulebook of a group: what its gates would have kept back.
    pub gates: Option<RuleTrial>,
    /// What moderators removed or refused, and neither a rule nor a gate would have caught.
    pub missed: Sample,
}

/// How many items came in, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Came {
    /// All that rules could be tried on.
    pub items: i64,
    /// Published, and still there.
    pub published: i64,
    /// Still waiting for a moderator.
    pub held: i64,
    /// Refused by rules and settings.
    pub refused: i64,
    /// Refused by moderators.
    pub refused_by_moderators: i64,
    /// Removed by moderators.
    pub removed: i64,
    /// What rules are never asked about: written by moderators, refused for another reason before, or deleted by its author.
    pub not_asked: i64,
}

/// What one rule would have done.
#[derive(Debug, Clone)]
pub struct RuleTrial {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub title: String,
    /// Whether it acts, as it was given.
    pub mode: RuleMode,
    /// All that it fits.
    pub caught: Sample,
    /// What of that moderators removed or refused themselves.
    pub right: Sample,
    /// What of that was published and left alone: likely mistakes.
    pub wrong: Sample,
    /// What moderators removed or refused, and it does not fit.
    pub missed: Sample,
}

/// How many, and some of them.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// How many.
    pub count: i64,
    /// The first of them.
    pub examples: Vec<Arc<Example>>,
}

/// One item that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its key.
    pub id: EntryId,
    /// Post or comment.
    pub kind: EntryKind,
    /// Its title, or its first words.
    pub title: String,
    /// The handle of its author.
    pub author: String,
    /// When it came.
    pub at: Timestamp,
    /// What really happened.
    pub happened: Happened,
}

/// Tries rules. One trial at a time: others wait for their turn.
///
/// # Errors
/// [`RulebookError`].
pub async fn dry_run(app: &App, viewer: &Viewer, trial: Trial) -> Result<DryRun, RulebookError> {
    let known = current(app, viewer, trial.group).await?.book;
    let plan = Plan::of(&trial, &known)?;
    let _turn = app.signals.trials.lock().await;
    let until = app.now();
    let days = trial.days.clamp(1, MAX_TRIAL_DAYS);
    let from = until.minus(Duration::from_hours(24).saturating_mul(days));
    let run = Run::start(app, &trial, &plan, (from, until)).await?;
    Ok(run.finish(app, &plan).await?)
}

/// What is tried, prepared.
struct Plan {
    book: Rulebook,
    rules: RuleSet,
    /// The rule that holds now, where one rule is tried.
    before: Option<(Rule, RuleSet)>,
    has_gates: bool,
}

impl Plan {
    fn of(trial: &Trial, known: &Rulebook) -> Result<Self, RulebookError> {
        match &trial.what {
            Proposal::Book(body) => {
                let (book, _) = checked(read(body)?)?;
                let rules = compiled(&book.rules)?;
                Ok(Self { rules, book, before: None, has_gates: trial.group.is_some() })
            }
            Proposal::Rule(body) => {
                let rule = read_rule(body)?;
                let before = known.rules.iter().find(|known| known.name == rule.name).cloned();
                let before = match before {
                    Some(rule) => Some((rule.clone(), compiled(&[rule])?)),
                    None => None,
                };
                checked_rule(with(known.clone(), rule.clone()), &rule.name)?;
                let rules = compiled(std::slice::from_ref(&rule))?;
                let book = Rulebook { rules: vec![rule], gates: known.gates, thresholds: known.thresholds };
                Ok(Self { book, rules, before, has_gates: false })
            }
        }
    }

    fn sets(&self) -> impl Iterator<Item = &RuleSet> {
        std::iter::once(&self.rules).chain(self.before.iter().map(|(_, set)| set))
    }
}

/// All of them, also those that are off.
fn compiled(rules: &[Rule]) -> Result<RuleSet, RulebookError> {
    let tried = |rule: &Rule| Rule { mode: RuleMode::Observe, ..rule.clone() };
    let rules: Vec<Rule> = rules.iter().map(tried).collect();
    let invalid = |wrong: InvalidRule| super::ReadError {
        at: "rules".to_owned(),
        problem: format!("together they cannot be tried: {}", wrong.problem),
    };
    Ok(RuleSet::compile(&rules).map_err(invalid)?)
}
