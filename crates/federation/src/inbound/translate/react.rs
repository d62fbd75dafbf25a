//! `Like`, `Dislike`, `EmojiReact`, and answers to polls.

use guildhall_activitypub::{
    Iri,
    activity::{Reaction, ReactionKind},
};
use guildhall_app::entry::{self as entries, CastVote, PollVote, React};
use guildhall_domain::{content::Vote, text};

use super::{Incoming, Step, Trouble, delete::ignored_or_early, incoming::held, trouble::IntoStep};
use crate::Federation;

/// The longest emoji kept: a `:shortcode:` or a sequence of code points, in bytes.
const MAX_EMOJI_BYTES: usize = 100;

pub(super) async fn react(
    federation: &Federation,
    incoming: &Incoming,
    reaction: &Reaction,
) -> Result<Step, Trouble> {
    let Some(entry) = incoming.entry(federation, &reaction.object).await? else {
        return Ok(Step::ignored("reacts to nothing that is known here"));
    };
    if let Some(waits) = held(&entry) {
        return Ok(waits);
    }
    let (actor, cause) = (incoming.actor.id, incoming.cause());
    let emoji = emoji_of(reaction);
    let vote = match (reaction.kind, &emoji) {
        (ReactionKind::Dislike, _) => Vote::Down,
        // Misskey's and Pleroma's reactions say more than yes; what they say is kept, not counted.
        (ReactionKind::Like, None) => Vote::Up,
        (ReactionKind::Like | ReactionKind::EmojiReact, _) => {
            let command = React { entry: entry.id, actor, emoji, is_withdrawn: false, cause };
            return entries::react(&federation.app, command).await.into_step();
        }
    };
    let command = CastVote { entry: entry.id, actor, vote: Some(vote), cause };
    entries::cast_vote(&federation.app, command).await.into_step()
}

/// The emoji as it is kept. PostgreSQL takes no NUL in a text.
pub(super) fn emoji_of(reaction: &Reaction) -> Option<String> {
    let emoji = text::clean_line(reaction.emoji.as_deref()?);
    Some(emoji).filter(|emoji| !emoji.is_empty() && emoji.len() <= MAX_EMOJI_BYTES)
}

/// What an `Undo` takes back.
pub(super) enum Withdrawn {
    /// A vote, whichever it was.
    Vote,
    /// A reaction; without an emoji, all of the actor's.
    Reaction(Option<String>),
}

/// `Undo` of one of them.
pub(super) async fn withdraw(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
    withdrawn: Withdrawn,
) -> Result<Step, Trouble> {
    let Some(entry) = incoming.entry(federation, object).await? else {
        return ignored_or_early(federation, incoming, "reacted to nothing that is known here").await;
    };
    if let Some(waits) = held(&entry) {
        return Ok(waits);
    }
    let (actor, cause) = (incoming.actor.id, incoming.cause());
    match withdrawn {
        Withdrawn::Reaction(emoji) => {
            let command = React { entry: entry.id, actor, emoji, is_withdrawn: true, cause };
            entries::react(&federation.app, command).await.into_step()
        }
        Withdrawn::Vote => {
            let command = CastVote { entry: entry.id, actor, vote: None, cause };
            entries::cast_vote(&federation.app, command).await.into_step()
        }
    }
}

/// An answer to a poll, by the exact name of the option.
pub(super) async fn choose(
    federation: &Federation,
    incoming: &Incoming,
    question: &Iri,
    option: String,
) -> Result<Step, Trouble> {
    let Some(entry) = incoming.entry(federation, question).await? else {
        return Ok(Step::ignored("answers no poll that is known here"));
    };
    if let Some(waits) = held(&entry) {
        return Ok(waits);
    }
    // As the options are kept.
    let option = text::clean(&option);
    let command = PollVote { entry: entry.id, actor: incoming.actor.id, option, cause: incoming.cause() };
    entries::vote_in_poll(&federation.app, command).await.into_step()
}
