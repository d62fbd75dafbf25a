//! Posts and comments: both are entries of a group, and share author, state, votes and moderation.

mod change;
mod relocate;
mod vote;

pub use change::{
    ChangeFacts, DeleteOutcome, DeleteRefusal, EditFacts, EditOutcome, EditRefusal, RestoreFacts,
    decide_delete, decide_edit, decide_restore,
};
pub use relocate::{MoveFacts, MoveOutcome, MoveRefusal, MoveTarget, decide_move};
pub use vote::{Tally, Vote, VoteFacts, VoteOutcome, VoteRefusal, decide_vote};

use crate::text::{MAX_TITLE_LENGTH, closed_enum};

closed_enum! {
    /// What an entry is in its thread.
    pub enum EntryKind {
        /// Starts a thread.
        Post = "post",
        /// Answers a post or another comment.
        Comment = "comment",
    }
}

closed_enum! {
    /// What an entry mainly brings.
    pub enum Form {
        /// Words alone.
        Text = "text",
        /// A link that it is about.
        Link = "link",
        /// Pictures.
        Image = "image",
        /// A film.
        Video = "video",
        /// Sound.
        Audio = "audio",
        /// A question with answers to choose from.
        Poll = "poll",
        /// Something that takes place.
        Event = "event",
    }
}

closed_enum! {
    /// Where an entry stands.
    pub enum EntryState {
        /// Everybody may read it.
        Published = "published",
        /// Written here and sent to its group elsewhere, which has not shown yet that it let it in.
        Sent = "sent",
        /// Waits for a moderator.
        Held = "held",
        /// Was not let in.
        Refused = "refused",
        /// Was taken out by a moderator; can be restored.
        Removed = "removed",
        /// Was deleted by its author.
        Deleted = "deleted",
    }
}

impl EntryState {
    /// Whether other servers may have it: what changes about it is told to them.
    pub fn is_out(self) -> bool {
        matches!(self, Self::Published | Self::Sent)
    }
}

closed_enum! {
    /// How a post may be sorted.
    pub enum Sort {
        /// Newest first.
        New = "new",
        /// Latest comment first.
        Active = "active",
        /// Highest score first.
        Top = "top",
    }
}

/// The longest content of an entry, in bytes of source text; Lemmy's limit is 50,000 characters.
pub const MAX_CONTENT_BYTES: usize = 100_000;
/// The deepest comment; deeper answers are attached here, as Lemmy does at 50.
pub const MAX_DEPTH: i64 = 50;

/// Why a text was refused before anybody was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEntry {
    /// A post without a title, or with one that is too long.
    #[error("a post needs a title of 1 to {MAX_TITLE_LENGTH} characters")]
    Title,
    /// Too long.
    #[error("content has at most {MAX_CONTENT_BYTES} bytes")]
    TooLong,
    /// Nothing in it.
    #[error("a comment needs content")]
    Empty,
}

/// Checks the texts of a post.
///
/// # Errors
/// [`InvalidEntry::Title`] and [`InvalidEntry::TooLong`].
pub fn decide_post_text(title: &str, content: &str) -> Result<(), InvalidEntry> {
    if title.trim().is_empty() || title.chars().count() > MAX_TITLE_LENGTH {
        return Err(InvalidEntry::Title);
    }
    if content.len() > MAX_CONTENT_BYTES {
        return Err(InvalidEntry::TooLong);
    }
    Ok(())
}

/// Checks the text of a comment.
///
/// # Errors
/// [`InvalidEntry::Empty`] and [`InvalidEntry::TooLong`].
pub fn decide_comment_text(content: &str) -> Result<(), InvalidEntry> {
    if content.trim().is_empty() {
        return Err(InvalidEntry::Empty);
    }
    if content.len() > MAX_CONTENT_BYTES {
        return Err(InvalidEntry::TooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_needs_a_title_and_a_comment_needs_content() {
        assert_eq!(decide_post_text("Tulips", ""), Ok(()));
        assert_eq!(decide_post_text("  ", "text"), Err(InvalidEntry::Title));
        assert_eq!(decide_post_text("T", &"x".repeat(MAX_CONTENT_BYTES + 1)), Err(InvalidEntry::TooLong));
        assert_eq!(decide_comment_text("\n"), Err(InvalidEntry::Empty));
    }
}
