//! Votes, reactions, and answers to polls.

use guildhall_domain::{
    ActorId, EntryId,
    content::{Vote, VoteFacts, VoteOutcome, VoteRefusal, decide_vote},
    event::{Cause, EventKind},
    peering,
};
use guildhall_store::{StoreError, entry, poll, received::Outcome, vote};

use crate::{App, cause, facts};

/// Somebody votes, or takes a vote back.
#[derive(Debug, Clone, Copy)]
pub struct CastVote {
    /// On what.
    pub entry: EntryId,
    /// Who.
    pub actor: ActorId,
    /// The vote; `None` takes it back.
    pub vote: Option<Vote>,
    /// What set it off.
    pub cause: Cause,
}

/// Why a vote did not count.
#[derive(Debug, thiserror::Error)]
pub enum VoteError {
    /// No such entry.
    #[error("no such entry")]
    NotFound,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] VoteRefusal),
    /// Reading or writing failed.
    #[error("reading or writing the vote failed")]
    Store(#[from] StoreError),
}

/// Records a vote and counts it. The same vote again changes nothing.
///
/// # Errors
/// [`VoteError`]; the tally stays.
pub async fn cast_vote(app: &App, command: CastVote) -> Result<(), VoteError> {
    let CastVote { entry: id, actor, vote: wanted, cause } = command;
    let voter = facts::actor(app, actor).await?;
    let known = entry::find(&app.store, id).await?.ok_or(VoteError::NotFound)?;
    let (of_instance, of_group) = facts::peering_of(app, Some(known.group_id), &voter.host).await?;
    let mut tx = app.begin().await?;
    let current = entry::lock(&mut tx, id).await?.ok_or(VoteError::NotFound)?;
    let author =
        entry::find_author_facts(&mut tx, current.group_id, actor).await?.ok_or(VoteError::NotFound)?;
    let before = vote::find_locked(&mut tx, id, actor).await?;
    let vote_facts = VoteFacts {
        entry_state: current.state,
        current: before,
        standing: author.standing,
        peering: peering::combine(of_instance, of_group),
    };
    let decided = decide_vote(&vote_facts, wanted, app.now());
    let (outcome, reason) = match &decided {
        Ok(VoteOutcome::Changed(_)) => (Outcome::Applied, None),
        Ok(VoteOutcome::Unchanged) => (Outcome::Ignored, None),
        Err(refusal) => (Outcome::Refused, Some(refusal.to_string())),
    };
    let is_first = cause::finish(&mut tx, cause, outcome, reason.as_deref(), app.now()).await?;
    if let (Ok(VoteOutcome::Changed(change)), true) = (&decided, is_first) {
        vote::set(&mut tx, id, actor, wanted, app.now()).await?;
        entry::add_votes(&mut tx, id, *change).await?;
        if author.group_is_local || voter.is_local {
            cause::tell(app, &mut tx, cause, EventKind::Voted { entry: id, actor, vote: wanted, before })
                .await?;
        }
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    decided?;
    Ok(())
}

/// Somebody reacts with an emoji, or takes it back.
#[derive(Debug, Clone)]
pub struct React {
    /// To what.
    pub entry: EntryId,
    /// Who.
    pub actor: ActorId,
    /// An emoji, or the `:name:` of a custom one; with `is_withdrawn`, `None` stands for all of theirs.
    pub emoji: Option<String>,
    /// Taken back.
    pub is_withdrawn: bool,
    /// What set it off.
    pub cause: Cause,
}

/// Records a reaction. Reactions are no votes: they do not count in the score.
///
/// # Errors
/// As [`cast_vote`].
pub async fn react(app: &App, command: React) -> Result<(), VoteError> {
    let React { entry: id, actor, emoji, is_withdrawn, cause } = command;
    let mut tx = app.begin().await?;
    let current = entry::lock(&mut tx, id).await?.ok_or(VoteError::NotFound)?;
    let author =
        entry::find_author_facts(&mut tx, current.group_id, actor).await?.ok_or(VoteError::NotFound)?;
    let is_refused = !is_withdrawn && author.standing.is_banned(app.now());
    let outcome = if is_refused { Outcome::Refused } else { Outcome::Applied };
    if cause::finish(&mut tx, cause, outcome, None, app.now()).await? && !is_refused {
        match (is_withdrawn, emoji) {
            (true, emoji) => vote::delete_reactions(&mut tx, id, actor, emoji.as_deref()).await?,
            (false, Some(emoji)) => vote::insert_reaction(&mut tx, id, actor, &emoji, app.now()).await?,
            (false, None) => {}
        }
    }
    tx.commit().await?;
    if is_refused { Err(VoteRefusal::Banned.into()) } else { Ok(()) }
}

/// Somebody chooses an option of a poll.
#[derive(Debug, Clone)]
pub struct PollVote {
    /// The question.
    pub entry: EntryId,
    /// Who.
    pub actor: ActorId,
    /// The exact name of the option.
    pub option: String,
    /// What set it off.
    pub cause: Cause,
}

/// Records an answer to a poll that we keep. Options that do not exist, and second answers, change nothing.
///
/// # Errors
/// [`VoteError::Store`].
pub async fn vote_in_poll(app: &App, command: PollVote) -> Result<(), VoteError> {
    let mut tx = app.begin().await?;
    let counted =
        poll::insert_vote(&mut tx, command.entry, command.actor, &command.option, app.now()).await?;
    let outcome = if counted { Outcome::Applied } else { Outcome::Ignored };
    if cause::finish(&mut tx, command.cause, outcome, None, app.now()).await? {
        tx.commit().await?;
    }
    Ok(())
}
