//! The one rule on who may read an entry. Every page, API, feed, document and collection asks it.

use crate::{admission::Role, content::EntryState};

/// Who wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// What the reader is in the entry's group.
    pub role: Role,
    /// Whether the reader wrote the entry.
    pub is_author: bool,
}

impl Reader {
    /// Somebody unknown.
    pub const ANYBODY: Self = Self { role: Role::Outsider, is_author: false };
}

/// How much of an entry a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Whole,
    /// That something was here: its place in the thread, not its text or author.
    Trace,
    /// Nothing, as if it had never been.
    Nothing,
}

/// Decides what a reader sees of an entry.
///
/// What was published once leaves a trace, so that answers keep their place; what never was in leaves none.
pub fn decide_sight(state: EntryState, reader: Reader) -> Sight {
    let concerned = reader.is_author || reader.role == Role::Moderator;
    match state {
        EntryState::Published => Sight::Whole,
        EntryState::Held | EntryState::Refused | EntryState::Removed if concerned => Sight::Whole,
        EntryState::Held | EntryState::Refused => Sight::Nothing,
        EntryState::Removed | EntryState::Deleted => Sight::Trace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_reader_has_its_sight() {
        use EntryState::{Deleted, Held, Published, Refused, Removed};
        use Sight::{Nothing, Trace, Whole};
        let author = Reader { role: Role::Outsider, is_author: true };
        let moderator = Reader { role: Role::Moderator, is_author: false };
        let member = Reader { role: Role::Member, is_author: false };
        let table = [
            (Published, [Whole, Whole, Whole, Whole]),
            (Held, [Nothing, Nothing, Whole, Whole]),
            (Refused, [Nothing, Nothing, Whole, Whole]),
            (Removed, [Trace, Trace, Whole, Whole]),
            (Deleted, [Trace, Trace, Trace, Trace]),
        ];
        for (state, want) in table {
            let seen = [Reader::ANYBODY, member, author, moderator].map(|reader| decide_sight(state, reader));
            assert_eq!(seen, want, "{state}");
        }
    }
}
