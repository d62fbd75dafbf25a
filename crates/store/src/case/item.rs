//! The evidence of a case: what was said, as it was when it was reported. Edits and deletions leave it alone.

use guildhall_domain::{ActorId, CaseId, EntryId, Timestamp, content::EntryState};

use crate::{
    StoreError,
    db::{Db, Tx},
    entry::Entry,
};

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Our key.
    pub id: i64,
    /// The post or comment.
    pub entry: EntryId,
    /// Who wrote it.
    pub author: ActorId,
    /// Their handle, as it was.
    pub handle: String,
    /// Its title.
    pub title: Option<String>,
    /// Sanitised HTML.
    pub content_html: String,
    /// The page it was about.
    pub link_url: Option<String>,
    /// When it was written or last changed, by the author's clock.
    pub written_at: Timestamp,
    /// The automatic rule that attached it.
    pub rule: Option<String>,
    /// When it was kept.
    pub kept_at: Timestamp,
}

/// What is to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewItem<'a> {
    /// Our key.
    pub id: i64,
    /// The case.
    pub case: CaseId,
    /// The post or comment as it is now.
    pub entry: &'a Entry,
    /// The handle of its author.
    pub handle: &'a str,
    /// The automatic rule that attaches it.
    pub rule: Option<&'a str>,
}

/// Keeps what a post or comment says now; the same version once for each case.
pub async fn insert(tx: &mut Tx, item: &NewItem<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let entry = item.entry;
    let rows = tx
        .query(
            "INSERT INTO case_items (id, case_id, entry_id, author_id, handle, title, content_html, link_url, written_at,
                rule, kept_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        )
        .bind(item.id)
        .bind(item.case.0)
        .bind(entry.id.0)
        .bind(entry.author_id.0)
        .bind(item.handle)
        .bind(entry.title.clone())
        .bind(entry.content_html.as_str())
        .bind(entry.link_url.clone())
        .bind(entry.edited_at.unwrap_or(entry.published_at).0)
        .bind(item.rule.map(str::to_owned))
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// The evidence of a case, oldest first.
pub async fn list(db: &Db, case: CaseId, after: Option<i64>, limit: usize) -> Result<Vec<Item>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT id, entry_id, author_id, handle, title, content_html, link_url, written_at, rule, kept_at
             FROM case_items WHERE case_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(case.0)
        .bind(after.unwrap_or(0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(Item::from).collect())
}

crate::record! {
    /// How many posts and comments there are in a case.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct Counts {
        /// All of them.
        pub entries: i64,
        /// Those that wait for a moderator.
        pub held: i64,
        /// Those that are published.
        pub shown: i64,
    }
}

/// Counts the posts and comments of a case.
pub async fn count(db: &Db, case: CaseId) -> Result<Counts, StoreError> {
    db.query(
        "SELECT count(DISTINCT i.entry_id) AS entries,
                count(DISTINCT CASE WHEN e.state = 'held' THEN e.id END) AS held,
                count(DISTINCT CASE WHEN e.state = 'published' THEN e.id END) AS shown
         FROM case_items i JOIN entries e ON e.id = i.entry_id WHERE i.case_id = $1",
    )
    .bind(case.0)
    .one()
    .await
}

/// Posts and comments of a case that are in `state`, in the order of their keys, after one of them.
pub async fn list_in_state(
    db: &Db,
    case: CaseId,
    state: EntryState,
    after: Option<EntryId>,
    limit: usize,
) -> Result<Vec<EntryId>, StoreError> {
    let rows: Vec<(i64,)> = db
        .query(
            "SELECT DISTINCT e.id FROM case_items i JOIN entries e ON e.id = i.entry_id
             WHERE i.case_id = $1 AND e.state = $2 AND e.id > $3 ORDER BY e.id LIMIT $4",
        )
        .bind(case.0)
        .bind(state.as_str())
        .bind(after.map_or(0, |id| id.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| EntryId(id)).collect())
}

crate::record! {
    struct Row {
        id: i64,
        entry_id: i64,
        author_id: i64,
        handle: String,
        title: Option<String>,
        content_html: String,
        link_url: Option<String>,
        written_at: i64,
        rule: Option<String>,
        kept_at: i64,
    }
}

impl From<Row> for Item {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            entry: EntryId(row.entry_id),
            author: ActorId(row.author_id),
            handle: row.handle,
            title: row.title,
            content_html: row.content_html,
            link_url: row.link_url,
            written_at: Timestamp(row.written_at),
            rule: row.rule,
            kept_at: Timestamp(row.kept_at),
        }
    }
}
