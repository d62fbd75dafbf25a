//! The figures of a period.

use guildhall_app::read::{
    TransparencyView,
    transparency::{Counted, RuleCount, Took},
};
use guildhall_domain::moderation::Effect;
use serde::Serialize;
use utoipa::ToSchema;

use super::rfc3339;

/// How much was decided in a period, how long that took, and what became of appeals.
///
/// What is let in without anybody or any rule having to say so is no decision, and not counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Transparency {
    /// Where the period begins.
    #[schema(format = DateTime)]
    from: String,
    /// Where it is over: at the latest with yesterday, by UTC.
    #[schema(format = DateTime)]
    to: String,
    /// How many groups are counted: those whose log the reader sees without asking for it by name.
    groups: usize,
    /// Decisions, by what was decided.
    actions: Vec<ActionCount>,
    /// Decisions, by what came of them.
    outcomes: Vec<OutcomeCount>,
    /// Decisions, by the rule they rest on: the hundred most frequent.
    rules: Vec<RuleUse>,
    /// What waited for a moderator and was decided.
    queue: Waited,
    /// What was reported.
    reports: ReportFigures,
    /// What became of that.
    cases: CaseFigures,
    /// Who objected, and with which result.
    appeals: AppealFigures,
    /// Who was under a sanction at the end of the period.
    in_force: SanctionFigures,
}

/// How often something was decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActionCount {
    /// As in decisions.
    action: &'static str,
    /// By a rule alone.
    automatic: i64,
    /// By people.
    person: i64,
}

/// How often something came of decisions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeCount {
    /// What.
    #[schema(
        pattern = "^(admitted|held|refused|removed|restored|marked|warned|sanctioned|lifted|dismissed|handed-over|appointed|listed|ruled)$"
    )]
    outcome: &'static str,
    /// How often.
    count: i64,
}

/// How often something was decided by a rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleUse {
    /// What was decided.
    action: &'static str,
    /// A rule that decided by itself, by its fixed name; `automatic` for the automatic ones of groups, whose names their
    /// moderators know.
    #[schema(required = true)]
    rule: Option<String>,
    /// The number of a rule that the group has written down, which people applied.
    #[schema(required = true)]
    rule_number: Option<i64>,
    /// The title of that rule, as it was then.
    #[schema(required = true)]
    rule_title: Option<String>,
    /// How often.
    count: i64,
}

/// How long things took.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Waited {
    /// How many.
    count: i64,
    /// Half of them took no longer, in seconds; null where there were none.
    #[schema(required = true)]
    median_seconds: Option<i64>,
    /// Nine of ten took no longer.
    #[schema(required = true)]
    p90_seconds: Option<i64>,
}

/// Reports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportFigures {
    /// Came in.
    received: i64,
    /// Taken back by whoever reported.
    withdrawn: i64,
}

/// Cases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseFigures {
    /// Opened, or opened again.
    opened: i64,
    /// Closed, by how they ended.
    closed: Vec<CaseEnd>,
    /// Open at the end of the period.
    open: i64,
    /// From opening to closing.
    time_to_close: Waited,
}

/// Cases that ended in one way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseEnd {
    /// `decided`, `dismissed`, `handed-over`, `withdrawn`, `resolved`, `rejected` or `closed`.
    outcome: String,
    /// How many.
    count: i64,
}

/// Appeals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppealFigures {
    /// Made.
    received: i64,
    /// The decision stands.
    upheld: i64,
    /// The decision was taken back.
    reversed: i64,
    /// Another decision took its place.
    changed: i64,
    /// Open at the end of the period.
    open: i64,
    /// From making to deciding.
    time_to_decide: Waited,
}

/// Sanctions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SanctionFigures {
    /// May not take part.
    banned: i64,
    /// May neither post nor vote.
    muted: i64,
    /// What they write waits for a moderator.
    on_probation: i64,
}

impl From<TransparencyView> for Transparency {
    fn from(view: TransparencyView) -> Self {
        let TransparencyView { reports, cases, appeals, in_force, .. } = view;
        let ended = |end: guildhall_app::read::transparency::CaseCount| CaseEnd {
            outcome: end.outcome,
            count: end.count,
        };
        Self {
            from: rfc3339(view.period.from),
            to: rfc3339(view.period.to),
            groups: view.groups,
            actions: by_action(&view.actions),
            outcomes: view.effects.into_iter().map(outcome).collect(),
            rules: view.rules.into_iter().map(RuleUse::from).collect(),
            queue: view.queue.into(),
            reports: ReportFigures { received: reports.received, withdrawn: reports.withdrawn },
            cases: CaseFigures {
                opened: cases.opened,
                closed: cases.closed.into_iter().map(ended).collect(),
                open: cases.open,
                time_to_close: cases.took.into(),
            },
            appeals: AppealFigures {
                received: appeals.received,
                upheld: appeals.upheld,
                reversed: appeals.reversed,
                changed: appeals.changed,
                open: appeals.open,
                time_to_decide: appeals.took.into(),
            },
            in_force: SanctionFigures {
                banned: in_force.banned,
                muted: in_force.muted,
                on_probation: in_force.on_probation,
            },
        }
    }
}

/// Each action once, in the order in which they come.
fn by_action(counted: &[Counted]) -> Vec<ActionCount> {
    let mut actions: Vec<ActionCount> = Vec::new();
    for one in counted {
        let action = one.action.as_str();
        if actions.last().is_none_or(|last| last.action != action) {
            actions.push(ActionCount { action, automatic: 0, person: 0 });
        }
        if let Some(last) = actions.last_mut() {
            *(if one.is_automatic { &mut last.automatic } else { &mut last.person }) += one.count;
        }
    }
    actions
}

fn outcome((effect, count): (Effect, i64)) -> OutcomeCount {
    OutcomeCount { outcome: effect.as_str(), count }
}

impl From<RuleCount> for RuleUse {
    fn from(counted: RuleCount) -> Self {
        let (rule_number, rule_title) = counted.written.map(|rule| (rule.number, rule.title)).unzip();
        Self {
            action: counted.action.as_str(),
            rule: counted.rule,
            rule_number,
            rule_title,
            count: counted.count,
        }
    }
}

impl From<Took> for Waited {
    fn from(took: Took) -> Self {
        let seconds = |millis: i64| millis / 1000;
        Self {
            count: took.count,
            median_seconds: took.median_ms.map(seconds),
            p90_seconds: took.p90_ms.map(seconds),
        }
    }
}
