//! What stands in each group.

/// A group that all the others are linked to.
pub(crate) const PARTNER: &str = "friends";

/// What is asked about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Things {
    pub(crate) group: String,
    /// Whose pages and outbox are asked for.
    pub(crate) author: String,
    pub(crate) post: String,
    pub(crate) comment: String,
    /// What its moderators can bring back.
    pub(crate) removed_post: String,
    pub(crate) removed_comment: String,
    /// A post of its partner that waits for its moderators.
    pub(crate) mirror: String,
    pub(crate) item: String,
    pub(crate) case: String,
    pub(crate) closed_case: String,
    pub(crate) invitation: String,
    pub(crate) code: String,
    pub(crate) notice: String,
    pub(crate) appeal: String,
    /// Of the group's rulebook.
    pub(crate) revision: i64,
    /// The number of an activity that was announced: that a moderator locked the post.
    pub(crate) activity: String,
    /// The style sheet.
    pub(crate) file: String,
    /// The instance's subscription to a block list, of which something waits.
    pub(crate) block_list: String,
    pub(crate) instance_revision: i64,
}

/// What there is in a group.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// What Alan published, and all that is not an entry.
    pub(crate) usual: Things,
    /// What Bert published.
    pub(crate) of_banned: Things,
    /// What waits: the post and the comment, and the post whose new text waits.
    pub(crate) held: [Things; 2],
    /// What was removed.
    pub(crate) removed: Things,
}

impl Place {
    /// Everything that can be asked about.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Things> {
        [&self.usual, &self.of_banned, &self.removed].into_iter().chain(&self.held)
    }
}
