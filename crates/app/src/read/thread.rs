//! A thread: the post and its comments in reading order.

use std::collections::{HashMap, HashSet};

use guildhall_domain::{EntryId, content::EntryKind, visibility::Sight};
use guildhall_store::{StoreError, entry};

use crate::{
    App, Viewer,
    read::{EntryView, entries},
};

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

/// The thread of a post; `None` where the viewer sees nothing of the post, or the key is a comment's.
pub async fn find(app: &App, viewer: &Viewer, post: EntryId) -> Result<Option<ThreadView>, StoreError> {
    let Some(post) = entries::find(app, viewer, post).await?.filter(|found| found.kind == EntryKind::Post)
    else {
        return Ok(None);
    };
    let limit = MAX_COMMENTS as usize;
    let mut found = entry::list_thread(&app.store, post.id, None, limit + 1).await?;
    let is_cut = found.len() > limit;
    found.truncate(limit);
    let found = entries::shown_in_thread(app, viewer, post.id, found).await?;
    let comments = entries::views(app, viewer, found).await?;
    Ok(Some(ThreadView { comments: in_reading_order(post.id, comments), post, is_cut }))
}

/// Without traces that nothing shown hangs on.
fn without_bare_traces(mut comments: Vec<EntryView>) -> Vec<EntryView> {
    let carrying =
        entries::carrying(comments.iter().map(|comment| (comment.id, comment.parent_id, comment.sight)));
    comments.retain(|comment| comment.sight == Sight::Whole || carrying.contains(&comment.id));
    comments
}

/// Parents before their answers, oldest first on each level. What answers something that is not shown at all, such as a
/// comment that its group refused later, stands on the first level.
fn in_reading_order(post: EntryId, comments: Vec<EntryView>) -> Vec<EntryView> {
    let mut answers: HashMap<EntryId, Vec<EntryView>> = HashMap::new();
    let comments = without_bare_traces(comments);
    let shown: HashSet<EntryId> = comments.iter().map(|comment| comment.id).collect();
    for comment in comments {
        let parent = comment.parent_id.filter(|parent| shown.contains(parent)).unwrap_or(post);
        answers.entry(parent).or_default().push(comment);
    }
    let mut ordered = Vec::new();
    // The stack holds what is still to be written, next on top.
    let mut stack: Vec<EntryView> = answers.remove(&post).unwrap_or_default();
    stack.reverse();
    while let Some(comment) = stack.pop() {
        let below = answers.remove(&comment.id).unwrap_or_default();
        ordered.push(comment);
        stack.extend(below.into_iter().rev());
    }
    ordered
}
