//! Keys of our own rows: 64-bit snowflakes (milliseconds, node, sequence), so they sort by time of creation.
//! Outside the process they travel as decimal strings, because JSON numbers lose precision above 2^53.

use std::{fmt, str::FromStr};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                match text.parse::<i64>() {
                    Ok(id) if id > 0 => Ok(Self(id)),
                    _ => Err(InvalidId),
                }
            }
        }
    };
}

/// The text is not an id: ids are positive decimal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: a positive decimal number is wanted")]
pub struct InvalidId;

id!(
    /// A person, group or application, local or remote.
    ActorId
);
id!(
    /// A group: the id of its actor, in a type that only groups have.
    GroupId
);
id!(
    /// A post or a comment.
    EntryId
);
id!(
    /// An invitation to a group.
    InvitationId
);
id!(
    /// A login, which owns a local actor.
    AccountId
);
id!(
    /// Something that happened here and is told to others.
    EventId
);
id!(
    /// An activity that came in and was verified.
    ReceivedId
);
id!(
    /// Something held until a moderator decides.
    QueueItemId
);
id!(
    /// A moderation decision, automatic or by a person.
    DecisionId
);
id!(
    /// A block list of others that the instance subscribes to.
    BlockListId
);

id!(
    /// A case: what was reported about one thing, and what was done about it.
    CaseId
);

id!(
    /// Something that somebody is told.
    NoticeId
);

id!(
    /// An appeal against a decision.
    AppealId
);

impl GroupId {
    /// The group as an actor.
    pub fn actor(self) -> ActorId {
        ActorId(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_positive_decimal_numbers_are_ids() {
        assert_eq!("12".parse::<EntryId>(), Ok(EntryId(12)));
        for text in ["", "0", "-3", "1.5", "abc", "99999999999999999999"] {
            assert_eq!(text.parse::<EntryId>(), Err(InvalidId), "{text:?}");
        }
    }
}
