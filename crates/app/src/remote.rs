//! What other servers tell us about their own: groups and people that live there.

use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, Timestamp,
    actor::ActorKind,
    admission::{End, Sanction},
    content::EntryState,
    event::Cause,
    group::{Admission, Policy, Posting, Review, Visibility},
    membership::MembershipState,
    moderation::{DecisionAction, Target},
};
use guildhall_store::{
    StoreError, Tx,
    actor::{self, Actor},
    decision, ending, entry,
    group::{self, Counts, GroupFields},
    membership::{self, Membership},
    received::Outcome,
    standing,
};

use crate::{
    App, Forget, cause,
    decision::{Record, keep},
    entry::{count_in, count_out, remove_all_by},
    facts,
    group::end_membership,
};

/// What a remote group shows of its settings.
#[derive(Debug, Clone)]
pub struct RemoteGroup {
    /// Its title.
    pub title: String,
    /// Markdown, where it gives it.
    pub description_source: Option<String>,
    /// Sanitised HTML.
    pub description_html: String,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// An image.
    pub picture_url: Option<String>,
    /// Whether it lets people in by hand.
    pub approves_members: bool,
    /// Whether only its moderators start threads.
    pub is_restricted: bool,
}

/// Keeps what a remote group's document says; called in the transaction that keeps its actor.
pub async fn keep_group(
    app: &App,
    tx: &mut Tx,
    actor: ActorId,
    remote: &RemoteGroup,
) -> Result<(), StoreError> {
    let id = GroupId(actor.0);
    // Who may read there is not in its document: it is known by what it says to its members alone.
    let known = group::lock(tx, id).await?.map(|known| known.policy.visibility);
    let fields = GroupFields {
        title: remote.title.clone(),
        description_source: remote.description_source.clone().unwrap_or_default(),
        description_html: remote.description_html.clone(),
        language: remote.language.clone(),
        picture_url: remote.picture_url.clone(),
        policy: Policy {
            admission: if remote.approves_members { Admission::Approval } else { Admission::Open },
            posting: if remote.is_restricted { Posting::Moderators } else { Posting::Everyone },
            // What it reviews it does not tell.
            review: Review::None,
            visibility: known.unwrap_or(Visibility::Public),
        },
    };
    group::insert(tx, id, false, &fields, app.now()).await?;
    group::set_fields(tx, id, &fields, app.now()).await
}

/// Has a group elsewhere read by its members alone from now on, as what it says to them wants it, with all that was said
/// there before. It is not opened again: what is in it by then was said to members.
pub async fn confine_group(app: &App, id: GroupId) -> Result<(), StoreError> {
    if group::find_visibility(&app.store, id).await? != Some(Visibility::Public) {
        return Ok(());
    }
    let mut tx = app.begin().await?;
    if group::lock(&mut tx, id).await?.is_some_and(|group| !group.is_local) {
        group::set_visibility(&mut tx, id, Visibility::Members).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A group elsewhere answered somebody here who asked to join.
#[derive(Debug, Clone)]
pub struct JoinAnswered {
    /// The group that answers.
    pub group: ActorId,
    /// Our Follow, where the answer names it by id.
    pub follow: Option<ApId>,
    /// Who asked, where the answer repeats our Follow.
    pub follower: Option<ApId>,
    /// The answer.
    pub is_accepted: bool,
    /// Why not.
    pub reason: Option<String>,
    /// What set it off.
    pub cause: Cause,
}

/// Takes the answer to a Follow that we sent. One that we did not send, or sent to somebody else, changes nothing
/// (SECURITY-CASES 16, T11).
pub async fn join_answered(app: &App, answer: JoinAnswered) -> Result<(), StoreError> {
    let Some(asked) = find_asked(app, &answer).await? else {
        return cause::finish_alone(app, answer.cause, Outcome::Ignored, "answers no Follow of ours").await;
    };
    let mut tx = app.begin().await?;
    group::lock(&mut tx, asked.group_id).await?;
    // It may have been answered, or taken back, since it was read.
    let Some(asked) = membership::find_locked(&mut tx, asked.group_id, asked.actor_id).await? else {
        drop(tx);
        return cause::finish_alone(app, answer.cause, Outcome::Ignored, "taken back meanwhile").await;
    };
    if !cause::finish(&mut tx, answer.cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    let was_member = asked.state == MembershipState::Member;
    let members = if answer.is_accepted {
        let member = Membership { state: MembershipState::Member, ..asked.clone() };
        membership::set(&mut tx, &member, app.now()).await?;
        i64::from(!was_member)
    } else {
        membership::delete(&mut tx, asked.group_id, asked.actor_id).await?;
        let target = Target::Actor(asked.actor_id);
        record_refusal(app, &mut tx, answer.group, target, "join", answer.reason.as_deref()).await?;
        -i64::from(was_member)
    };
    group::add_counts(&mut tx, asked.group_id, Counts { members, ..Counts::default() }).await?;
    tx.commit().await
}

async fn find_asked(app: &App, answer: &JoinAnswered) -> Result<Option<Membership>, StoreError> {
    let mut asked = match &answer.follow {
        Some(follow) => membership::find_by_follow(&app.store, follow).await?,
        None => None,
    };
    if let (None, Some(follower)) = (&asked, &answer.follower) {
        // Some answer with a regenerated Follow under another id: its actor tells.
        if let Some(person) =
            actor::find_by_ap_id(&app.store, follower).await?.filter(|person| person.is_local)
        {
            asked = membership::find(&app.store, GroupId(answer.group.0), person.id).await?;
        }
    }
    Ok(asked.filter(|asked| asked.group_id.actor() == answer.group))
}

/// A group elsewhere did not let in what somebody here wrote.
#[derive(Debug, Clone)]
pub struct EntryRefused {
    /// The post or comment.
    pub entry: EntryId,
    /// The group that refuses.
    pub group: ActorId,
    /// Its reason.
    pub reason: Option<String>,
    /// Whether only a new text of it is refused; the group keeps the text it has.
    pub is_edit: bool,
    /// What set it off.
    pub cause: Cause,
}

/// Takes the refusal of a post or comment from here, or of a new text of it, so that its author sees it with the reason.
/// Only the group it was written for can refuse it.
pub async fn entry_refused(app: &App, refused: EntryRefused) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    let entry = entry::lock_in_thread(&mut tx, refused.entry).await?;
    let concerned = entry
        .filter(|entry| entry.is_local && entry.group_id.actor() == refused.group && entry.state.is_out());
    let outcome = if concerned.is_some() { Outcome::Applied } else { Outcome::Ignored };
    if !cause::finish(&mut tx, refused.cause, outcome, None, app.now()).await? {
        return Ok(());
    }
    if let Some(entry) = concerned {
        let reason = refused.reason.as_deref();
        if !refused.is_edit {
            entry::set_state(&mut tx, entry.id, EntryState::Refused, reason).await?;
            if entry.state == EntryState::Published {
                count_out(&mut tx, &entry).await?;
            }
        }
        let rule = if refused.is_edit { "edit" } else { "entry" };
        record_refusal(app, &mut tx, refused.group, Target::Entry(entry.id), rule, reason).await?;
    }
    tx.commit().await
}

/// A group elsewhere let in what somebody here wrote: it announced it, or an answer to it. Only the group it was written
/// for can do so.
pub async fn entry_let_in(app: &App, entry: EntryId, group: ActorId, cause: Cause) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    let found = entry::lock_in_thread(&mut tx, entry).await?.filter(|entry| entry.group_id.actor() == group);
    if let Some(gone) = found.as_ref().filter(|entry| entry.state_before == Some(EntryState::Sent)) {
        // Taken away meanwhile: should it be brought back, then as what the group knows.
        entry::set_state_before(&mut tx, gone.id, EntryState::Published).await?;
    }
    let waiting = found.filter(|entry| entry.state == EntryState::Sent);
    let (outcome, reason) = match waiting {
        Some(_) => (Outcome::Applied, None),
        None => (Outcome::Ignored, Some("known already")),
    };
    if !cause::finish(&mut tx, cause, outcome, reason, app.now()).await? {
        return Ok(());
    }
    if let Some(entry) = waiting {
        entry::set_state(&mut tx, entry.id, EntryState::Published, None).await?;
        count_in(&mut tx, &entry, app.now()).await?;
    }
    tx.commit().await
}

/// Keeps a refusal by a group elsewhere, so that the person concerned can read why.
async fn record_refusal(
    app: &App,
    tx: &mut Tx,
    group: ActorId,
    target: Target,
    rule: &str,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let record = Record::by_hand(GroupId(group.0), group, DecisionAction::Refuse, target);
    let (rule, reason) = (Some(rule.to_owned()), reason.map(str::to_owned));
    keep(app, tx, Record { rule, reason, ..record }).await?;
    Ok(())
}

/// An actor elsewhere is gone: its memberships end, and what it wrote in any group is taken away.
pub async fn actor_deleted(app: &App, actor: ActorId, cause: Cause) -> Result<(), StoreError> {
    end_actor(app, actor, false, cause).await
}

/// The same for one that wants what it wrote to stay.
pub async fn actor_left(app: &App, actor: ActorId, cause: Cause) -> Result<(), StoreError> {
    end_actor(app, actor, true, cause).await
}

async fn end_actor(app: &App, actor: ActorId, keeps_entries: bool, cause: Cause) -> Result<(), StoreError> {
    let gone = facts::actor(app, actor).await?;
    if gone.is_local {
        return cause::finish_alone(app, cause, Outcome::Ignored, "one of ours").await;
    }
    for membership in membership::list_of_actor(&app.store, actor).await? {
        let mut tx = app.begin().await?;
        end_membership(app, &mut tx, membership.group_id, &gone).await?;
        tx.commit().await?;
    }
    if !keeps_entries {
        remove_all_by(app, None, actor, actor, "the author's account was deleted").await?;
    }
    let mut tx = app.begin().await?;
    actor::mark_deleted(&mut tx, actor, app.now()).await?;
    cause::finish(&mut tx, cause, Outcome::Applied, None, app.now()).await?;
    tx.commit().await?;
    app.signals.forget(Forget::Actor(actor));
    Ok(())
}

/// An actor elsewhere moved. The caller has fetched the target anew; it must name the old id as its own, and both must
/// be of one kind.
pub async fn actor_moved(app: &App, from: ActorId, to: ActorId, cause: Cause) -> Result<(), StoreError> {
    let (old, new) = (facts::actor(app, from).await?, facts::actor(app, to).await?);
    let is_mutual = new.also_known_as.iter().any(|id| id == old.ap_id.as_str());
    if !is_mutual || old.is_local || new.kind != old.kind {
        return cause::finish_alone(app, cause, Outcome::Refused, "the target does not name the mover").await;
    }
    let mut tx = app.begin().await?;
    if cause::finish(&mut tx, cause, Outcome::Applied, None, app.now()).await? {
        actor::set_moved(&mut tx, from, &new.ap_id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A server blocked one of its own people everywhere, or lets them back in; `Block` with its own instance as target, and
/// its `Undo` (Lemmy).
#[derive(Debug, Clone)]
pub struct SuspendActor {
    /// Who.
    pub actor: ActorId,
    /// Who says so: the server's own actor, or one of its admins.
    pub by: ActorId,
    /// Suspended from now on.
    pub is_suspended: bool,
    /// Until when; `None` without end.
    pub until: Option<Timestamp>,
    /// The reason given.
    pub reason: Option<String>,
    /// What set it off.
    pub cause: Cause,
}

/// Bans somebody from the whole instance at the word of their own server, or lifts that ban; recorded as a decision for the
/// whole instance. What is said again is nothing to record, nor is lifting a ban that is not there; and a ban that stands by
/// the word of those who run this server is theirs alone to change.
pub async fn actor_suspended(app: &App, command: SuspendActor) -> Result<(), StoreError> {
    let SuspendActor { actor, by, is_suspended, until, reason, cause } = command;
    let mut tx = app.begin().await?;
    let (outcome, why) = if is_banned_by_us(app, &mut tx, actor).await? {
        (Outcome::Ignored, Some("banned by this server itself"))
    } else {
        (Outcome::Applied, None)
    };
    if !cause::finish(&mut tx, cause, outcome, why, app.now()).await? {
        return Ok(());
    }
    if outcome == Outcome::Ignored {
        return tx.commit().await;
    }
    let changed = if is_suspended {
        let held = standing::find_in(&mut tx, None, actor).await?.end_of(Sanction::Ban, app.now());
        let end = End::at(until);
        standing::set(&mut tx, None, actor, Sanction::Ban, end).await?;
        held != Some(end)
    } else {
        standing::lift(&mut tx, None, actor, Sanction::Ban).await?
    };
    if changed {
        let action = if is_suspended { DecisionAction::Ban } else { DecisionAction::Unban };
        let record = Record::by_hand(None, by, action, Target::Actor(actor));
        let until = until.filter(|_| is_suspended);
        keep(app, &mut tx, Record { reason, until, ..record }).await?;
    }
    tx.commit().await
}

/// Whether a ban from the whole instance stands that somebody here decided.
async fn is_banned_by_us(app: &App, tx: &mut Tx, actor: ActorId) -> Result<bool, StoreError> {
    let sanctions = standing::find_in(tx, None, actor).await?;
    if sanctions.end_of(Sanction::Ban, app.now()).is_none() {
        return Ok(false);
    }
    let latest = ending::find_decision(tx, None, &Target::Actor(actor), DecisionAction::Ban).await?;
    let decided = match latest {
        Some(latest) => decision::find_in(tx, latest).await?,
        None => None,
    };
    match decided.and_then(|decided| decided.by) {
        Some(by) => Ok(actor::find_in(tx, by).await?.is_some_and(|by| by.is_local)),
        // Without a word of anybody's it is none of theirs.
        None => Ok(true),
    }
}

/// Whether an actor is a group that is kept as one.
pub async fn is_group(app: &App, actor: &Actor) -> Result<bool, StoreError> {
    Ok(actor.kind == ActorKind::Group && group::find(&app.store, GroupId(actor.id.0)).await?.is_some())
}
