//! What an activity does, one type for each shape.

use super::Inner;
use crate::{ActorDocument, Document, Iri, Object};

/// What was done, with all that the type says about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// `Follow`: of a group, the wish to be a member.
    Follow {
        /// Who or what is to be followed.
        object: Iri,
    },
    /// `Undo` of an earlier activity.
    Undo(Undoing),
    /// `Accept` of a `Follow`, `Join`, invitation or interaction.
    Accept(Answer),
    /// `Reject` of the same.
    Reject(Answer),
    /// `Join`, also `TentativeJoin`, of a group (Mobilizon, Smithereen) or event.
    Join(Joining),
    /// `Leave` of a group or event.
    Leave {
        /// The group or event.
        object: Iri,
    },
    /// `Invite` of somebody into a group.
    Invite {
        /// The group or event.
        object: Iri,
        /// Who is invited.
        target: Iri,
    },
    /// `Create` of an object.
    Create(Payload),
    /// `Update` of an object or actor.
    Update(Payload),
    /// `Delete` of an object or actor, by its owner or a moderator.
    Delete(Deletion),
    /// `Like`, `Dislike` or `EmojiReact`.
    React(Reaction),
    /// `Announce` of an activity (FEP-1b12) or an object (a boost).
    Announce(Announced),
    /// `Add` to a collection: moderators, featured, wall.
    Add(Listing),
    /// `Remove` from a collection.
    Remove(Listing),
    /// `Lock`: no more replies.
    Lock(Locking),
    /// `Warn`: a moderator's word to a person (Lemmy 1.0).
    Warn(Warning),
    /// `Block`: a ban, or one person blocking another.
    Block(Blocking),
    /// `Flag`: a report.
    Flag(Report),
    /// `Resolve` of a `Flag` (Lemmy): it is settled.
    Resolve(Answer),
    /// `Move` of an actor, or of a thread between groups.
    Move(Moving),
    /// `PollVote` (PieFed). Elsewhere a vote is a `Create`: see [`Object::as_poll_vote`].
    PollVote(PollChoice),
    /// Any other type, by name.
    Unknown(String),
}

/// An `Undo`: what is taken back.
///
/// Match the embedded activity by what it says, not by its id: some regenerate it under another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Undoing {
    /// The activity taken back.
    pub object: Inner,
    /// The reason, where a moderator gives one.
    pub reason: Option<String>,
}

/// An `Accept` or `Reject`.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What is answered, mostly a `Follow`.
    pub object: Inner,
    /// The reason.
    pub reason: Option<String>,
    /// Proof of an approval (GoToSocial's `result`).
    pub result: Option<Iri>,
}

/// A `Join`.
#[derive(Debug, Clone, PartialEq)]
pub struct Joining {
    /// The group or event.
    pub object: Iri,
    /// Mobilizon's `participationMessage`, plain text.
    pub message: Option<String>,
    /// It was a `TentativeJoin` (Smithereen: "perhaps").
    pub tentative: bool,
}

/// What a `Create` or `Update` carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// The object itself.
    Object(Box<Object>),
    /// The actor itself.
    Actor(Box<ActorDocument>),
    /// Only its id: it has to be fetched.
    Id(Iri),
}

/// A `Delete`.
#[derive(Debug, Clone, PartialEq)]
pub struct Deletion {
    /// What is deleted: an object, a thread or an actor.
    pub object: Iri,
    /// The reason; with one it is a moderator's act (Lemmy).
    pub reason: Option<String>,
    /// What an actor that goes has written goes too. Only Lemmy says that it stays.
    pub remove_data: bool,
}

/// A vote or reaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction {
    /// Which of the three.
    pub kind: ReactionKind,
    /// What is voted on.
    pub object: Iri,
    /// The emoji of an `EmojiReact`, or of a `Like` that has one: a character, or `:shortcode:`.
    pub emoji: Option<String>,
}

/// The three votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReactionKind {
    /// `Like`
    Like,
    /// `Dislike`
    Dislike,
    /// `EmojiReact`
    EmojiReact,
}

/// What an `Announce` carries. What is embedded still has to be authenticated on its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Announced {
    /// An activity, as a document of its own for [`super::Activity::read`] and for its proof.
    Activity(Box<Document>),
    /// An object.
    Object(Box<Object>),
    /// An id of either.
    Id(Iri),
}

impl Announced {
    /// The id of what is announced.
    pub fn id(&self) -> Option<Iri> {
        match self {
            Self::Activity(document) => document.id(),
            Self::Object(object) => Some(object.id.clone()),
            Self::Id(id) => Some(id.clone()),
        }
    }
}

/// An `Add` or `Remove`.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// What is listed.
    pub object: Iri,
    /// The collection; of a `Remove` without `target` its `origin`.
    pub target: Iri,
}

/// A `Lock`.
#[derive(Debug, Clone, PartialEq)]
pub struct Locking {
    /// What gets no more replies.
    pub object: Iri,
    /// Until when. None: for good.
    pub until: Option<i64>,
    /// The reason.
    pub reason: Option<String>,
}

/// A `Warn` (Lemmy 1.0).
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// What it is about: something the person wrote, or the person.
    pub object: Iri,
    /// The reason.
    pub reason: Option<String>,
}

/// A `Block`.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocking {
    /// Who is blocked.
    pub object: Iri,
    /// Where: a group or an instance. None: by the actor, for itself.
    pub target: Option<Iri>,
    /// Until when (`endTime`, older Lemmy `expires`). None: for good.
    pub until: Option<i64>,
    /// Their content goes too.
    pub remove_data: bool,
    /// The reason.
    pub reason: Option<String>,
}

/// A `Flag`.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What is reported: posts, and mostly the person too. At least one.
    pub objects: Vec<Iri>,
    /// What the reporter wrote (`content`, else `summary`).
    pub text: Option<String>,
}

/// A `Move`.
#[derive(Debug, Clone, PartialEq)]
pub struct Moving {
    /// What moves: the old account, or a thread.
    pub object: Iri,
    /// Where to: the new account, or another group.
    pub target: Iri,
    /// Where from, for threads.
    pub origin: Option<Iri>,
}

/// A `PollVote`.
#[derive(Debug, Clone, PartialEq)]
pub struct PollChoice {
    /// The `Question`.
    pub object: Iri,
    /// The answer's name, to be matched exactly.
    pub choice: String,
}
