//! What waits for a group's moderators.

use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, QueueItemId, ReceivedId, Timestamp, text::UnknownName,
};

use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
    entry::Texts,
    poll::Poll,
};

macro_rules! select {
    () => {
        "SELECT id, kind, group_id, actor_id, entry_id, object_ap_id, title, reason, edit, received_id, received_at,
                decided_at
         FROM queue_items"
    };
}

/// What kind of thing waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueKind {
    /// A request to join.
    Join,
    /// A post.
    Post,
    /// A comment.
    Comment,
    /// A new text of something published.
    Edit,
}

impl QueueKind {
    /// The fixed spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Post => "post",
            Self::Comment => "comment",
            Self::Edit => "edit",
        }
    }
}

impl std::str::FromStr for QueueKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Join, Self::Post, Self::Comment, Self::Edit]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownName {
                given: text.to_owned(),
                known: &["join", "post", "comment", "edit"],
            })
    }
}

/// Something that waits.
#[derive(Debug, Clone)]
pub struct QueueItem {
    /// Our key.
    pub id: QueueItemId,
    /// What kind of thing.
    pub kind: QueueKind,
    /// The group whose moderators decide.
    pub group: GroupId,
    /// Who asks.
    pub actor: ActorId,
    /// The entry, for all but joins.
    pub entry: Option<EntryId>,
    /// The Follow, Join or object.
    pub object: Option<ApId>,
    /// A line to recognise it by.
    pub title: String,
    /// Why it is held.
    pub reason: String,
    /// For an edit: the new texts.
    pub edit: Option<Texts>,
    /// For an edit: when it was written, by its author's clock.
    pub written_at: Option<Timestamp>,
    /// The activity that brought it.
    pub received: Option<ReceivedId>,
    /// When.
    pub received_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
}

/// Adds an item.
pub async fn insert(tx: &mut Tx, item: &QueueItem) -> Result<(), StoreError> {
    insert_with_poll(tx, item, None).await
}

/// Adds an edit together with the poll it brings, for [`find_poll`].
pub async fn insert_with_poll(tx: &mut Tx, item: &QueueItem, poll: Option<&Poll>) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO queue_items (id, kind, group_id, actor_id, entry_id, object_ap_id, title, reason, edit,
            received_id, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(item.id.0)
    .bind(item.kind.as_str())
    .bind(item.group.0)
    .bind(item.actor.0)
    .bind(item.entry.map(|id| id.0))
    .bind(item.object.as_ref().map(|id| id.as_str().to_owned()))
    .bind(item.title.as_str())
    .bind(item.reason.as_str())
    .bind(item.edit.as_ref().map(|texts| edit_to_json(texts, item.written_at, poll)))
    .bind(item.received.map(|id| id.0))
    .bind(item.received_at.0)
    .execute()
    .await?;
    Ok(())
}

/// The item with a key, decided or not.
pub async fn find(db: &Db, id: QueueItemId) -> Result<Option<QueueItem>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(QueueItem::try_from).transpose()
}

/// Reads an item and keeps others from deciding it until `tx` ends.
pub async fn lock(tx: &mut Tx, id: QueueItemId) -> Result<Option<QueueItem>, StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: concat!(select!(), " WHERE id = $1"),
        postgres: concat!(select!(), " WHERE id = $1 FOR NO KEY UPDATE"),
    };
    let row: Option<Row> = tx.query(sql).bind(id.0).optional().await?;
    row.map(QueueItem::try_from).transpose()
}

/// The request to join of somebody that waits, inside a transaction that has locked the group.
pub async fn find_open_join(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
) -> Result<Option<QueueItem>, StoreError> {
    let row: Option<Row> = tx
        .query(concat!(
            select!(),
            " WHERE group_id = $1 AND actor_id = $2 AND kind = 'join' AND decided_at IS NULL ORDER BY id DESC LIMIT 1"
        ))
        .bind(group.0)
        .bind(actor.0)
        .optional()
        .await?;
    row.map(QueueItem::try_from).transpose()
}

/// The edit of an entry that waits, inside a transaction that has locked the entry.
pub async fn find_open_edit(tx: &mut Tx, entry: EntryId) -> Result<Option<QueueItem>, StoreError> {
    let row: Option<Row> = tx
        .query(concat!(
            select!(),
            " WHERE entry_id = $1 AND kind = 'edit' AND decided_at IS NULL ORDER BY id DESC LIMIT 1"
        ))
        .bind(entry.0)
        .optional()
        .await?;
    row.map(QueueItem::try_from).transpose()
}

/// The poll that an edit brings, to be written with its texts.
pub async fn find_poll(db: &Db, id: QueueItemId) -> Result<Option<Poll>, StoreError> {
    let row: Option<(serde_json::Value,)> = db.query(POLL).bind(id.0).optional().await?;
    row.map_or(Ok(None), |(edit,)| poll_from_edit(id, &edit))
}

/// As [`find_poll`], inside a transaction that has [locked](lock) the item.
pub async fn find_poll_in(tx: &mut Tx, id: QueueItemId) -> Result<Option<Poll>, StoreError> {
    let row: Option<(serde_json::Value,)> = tx.query(POLL).bind(id.0).optional().await?;
    row.map_or(Ok(None), |(edit,)| poll_from_edit(id, &edit))
}

const POLL: &str = "SELECT edit FROM queue_items WHERE id = $1 AND edit IS NOT NULL";

fn poll_from_edit(id: QueueItemId, edit: &serde_json::Value) -> Result<Option<Poll>, StoreError> {
    match edit.get("poll").filter(|poll| !poll.is_null()) {
        Some(poll) => poll_from_json(poll).ok_or_else(|| StoreError::corrupt("queue item", id)).map(Some),
        None => Ok(None),
    }
}

/// Open items of a group, of one kind or of all, longest waiting first.
pub async fn list_open(
    db: &Db,
    group: GroupId,
    kind: Option<QueueKind>,
    after: Option<QueueItemId>,
    limit: usize,
) -> Result<Vec<QueueItem>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE group_id = $1 AND id > $2 AND ($3 = '' OR kind = $3) AND decided_at IS NULL ORDER BY id LIMIT $4"
        ))
        .bind(group.0)
        .bind(after.map_or(0, |id| id.0))
        .bind(kind.map_or("", QueueKind::as_str))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// The open item of a post or comment that is held, inside a transaction that has locked it.
pub async fn find_open_entry(tx: &mut Tx, entry: EntryId) -> Result<Option<QueueItemId>, StoreError> {
    let row: Option<(i64,)> = tx
        .query(
            "SELECT id FROM queue_items
             WHERE entry_id = $1 AND kind IN ('post', 'comment') AND decided_at IS NULL ORDER BY id DESC LIMIT 1",
        )
        .bind(entry.0)
        .optional()
        .await?;
    Ok(row.map(|(id,)| QueueItemId(id)))
}

/// Marks an item as decided.
pub async fn set_decided(tx: &mut Tx, id: QueueItemId, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE queue_items SET decided_at = $2, is_judged = true WHERE id = $1")
        .bind(id.0)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Changes why an item is held.
pub async fn set_reason(tx: &mut Tx, id: QueueItemId, reason: &str) -> Result<(), StoreError> {
    tx.query("UPDATE queue_items SET reason = $2 WHERE id = $1").bind(id.0).bind(reason).execute().await?;
    Ok(())
}

/// Closes the open join request of an actor, when it was withdrawn or asked anew.
pub async fn close_join(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE queue_items SET decided_at = $3
         WHERE group_id = $1 AND actor_id = $2 AND kind = 'join' AND decided_at IS NULL",
    )
    .bind(group.0)
    .bind(actor.0)
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Closes every open item about an entry, when it was deleted or a newer edit takes the place of an older one.
pub async fn close_entry(tx: &mut Tx, entry: EntryId, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE queue_items SET decided_at = $2 WHERE entry_id = $1 AND decided_at IS NULL")
        .bind(entry.0)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Opens the item about an entry once more that held it before it was taken away.
pub async fn reopen_entry(tx: &mut Tx, entry: EntryId) -> Result<(), StoreError> {
    tx.query(
        "UPDATE queue_items SET decided_at = NULL, is_judged = false WHERE id =
            (SELECT max(id) FROM queue_items WHERE entry_id = $1 AND kind IN ('post', 'comment'))",
    )
    .bind(entry.0)
    .execute()
    .await?;
    Ok(())
}

fn edit_to_json(texts: &Texts, written_at: Option<Timestamp>, poll: Option<&Poll>) -> serde_json::Value {
    let mut edit = serde_json::json!({
        "written_at": written_at.map(|at| at.0),
        "poll": poll.map(poll_to_json),
    });
    texts.add_to(&mut edit);
    edit
}

fn poll_to_json(poll: &Poll) -> serde_json::Value {
    serde_json::json!({
        "options": poll.options,
        "multiple": poll.multiple,
        "closes_at": poll.closes_at.map(|at| at.0),
    })
}

fn poll_from_json(json: &serde_json::Value) -> Option<Poll> {
    let option = |pair: &serde_json::Value| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_i64()?));
    Some(Poll {
        options: json.get("options")?.as_array()?.iter().map(option).collect::<Option<_>>()?,
        multiple: json.get("multiple")?.as_bool()?,
        closes_at: convert::time(json.get("closes_at").and_then(serde_json::Value::as_i64)),
    })
}

crate::record! {
    struct Row {
        id: i64,
        kind: String,
        group_id: i64,
        actor_id: i64,
        entry_id: Option<i64>,
        object_ap_id: Option<String>,
        title: String,
        reason: String,
        edit: Option<serde_json::Value>,
        received_id: Option<i64>,
        received_at: i64,
        decided_at: Option<i64>,
    }
}

impl TryFrom<Row> for QueueItem {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: QueueItemId(row.id),
            kind: convert::word("queue item", row.id, &row.kind)?,
            group: GroupId(row.group_id),
            actor: ActorId(row.actor_id),
            entry: row.entry_id.map(EntryId),
            object: row.object_ap_id.map(ApId::new),
            title: row.title,
            reason: row.reason,
            edit: row.edit.as_ref().map(Texts::in_json),
            written_at: row.edit.as_ref().and_then(|edit| convert::time(edit.get("written_at")?.as_i64())),
            received: row.received_id.map(ReceivedId),
            received_at: Timestamp(row.received_at),
            decided_at: convert::time(row.decided_at),
        })
    }
}
