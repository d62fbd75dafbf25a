//! Several entries written in one transaction, with as few statements as one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use guildhall_domain::{EntryId, Timestamp, content::Tally};
use serde_json::{Value, json};

use super::{
    row::{Entry, Row, select},
    write::{self, NewEntry},
};
use crate::{
    StoreError,
    db::{List, Sql, Tx},
};

/// What to do about rows that another transaction has locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locked {
    /// Wait for it.
    Awaited,
    /// Leave them out.
    Skipped,
}

/// Locks several entries, each with the post of its thread, as [`lock_place`](super::lock_place) does for one, and gives
/// `(post, entry)` for each that is there and was not skipped.
pub async fn lock_places(
    tx: &mut Tx,
    ids: &BTreeSet<EntryId>,
    locked: Locked,
) -> Result<HashMap<EntryId, (Entry, Entry)>, StoreError> {
    const SQLITE: &str = concat!(
        select!(),
        " WHERE id IN (SELECT value FROM json_each($1)
                       UNION SELECT thread_id FROM entries WHERE id IN (SELECT value FROM json_each($1)))"
    );
    // A post is older than what is below it, so in the order of ids all go through a thread from its post down.
    const AWAITED: Sql = Sql {
        sqlite: SQLITE,
        postgres: concat!(
            select!(),
            " WHERE id IN (SELECT unnest($1) UNION SELECT thread_id FROM entries WHERE id = ANY($1))
              ORDER BY id FOR NO KEY UPDATE"
        ),
    };
    const SKIPPED: Sql = Sql {
        sqlite: SQLITE,
        postgres: concat!(
            select!(),
            " WHERE id IN (SELECT unnest($1) UNION SELECT thread_id FROM entries WHERE id = ANY($1))
              ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
        ),
    };
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted: List<i64> = ids.iter().map(|id| id.0).collect();
    let sql = if locked == Locked::Skipped { SKIPPED } else { AWAITED };
    let rows = tx.query(sql).bind(wanted).all::<Row>().await?;
    let read = |row: Row| Entry::try_from(row).map(|entry| (entry.id, entry));
    let found: HashMap<EntryId, Entry> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    let place = |id: &EntryId| {
        let entry = found.get(id)?;
        Some((*id, (found.get(&entry.thread_id)?.clone(), entry.clone())))
    };
    Ok(ids.iter().filter_map(place).collect())
}

/// Adds entries; gives those whose global id was not known, and of two with one id one.
pub async fn insert_all(
    tx: &mut Tx,
    entries: &[&NewEntry],
    now: Timestamp,
) -> Result<HashSet<EntryId>, StoreError> {
    if !tx.pays_per_statement() || entries.len() == 1 {
        let mut added = HashSet::new();
        for entry in entries {
            if write::insert(tx, entry, now).await? {
                added.insert(entry.id);
            }
        }
        return Ok(added);
    }
    let mut rows: Vec<&NewEntry> = entries.to_vec();
    // In one order: two transactions that add the same must not wait for each other.
    rows.sort_by(|one, other| one.ap_id.as_str().cmp(other.ap_id.as_str()));
    let rows: Vec<Value> = rows.into_iter().map(row_of).collect();
    let added: Vec<(i64,)> = tx
        .query(
            "INSERT INTO entries (id, ap_id, kind, group_id, author_id, thread_id, parent_id, depth, is_local, state,
                state_reason, wire_type, page_url, title, content_html, content_source, excerpt, link_url, image_url,
                language, sensitive, media, form, published_at, edited_at, received_id, context_url, created_at,
                last_activity_at)
             SELECT e.*, $2, $2
             FROM jsonb_to_recordset($1) AS e (id BIGINT, ap_id TEXT, kind TEXT, group_id BIGINT, author_id BIGINT,
                thread_id BIGINT, parent_id BIGINT, depth BIGINT, is_local BOOLEAN, state TEXT, state_reason TEXT,
                wire_type TEXT, page_url TEXT, title TEXT, content_html TEXT, content_source TEXT, excerpt TEXT,
                link_url TEXT, image_url TEXT, language TEXT, sensitive BOOLEAN, media BIGINT, form TEXT,
                published_at BIGINT, edited_at BIGINT, received_id BIGINT, context_url TEXT)
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(Value::from(rows))
        .bind(now.0)
        .all()
        .await?;
    Ok(added.into_iter().map(|(id,)| EntryId(id)).collect())
}

fn row_of(entry: &NewEntry) -> Value {
    let mut row = json!({
        "id": entry.id.0,
        "ap_id": entry.ap_id.as_str(),
        "kind": entry.kind.as_str(),
        "group_id": entry.group_id.0,
        "author_id": entry.author_id.0,
        "thread_id": entry.thread_id.0,
        "parent_id": entry.parent_id.map(|id| id.0),
        "depth": entry.depth,
        "is_local": entry.is_local,
        "state": entry.state.as_str(),
        "state_reason": entry.state_reason,
        "wire_type": entry.wire_type,
        "page_url": entry.page_url,
        "published_at": entry.published_at.0,
        "edited_at": entry.edited_at.map(|at| at.0),
        "received_id": entry.received_id.map(|id| id.0),
        "context_url": entry.context_url,
    });
    entry.texts.add_to(&mut row);
    row
}

/// Counts comments that have just been published at `at`, for their threads and for what they answer; a thread's activity
/// never goes back in time. All of that is locked, see [`lock_places`].
pub async fn count_comments(tx: &mut Tx, comments: &[&NewEntry], at: Timestamp) -> Result<(), StoreError> {
    if comments.is_empty() {
        return Ok(());
    }
    let mut counts: BTreeMap<EntryId, i64> = BTreeMap::new();
    let mut threads: HashSet<EntryId> = HashSet::new();
    for comment in comments {
        threads.insert(comment.thread_id);
        *counts.entry(comment.thread_id).or_default() += 1;
        if let Some(parent) = comment.parent_id.filter(|parent| *parent != comment.thread_id) {
            *counts.entry(parent).or_default() += 1;
        }
    }
    let activity = |id: &EntryId| if threads.contains(id) { at.0 } else { 0 };
    if tx.pays_per_statement() {
        let ids: List<i64> = counts.keys().map(|id| id.0).collect();
        let times: List<i64> = counts.keys().map(activity).collect();
        let counts: List<i64> = counts.into_values().collect();
        tx.query(
            "UPDATE entries SET comment_count = comment_count + c.count,
                last_activity_at = greatest(last_activity_at, c.at)
             FROM unnest($1, $2, $3) AS c (id, count, at) WHERE entries.id = c.id",
        )
        .bind(ids)
        .bind(counts)
        .bind(times)
        .execute()
        .await?;
        return Ok(());
    }
    for (id, count) in counts {
        tx.query(
            "UPDATE entries SET comment_count = comment_count + $2, last_activity_at = max(last_activity_at, $3)
             WHERE id = $1",
        )
        .bind(id.0)
        .bind(count)
        .bind(activity(&id))
        .execute()
        .await?;
    }
    Ok(())
}

impl Entry {
    /// As it stands once it has been added at `now`.
    pub fn of_new(new: &NewEntry, now: Timestamp) -> Self {
        let NewEntry { texts, .. } = new.clone();
        Self {
            id: new.id,
            ap_id: new.ap_id.clone(),
            kind: new.kind,
            group_id: new.group_id,
            author_id: new.author_id,
            thread_id: new.thread_id,
            parent_id: new.parent_id,
            depth: new.depth,
            is_local: new.is_local,
            state: new.state,
            wire_type: new.wire_type.clone(),
            title: texts.title,
            content_html: texts.content_html,
            content_source: texts.content_source,
            excerpt: texts.excerpt,
            page_url: new.page_url.clone(),
            link_url: texts.link_url,
            image_url: texts.image_url,
            language: texts.language,
            sensitive: texts.sensitive,
            locked: false,
            locked_until: None,
            featured: false,
            tally: Tally { up: 0, down: 0 },
            comment_count: 0,
            published_at: new.published_at,
            created_at: now,
            edited_at: new.edited_at,
            last_activity_at: now,
            state_reason: new.state_reason.clone(),
            state_before: None,
            received_id: new.received_id,
            limited: false,
            media: texts.media,
            form: texts.form,
            tags: Vec::new(),
        }
    }
}
