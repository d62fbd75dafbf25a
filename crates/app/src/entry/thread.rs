//! What is done to a thread as a whole: taken away, brought back, moved to another group. One act, one transaction.

use guildhall_domain::{
    ActorId, EntryId, GroupId,
    content::{
        ChangeFacts, DeleteOutcome, DeleteRefusal, EntryState, MoveFacts, MoveOutcome, MoveTarget,
        decide_delete, decide_move, decide_restore,
    },
    event::{Cause, EventKind},
    moderation::DecisionAction,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    entry::{self, Entry},
    group::{self, Counts},
    moderator,
    received::Outcome,
};

use super::delete::{
    Delete, DeleteError, delete, is_told, record, restore, return_to_before, role_of, set_gone, settle,
};
use crate::{App, cause, facts};

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
    let result = relocate(app, &mut tx, &removal, &hosts, is_ours).await;
    settle(app, tx, &removal, result).await
}

async fn is_left_to_author(app: &App, command: &Delete) -> Result<bool, StoreError> {
    let Some(post) = entry::find(&app.store, command.entry).await? else { return Ok(true) };
    let is_group = command.by == post.group_id.actor();
    Ok(!is_group && !moderator::exists(&app.store, post.group_id, command.by).await?)
}

async fn remove(app: &App, tx: &mut Tx, command: &Delete, is_ours: bool) -> Result<(), DeleteError> {
    let post = entry::lock_in_thread(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    let role = role_of(tx, &post, command.by).await?;
    let decided =
        decide_delete(&ChangeFacts { author: post.author_id, state: post.state, role }, command.by)?;
    let outcome = if decided == DeleteOutcome::AlreadyGone { Outcome::Ignored } else { Outcome::Applied };
    if !cause::finish(tx, command.cause, outcome, None, app.now()).await? {
        return Ok(());
    }
    take_out(app, tx, &post, command, decided, is_ours).await
}

/// Removes post and comments, and tells of it.
async fn take_out(
    app: &App,
    tx: &mut Tx,
    post: &Entry,
    command: &Delete,
    decided: DeleteOutcome,
    is_ours: bool,
) -> Result<(), DeleteError> {
    set_gone(app, tx, post, command, decided).await?;
    let comments = entry::remove_comments(tx, post.id, command.reason.as_deref(), app.now()).await?;
    group::add_counts(tx, post.group_id, Counts { comments: -comments, ..Counts::default() }).await?;
    if decided != DeleteOutcome::AlreadyGone && is_told(tx, post, is_ours).await? {
        let removal = Some(command.reason.clone().unwrap_or_default());
        let gone = EventKind::EntryGone { entry: post.id, by: command.by, removal };
        // Not in the bytes in which it came: those name the thread, which few understand.
        cause::tell(app, tx, Cause::Local, gone).await?;
    }
    Ok(())
}

async fn bring_back(app: &App, tx: &mut Tx, command: &Delete, is_ours: bool) -> Result<(), DeleteError> {
    let post = entry::lock_in_thread(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    let role = role_of(tx, &post, command.by).await?;
    decide_restore(&ChangeFacts { author: post.author_id, state: post.state, role }, command.by)?;
    if !cause::finish(tx, command.cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    return_to_before(tx, &post).await?;
    let comments = entry::restore_comments(tx, post.id).await?;
    group::add_counts(tx, post.group_id, Counts { comments, ..Counts::default() }).await?;
    record(app, tx, &post, command, DecisionAction::Restore).await?;
    if is_told(tx, &post, is_ours).await? {
        let restored = EventKind::EntryRestored { entry: post.id, by: command.by };
        cause::tell(app, tx, Cause::Local, restored).await?;
    }
    Ok(())
}

/// The groups between which a thread moves.
struct Hosts {
    from: Actor,
    to: Option<Actor>,
}

impl Hosts {
    async fn find(app: &App, thread: EntryId, to: Option<GroupId>) -> Result<Self, DeleteError> {
        let post = entry::find(&app.store, thread).await?.ok_or(DeleteError::NotFound)?;
        let from = facts::actor(app, post.group_id.actor()).await?;
        let to = match to {
            Some(to) => Some(facts::actor(app, to.actor()).await?),
            None => None,
        };
        Ok(Self { from, to })
    }

    async fn target(&self, tx: &mut Tx, by: ActorId) -> Result<Option<MoveTarget>, StoreError> {
        let Some(to) = &self.to else { return Ok(None) };
        Ok(Some(MoveTarget {
            is_same: to.id == self.from.id,
            is_local: to.is_local,
            is_neighbour: to.host == self.from.host,
            role: facts::role(tx, GroupId(to.id.0), by).await?,
        }))
    }
}

async fn relocate(
    app: &App,
    tx: &mut Tx,
    command: &Delete,
    hosts: &Hosts,
    is_ours: bool,
) -> Result<MoveOutcome, DeleteError> {
    let post = entry::lock_in_thread(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    if post.group_id.actor() != hosts.from.id {
        // Somebody else was faster, and the groups looked up are not those it is about.
        return Err(DeleteError::NotFound);
    }
    let known = MoveFacts {
        role: role_of(tx, &post, command.by).await?,
        is_local: hosts.from.is_local,
        target: hosts.target(tx, command.by).await?,
    };
    let decided = decide_move(&known).map_err(|_| DeleteRefusal::NotAllowed)?;
    let is_gone = matches!(post.state, EntryState::Removed | EntryState::Deleted);
    let outcome = match decided {
        MoveOutcome::Removed if is_gone => Outcome::Ignored,
        MoveOutcome::Unchanged => Outcome::Ignored,
        MoveOutcome::Moved | MoveOutcome::Removed => Outcome::Applied,
    };
    if !cause::finish(tx, command.cause, outcome, None, app.now()).await? {
        return Ok(MoveOutcome::Unchanged);
    }
    match (decided, &hosts.to) {
        (MoveOutcome::Moved, Some(to)) => put_into(app, tx, &post, command, to).await?,
        (MoveOutcome::Removed, _) => {
            let decided = if is_gone { DeleteOutcome::AlreadyGone } else { DeleteOutcome::Removed };
            take_out(app, tx, &post, command, decided, is_ours).await?;
        }
        (MoveOutcome::Moved | MoveOutcome::Unchanged, _) => {}
    }
    Ok(decided)
}

async fn put_into(
    app: &App,
    tx: &mut Tx,
    post: &Entry,
    command: &Delete,
    to: &Actor,
) -> Result<(), StoreError> {
    let (from, target) = (post.group_id, GroupId(to.id.0));
    let comments = entry::set_group(tx, post.id, target).await?;
    let posts = i64::from(post.state == EntryState::Published);
    // In the order of their keys: two threads may cross.
    let mut changes = [(from, -1), (target, 1)];
    changes.sort_unstable();
    for (group, sign) in changes {
        let counts = Counts { posts: sign * posts, comments: sign * comments, ..Counts::default() };
        group::add_counts(tx, group, counts).await?;
    }
    record(app, tx, post, command, DecisionAction::Move).await?;
    if to.is_local && post.state == EntryState::Published {
        cause::tell(app, tx, Cause::Local, EventKind::EntryPublished { entry: post.id }).await?;
    }
    Ok(())
}
