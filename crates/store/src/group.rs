//! Groups hosted here, and those elsewhere that somebody here follows.

use std::collections::BTreeMap;

use guildhall_domain::{
    EntryId, GroupId, Timestamp,
    group::{Policy, Rule, Visibility, Votes},
    moderation::Signed,
};

use crate::{
    StoreError, convert,
    db::{Db, Keyed, List, Sql, Tx},
};

macro_rules! select {
    () => {
        "SELECT id, is_local, title, description_source, description_html, language, picture_url, admission, posting,
                review, visibility, member_count, post_count, comment_count, created_at, updated_at, signed,
                votes
         FROM groups"
    };
}

/// A group as it is kept; its names and addresses are its actor's.
#[derive(Debug, Clone)]
pub struct Group {
    /// Our key.
    pub id: GroupId,
    /// Whether it is hosted here.
    pub is_local: bool,
    /// Its title.
    pub title: String,
    /// Markdown.
    pub description_source: String,
    /// Sanitised HTML.
    pub description_html: String,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// An image.
    pub picture_url: Option<String>,
    /// Its door settings; of a group elsewhere what it shows of them.
    pub policy: Policy,
    /// As whom moderators sign what they decide.
    pub signed: Signed,
    /// Who learns how somebody voted; of a group elsewhere what its votes are to us, which is public.
    pub votes: Votes,
    /// Members.
    pub member_count: i64,
    /// Published posts.
    pub post_count: i64,
    /// Published comments.
    pub comment_count: i64,
    /// When it was made, or first seen.
    pub created_at: Timestamp,
    /// When its settings last changed.
    pub updated_at: Timestamp,
}

/// What can be set.
#[derive(Debug, Clone)]
pub struct GroupFields {
    /// Its title.
    pub title: String,
    /// Markdown.
    pub description_source: String,
    /// Sanitised HTML.
    pub description_html: String,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// An image.
    pub picture_url: Option<String>,
    /// Its door settings.
    pub policy: Policy,
}

/// A rule with its rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedRule {
    /// As written.
    pub rule: Rule,
    /// Sanitised HTML of its text.
    pub text_html: String,
}

/// The group with a key.
pub async fn find(db: &Db, id: GroupId) -> Result<Option<Group>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(Group::try_from).transpose()
}

/// The groups with keys, in no fixed order.
pub async fn list_by_ids(db: &Db, ids: &[GroupId]) -> Result<Vec<Group>, StoreError> {
    const BY_IDS: Sql = Sql {
        sqlite: concat!(select!(), " WHERE id IN (SELECT value FROM json_each($1))"),
        postgres: concat!(select!(), " WHERE id = ANY($1)"),
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: List<i64> = ids.iter().map(|id| id.0).collect();
    convert::all(db.query(BY_IDS).bind(ids).all::<Row>().await?)
}

/// Who may read in a group. `None`: no such group.
pub async fn find_visibility(db: &Db, id: GroupId) -> Result<Option<Visibility>, StoreError> {
    const BY_ID: Keyed = Keyed {
        sqlite: "SELECT id, visibility FROM groups WHERE id = $1",
        postgres: "SELECT id, visibility FROM groups WHERE id = ANY($1)",
        column: "id",
    };
    let row: Option<(i64, String)> = db.optional_by(BY_ID, id.0).await?;
    row.map(|(id, visibility)| convert::word("group", id, &visibility)).transpose()
}

/// As [`find_visibility`], inside a transaction.
pub async fn find_visibility_in(tx: &mut Tx, id: GroupId) -> Result<Option<Visibility>, StoreError> {
    let row: Option<(String,)> =
        tx.query("SELECT visibility FROM groups WHERE id = $1").bind(id.0).optional().await?;
    row.map(|(visibility,)| convert::word("group", id, &visibility)).transpose()
}

/// The group of an entry, and who may read in it. `None`: no such entry.
pub async fn find_visibility_of(
    db: &Db,
    entry: EntryId,
) -> Result<Option<(GroupId, Visibility)>, StoreError> {
    const BY_ENTRY: Keyed = Keyed {
        sqlite: "SELECT e.id, g.id AS group_id, g.visibility FROM entries e JOIN groups g ON g.id = e.group_id WHERE e.id = $1",
        postgres: "SELECT e.id, g.id AS group_id, g.visibility FROM entries e JOIN groups g ON g.id = e.group_id WHERE e.id = ANY($1)",
        column: "id",
    };
    let row: Option<(i64, i64, String)> = db.optional_by(BY_ENTRY, entry.0).await?;
    row.map(|(_, id, visibility)| Ok((GroupId(id), convert::word("group", id, &visibility)?))).transpose()
}

/// The group of an entry, who may read in it, and who learns of the votes there. `None`: no such entry.
pub async fn find_votes_of(
    db: &Db,
    entry: EntryId,
) -> Result<Option<(GroupId, Visibility, Votes)>, StoreError> {
    const BY_ENTRY: Keyed = Keyed {
        sqlite: "SELECT e.id, g.id AS group_id, g.visibility, g.votes FROM entries e JOIN groups g ON g.id = e.group_id WHERE e.id = $1",
        postgres: "SELECT e.id, g.id AS group_id, g.visibility, g.votes FROM entries e JOIN groups g ON g.id = e.group_id WHERE e.id = ANY($1)",
        column: "id",
    };
    let row: Option<(i64, i64, String, String)> = db.optional_by(BY_ENTRY, entry.0).await?;
    let read = |(_, id, visibility, votes): (i64, i64, String, String)| {
        let words = (convert::word("group", id, &visibility)?, convert::word("group", id, &votes)?);
        Ok((GroupId(id), words.0, words.1))
    };
    row.map(read).transpose()
}

/// Reads a group and keeps its settings from changing until `tx` ends.
///
/// `NO KEY`: rows that refer to the group can be written meanwhile. A full `FOR UPDATE` would wait for those who write
/// them, while they wait for it to change the counters.
pub async fn lock(tx: &mut Tx, id: GroupId) -> Result<Option<Group>, StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: concat!(select!(), " WHERE id = $1"),
        postgres: concat!(select!(), " WHERE id = $1 FOR NO KEY UPDATE"),
    };
    let row: Option<Row> = tx.query(sql).bind(id.0).optional().await?;
    row.map(Group::try_from).transpose()
}

/// A page of the groups hosted here, most members first, then oldest.
pub async fn list_local(
    db: &Db,
    after: Option<(i64, GroupId)>,
    limit: usize,
) -> Result<Vec<Group>, StoreError> {
    let (members, id) = after.map_or((i64::MAX, 0), |(members, id)| (members, id.0));
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE is_local AND (member_count < $1 OR (member_count = $1 AND id > $2))
              ORDER BY member_count DESC, id LIMIT $3"
        ))
        .bind(members)
        .bind(id)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// Adds a group; nothing happens when it is known.
pub async fn insert(
    tx: &mut Tx,
    id: GroupId,
    is_local: bool,
    fields: &GroupFields,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO groups (id, is_local, title, description_source, description_html, language, picture_url,
            admission, posting, review, created_at, updated_at, visibility)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) ON CONFLICT (id) DO NOTHING",
    )
    .bind(id.0)
    .bind(is_local)
    .bind(fields.title.as_str())
    .bind(fields.description_source.as_str())
    .bind(fields.description_html.as_str())
    .bind(fields.language.clone())
    .bind(fields.picture_url.clone())
    .bind(fields.policy.admission.as_str())
    .bind(fields.policy.posting.as_str())
    .bind(fields.policy.review.as_str())
    .bind(now.0)
    .bind(fields.policy.visibility.as_str())
    .execute()
    .await?;
    Ok(())
}

/// Changes what can be set.
pub async fn set_fields(
    tx: &mut Tx,
    id: GroupId,
    fields: &GroupFields,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE groups SET title = $2, description_source = $3, description_html = $4, language = $5,
            picture_url = $6, admission = $7, posting = $8, review = $9, updated_at = $10,
            visibility = $11 WHERE id = $1",
    )
    .bind(id.0)
    .bind(fields.title.as_str())
    .bind(fields.description_source.as_str())
    .bind(fields.description_html.as_str())
    .bind(fields.language.clone())
    .bind(fields.picture_url.clone())
    .bind(fields.policy.admission.as_str())
    .bind(fields.policy.posting.as_str())
    .bind(fields.policy.review.as_str())
    .bind(now.0)
    .bind(fields.policy.visibility.as_str())
    .execute()
    .await?;
    Ok(())
}

/// Sets as whom moderators sign what they decide from now on.
pub async fn set_signed(tx: &mut Tx, id: GroupId, signed: Signed) -> Result<(), StoreError> {
    tx.query("UPDATE groups SET signed = $2 WHERE id = $1")
        .bind(id.0)
        .bind(signed.as_str())
        .execute()
        .await?;
    Ok(())
}

/// Sets who may read in a group, and leaves everything else.
pub async fn set_visibility(tx: &mut Tx, id: GroupId, visibility: Visibility) -> Result<(), StoreError> {
    let query = tx.query("UPDATE groups SET visibility = $2 WHERE id = $1");
    query.bind(id.0).bind(visibility.as_str()).execute().await?;
    Ok(())
}

/// Sets who learns how somebody votes from now on, and how they voted before.
pub async fn set_votes(tx: &mut Tx, id: GroupId, votes: Votes) -> Result<(), StoreError> {
    tx.query("UPDATE groups SET votes = $2 WHERE id = $1").bind(id.0).bind(votes.as_str()).execute().await?;
    Ok(())
}

/// As whom moderators sign; as the group where it is not known.
pub async fn find_signed(tx: &mut Tx, id: GroupId) -> Result<Signed, StoreError> {
    let row: Option<(String,)> =
        tx.query("SELECT signed FROM groups WHERE id = $1").bind(id.0).optional().await?;
    row.map_or(Ok(Signed::Group), |(signed,)| convert::word("group", id, &signed))
}

/// The same outside of a transaction: for what is told of a decision that was made.
pub async fn find_signed_now(db: &Db, id: GroupId) -> Result<Signed, StoreError> {
    let row: Option<(String,)> =
        db.query("SELECT signed FROM groups WHERE id = $1").bind(id.0).optional().await?;
    row.map_or(Ok(Signed::Group), |(signed,)| convert::word("group", id, &signed))
}

/// The rules of a group in order.
pub async fn list_rules(db: &Db, id: GroupId) -> Result<Vec<RenderedRule>, StoreError> {
    let rows: Vec<(String, String, String)> = db
        .query("SELECT title, text_source, text_html FROM group_rules WHERE group_id = $1 ORDER BY position")
        .bind(id.0)
        .all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|(title, text, text_html)| RenderedRule { rule: Rule { title, text }, text_html })
        .collect())
}

/// Replaces the rules of a group.
pub async fn set_rules(tx: &mut Tx, id: GroupId, rules: &[RenderedRule]) -> Result<(), StoreError> {
    tx.query("DELETE FROM group_rules WHERE group_id = $1").bind(id.0).execute().await?;
    for (position, rule) in (1_i64..).zip(rules) {
        tx.query(
            "INSERT INTO group_rules (group_id, position, title, text_source, text_html) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id.0)
        .bind(position)
        .bind(rule.rule.title.as_str())
        .bind(rule.rule.text.as_str())
        .bind(rule.text_html.as_str())
        .execute()
        .await?;
    }
    Ok(())
}

/// Adds to the counters of a group.
pub async fn add_counts(tx: &mut Tx, id: GroupId, counts: Counts) -> Result<(), StoreError> {
    tx.query(
        "UPDATE groups SET member_count = member_count + $2, post_count = post_count + $3,
            comment_count = comment_count + $4 WHERE id = $1",
    )
    .bind(id.0)
    .bind(counts.members)
    .bind(counts.posts)
    .bind(counts.comments)
    .execute()
    .await?;
    Ok(())
}

/// Adds to the counters of several groups.
pub async fn add_all_counts(tx: &mut Tx, changes: &BTreeMap<GroupId, Counts>) -> Result<(), StoreError> {
    if !tx.pays_per_statement() || changes.len() == 1 {
        for (id, counts) in changes {
            add_counts(tx, *id, *counts).await?;
        }
        return Ok(());
    }
    let column = |of: fn(&Counts) -> i64| changes.values().map(of).collect::<List<i64>>();
    tx.query(
        // Locked in one order, or two transactions could wait for each other.
        "WITH locked AS (SELECT id FROM groups WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE)
         UPDATE groups SET member_count = member_count + c.members, post_count = post_count + c.posts,
            comment_count = comment_count + c.comments
         FROM unnest($1, $2, $3, $4) AS c (id, members, posts, comments), locked
         WHERE groups.id = c.id AND groups.id = locked.id",
    )
    .bind(changes.keys().map(|id| id.0).collect::<List<i64>>())
    .bind(column(|counts| counts.members))
    .bind(column(|counts| counts.posts))
    .bind(column(|counts| counts.comments))
    .execute()
    .await?;
    Ok(())
}

/// A change of counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Members.
    pub members: i64,
    /// Published posts.
    pub posts: i64,
    /// Published comments.
    pub comments: i64,
}

/// Everything published here by local people: `(posts, comments)`, for `NodeInfo`.
pub async fn count_local_entries(db: &Db) -> Result<(i64, i64), StoreError> {
    db.query(
        "SELECT CAST(coalesce(sum(CASE WHEN kind = 'post' THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(coalesce(sum(CASE WHEN kind = 'comment' THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM entries WHERE is_local AND state = 'published'",
    )
    .one()
    .await
}

crate::record! {
    struct Row {
        id: i64,
        is_local: bool,
        title: String,
        description_source: String,
        description_html: String,
        language: Option<String>,
        picture_url: Option<String>,
        admission: String,
        posting: String,
        review: String,
        visibility: String,
        member_count: i64,
        post_count: i64,
        comment_count: i64,
        created_at: i64,
        updated_at: i64,
        signed: String,
        votes: String,
    }
}

impl TryFrom<Row> for Group {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: GroupId(row.id),
            policy: Policy {
                admission: convert::word("group", row.id, &row.admission)?,
                posting: convert::word("group", row.id, &row.posting)?,
                review: convert::word("group", row.id, &row.review)?,
                visibility: convert::word("group", row.id, &row.visibility)?,
            },
            signed: convert::word("group", row.id, &row.signed)?,
            votes: convert::word("group", row.id, &row.votes)?,
            is_local: row.is_local,
            title: row.title,
            description_source: row.description_source,
            description_html: row.description_html,
            language: row.language,
            picture_url: row.picture_url,
            member_count: row.member_count,
            post_count: row.post_count,
            comment_count: row.comment_count,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}
