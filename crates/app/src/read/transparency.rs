//! A report of a period: how much was decided, by which rules, how long that took, and what became of appeals. Counted
//! from the records that the log shows, and from those that are between a group and one person.

use guildhall_domain::{GroupId, Timestamp, moderation::Effect, visibility::decide_reading};
use guildhall_store::{
    StoreError,
    transparency::{
        Span, appeals, cases, count_actions, count_rules, list_groups, queue, reports, sanctions_in_force,
    },
};

use crate::{
    App, Viewer,
    read::{Period, log::readable, place::Places},
};

pub use guildhall_store::transparency::{
    Appeals, CaseCount, Cases, Counted, InForce, Reports, RuleCount, Took,
};

/// The figures of a period.
#[derive(Debug, Clone)]
pub struct TransparencyView {
    /// What is counted.
    pub period: Period,
    /// How many groups are counted; of a group's own report 1.
    pub groups: usize,
    /// Decisions, by what was decided and whether a rule did it alone.
    pub actions: Vec<Counted>,
    /// Decisions, by what came of them, in the order of [`Effect`]; only what happened.
    pub effects: Vec<(Effect, i64)>,
    /// Decisions, by the rule they rest on: the hundred most frequent.
    pub rules: Vec<RuleCount>,
    /// What waited in queues and was decided.
    pub queue: Took,
    /// Reports.
    pub reports: Reports,
    /// Cases.
    pub cases: Cases,
    /// Appeals.
    pub appeals: Appeals,
    /// Who was under a sanction at the end of the period.
    pub in_force: InForce,
}

/// Why a report is not made.
#[derive(Debug, thiserror::Error)]
pub enum TransparencyError {
    /// The viewer may not read in the group.
    #[error("only those who may read in this group see what is decided in it")]
    NotReader,
    /// The group lives elsewhere, and counts for itself.
    #[error("this group lives on another server, which knows what was decided in it")]
    Elsewhere,
    /// Reading failed.
    #[error("reading the records failed")]
    Store(#[from] StoreError),
}

/// The report of a group hosted here.
///
/// # Errors
/// [`TransparencyError`].
pub async fn of_group(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    period: Period,
) -> Result<TransparencyView, TransparencyError> {
    let (visibility, reader) = Places::default().of(app, viewer, group).await?;
    if !decide_reading(visibility, reader) {
        return Err(TransparencyError::NotReader);
    }
    if !guildhall_store::group::find(&app.store, group).await?.is_some_and(|group| group.is_local) {
        return Err(TransparencyError::Elsewhere);
    }
    Ok(count(app, span(false, vec![group], period)).await?)
}

/// The report of the instance: what was decided for all of it, and in the groups hosted here whose log the viewer reads
/// without asking for it by name. For its admins those are all.
pub async fn of_instance(app: &App, viewer: &Viewer, period: Period) -> Result<TransparencyView, StoreError> {
    let (visibilities, groups) = readable(app, viewer).await?;
    let groups = list_groups(&app.store, &visibilities, &groups).await?;
    count(app, span(true, groups, period)).await
}

fn span(instance: bool, groups: Vec<GroupId>, period: Period) -> Span {
    Span { instance, groups, from: period.from, to: period.to }
}

async fn count(app: &App, span: Span) -> Result<TransparencyView, StoreError> {
    let db = &app.store;
    let actions = count_actions(db, &span).await?;
    // Of what is not over yet, what holds now.
    let until_now = Span { to: span.to.min(Timestamp(app.now().0.saturating_add(1))), ..span.clone() };
    Ok(TransparencyView {
        period: Period { from: span.from, to: span.to },
        groups: span.groups.len(),
        effects: effects(&actions),
        rules: count_rules(db, &span).await?,
        queue: queue(db, &span).await?,
        reports: reports(db, &span).await?,
        cases: cases(db, &span).await?,
        appeals: appeals(db, &span).await?,
        in_force: sanctions_in_force(db, &until_now).await?,
        actions,
    })
}

fn effects(actions: &[Counted]) -> Vec<(Effect, i64)> {
    let of = |effect: Effect| -> i64 {
        actions.iter().filter(|counted| counted.action.effect() == effect).map(|counted| counted.count).sum()
    };
    Effect::ALL.iter().map(|effect| (*effect, of(*effect))).filter(|(_, count)| *count > 0).collect()
}
