//! The one rule on who may read an entry. Every page, API, feed, document and collection asks it.

use crate::{admission::Role, content::EntryState};

/// Who wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// What the reader is in the entry's group.
    pub role: Role,
    /// Whether the reader wrote the entry.
    pub is_author: bool,
    /// Whether this is a server that fetches a document by its id, which it has from whoever was sent it.
    pub is_server: bool,
}

impl Reader {
    /// Somebody unknown.
    pub const ANYBODY: Self = Self { role: Role::Outsider, is_author: false, is_server: false };
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
/// What was out once (`was_out`) leaves a trace, so that answers keep their place; what never was in leaves none. What was
/// sent to a group elsewhere is shown to its author alone until the group lets it in; servers, who hear of it from the
/// group first, may fetch it.
pub fn decide_sight(state: EntryState, was_out: bool, reader: Reader) -> Sight {
    let concerned = reader.is_author || reader.role == Role::Moderator;
    match state {
        EntryState::Published => Sight::Whole,
        EntryState::Sent if reader.is_server => Sight::Whole,
        EntryState::Sent | EntryState::Held | EntryState::Refused | EntryState::Removed if concerned => {
            Sight::Whole
        }
        EntryState::Removed | EntryState::Deleted if was_out => Sight::Trace,
        EntryState::Sent
        | EntryState::Held
        | EntryState::Refused
        | EntryState::Removed
        | EntryState::Deleted => Sight::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_reader_has_its_sight() {
        use EntryState::{Deleted, Held, Published, Refused, Removed, Sent};
        use Sight::{Nothing, Trace, Whole};
        let author = Reader { is_author: true, ..Reader::ANYBODY };
        let moderator = Reader { role: Role::Moderator, ..Reader::ANYBODY };
        let member = Reader { role: Role::Member, ..Reader::ANYBODY };
        let server = Reader { is_server: true, ..Reader::ANYBODY };
        let table = [
            (Published, [Whole, Whole, Whole, Whole, Whole]),
            (Sent, [Nothing, Nothing, Whole, Whole, Whole]),
            (Held, [Nothing, Nothing, Nothing, Whole, Whole]),
            (Refused, [Nothing, Nothing, Nothing, Whole, Whole]),
            (Removed, [Trace, Trace, Trace, Whole, Whole]),
            (Deleted, [Trace, Trace, Trace, Trace, Trace]),
        ];
        for (state, want) in table {
            let readers = [Reader::ANYBODY, member, server, author, moderator];
            assert_eq!(readers.map(|reader| decide_sight(state, true, reader)), want, "{state}");
        }
    }

    #[test]
    fn what_was_never_out_leaves_no_trace() {
        use EntryState::{Deleted, Removed};
        let author = Reader { is_author: true, ..Reader::ANYBODY };
        let server = Reader { is_server: true, ..Reader::ANYBODY };
        for reader in [Reader::ANYBODY, server] {
            assert_eq!(decide_sight(Removed, false, reader), Sight::Nothing);
        }
        assert_eq!(decide_sight(Removed, false, author), Sight::Whole);
        for reader in [Reader::ANYBODY, server, author, Reader { role: Role::Moderator, ..Reader::ANYBODY }] {
            assert_eq!(decide_sight(Deleted, false, reader), Sight::Nothing);
        }
    }
}
