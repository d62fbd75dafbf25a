//! What is done to a thread as a whole: taken away, brought back, moved to another group. One act, one transaction.

use guildhall_domain::{
    ActorId, EntryId, GroupId,
    content::{
        ChangeFacts, DeleteOutcome, DeleteRefusal, EntryState, MoveFacts, MoveOutcome, MoveRefusal,
        MoveTarget, decide_delete, decide_move, decide_restore,
    },
    event::{Cause, EventKind},
    group::Visibility,
    moderation::DecisionAction,
    staff::Permission,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    entry::{self, Entry},
    group::{self, Counts},
    partner,
    received::Outcome,
};

use super::delete::{
    Delete, DeleteError, delete, is_told, may_remove, record, restore, restore_facts, return_to_before,
    set_gone, settle,
};
use crate::{App, Viewer, cause, decision::Grounds, facts, staff};

/// Takes a thread away with all its comments, for a moderator or the group itself. What its author does concerns the post
/// alone.
///
/// Told of as the removal of its post, by the group: not everybody knows threads.
///
/// # Errors
/// [`DeleteError`]; the thread stays.
pub async fn remove_thread(app: &App, command: Delete) -> Result<(), DeleteError> {
    if is_left_to_author(app, &command).await? {
        return delete(app, command).await.map(|_| ());
    }
    let is_ours = facts::actor(app, command.by).await?.is_local;
    let mut tx = app.begin().await?;
    let result = remove(app, &mut tx, &command, is_ours).await;
    settle(app, tx, &command, result).await
}

/// Brings a thread back with all that was taken away with it.
///
/// # Errors
/// [`DeleteError`]; the thread stays away.
pub async fn restore_thread(app: &App, command: Delete) -> Result<(), DeleteError> {
    if is_left_to_author(app, &command).await? {
        return restore(app, command).await;
    }
    let is_ours = facts::actor(app, command.by).await?.is_local;
    let mut tx = app.begin().await?;
    let result = bring_back(app, &mut tx, &command, is_ours).await;
    settle(app, tx, &command, result).await
}

/// Somebody moves a thread to another group.
#[derive(Debug, Clone)]
pub struct MoveThread {
    /// Its post.
    pub thread: EntryId,
    /// Who: a moderator, or the group that it is in.
    pub by: ActorId,
    /// Where to; `None`: to a group that is not known here.
    pub to: Option<GroupId>,
    /// What set it off.
    pub cause: Cause,
}

/// Moves a thread to another group, or takes it out of its own where the other one does not take it.
///
/// # Errors
/// [`DeleteError`]; the thread stays where it is.
pub async fn move_thread(app: &App, command: MoveThread) -> Result<MoveOutcome, DeleteError> {
    let MoveThread { thread, by, to, cause } = command;
    let removal = Delete { entry: thread, by, reason: Some("moved to another group".to_owned()), cause };
    let hosts = Hosts::find(app, thread, to).await?;
    let is_ours = facts::actor(app, by).await?.is_local;
    let mut tx = app.begin().await?;
    let result = relocate(app, &mut tx, &removal, &hosts, is_ours, &Grounds::default()).await;
    settle(app, tx, &removal, result).await
}

async fn is_left_to_author(app: &App, command: &Delete) -> Result<bool, StoreError> {
    let Some(post) = entry::find(&app.store, command.entry).await? else { return Ok(true) };
    let is_group = command.by == post.group_id.actor();
    let by = Viewer { actor: Some(command.by), ..Viewer::anonymous() };
    Ok(!is_group && !staff::may(app, &by, post.group_id, Permission::Remove).await?)
}

/// What there is of a thread to take away.
struct Present {
    /// What becomes of its post.
    decided: DeleteOutcome,
    comments: Vec<(EntryId, EntryState)>,
}

impl Present {
    async fn find(tx: &mut Tx, post: &Entry, decided: DeleteOutcome) -> Result<Self, StoreError> {
        Ok(Self { decided, comments: entry::list_present_comments(tx, post.id).await? })
    }

    fn outcome(&self) -> Outcome {
        let is_gone = self.decided == DeleteOutcome::AlreadyGone && self.comments.is_empty();
        if is_gone { Outcome::Ignored } else { Outcome::Applied }
    }
}

async fn remove(app: &App, tx: &mut Tx, command: &Delete, is_ours: bool) -> Result<(), DeleteError> {
    let post = entry::lock_in_thread(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    let may_remove = may_remove(app, tx, &post, command.by).await?;
    let known = ChangeFacts { author: post.author_id, state: post.state, may_remove };
    let decided = decide_delete(&known, command.by)?;
    let present = Present::find(tx, &post, decided).await?;
    let outcome = present.outcome();
    if cause::finish(tx, command.cause, outcome, None, app.now()).await? && outcome == Outcome::Applied {
        take_out(app, tx, &post, command, &present, is_ours, &Grounds::default()).await?;
    }
    Ok(())
}

/// Removes post and comments, and tells of it.
async fn take_out(
    app: &App,
    tx: &mut Tx,
    post: &Entry,
    command: &Delete,
    present: &Present,
    is_ours: bool,
    grounds: &Grounds,
) -> Result<(), DeleteError> {
    // Before the group's counters: somebody who edits one of them has it first, too.
    let comments = entry::remove_comments(tx, post.id, command.reason.as_deref(), app.now()).await?;
    set_gone(app, tx, post, command, present.decided, grounds).await?;
    if present.decided == DeleteOutcome::AlreadyGone {
        record(app, tx, post, command, DecisionAction::Remove, grounds).await?;
    }
    group::add_counts(tx, post.group_id, Counts { comments: -comments, ..Counts::default() }).await?;
    if !is_told(tx, post, is_ours).await? {
        return Ok(());
    }
    let (by, removal) = (command.by, Some(command.reason.clone().unwrap_or_default()));
    let gone = match post.state {
        // Its author had it told; a removal on top of that would outlast their bringing it back.
        EntryState::Deleted => out(&present.comments),
        _ => vec![post.id],
    };
    for entry in gone {
        // Not in the bytes in which it came: those name the thread, which few understand.
        let gone = EventKind::EntryGone { entry, by, removal: removal.clone() };
        cause::tell(app, tx, Cause::Local, gone).await?;
    }
    Ok(())
}

/// Those of which others have heard.
fn out(comments: &[(EntryId, EntryState)]) -> Vec<EntryId> {
    comments.iter().filter(|(_, state)| state.is_out()).map(|(id, _)| *id).collect()
}

async fn bring_back(app: &App, tx: &mut Tx, command: &Delete, is_ours: bool) -> Result<(), DeleteError> {
    let post = entry::lock_in_thread(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    let gone = entry::list_gone_comments(tx, post.id).await?;
    let known = restore_facts(app, tx, &post, command.by).await?;
    // Its author took the post away, or brought it back: the comments are the moderators' to bring back all the same.
    let is_about_comments = known.entry.may_remove && post.state != EntryState::Removed && !gone.is_empty();
    let is_post_back = match decide_restore(&known, command.by) {
        Ok(()) => true,
        Err(_) if is_about_comments => false,
        Err(refusal) => return Err(refusal.into()),
    };
    if !cause::finish(tx, command.cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    // Before the group's counters, as in `take_out`.
    let comments = entry::restore_comments(tx, post.id).await?;
    if is_post_back {
        return_to_before(tx, &post).await?;
    }
    group::add_counts(tx, post.group_id, Counts { comments, ..Counts::default() }).await?;
    record(app, tx, &post, command, DecisionAction::Restore, &Grounds::default()).await?;
    if is_told(tx, &post, is_ours).await? {
        // Of a removed post's comments nobody was told; see `take_out`.
        let alone = if post.state == EntryState::Removed { Vec::new() } else { out(&gone) };
        for entry in is_post_back.then_some(post.id).into_iter().chain(alone) {
            let restored = EventKind::EntryRestored { entry, by: command.by };
            cause::tell(app, tx, Cause::Local, restored).await?;
        }
    }
    Ok(())
}

/// The groups between which a thread moves.
pub(crate) struct Hosts {
    from: Actor,
    to: Option<Actor>,
}

impl Hosts {
    pub(crate) async fn find(app: &App, thread: EntryId, to: Option<GroupId>) -> Result<Self, DeleteError> {
        let post = entry::find(&app.store, thread).await?.ok_or(DeleteError::NotFound)?;
        let from = facts::actor(app, post.group_id.actor()).await?;
        let to = match to {
            Some(to) => Some(facts::actor(app, to.actor()).await?),
            None => None,
        };
        Ok(Self { from, to })
    }

    async fn target(&self, app: &App, tx: &mut Tx, by: ActorId) -> Result<Option<MoveTarget>, StoreError> {
        let Some(to) = &self.to else { return Ok(None) };
        Ok(Some(MoveTarget {
            is_same: to.id == self.from.id,
            is_local: to.is_local,
            visibility: visibility_of(tx, GroupId(to.id.0)).await?,
            // Of the servers that speak for them: a handle may bear the name of another.
            is_neighbour: to.ap_id.authority().is_some_and(|home| self.from.ap_id.authority() == Some(home)),
            is_theirs: staff::powers(app, tx, GroupId(to.id.0), by).await?.may(Permission::Remove),
        }))
    }
}

/// Who may read in a group, as of the transaction that writes.
async fn visibility_of(tx: &mut Tx, group: GroupId) -> Result<Visibility, StoreError> {
    Ok(group::find_visibility_in(tx, group).await?.unwrap_or(Visibility::Public))
}

/// Moves a thread in a transaction that does more. Before the group is locked: this locks both in their order.
pub(crate) async fn relocate(
    app: &App,
    tx: &mut Tx,
    command: &Delete,
    hosts: &Hosts,
    is_ours: bool,
    grounds: &Grounds,
) -> Result<MoveOutcome, DeleteError> {
    let post = entry::lock_in_thread(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    if post.group_id.actor() != hosts.from.id {
        // Somebody else was faster, and the groups looked up are not those it is about.
        return Err(DeleteError::NotFound);
    }
    let known = MoveFacts {
        powers: staff::powers(app, tx, post.group_id, command.by).await?,
        is_local: hosts.from.is_local,
        visibility: visibility_of(tx, post.group_id).await?,
        is_by_hand: grounds.case.is_some(),
        target: hosts.target(app, tx, command.by).await?,
    };
    let decided = decide_move(&known).map_err(|refusal| match refusal {
        MoveRefusal::NotPermitted(_) => DeleteRefusal::NotAllowed.into(),
        MoveRefusal::Wider => DeleteError::NotMoved(refusal),
    })?;
    let is_gone = matches!(post.state, EntryState::Removed | EntryState::Deleted);
    let of_post = if is_gone { DeleteOutcome::AlreadyGone } else { DeleteOutcome::Removed };
    let present = Present::find(tx, &post, of_post).await?;
    let outcome = match decided {
        MoveOutcome::Removed => present.outcome(),
        MoveOutcome::Unchanged => Outcome::Ignored,
        MoveOutcome::Moved => Outcome::Applied,
    };
    if !cause::finish(tx, command.cause, outcome, None, app.now()).await? {
        return Ok(MoveOutcome::Unchanged);
    }
    match (decided, &hosts.to) {
        (MoveOutcome::Moved, Some(to)) => put_into(app, tx, &post, command, to, grounds).await?,
        (MoveOutcome::Removed, _) if outcome == Outcome::Applied => {
            take_out(app, tx, &post, command, &present, is_ours, grounds).await?;
        }
        (MoveOutcome::Moved | MoveOutcome::Removed | MoveOutcome::Unchanged, _) => {}
    }
    Ok(decided)
}

async fn put_into(
    app: &App,
    tx: &mut Tx,
    post: &Entry,
    command: &Delete,
    to: &Actor,
    grounds: &Grounds,
) -> Result<(), StoreError> {
    let (from, target) = (post.group_id, GroupId(to.id.0));
    let comments = entry::set_group(tx, post.id, target).await?;
    // Here nobody's announcement is waited for.
    let new_comments = if to.is_local { entry::publish_sent(tx, post.id).await? } else { 0 };
    let was_shown = post.state == EntryState::Published;
    let is_shown = was_shown || (to.is_local && post.state == EntryState::Sent);
    let left = Counts { posts: -i64::from(was_shown), comments: -comments, ..Counts::default() };
    let arrived =
        Counts { posts: i64::from(is_shown), comments: comments + new_comments, ..Counts::default() };
    // In the order of their keys: two threads may cross.
    let mut changes = [(from, left), (target, arrived)];
    changes.sort_unstable_by_key(|(group, _)| *group);
    for (group, counts) in changes {
        group::add_counts(tx, group, counts).await?;
    }
    partner::rehouse(tx, post.id, target, is_shown, app.now()).await?;
    record(app, tx, post, command, DecisionAction::Move, grounds).await?;
    if to.is_local && is_shown {
        cause::tell(app, tx, Cause::Local, EventKind::EntryPublished { entry: post.id }).await?;
    }
    Ok(())
}
