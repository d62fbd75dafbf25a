//! A report of a period: how much was decided, by which rules, how long that took, and what became of appeals. Counted
//! from the records that the log shows, and from those that are between a group and one person.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use guildhall_domain::{GroupId, Timestamp, moderation::Effect, visibility::decide_reading};
use guildhall_store::{
    StoreError,
    transparency::{
        Span, appeals, cases, count_actions, count_rules, list_groups, queue, reports, sanctions_in_force,
    },
};

use crate::{
    App, Viewer,
    read::{
        Period,
        log::{public_rule, readable},
        place::Places,
    },
};

pub use guildhall_store::transparency::{
    Appeals, CaseCount, Cases, Counted, InForce, Reports, RuleCount, Took,
};

/// How long figures that were counted are shown to the next who asks. Of days that are over little changes.
const FRESH_FOR: Duration = Duration::from_mins(10);
/// Reports that are kept at one time.
const KEPT: usize = 100;
/// Reports counted lately.
#[derive(Debug, Default)]
pub(crate) struct Reckoned {
    known: Mutex<HashMap<Span, Arc<TransparencyView>>>,
    /// One is counted at a time: each reads all that was decided in its period.
    turn: tokio::sync::Mutex<()>,
}

impl Reckoned {
    fn find(&self, span: &Span, now: Timestamp) -> Option<Arc<TransparencyView>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, view| now.since(view.at) < FRESH_FOR);
        known.get(span).cloned()
    }

    /// In the place of the oldest where there are many.
    fn keep(&self, span: Span, view: Arc<TransparencyView>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = known.iter().min_by_key(|(_, view)| view.at).map(|(span, _)| span.clone());
        if let Some(oldest) = oldest.filter(|_| known.len() >= KEPT) {
            known.remove(&oldest);
        }
        known.insert(span, view);
    }
}

/// The figures of a period.
#[derive(Debug, Clone)]
pub struct TransparencyView {
    /// What is counted: of the period asked for, the days that are over.
    pub period: Period,
    /// When they were counted.
    pub at: Timestamp,
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
) -> Result<Arc<TransparencyView>, TransparencyError> {
    let (visibility, reader) = Places::default().of(app, viewer, group).await?;
    if !decide_reading(visibility, reader) {
        return Err(TransparencyError::NotReader);
    }
    if !guildhall_store::group::find(&app.store, group).await?.is_some_and(|group| group.is_local) {
        return Err(TransparencyError::Elsewhere);
    }
    Ok(reckon(app, span(app, false, vec![group], period)).await?)
}

/// The report of the instance: what was decided for all of it, and in the groups hosted here whose log the viewer reads
/// without asking for it by name. For its admins those are all.
pub async fn of_instance(
    app: &App,
    viewer: &Viewer,
    period: Period,
) -> Result<Arc<TransparencyView>, StoreError> {
    let (visibilities, groups) = readable(app, viewer).await?;
    let groups = list_groups(&app.store, &visibilities, &groups).await?;
    reckon(app, span(app, true, groups, period)).await
}

fn span(app: &App, instance: bool, groups: Vec<GroupId>, period: Period) -> Span {
    let Period { from, to } = period.until_today(app.now());
    Span { instance, groups, from, to }
}

async fn reckon(app: &App, span: Span) -> Result<Arc<TransparencyView>, StoreError> {
    let reckoned = &app.signals.reckoned;
    if let Some(view) = reckoned.find(&span, app.now()) {
        return Ok(view);
    }
    let _turn = reckoned.turn.lock().await;
    // Whoever was before may have counted the same.
    if let Some(view) = reckoned.find(&span, app.now()) {
        return Ok(view);
    }
    let view = Arc::new(count(app, &span).await?);
    reckoned.keep(span, view.clone());
    Ok(view)
}

async fn count(app: &App, span: &Span) -> Result<TransparencyView, StoreError> {
    let db = &app.store;
    let actions = count_actions(db, span).await?;
    Ok(TransparencyView {
        at: app.now(),
        period: Period { from: span.from, to: span.to },
        groups: span.groups.len(),
        effects: effects(&actions),
        rules: open(count_rules(db, span).await?),
        queue: queue(db, span).await?,
        reports: reports(db, span).await?,
        cases: cases(db, span).await?,
        appeals: appeals(db, span).await?,
        in_force: sanctions_in_force(db, span).await?,
        actions,
    })
}

/// The rules by the names that everybody may know them by, most frequent first.
fn open(counted: Vec<RuleCount>) -> Vec<RuleCount> {
    let mut rules: Vec<RuleCount> = Vec::with_capacity(counted.len());
    for one in counted {
        let rule = one.rule.as_deref().map(public_rule);
        let is_same = |other: &&mut RuleCount| {
            (other.action, &other.rule, &other.written) == (one.action, &rule, &one.written)
        };
        match rules.iter_mut().find(is_same) {
            Some(same) => same.count += one.count,
            None => rules.push(RuleCount { rule, ..one }),
        }
    }
    rules.sort_by_key(|one| std::cmp::Reverse(one.count));
    rules
}

fn effects(actions: &[Counted]) -> Vec<(Effect, i64)> {
    let of = |effect: Effect| -> i64 {
        actions.iter().filter(|counted| counted.action.effect() == effect).map(|counted| counted.count).sum()
    };
    Effect::ALL.iter().map(|effect| (*effect, of(*effect))).filter(|(_, count)| *count > 0).collect()
}
