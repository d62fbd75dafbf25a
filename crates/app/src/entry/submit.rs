//! A post or comment that wants to enter a group, from here or from elsewhere.

use std::sync::Arc;

use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, Timestamp,
    admission::Decided,
    audience,
    content::EntryState,
    event::Cause,
    moderation::{DecisionAction, Target},
};
use guildhall_store::{
    StoreError, Tx, actor,
    entry::{Entry, Texts},
    instance, membership,
    poll::Poll,
    received::Outcome,
};

use super::enter::{Applicant, enter};
use super::judge::outcome_of;
use super::once::RequestKey;
use crate::{
    App, cause,
    decision::{News, Record, keep},
    facts,
    group::NoDealings,
    said::Said,
};

/// Where an entry was written.
#[derive(Debug, Clone)]
pub enum Origin {
    /// Here: it gets its global id from us.
    Here,
    /// Elsewhere.
    Elsewhere {
        /// Its global id.
        ap_id: ApId,
        /// What its origin calls it: `Page`, `Note` …
        wire_type: String,
        /// Its page for people.
        page_url: Option<String>,
        /// The collection of the thread that it starts.
        context_url: Option<String>,
        /// When it was written, by its author's clock.
        published_at: Timestamp,
        /// When it was changed before it came here.
        edited_at: Option<Timestamp>,
    },
}

/// A post or comment that wants to enter.
#[derive(Debug, Clone)]
pub struct Submit {
    /// The group.
    pub group: GroupId,
    /// Who wrote it.
    pub author: ActorId,
    /// What it answers; `None` for a post.
    pub parent: Option<EntryId>,
    /// Where it was written.
    pub origin: Origin,
    /// What was written.
    pub texts: Texts,
    /// The options, where it asks a question.
    pub poll: Option<Poll>,
    /// Whether it is addressed to the public.
    pub is_public: bool,
    /// Found by us, above what an answer answers: its author did not send it, and is not told of a refusal.
    pub is_fetched: bool,
    /// Announced by a group elsewhere that is not the one it was written for: it is shown there, and mirrored no further.
    pub is_passed_on: bool,
    /// What set it off.
    pub cause: Cause,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The entry; `None` when it was dropped without a trace.
    pub entry: Option<EntryId>,
    /// Where it stands.
    pub state: EntryState,
    /// The answer of the pipeline.
    pub decided: Decided,
}

/// Why [`submit`] did not get as far as a decision.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// No such group.
    #[error("no such group")]
    NoSuchGroup,
    /// What it answers is not there, not published, or belongs to another group.
    #[error("what this answers is not there any more, or not published yet")]
    NoSuchParent,
    /// It is known already.
    #[error("this is known already")]
    Known,
    /// Written here for a group that nothing from here gets to.
    #[error(transparent)]
    NoDealings(#[from] NoDealings),
    /// Reading or writing failed.
    #[error("reading or writing the entry failed")]
    Store(#[from] StoreError),
}

/// Brings a post or comment to the door of its group. Admitted, held and refused ones are kept, with the decision.
///
/// A group hosted elsewhere decides there: what it announced is admitted. What somebody here writes is sent there, and is
/// shown to its author alone until the group announces it; at once where no announcement would come back.
///
/// Those who submit at the same time share one transaction; each is judged by itself.
///
/// # Errors
/// [`SubmitError`]; the activity behind it is ended as ignored where that is final.
pub async fn submit(app: &App, command: Submit) -> Result<Submitted, SubmitError> {
    bring(app, command, None).await
}

/// As [`submit`]; with a key it is [`SubmitError::Known`] where the key is taken.
pub(super) async fn bring(
    app: &App,
    command: Submit,
    key: Option<RequestKey>,
) -> Result<Submitted, SubmitError> {
    let awaits_announcement = awaits_announcement(app, &command).await?;
    let cause = command.cause;
    let said = if awaits_announcement { Arc::default() } else { said_to_rules(app, &command) };
    match enter(app, Applicant { command, awaits_announcement, key, said }).await {
        Ok(submitted) => {
            if cause != Cause::Local {
                cause::count(outcome_of(submitted.decided.verdict).0.as_str());
            }
            app.signals.event.notify_one();
            Ok(submitted)
        }
        Err(error @ SubmitError::Store(_)) => Err(error),
        Err(error) => {
            cause::finish_alone(app, cause, Outcome::Ignored, &error.to_string()).await?;
            Err(error)
        }
    }
}

/// What is said, as rules look at it: with its words, as far as is known that there are rules.
fn said_to_rules(app: &App, command: &Submit) -> Arc<Said> {
    let said = Said::of_texts(&command.texts);
    if app.signals.shelf.has_rules_for(command.group) {
        said.text();
    }
    said.into()
}

async fn awaits_announcement(app: &App, command: &Submit) -> Result<bool, SubmitError> {
    let Origin::Here = command.origin else {
        return Ok(false);
    };
    let group = actor::find(&app.store, command.group.actor()).await?.ok_or(SubmitError::NoSuchGroup)?;
    if group.is_local {
        return Ok(false);
    }
    if let Some(reason) = facts::no_dealings(app, &group).await? {
        return Err(reason.into());
    }
    // Known by the server's own name, which a handle's domain may only point to.
    let server = group.ap_id.authority().unwrap_or(&group.host);
    let software = instance::find(&app.store, server).await?.and_then(|instance| instance.software);
    Ok(software.is_some_and(|software| audience::announces_to_author(&software.name))
        // Groups announce to those who follow them.
        && membership::has_local_member(&app.store, command.group).await?)
}

/// Records what a layer decided about an entry. `is_told`: its author hears of it.
pub(super) async fn record(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    action: DecisionAction,
    decided: &Decided,
    is_told: bool,
) -> Result<(), StoreError> {
    let record = Record::by_layer(entry.group_id, action, Target::Entry(entry.id), decided);
    let news = if is_told { News::Told } else { News::Quiet };
    keep(app, tx, Record { news, ..record }).await?;
    Ok(())
}
