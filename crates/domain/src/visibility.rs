//! The one rule on who may read an entry. Every page, API, feed, document and collection asks it.

use crate::{
    admission::Role,
    content::EntryState,
    group::{Visibility, Votes},
};

/// Who wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// What the reader is in the entry's group.
    pub role: Role,
    /// Whether the reader wrote the entry.
    pub is_author: bool,
    /// Whether this is a server that fetches a document by its id, which it has from whoever was sent it. Its role is
    /// what its people are in the group.
    pub is_server: bool,
    /// Whether the reader has an account here.
    pub is_local: bool,
}

impl Reader {
    /// Somebody unknown.
    pub const ANYBODY: Self =
        Self { role: Role::Outsider, is_author: false, is_server: false, is_local: false };
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

/// Decides whether a reader may read what is said in a group.
pub fn decide_reading(visibility: Visibility, reader: Reader) -> bool {
    match visibility {
        Visibility::Public | Visibility::Unlisted => true,
        Visibility::Members => reader.role >= Role::Member,
        Visibility::Local => reader.is_local || reader.role == Role::Moderator,
    }
}

/// Decides whether a reader may learn who voted in a group. Moderators learn no more than members: where votes are only
/// counted, they look at voters by way of a case.
pub fn decide_voters(votes: Votes, visibility: Visibility, reader: Reader) -> bool {
    let is_told = match votes {
        Votes::Public => true,
        Votes::Counted => false,
        Votes::Members => reader.role >= Role::Member,
    };
    is_told && decide_reading(visibility, reader)
}

/// Decides whether a group is on the lists that a reader is shown.
pub fn decide_listing(visibility: Visibility, reader: Reader) -> bool {
    match visibility {
        // That there is such a group is no secret: one asks to become a member.
        Visibility::Public | Visibility::Members => true,
        Visibility::Unlisted => reader.role >= Role::Member,
        Visibility::Local => reader.is_local || reader.role >= Role::Member,
    }
}

/// Decides what a reader sees of an entry in a group of that visibility. Who may not read there sees what they wrote
/// themselves.
///
/// What was out once (`was_out`) leaves a trace, so that answers keep their place; what never was in leaves none. What was
/// sent to a group elsewhere is shown to its author alone until the group lets it in; servers, who hear of it from the
/// group first, may fetch it.
pub fn decide_sight(state: EntryState, was_out: bool, visibility: Visibility, reader: Reader) -> Sight {
    if !reader.is_author && !decide_reading(visibility, reader) {
        return Sight::Nothing;
    }
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

/// Decides whether a comment that is limited is shown in its thread. Who opens a thread that is limited itself has its
/// address; elsewhere a limited comment stands in its place for its author and for moderators.
pub fn decide_showing_limited(is_thread_limited: bool, reader: Reader) -> bool {
    is_thread_limited || reader.is_author || reader.role == Role::Moderator
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
            assert_eq!(
                readers.map(|reader| decide_sight(state, true, Visibility::Public, reader)),
                want,
                "{state}"
            );
        }
    }

    #[test]
    fn what_was_never_out_leaves_no_trace() {
        use EntryState::{Deleted, Removed};
        let author = Reader { is_author: true, ..Reader::ANYBODY };
        let server = Reader { is_server: true, ..Reader::ANYBODY };
        for reader in [Reader::ANYBODY, server] {
            assert_eq!(decide_sight(Removed, false, Visibility::Public, reader), Sight::Nothing);
        }
        assert_eq!(decide_sight(Removed, false, Visibility::Public, author), Sight::Whole);
        for reader in [Reader::ANYBODY, server, author, Reader { role: Role::Moderator, ..Reader::ANYBODY }] {
            assert_eq!(decide_sight(Deleted, false, Visibility::Public, reader), Sight::Nothing);
        }
    }

    #[test]
    fn each_visibility_has_its_readers() {
        use Visibility::{Local, Members, Public, Unlisted};
        let of = |role| Reader { role, ..Reader::ANYBODY };
        let readers = [
            Reader::ANYBODY,
            Reader { is_server: true, ..Reader::ANYBODY },
            Reader { is_local: true, ..Reader::ANYBODY },
            Reader { is_server: true, ..of(Role::Member) },
            Reader { is_local: true, ..of(Role::Member) },
            of(Role::Moderator),
        ];
        for (visibility, reads, listed) in [
            (Public, [true; 6], [true; 6]),
            (Unlisted, [true; 6], [false, false, false, true, true, true]),
            (Members, [false, false, false, true, true, true], [true; 6]),
            (Local, [false, false, true, false, true, true], [false, false, true, true, true, true]),
        ] {
            assert_eq!(readers.map(|reader| decide_reading(visibility, reader)), reads, "{visibility}");
            assert_eq!(readers.map(|reader| decide_listing(visibility, reader)), listed, "{visibility}");
        }
    }

    #[test]
    fn voters_are_named_to_those_whom_the_group_has_chosen() {
        use Visibility::{Local, Members, Public};
        let of = |role| Reader { role, ..Reader::ANYBODY };
        let readers = [
            Reader::ANYBODY,
            Reader { is_local: true, ..Reader::ANYBODY },
            of(Role::Member),
            Reader { is_local: true, ..of(Role::Moderator) },
        ];
        for (votes, visibility, want) in [
            (Votes::Public, Public, [true; 4]),
            (Votes::Public, Members, [false, false, true, true]),
            (Votes::Members, Public, [false, false, true, true]),
            (Votes::Members, Local, [false, false, false, true]),
            (Votes::Counted, Public, [false; 4]),
            (Votes::Counted, Members, [false; 4]),
        ] {
            let told = readers.map(|reader| decide_voters(votes, visibility, reader));
            assert_eq!(told, want, "{votes} {visibility}");
        }
    }

    #[test]
    fn who_may_not_read_in_a_group_sees_what_they_wrote_and_nothing_else() {
        let author = Reader { is_author: true, ..Reader::ANYBODY };
        for visibility in [Visibility::Members, Visibility::Local] {
            for state in EntryState::ALL {
                assert_eq!(
                    decide_sight(*state, true, visibility, Reader::ANYBODY),
                    Sight::Nothing,
                    "{state}"
                );
                let own = decide_sight(*state, true, Visibility::Public, author);
                assert_eq!(decide_sight(*state, true, visibility, author), own, "{state}");
            }
        }
    }
}
