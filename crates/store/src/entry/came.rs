//! What came in lately, as rules see it: for trying rules on it. Read by itself, beside whoever writes.

use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    content::{EntryKind, EntryState},
};

use super::Texts;
use crate::{
    StoreError, convert,
    db::{Db, List, Sql},
};

/// A post or comment that came in, whatever became of it.
#[derive(Debug, Clone)]
pub struct Came {
    /// Its key, which grows with the time at which it came.
    pub id: EntryId,
    /// Post or comment.
    pub kind: EntryKind,
    /// Its group.
    pub group: GroupId,
    /// Who wrote it.
    pub author: ActorId,
    /// Who wrote what it answers.
    pub answered: Option<ActorId>,
    /// What it is by now.
    pub state: EntryState,
    /// What it says by now; without its Markdown.
    pub texts: Texts,
    /// When it came.
    pub at: Timestamp,
}

/// What a group has counted of a person since some moment, as far as entries tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Let in, and not removed since.
    pub accepted: i64,
    /// Answers by others.
    pub answered: i64,
    /// Days on which something was let in.
    pub days: i64,
    /// Refused or removed.
    pub refused: i64,
}

/// The keys of the newest that came to a group, or to all groups hosted here, from the key `since` on: newest first.
pub async fn list_came_keys(
    db: &Db,
    group: Option<GroupId>,
    since: EntryId,
    limit: usize,
) -> Result<Vec<EntryId>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let keys: Vec<(i64,)> = match group {
        // Every kind and state by name, so that one index has it all.
        Some(group) => {
            db.query(
                "SELECT id FROM entries WHERE group_id = $1 AND kind IN ('post', 'comment')
                    AND state IN ('published', 'held', 'removed', 'refused', 'deleted') AND id >= $2
                 ORDER BY id DESC LIMIT $3",
            )
            .bind(group.0)
            .bind(since.0)
            .bind(limit)
            .slow()
            .all()
            .await?
        }
        None => {
            db.query(
                "SELECT e.id FROM entries e JOIN groups g ON g.id = e.group_id AND g.is_local
                 WHERE e.id >= $1 AND e.state <> 'sent' ORDER BY e.id DESC LIMIT $2",
            )
            .bind(since.0)
            .bind(limit)
            .slow()
            .all()
            .await?
        }
    };
    Ok(keys.into_iter().map(|(id,)| EntryId(id)).collect())
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT e.id, e.kind, e.group_id, e.author_id, p.author_id AS answered, e.state, e.title, e.content_html,
                    e.excerpt, e.link_url, e.image_url, e.language, e.media, e.form, e.created_at
             FROM entries e LEFT JOIN entries p ON p.id = e.parent_id WHERE e.id ",
            $which,
            " ORDER BY e.id"
        )
    };
}

/// Those with keys, oldest first.
pub async fn list_came(db: &Db, keys: &[EntryId]) -> Result<Vec<Came>, StoreError> {
    let sql = Sql { sqlite: select!("IN (SELECT value FROM json_each($1))"), postgres: select!("= ANY($1)") };
    let keys: List<i64> = keys.iter().map(|id| id.0).collect();
    convert::all(db.query(sql).bind(keys).slow().all::<Row>().await?)
}

/// What groups have counted of their people from the key `since` on: of one group, or of all that are hosted here.
pub async fn list_counted(
    db: &Db,
    group: Option<GroupId>,
    since: EntryId,
) -> Result<Vec<((GroupId, ActorId), Counted)>, StoreError> {
    let group = group.map_or(0, |group| group.0);
    let written: Vec<(i64, i64, i64, i64, i64)> = db
        .query(
            "SELECT group_id, author_id,
                    count(CASE WHEN state = 'published' OR state = 'deleted' AND coalesce(state_before, 'published')
                        = 'published' THEN 1 END),
                    count(DISTINCT CASE WHEN state IN ('published', 'removed', 'deleted') THEN created_at / 86400000 END),
                    count(CASE WHEN state IN ('removed', 'refused') THEN 1 END)
             FROM entries WHERE id >= $1 AND ($2 = 0 OR group_id = $2) GROUP BY group_id, author_id",
        )
        .bind(since.0)
        .bind(group)
        .slow()
        .all()
        .await?;
    let answered: Vec<(i64, i64, i64)> = db
        .query(
            "SELECT e.group_id, p.author_id, count(*) FROM entries e JOIN entries p ON p.id = e.parent_id
             WHERE e.id >= $1 AND ($2 = 0 OR e.group_id = $2) AND e.state IN ('published', 'removed')
                AND p.author_id <> e.author_id
             GROUP BY e.group_id, p.author_id",
        )
        .bind(since.0)
        .bind(group)
        .slow()
        .all()
        .await?;
    let of_written = written.into_iter().map(|(group, author, accepted, days, refused)| {
        let counted = Counted { accepted, days, refused, answered: 0 };
        ((GroupId(group), ActorId(author)), counted)
    });
    let of_answered = answered.into_iter().map(|(group, author, answered)| {
        ((GroupId(group), ActorId(author)), Counted { answered, ..Counted::default() })
    });
    Ok(of_written.chain(of_answered).collect())
}

crate::record! {
    struct Row {
        id: i64,
        kind: String,
        group_id: i64,
        author_id: i64,
        answered: Option<i64>,
        state: String,
        title: Option<String>,
        content_html: String,
        excerpt: String,
        link_url: Option<String>,
        image_url: Option<String>,
        language: Option<String>,
        media: i64,
        form: Option<String>,
        created_at: i64,
    }
}

impl TryFrom<Row> for Came {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: EntryId(row.id),
            kind: convert::word("entry", row.id, &row.kind)?,
            group: GroupId(row.group_id),
            author: ActorId(row.author_id),
            answered: row.answered.map(ActorId),
            state: convert::word("entry", row.id, &row.state)?,
            texts: Texts {
                title: row.title,
                content_html: row.content_html,
                content_source: None,
                excerpt: row.excerpt,
                link_url: row.link_url,
                image_url: row.image_url,
                language: row.language,
                sensitive: false,
                media: row.media,
                form: row.form.map(|form| convert::word("entry", row.id, &form)).transpose()?,
            },
            at: Timestamp(row.created_at),
        })
    }
}
