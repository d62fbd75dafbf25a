//! Lists of entries, each in a fixed order.

use guildhall_domain::{ActorId, EntryId, GroupId, content::Sort};

use super::row::{Entry, Row, select};
use crate::{
    StoreError, convert,
    db::{Db, List, Sql},
};

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Published posts of a group, less those that are limited. `after` is the sort value (0 for [`Sort::New`]) and id of the last one seen.
pub async fn list_posts(
    db: &Db,
    group: GroupId,
    sort: Sort,
    after: Option<(i64, EntryId)>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let (key, id) = after.map_or((i64::MAX, i64::MAX), |(key, id)| (key, id.0));
    let posts = match sort {
        Sort::New => db
            .query(concat!(
                select!(),
                " WHERE group_id = $1 AND kind = 'post' AND state = 'published' AND NOT limited
                  AND id < $2 ORDER BY id DESC LIMIT $3"
            ))
            .bind(group.0),
        Sort::Active => db
            .query(concat!(
                select!(),
                " WHERE group_id = $1 AND kind = 'post' AND state = 'published' AND NOT limited
                  AND (last_activity_at, id) < ($4, $2)
                  ORDER BY last_activity_at DESC, id DESC LIMIT $3"
            ))
            .bind(group.0),
        Sort::Top => db
            .query(concat!(
                select!(),
                " WHERE group_id = $1 AND kind = 'post' AND state = 'published' AND NOT limited
                  AND (score, id) < ($4, $2)
                  ORDER BY score DESC, id DESC LIMIT $3"
            ))
            .bind(group.0),
    };
    let posts = posts.bind(id).bind(count(limit));
    let posts = if sort == Sort::New { posts } else { posts.bind(key) };
    convert::all(posts.all::<Row>().await?)
}

/// Published posts of a group that are shown first, newest first.
pub async fn list_featured(
    db: &Db,
    group: GroupId,
    after: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    // By itself SQLite would look for them among all posts of the group.
    const FEATURED: Sql = Sql {
        sqlite: concat!(
            select!(),
            " INDEXED BY entries_featured
             WHERE group_id = $1 AND id < $2 AND kind = 'post' AND state = 'published' AND featured
             ORDER BY id DESC LIMIT $3"
        ),
        postgres: concat!(
            select!(),
            " WHERE group_id = $1 AND id < $2 AND kind = 'post' AND state = 'published' AND featured
              ORDER BY id DESC LIMIT $3"
        ),
    };
    let rows: Vec<Row> = db
        .query(FEATURED)
        .bind(group.0)
        .bind(after.map_or(i64::MAX, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// How many published posts of a group are shown first.
pub async fn count_featured(db: &Db, group: GroupId) -> Result<i64, StoreError> {
    const COUNT: Sql = Sql {
        sqlite: "SELECT count(*) FROM entries INDEXED BY entries_featured
                 WHERE group_id = $1 AND kind = 'post' AND state = 'published' AND featured",
        postgres: "SELECT count(*) FROM entries
                   WHERE group_id = $1 AND kind = 'post' AND state = 'published' AND featured",
    };
    let (count,): (i64,) = db.query(COUNT).bind(group.0).one().await?;
    Ok(count)
}

/// A thread without its post: every comment in any state, also those that are limited, oldest first.
pub async fn list_thread(
    db: &Db,
    thread: EntryId,
    after: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE thread_id = $1 AND id > $2 AND kind = 'comment' ORDER BY id LIMIT $3"
        ))
        .bind(thread.0)
        .bind(after.map_or(0, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// Published comments that answer an entry directly and are not limited, oldest first.
pub async fn list_replies(
    db: &Db,
    parent: EntryId,
    after: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE parent_id = $1 AND id > $2 AND state = 'published' AND NOT limited ORDER BY id LIMIT $3"
        ))
        .bind(parent.0)
        .bind(after.map_or(0, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// Published posts and comments of an author that are not limited, newest first.
pub async fn list_by_author(
    db: &Db,
    author: ActorId,
    after: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE author_id = $1 AND id < $2 AND state = 'published' AND NOT limited ORDER BY id DESC LIMIT $3"
        ))
        .bind(author.0)
        .bind(after.map_or(i64::MAX, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// What an author published or sent to a group elsewhere, what of theirs is held, and what would come back with its thread:
/// what there is to take away. Newest first.
pub async fn list_present_by_author(
    db: &Db,
    author: ActorId,
    after: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE author_id = $1 AND id < $2 AND (state IN ('published', 'sent', 'held') OR gone_with IS NOT NULL)
              ORDER BY id DESC LIMIT $3"
        ))
        .bind(author.0)
        .bind(after.map_or(i64::MAX, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// The entries with keys, in no fixed order.
pub async fn list_by_ids(db: &Db, ids: &[EntryId]) -> Result<Vec<Entry>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql {
        sqlite: concat!(select!(), " WHERE id IN (SELECT value FROM json_each($1))"),
        postgres: concat!(select!(), " WHERE id = ANY($1)"),
    };
    let ids: List<i64> = ids.iter().map(|id| id.0).collect();
    convert::all(db.query(sql).bind(ids).all::<Row>().await?)
}

/// What an entry answers, and what that answers, up to the post: nearest first. The nearest 60: parents may
/// be chained deeper than answers are shown nested.
pub async fn list_ancestors(db: &Db, id: EntryId) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            // By id, not joined: SQLite would go through all entries for it. What is answered is older, so its id is smaller.
            "WITH RECURSIVE up (up_id, step) AS (
                SELECT parent_id, CAST(1 AS BIGINT) FROM entries WHERE id = $1
                UNION ALL
                SELECT e.parent_id, up.step + 1 FROM entries e JOIN up ON e.id = up.up_id WHERE up.step < 60
             ) ",
            select!(),
            " WHERE id IN (SELECT up_id FROM up) ORDER BY id DESC"
        ))
        .bind(id.0)
        .all()
        .await?;
    convert::all(rows)
}

/// How many entries of a thread are published, its post included.
pub async fn count_by_thread(db: &Db, thread: EntryId) -> Result<i64, StoreError> {
    let (count,): (i64,) = db
        .query("SELECT count(*) FROM entries WHERE thread_id = $1 AND state = 'published'")
        .bind(thread.0)
        .one()
        .await?;
    Ok(count)
}
