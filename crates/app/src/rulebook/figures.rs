//! How often rules fitted, day by day: those that only observe as well.

use std::collections::BTreeMap;
use std::time::Duration;

use guildhall_domain::{GroupId, Timestamp, rules::RuleMode};
use guildhall_store::rulebook as store;

use super::{RulebookError, current};
use crate::{App, Viewer};

/// For how many days figures are kept.
pub const MAX_DAYS: u32 = 400;

const DAY: Duration = Duration::from_hours(24);

/// The figures of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The first day, at midnight by UTC.
    pub since: Timestamp,
    /// One for each rule: those there are, in their order, then those there were.
    pub rules: Vec<RuleFigures>,
}

/// How often one rule fitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFigures {
    /// Its name.
    pub name: String,
    /// What it is for, and whether it acts; `None`: it is there no more.
    pub rule: Option<(String, RuleMode)>,
    /// In all these days.
    pub fitted: i64,
    /// The days on which it fitted, each at midnight by UTC, with how often.
    pub days: Vec<(Timestamp, i64)>,
}

/// How often the rules of a group, or of the instance, fitted on the last `days` days, today being one.
///
/// # Errors
/// [`RulebookError`].
pub async fn figures(
    app: &App,
    viewer: &Viewer,
    group: Option<GroupId>,
    days: u32,
) -> Result<Figures, RulebookError> {
    let known = current(app, viewer, group).await?;
    let first = app.now().day() - i64::from(days.clamp(1, MAX_DAYS)) + 1;
    let mut fitted: BTreeMap<String, Vec<(Timestamp, i64)>> = BTreeMap::new();
    for (rule, day, count) in store::list_fitted(&app.store, group, first).await? {
        fitted.entry(rule).or_default().push((midnight(day), count));
    }
    let of = |name: String, rule, days: Vec<(Timestamp, i64)>| {
        let fitted = days.iter().map(|(_, count)| count).sum();
        RuleFigures { name, rule, fitted, days }
    };
    let mut rules: Vec<RuleFigures> = Vec::new();
    for rule in known.book.rules {
        let days = fitted.remove(&rule.name).unwrap_or_default();
        rules.push(of(rule.name, Some((rule.title, rule.mode)), days));
    }
    rules.extend(fitted.into_iter().map(|(name, days)| of(name, None, days)));
    Ok(Figures { since: midnight(first), rules })
}

fn midnight(day: i64) -> Timestamp {
    Timestamp(day * i64::try_from(DAY.as_millis()).unwrap_or_default())
}
