//! What happened, in the past tense. An event is written with the change it tells of, in the same transaction, and
//! knows no JSON: `federation::outbound` turns it into activities.

use crate::{
    content::Vote,
    id::{ActorId, CaseId, EntryId, EventId, GroupId, NoticeId, ReceivedId},
    membership::{JoinOutcome, JoinRefusal},
    time::Timestamp,
};

/// What set a change off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Somebody here.
    Local,
    /// An activity from another server; its bytes are what we forward.
    Activity(ReceivedId),
}

impl Cause {
    /// The activity, where there was one.
    pub fn received(self) -> Option<ReceivedId> {
        match self {
            Self::Local => None,
            Self::Activity(id) => Some(id),
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Ids of activities derive from it, so that telling again never doubles.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// What set it off.
    pub cause: Cause,
    /// What happened.
    pub kind: EventKind,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A request to join a group hosted here was answered.
    JoinDecided {
        /// The group.
        group: GroupId,
        /// Who asked.
        actor: ActorId,
        /// The answer.
        decision: Result<JoinOutcome, JoinRefusal>,
        /// The reason a moderator gave.
        reason: Option<String>,
    },
    /// Somebody here asked to join a group hosted elsewhere.
    JoinRequested {
        /// The group.
        group: GroupId,
        /// Who asked.
        actor: ActorId,
    },
    /// Somebody elsewhere who wants to join a group hosted here is asked its questions.
    QuestionsAsked {
        /// The group.
        group: GroupId,
        /// Who is asked.
        actor: ActorId,
    },
    /// Somebody elsewhere was invited into a group hosted here.
    Invited {
        /// The group.
        group: GroupId,
        /// Who is invited.
        actor: ActorId,
        /// Who invites: a moderator, a member, or the group itself.
        by: ActorId,
        /// What they say to it, possibly nothing.
        note: String,
    },
    /// Somebody here left a group hosted elsewhere, or took the request back.
    Left {
        /// The group.
        group: GroupId,
        /// Who left.
        actor: ActorId,
    },
    /// A post or comment entered its group, or was written here for a group hosted elsewhere.
    EntryPublished {
        /// The entry.
        entry: EntryId,
    },
    /// A post or comment was refused.
    EntryRefused {
        /// The entry.
        entry: EntryId,
        /// What its author is told.
        reason: String,
    },
    /// The text of an entry changed.
    EntryEdited {
        /// The entry.
        entry: EntryId,
    },
    /// An entry was deleted by its author or removed by a moderator.
    EntryGone {
        /// The entry.
        entry: EntryId,
        /// Who did it.
        by: ActorId,
        /// Set when a moderator did it: the reason, possibly empty.
        removal: Option<String>,
    },
    /// An entry came back.
    EntryRestored {
        /// The entry.
        entry: EntryId,
        /// Who did it.
        by: ActorId,
    },
    /// Somebody elsewhere follows an entry here, to hear of its answers (Friendica). They are told that this was heard;
    /// it makes them a member of nothing.
    EntryFollowed {
        /// The entry.
        entry: EntryId,
        /// Who follows it.
        by: ActorId,
    },
    /// A post of a partner's is shown in a group hosted here, too.
    Mirrored {
        /// Our group.
        group: GroupId,
        /// The post, which is the partner's.
        entry: EntryId,
    },
    /// It is shown there no longer.
    MirrorEnded {
        /// Our group.
        group: GroupId,
        /// The post.
        entry: EntryId,
        /// The event that told that it was shown.
        told: EventId,
    },
    /// A vote changed.
    Voted {
        /// The entry.
        entry: EntryId,
        /// Who voted.
        actor: ActorId,
        /// The vote now; `None` when it was withdrawn.
        vote: Option<Vote>,
        /// The vote before.
        before: Option<Vote>,
    },
    /// A thread was locked or opened again.
    LockChanged {
        /// The post.
        entry: EntryId,
        /// Who did it.
        by: ActorId,
        /// Locked now.
        locked: bool,
    },
    /// A post is shown first, or no longer.
    FeatureChanged {
        /// The post.
        entry: EntryId,
        /// Who did it.
        by: ActorId,
        /// Shown first now.
        featured: bool,
    },
    /// Somebody became moderator, or ceased to be one.
    ModeratorChanged {
        /// The group.
        group: GroupId,
        /// Who.
        actor: ActorId,
        /// Who did it.
        by: ActorId,
        /// Moderator now.
        appointed: bool,
    },
    /// Somebody was banned from a group, or let back in.
    BanChanged {
        /// The group.
        group: GroupId,
        /// Who.
        actor: ActorId,
        /// Who did it.
        by: ActorId,
        /// Banned now.
        banned: bool,
        /// Until when; `None` without end.
        until: Option<Timestamp>,
        /// The reason shown.
        reason: Option<String>,
    },
    /// The description, rules or settings of a group changed.
    GroupChanged {
        /// The group.
        group: GroupId,
    },
    /// One of our actors has other keys.
    KeysChanged {
        /// The actor.
        actor: ActorId,
    },
    /// Somebody elsewhere is told something in private.
    Noticed {
        /// What.
        notice: NoticeId,
    },
    /// Somebody was warned by a moderator.
    Warned {
        /// The group.
        group: GroupId,
        /// Who.
        actor: ActorId,
        /// What for, where it is about something they wrote.
        entry: Option<EntryId>,
        /// Who did it.
        by: ActorId,
        /// The reason shown.
        reason: Option<String>,
    },
    /// The moderators of a group here have done with a case: those elsewhere who reported, and moderators there, hear it.
    CaseSettled {
        /// The group.
        group: GroupId,
        /// The case.
        case: CaseId,
        /// Who says so: a moderator, or the group where it signs as group.
        by: ActorId,
    },
    /// A report came in that others elsewhere are to look at too.
    Reported {
        /// The group that is told: itself where it lives elsewhere, else its moderators who do.
        group: Option<GroupId>,
        /// The entry reported.
        entry: Option<EntryId>,
        /// The person reported, or the author of the entry.
        person: Option<ActorId>,
        /// Who reports, where they want it known; else the instance does.
        by: Option<ActorId>,
        /// What they said.
        text: String,
        /// Whether the server of the person is told.
        is_forwarded: bool,
    },
}
