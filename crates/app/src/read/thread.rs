//! A thread: the post and its comments in reading order.

use crate::read::EntryView;

/// A comment in a thread. [`EntryView::depth`] says how far to indent it.
pub type CommentView = EntryView;

/// A post with its comments.
#[derive(Debug, Clone)]
pub struct ThreadView {
    /// The post.
    pub post: EntryView,
    /// Comments, parents before their answers, oldest first on each level.
    pub comments: Vec<CommentView>,
    /// Whether there were more comments than [`MAX_COMMENTS`]; the newest are left out.
    pub is_cut: bool,
}

/// The most comments shown on one page.
pub const MAX_COMMENTS: u32 = 1_000;
