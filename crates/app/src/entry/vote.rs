//! Votes, reactions, and answers to polls.

use guildhall_domain::{
    ActorId, EntryId,
    admission::{Decided, Wants},
    content::{Vote, VoteFacts, VoteOutcome, VoteRefusal, decide_vote},
    event::{Cause, EventKind},
    peering::Peering,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    entry::{self, Entry},
    poll,
    received::Outcome,
    vote,
};

use crate::{
    App,
    admission::{Applying, follow_rules, received},
    case::attach_by_rules,
    cause, facts, notice,
};

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
    let voter = Voter::find(app, id, actor, cause).await?;
    let mut tx = app.begin().await?;
    let ballot = voter.lock_ballot(app, &mut tx, id).await?;
    let decided = decide_vote(&ballot.facts, wanted, || ballot.admission.clone());
    let (outcome, reason) = match &decided {
        Ok(VoteOutcome::Changed(_)) => (Outcome::Applied, None),
        Ok(VoteOutcome::Unchanged) => (Outcome::Ignored, None),
        Err(refusal) => (Outcome::Refused, Some(refusal.to_string())),
    };
    let is_first = cause::finish(&mut tx, cause, outcome, reason.as_deref(), app.now()).await?;
    if let (Ok(VoteOutcome::Changed(change)), true) = (&decided, is_first) {
        if wanted.is_some() {
            ballot.follow_rules(app, &mut tx).await?;
        }
        vote::set(&mut tx, id, actor, wanted, app.now()).await?;
        entry::add_votes(&mut tx, id, *change).await?;
        if ballot.group_is_local || voter.actor.is_local {
            let told = EventKind::Voted { entry: id, actor, vote: wanted, before: ballot.facts.current };
            cause::tell(app, &mut tx, cause, told).await?;
        }
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    decided?;
    Ok(())
}

/// Who votes, as far as it can be known before the transaction.
struct Voter {
    actor: Actor,
    peering: (Peering, Peering),
}

/// A locked entry, and what the pipeline says to a vote on it.
struct Ballot {
    entry: Entry,
    voter: ActorId,
    facts: VoteFacts,
    admission: Decided,
    group_is_local: bool,
}

impl Voter {
    async fn find(app: &App, entry: EntryId, actor: ActorId, cause: Cause) -> Result<Self, VoteError> {
        let actor = facts::actor(app, actor).await?;
        let Some(known) = entry::find(&app.store, entry).await? else {
            return Err(cause::refused(app, cause, VoteError::NotFound).await);
        };
        let peering = facts::peering_of_actor(app, Some(known.group_id), &actor).await?;
        Ok(Self { actor, peering })
    }

    async fn lock_ballot(&self, app: &App, tx: &mut Tx, entry: EntryId) -> Result<Ballot, VoteError> {
        let current = entry::lock(tx, entry).await?.ok_or(VoteError::NotFound)?;
        let (group, voter) = (current.group_id, self.actor.id);
        let known = entry::find_author_facts(tx, group, voter).await?.ok_or(VoteError::NotFound)?;
        let applying = Applying::bare(Wants::Vote, group, &self.actor, &known, self.peering);
        let admission = if known.group_is_local {
            admission_of(app, tx, &current, applying).await?
        } else {
            applying.decide_elsewhere(app.now())
        };
        Ok(Ballot {
            facts: VoteFacts {
                entry_state: current.state,
                current: vote::find_locked(tx, entry, voter).await?,
            },
            admission,
            group_is_local: known.group_is_local,
            entry: current,
            voter,
        })
    }
}

/// What the pipeline says to a vote on an entry of a group here.
async fn admission_of(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    mut applying: Applying<'_>,
) -> Result<Decided, StoreError> {
    let books = app.signals.shelf.books(tx, applying.group, applying.known).await?;
    applying.received = received(&mut *tx, entry, &books).await?;
    let past = applying.look_back(app, tx, &books).await?;
    Ok(applying.decide(&books, &past, app.now()))
}

impl Ballot {
    /// Whether the voter may react or choose: by the same rule as they may vote.
    fn decide(&self) -> Result<(), VoteRefusal> {
        let facts = VoteFacts { current: None, ..self.facts.clone() };
        decide_vote(&facts, Some(Vote::Up), || self.admission.clone()).map(drop)
    }

    /// What rules about votes want done with what is voted on.
    async fn follow_rules(&self, app: &App, tx: &mut Tx) -> Result<(), StoreError> {
        let (group, entry) = (self.entry.group_id, self.entry.id);
        follow_rules(tx, group, Some(entry), &self.admission, app.now()).await?;
        attach_by_rules(app, tx, group, entry, &self.admission).await?;
        let line = self.entry.title.as_deref().unwrap_or(&self.entry.excerpt);
        notice::follow_rules(app, tx, group, self.voter, (Some(entry), line), &self.admission).await
    }
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
    let voter = Voter::find(app, id, actor, cause).await?;
    let mut tx = app.begin().await?;
    let ballot = voter.lock_ballot(app, &mut tx, id).await?;
    let decided = if is_withdrawn { Ok(()) } else { ballot.decide() };
    if finish_as(app, &mut tx, cause, decided, true).await? && decided.is_ok() {
        match (is_withdrawn, emoji) {
            (true, emoji) => vote::delete_reactions(&mut tx, id, actor, emoji.as_deref()).await?,
            (false, Some(emoji)) => vote::insert_reaction(&mut tx, id, actor, &emoji, app.now()).await?,
            (false, None) => {}
        }
    }
    tx.commit().await?;
    Ok(decided?)
}

async fn finish_as(
    app: &App,
    tx: &mut Tx,
    cause: Cause,
    decided: Result<(), VoteRefusal>,
    has_effect: bool,
) -> Result<bool, StoreError> {
    let (outcome, reason) = match decided {
        Ok(()) if has_effect => (Outcome::Applied, None),
        Ok(()) => (Outcome::Ignored, None),
        Err(refusal) => (Outcome::Refused, Some(refusal.to_string())),
    };
    cause::finish(tx, cause, outcome, reason.as_deref(), app.now()).await
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
/// As [`cast_vote`].
pub async fn vote_in_poll(app: &App, command: PollVote) -> Result<(), VoteError> {
    let PollVote { entry: id, actor, option, cause } = command;
    let voter = Voter::find(app, id, actor, cause).await?;
    let mut tx = app.begin().await?;
    let decided = voter.lock_ballot(app, &mut tx, id).await?.decide();
    let counted = decided.is_ok() && poll::insert_vote(&mut tx, id, actor, &option, app.now()).await?;
    if finish_as(app, &mut tx, cause, decided, counted).await? {
        tx.commit().await?;
    }
    Ok(decided?)
}
