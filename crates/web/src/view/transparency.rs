//! The report of a period: figures, and nobody's name.

use askama::Template;
use guildhall_app::{
    Site,
    read::{
        GroupView, Period, TransparencyView,
        transparency::{Counted, RuleCount, Took},
    },
};
use guildhall_domain::{Timestamp, admission::Layer};

use crate::{
    paths,
    view::{
        deed::{deed, outcome},
        head::Head,
        log::Of,
        moment::Moment,
        number::Count,
        text,
    },
};

/// One kind of decision.
#[derive(Debug, Clone)]
struct Action {
    deed: &'static str,
    automatic: Count,
    person: Count,
}

/// One rule.
#[derive(Debug, Clone)]
struct RuleUse {
    deed: &'static str,
    /// `Rule 3: No adverts`, or a fixed name.
    rule: String,
    count: Count,
}

/// How long something took, in words.
#[derive(Debug, Clone)]
struct Waited {
    count: Count,
    median: String,
    p90: String,
}

/// The figures, as they are written.
#[derive(Debug, Clone)]
struct Figures {
    groups: Count,
    outcomes: Vec<(&'static str, Count)>,
    actions: Vec<Action>,
    rules: Vec<RuleUse>,
    reports: [Count; 2],
    opened: Count,
    closed: Vec<(&'static str, Count)>,
    open: Count,
    queue: Waited,
    cases: Waited,
    /// Made, upheld, reversed, changed, open.
    appeals: [Count; 5],
    appeals_took: Waited,
    /// Banned, muted, on probation.
    in_force: [Count; 3],
}

/// The report of a group, or of the instance.
#[derive(Debug, Template)]
#[template(path = "transparency.html")]
pub struct TransparencyPage {
    head: Head,
    of: Option<Of>,
    path: String,
    log: String,
    /// The first day, and the last.
    days: (String, String),
    from: Moment,
    to: Moment,
    /// The months before and after.
    earlier: String,
    later: String,
    wrong: Option<String>,
    /// `None`: not for everybody.
    figures: Option<Figures>,
}

impl TransparencyPage {
    /// Builds the page; `group`: of one alone. `wrong`: why another period than the one asked for is shown.
    pub fn new(
        site: &Site,
        group: Option<&GroupView>,
        period: Period,
        counted: Option<&TransparencyView>,
        wrong: Option<String>,
    ) -> Self {
        let name = group.map(|view| view.group.name.as_str());
        let path = paths::transparency(name);
        let (before, after) = period.neighbours();
        let to = |period: Period| {
            let (from, to) = period.days();
            paths::with_query(&path, &[("from", &from), ("to", &to)])
        };
        let subject = group.map_or_else(|| site.name.clone(), |view| view.group.title.clone());
        Self {
            head: Head { hidden_from_search: group.is_some(), ..Head::new(site).about(&subject, "") },
            of: group.map(Of::new),
            log: paths::log(name),
            days: period.days(),
            from: Moment::day(period.from),
            to: Moment::day(Timestamp(period.to.0 - 1)),
            earlier: to(before),
            later: to(after),
            wrong,
            figures: counted.map(Figures::new),
            path,
        }
    }
}

impl Figures {
    fn new(view: &TransparencyView) -> Self {
        let TransparencyView { appeals, in_force, cases, reports, .. } = view;
        Self {
            groups: Count(i64::try_from(view.groups).unwrap_or(i64::MAX)),
            outcomes: view.effects.iter().map(|(effect, count)| (outcome(*effect), Count(*count))).collect(),
            actions: by_action(&view.actions),
            rules: view.rules.iter().map(RuleUse::new).collect(),
            reports: [Count(reports.received), Count(reports.withdrawn)],
            opened: Count(cases.opened),
            closed: cases.closed.iter().map(|end| (ended(&end.outcome), Count(end.count))).collect(),
            open: Count(cases.open),
            queue: Waited::new(view.queue),
            cases: Waited::new(cases.took),
            appeals: [appeals.received, appeals.upheld, appeals.reversed, appeals.changed, appeals.open]
                .map(Count),
            appeals_took: Waited::new(appeals.took),
            in_force: [in_force.banned, in_force.muted, in_force.on_probation].map(Count),
        }
    }
}

/// Each action once, in the order in which they come.
fn by_action(counted: &[Counted]) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for one in counted {
        let deed = deed(one.action);
        if actions.last().is_none_or(|last| last.deed != deed) {
            actions.push(Action { deed, automatic: Count(0), person: Count(0) });
        }
        if let Some(last) = actions.last_mut() {
            (if one.is_automatic { &mut last.automatic } else { &mut last.person }).0 += one.count;
        }
    }
    actions
}

impl RuleUse {
    fn new(counted: &RuleCount) -> Self {
        let written =
            counted.written.as_ref().map(|rule| format!("Rule {}: {}", rule.number, text::line(&rule.title)));
        let automatic = (counted.layer == Layer::Rule).then(|| "An automatic rule".to_owned());
        let by_name = || counted.rule.as_deref().and_then(text::visible);
        let rule = written.or(automatic).or_else(by_name).unwrap_or_default();
        Self { deed: deed(counted.action), rule, count: Count(counted.count) }
    }
}

/// How a case ended.
fn ended(outcome: &str) -> &'static str {
    match outcome {
        "decided" => "Decided",
        "dismissed" => "Dismissed",
        "handed-over" => "Handed to those who run the server",
        "withdrawn" => "Report taken back",
        "resolved" => "Settled by another server",
        "rejected" => "Rejected by another server",
        _ => "Closed without a decision",
    }
}

impl Waited {
    fn new(took: Took) -> Self {
        let words = |millis: Option<i64>| millis.map_or_else(|| "–".to_owned(), span);
        Self { count: Count(took.count), median: words(took.median_ms), p90: words(took.p90_ms) }
    }
}

/// A span of time in the largest unit that it has two of.
fn span(millis: i64) -> String {
    let seconds = millis / 1000;
    let (count, unit) = match seconds {
        ..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", Count(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_the_unit_that_fits() {
        let told = |seconds: i64| span(seconds * 1000);
        assert_eq!(
            [0, 1, 119, 120, 7_199, 7_200, 172_799, 172_800].map(told),
            [
                "0 seconds",
                "1 second",
                "119 seconds",
                "2 minutes",
                "119 minutes",
                "2 hours",
                "47 hours",
                "2 days"
            ]
        );
    }
}
