//! Telling people what was decided about them: people here by a notice that they read, people elsewhere by a direct `Note`
//! of the group. Of each decision its person is told once.

mod compose;
mod rules;
mod staff;
mod words;

use std::time::Duration;

use guildhall_domain::{
    ActorId, ApId, DecisionId, EntryId, EventId, GroupId, NoticeId, Timestamp,
    admission::Layer,
    direct_note::NotePurpose,
    event::{Cause, Event, EventKind},
    moderation::{AppealOutcome, Decision, DecisionAction, NoticeKind, Target, Telling, decide_telling},
    staff::Permission,
};
use guildhall_store::{
    StoreError, Tx,
    direct_note::{self, DirectNote},
    event,
    notice::{self, Concerned, Notice},
    succession,
};

pub(crate) use rules::follow_rules;
pub use rules::tell_of_fitting_rules;
pub(crate) use staff::{of_care, of_care_to, of_new_owner};

use self::words::Phrase;
use crate::{App, Viewer, decision::News};

/// How often somebody elsewhere is written to of what one rule of a group refused.
const REFUSALS_EVERY: Duration = Duration::from_hours(24);

/// Tells the one whom a decision concerns, in its transaction.
pub(crate) async fn of_decision(
    app: &App,
    tx: &mut Tx,
    decision: &Decision,
    news: News,
) -> Result<(), StoreError> {
    let telling = decide_telling(decision.action, decision.layer);
    if telling == Telling::Nobody || news == News::Quiet {
        return Ok(());
    }
    let Some(concerned) = notice::find_concerned(tx, decision.group, &decision.target).await? else {
        return Ok(());
    };
    warn(app, tx, decision, &concerned).await?;
    if !is_told(tx, decision, &concerned, telling, app.now()).await? {
        return Ok(());
    }
    let signer = match decision.signer() {
        Some(signer) => notice::find_handle(tx, signer).await?.map(|(handle, _)| format!("@{handle}")),
        None => None,
    };
    let text = compose::of_decision(decision, &concerned, news, signer.as_deref());
    let rule = decision.rule.clone().filter(|_| is_automatic(decision));
    let told = Told { kind: NoticeKind::Decision, rule, ..Told::about(decision, &concerned, text) };
    send(app, tx, told).await
}

/// Tells the one who appealed what became of it. `undone`: the decision that takes the first one back, or its place.
pub(crate) async fn of_outcome(
    app: &App,
    tx: &mut Tx,
    decision: &Decision,
    (outcome, reason): (AppealOutcome, &str),
    undone: Option<&Decision>,
) -> Result<(), StoreError> {
    let Some(concerned) = notice::find_concerned(tx, decision.group, &decision.target).await? else {
        return Ok(());
    };
    let text = compose::of_outcome(decision, outcome, reason, undone, &concerned);
    send(app, tx, Told { kind: NoticeKind::Outcome, ..Told::about(decision, &concerned, text) }).await
}

/// Tells those who may decide about it of an appeal: the group's moderators who live here, less the one who decided; where
/// that leaves nobody, the admins of the instance; and where they are nobody else either, the one who decided.
pub(crate) async fn of_appeal(
    app: &App,
    tx: &mut Tx,
    decision: &Decision,
    appellant: ActorId,
    text: &str,
) -> Result<(), StoreError> {
    let group = match decision.group {
        Some(group) => notice::find_telling_group(tx, group).await?,
        None => None,
    };
    let name = notice::find_handle(tx, appellant).await?.map(|(handle, _)| handle).unwrap_or_default();
    let title = compose::title_of(group.as_ref());
    let gaps = [("name", name.as_str()), ("group", title.as_str()), ("text", text)];
    let text = compose::words_of(group.as_ref()).say(Phrase::Appealed, &gaps);
    for judge in judges(app, tx, decision, appellant).await? {
        let told = Told {
            actor: judge,
            is_local: true,
            kind: NoticeKind::Appeal,
            group: decision.group,
            decision: Some(decision.id),
            entry: None,
            rule: None,
            text: text.clone(),
        };
        send(app, tx, told).await?;
    }
    Ok(())
}

/// Who is asked to decide an appeal: they live here. Where the group itself decided an admin stood in for it, who may be any
/// of them.
async fn judges(
    app: &App,
    tx: &mut Tx,
    decision: &Decision,
    appellant: ActorId,
) -> Result<Vec<ActorId>, StoreError> {
    let is_in_care = match decision.group {
        Some(group) => succession::is_in_care(tx, group).await?,
        None => false,
    };
    // A group in care has nobody of its own who would look.
    let keepers = if is_in_care {
        Vec::new()
    } else {
        notice::list_keepers(tx, decision.group, Permission::Appeals, app.now()).await?
    };
    let admins = notice::list_keepers(tx, None, Permission::Appeals, app.now()).await?;
    let stood_in = decision.group.is_some_and(|group| decision.by == Some(group.actor()));
    let here = |keepers: &[(ActorId, bool)]| -> Vec<ActorId> {
        let free = keepers.iter().filter(|(keeper, is_local)| *is_local && *keeper != appellant);
        free.map(|(keeper, _)| *keeper).collect()
    };
    let (keepers, admins) = (here(&keepers), here(&admins));
    let others = |judges: &[ActorId]| -> Vec<ActorId> {
        judges.iter().copied().filter(|judge| Some(*judge) != decision.by).collect()
    };
    let mut found = others(&keepers);
    if stood_in {
        found.retain(|keeper| !admins.contains(keeper));
    }
    if found.is_empty() {
        found = others(&admins);
    }
    Ok(if found.is_empty() { keepers } else { found })
}

/// Why a notice is not shown.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// No such notice, or somebody else's.
    #[error("no such notice")]
    NotFound,
    /// Reading or writing failed.
    #[error("reading or writing the notice failed")]
    Store(#[from] StoreError),
}

/// Marks a notice as read, for the one it is for. Doing it again changes nothing.
///
/// # Errors
/// [`NoticeError::NotFound`] for somebody else's too.
pub async fn mark_read(app: &App, viewer: &Viewer, id: NoticeId) -> Result<(), NoticeError> {
    let found = notice::find(&app.store, id).await?;
    if found.is_none_or(|found| viewer.actor != Some(found.actor)) {
        return Err(NoticeError::NotFound);
    }
    let mut tx = app.begin().await?;
    notice::set_read(&mut tx, id, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the one concerned is told: nobody of what they did themselves, nobody elsewhere by a group elsewhere, and nobody
/// elsewhere of each thing that one rule refuses.
async fn is_told(
    tx: &mut Tx,
    decision: &Decision,
    concerned: &Concerned,
    telling: Telling,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if decision.by == Some(concerned.actor) {
        return Ok(false);
    }
    if concerned.is_local {
        return has_to_do_with(tx, decision, concerned).await;
    }
    let by_us = concerned.group.as_ref().is_some_and(|group| group.is_local);
    if telling != Telling::Everywhere || !by_us {
        return Ok(false);
    }
    match decision.rule.as_deref().filter(|_| is_automatic(decision)) {
        Some(rule) => {
            let since = now.minus(REFUSALS_EVERY);
            Ok(!notice::was_told_after(tx, concerned.actor, decision.group, rule, since).await?)
        }
        None => Ok(true),
    }
}

/// Whether somebody here hears of what a group elsewhere decides about them. Any server may call anything a group and decide
/// what it likes about anybody: who never was there is not told. The answer to what they asked for they are.
async fn has_to_do_with(tx: &mut Tx, decision: &Decision, concerned: &Concerned) -> Result<bool, StoreError> {
    let is_elsewhere = concerned.group.as_ref().is_some_and(|group| !group.is_local);
    match (&decision.target, decision.group) {
        (Target::Actor(actor), Some(group)) if is_elsewhere && decision.action != DecisionAction::Refuse => {
            notice::has_part_in(tx, group, *actor).await
        }
        (Target::Actor(_) | Target::Entry(_) | Target::Host(_), _) => Ok(true),
    }
}

/// Whether no person decided: there may be any number of these.
fn is_automatic(decision: &Decision) -> bool {
    decision.by.is_none() && decision.layer != Layer::Moderator && decision.undoes.is_none()
}

/// Has a warning told in the way that Lemmy knows, besides the notice.
async fn warn(app: &App, tx: &mut Tx, decision: &Decision, concerned: &Concerned) -> Result<(), StoreError> {
    let by_us = concerned.group.as_ref().is_some_and(|group| group.is_local);
    let (DecisionAction::Warn, Some(group), Some(by), true) =
        (decision.action, decision.group, decision.by, by_us)
    else {
        return Ok(());
    };
    let entry = match decision.target {
        Target::Entry(entry) => Some(entry),
        Target::Actor(_) | Target::Host(_) => None,
    };
    let reason = decision.reason.clone();
    let warned = EventKind::Warned { group, actor: concerned.actor, entry, by, reason };
    crate::cause::tell(app, tx, Cause::Local, warned).await?;
    Ok(())
}

/// What is told to whom.
struct Told {
    actor: ActorId,
    is_local: bool,
    kind: NoticeKind,
    group: Option<GroupId>,
    decision: Option<DecisionId>,
    entry: Option<EntryId>,
    rule: Option<String>,
    text: String,
}

impl Told {
    fn about(decision: &Decision, concerned: &Concerned, text: String) -> Self {
        Self {
            actor: concerned.actor,
            is_local: concerned.is_local,
            kind: NoticeKind::Decision,
            group: decision.group,
            decision: Some(decision.id),
            entry: concerned.entry.as_ref().map(|entry| entry.id),
            rule: None,
            text,
        }
    }
}

/// Keeps a notice; for somebody elsewhere the group writes a `Note`, whose id is kept so that a reply is recognised.
async fn send(app: &App, tx: &mut Tx, told: Told) -> Result<(), StoreError> {
    let Told { actor, is_local, kind, group, decision, entry, rule, text } = told;
    let id = NoticeId(app.new_id());
    let at = app.now();
    let notice =
        Notice { id, actor, kind, group, decision, entry, rule, text, created_at: at, read_at: None };
    if !notice::insert(tx, &notice).await? {
        return Ok(());
    }
    if let (false, Some(group)) = (is_local, group) {
        let event = EventId(app.new_id());
        let note = DirectNote {
            ap_id: note_id(app, event),
            group,
            actor,
            purpose: NotePurpose::Notice,
            subject: decision.map_or(0, |decision| decision.0),
            created_at: at,
        };
        direct_note::insert(tx, &note).await?;
        let kind = EventKind::Noticed { notice: id };
        event::append(tx, &Event { id: event, at, cause: Cause::Local, kind }).await?;
    }
    Ok(())
}

/// The id of the `Note` that tells of an event.
fn note_id(app: &App, event: EventId) -> ApId {
    ApId::new(format!("{}/activities/{event}/notice/note", app.site.base_url))
}
