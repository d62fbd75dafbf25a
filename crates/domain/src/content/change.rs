//! Editing, deleting, removing and restoring an entry.

use crate::{content::EntryState, id::ActorId, time::Timestamp};

/// What [`decide_edit`] needs to know.
#[derive(Debug, Clone)]
pub struct EditFacts {
    /// Who wrote the entry.
    pub author: ActorId,
    /// Its state.
    pub state: EntryState,
    /// When its text was last written, by its author's clock.
    pub written_at: Timestamp,
}

/// What becomes of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditOutcome {
    /// The new text takes the place of the old one.
    Changed,
    /// Older than what is known; nothing changes.
    Stale,
}

/// Why an edit was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EditRefusal {
    /// Only authors edit their texts.
    #[error("only its author can edit this")]
    NotAuthor,
    /// Removed, refused or deleted.
    #[error("this can no longer be edited")]
    Closed,
}

/// Decides whether `editor` may replace the text of an entry by a version written at `written_at`.
///
/// # Errors
/// [`EditRefusal`] when it is not theirs, or no longer there.
pub fn decide_edit(
    facts: &EditFacts,
    editor: ActorId,
    written_at: Timestamp,
) -> Result<EditOutcome, EditRefusal> {
    if editor != facts.author {
        return Err(EditRefusal::NotAuthor);
    }
    match facts.state {
        EntryState::Published | EntryState::Sent | EntryState::Held => {}
        EntryState::Refused | EntryState::Removed | EntryState::Deleted => return Err(EditRefusal::Closed),
    }
    // An Update that overtook its predecessor must not be undone by it (SECURITY-CASES 17).
    Ok(if facts.written_at.is_after(written_at) { EditOutcome::Stale } else { EditOutcome::Changed })
}

/// What [`decide_delete`] needs to know.
#[derive(Debug, Clone)]
pub struct ChangeFacts {
    /// Who wrote the entry.
    pub author: ActorId,
    /// Its state.
    pub state: EntryState,
    /// Whether the acting person may remove posts and comments in the entry's group.
    pub may_remove: bool,
}

/// What [`decide_restore`] needs to know.
#[derive(Debug, Clone)]
pub struct RestoreFacts {
    /// What is known of the entry, and of who acts.
    pub entry: ChangeFacts,
    /// Who removed it; `None`: nobody, a rule, or not known.
    pub removed_by: Option<ActorId>,
    /// Whether its group is hosted here: elsewhere its server decides who brings what back.
    pub group_is_local: bool,
    /// Whether somebody else could bring it back.
    pub has_others: bool,
}

/// Who took an entry away, which decides who may bring it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// Its author: becomes [`EntryState::Deleted`].
    Deleted,
    /// A moderator: becomes [`EntryState::Removed`].
    Removed,
    /// Was gone already.
    AlreadyGone,
}

/// Why an entry was not taken away or brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeleteRefusal {
    /// Neither its author nor permitted to remove posts.
    #[error("only its author, or a moderator with the permission \"remove\", can do this")]
    NotAllowed,
    /// It is not gone, or was never in.
    #[error("there is nothing to restore")]
    NothingToRestore,
}

/// Decides what a `Delete` by `actor` does.
///
/// # Errors
/// [`DeleteRefusal::NotAllowed`].
pub fn decide_delete(facts: &ChangeFacts, actor: ActorId) -> Result<DeleteOutcome, DeleteRefusal> {
    let is_author = actor == facts.author;
    if !is_author && !facts.may_remove {
        return Err(DeleteRefusal::NotAllowed);
    }
    Ok(match facts.state {
        EntryState::Deleted => DeleteOutcome::AlreadyGone,
        // The author may delete what a moderator removed, so that it cannot come back.
        _ if is_author => DeleteOutcome::Deleted,
        EntryState::Removed => DeleteOutcome::AlreadyGone,
        EntryState::Published | EntryState::Sent | EntryState::Held | EntryState::Refused => {
            DeleteOutcome::Removed
        }
    })
}

/// Decides whether `actor` may bring an entry back: moderators what was removed, authors what they deleted. A moderator whose
/// own text another one removed does not, where there is somebody else: they decide what concerns that moderator.
///
/// # Errors
/// [`DeleteRefusal`].
pub fn decide_restore(facts: &RestoreFacts, actor: ActorId) -> Result<(), DeleteRefusal> {
    let RestoreFacts { entry, removed_by, group_is_local, has_others } = facts;
    let is_author = actor == entry.author;
    let is_kept_from_them = is_author && *group_is_local && *has_others && *removed_by != Some(actor);
    match (entry.state, is_author, entry.may_remove) {
        (EntryState::Removed, _, true) if !is_kept_from_them => Ok(()),
        (EntryState::Deleted, true, _) => Ok(()),
        (EntryState::Removed | EntryState::Deleted, _, _) => Err(DeleteRefusal::NotAllowed),
        (EntryState::Published | EntryState::Sent | EntryState::Held | EntryState::Refused, _, _) => {
            Err(DeleteRefusal::NothingToRestore)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHOR: ActorId = ActorId(1);
    const OTHER: ActorId = ActorId(2);

    fn facts(state: EntryState, may_remove: bool) -> ChangeFacts {
        ChangeFacts { author: AUTHOR, state, may_remove }
    }

    #[test]
    fn an_older_version_never_replaces_a_newer_one() {
        let known = EditFacts { author: AUTHOR, state: EntryState::Published, written_at: Timestamp(5) };
        assert_eq!(decide_edit(&known, AUTHOR, Timestamp(4)), Ok(EditOutcome::Stale));
        assert_eq!(decide_edit(&known, AUTHOR, Timestamp(6)), Ok(EditOutcome::Changed));
        assert_eq!(decide_edit(&known, OTHER, Timestamp(6)), Err(EditRefusal::NotAuthor));
    }

    #[test]
    fn authors_delete_and_moderators_remove() {
        let published = |may_remove| facts(EntryState::Published, may_remove);
        assert_eq!(decide_delete(&published(false), AUTHOR), Ok(DeleteOutcome::Deleted));
        assert_eq!(decide_delete(&published(true), OTHER), Ok(DeleteOutcome::Removed));
        assert_eq!(decide_delete(&published(false), OTHER), Err(DeleteRefusal::NotAllowed));
    }

    #[test]
    fn an_author_cannot_restore_what_a_moderator_removed() {
        let restore = |state, may_remove, removed_by, group_is_local, actor| {
            let entry = facts(state, may_remove);
            let facts = RestoreFacts { entry, removed_by, group_is_local, has_others: true };
            let alone = RestoreFacts { has_others: false, ..facts.clone() };
            if may_remove && state == EntryState::Removed {
                assert_eq!(decide_restore(&alone, actor), Ok(()), "who is alone decides alone");
            }
            decide_restore(&facts, actor)
        };
        let refused = Err(DeleteRefusal::NotAllowed);
        for (state, may_remove, removed_by, group_is_local, actor, expected) in [
            (EntryState::Removed, false, Some(OTHER), true, AUTHOR, refused),
            (EntryState::Removed, true, Some(OTHER), true, OTHER, Ok(())),
            (EntryState::Deleted, true, None, true, OTHER, refused),
            (EntryState::Deleted, false, None, true, AUTHOR, Ok(())),
            // Of an author who moderates.
            (EntryState::Removed, true, Some(OTHER), true, AUTHOR, refused),
            (EntryState::Removed, true, None, true, AUTHOR, refused),
            (EntryState::Removed, true, Some(AUTHOR), true, AUTHOR, Ok(())),
            (EntryState::Removed, true, Some(OTHER), false, AUTHOR, Ok(())),
            (EntryState::Removed, false, Some(AUTHOR), true, AUTHOR, refused),
            (EntryState::Published, true, None, true, OTHER, Err(DeleteRefusal::NothingToRestore)),
        ] {
            let found = restore(state, may_remove, removed_by, group_is_local, actor);
            assert_eq!(found, expected, "{state:?} {may_remove} {removed_by:?} {group_is_local} {actor:?}");
        }
    }
}
