//! What the store says.

use std::collections::HashMap;

use anyhow::ensure;
use guildhall_store::Db;

/// What of the store is compared.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Posts and comments, by their keys.
    pub(super) entries: HashMap<i64, Entry>,
    /// Activities from elsewhere, by their ids.
    pub(super) received: HashMap<String, Received>,
    pub(super) events: Vec<Event>,
    /// In its order.
    pub(super) log: Vec<Row>,
    /// Who is told of which rows by name: (row, host).
    pub(super) targets: Vec<(i64, String)>,
    pub(super) subscriptions: Vec<Subscription>,
    /// How far each host is.
    pub(super) cursors: HashMap<String, i64>,
    /// (actor, entry, value)
    pub(super) votes: Vec<(String, String, i64)>,
    /// Ids of the members of the group.
    pub(super) members: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) ap_id: String,
    pub(super) is_comment: bool,
    pub(super) state: String,
    pub(super) content: String,
}

#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) key: i64,
    pub(super) outcome: Option<String>,
    pub(super) reason: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) key: i64,
    pub(super) kind: String,
    pub(super) entry: Option<i64>,
    pub(super) received: Option<i64>,
}

/// A row of the log of what is to be delivered.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) place: i64,
    pub(super) id: String,
    pub(super) event: i64,
    pub(super) group: Option<i64>,
    pub(super) order_key: String,
    /// For group-aware hosts, for microblogs.
    pub(super) bodies: [Option<Vec<u8>>; 2],
}

/// A host that is told of what is published in a group after a row.
#[derive(Debug, Clone)]
pub(super) struct Subscription {
    pub(super) group: i64,
    pub(super) host: String,
    pub(super) since: i64,
}

impl Kept {
    /// Reads it.
    ///
    /// # Errors
    /// When a query fails.
    pub async fn read(store: &Db) -> anyhow::Result<Self> {
        // Before the log, which may grow meanwhile.
        let cursors: Vec<(String, i64)> =
            store.query("SELECT host, cursor FROM delivery_hosts").all().await?;
        let members: Vec<(String,)> = store
            .query("SELECT a.ap_id FROM memberships m JOIN actors a ON a.id = m.actor_id WHERE m.state = 'member'")
            .all()
            .await?;
        Ok(Self {
            entries: entries(store).await?,
            received: received(store).await?,
            events: events(store).await?,
            log: log(store).await?,
            targets: store.query("SELECT seq, host FROM delivery_targets").all().await?,
            subscriptions: subscriptions(store).await?,
            cursors: cursors.into_iter().collect(),
            votes: store
                .query(
                    "SELECT a.ap_id, e.ap_id, v.value FROM votes v
                     JOIN entries e ON e.id = v.entry_id JOIN actors a ON a.id = v.actor_id",
                )
                .all()
                .await?,
            members: members.into_iter().map(|(actor,)| actor).collect(),
        })
    }
}

async fn entries(store: &Db) -> anyhow::Result<HashMap<i64, Entry>> {
    let rows: Vec<(i64, String, String, String, String)> =
        store.query("SELECT id, ap_id, kind, state, content_html FROM entries").all().await?;
    let entry = |(key, ap_id, kind, state, content): (i64, String, String, String, String)| {
        (key, Entry { ap_id, is_comment: kind == "comment", state, content })
    };
    Ok(rows.into_iter().map(entry).collect())
}

async fn received(store: &Db) -> anyhow::Result<HashMap<String, Received>> {
    let rows: Vec<(String, i64, Option<String>, Option<String>)> =
        store.query("SELECT ap_id, id, outcome, reason FROM received_activities").all().await?;
    Ok(rows.into_iter().map(|(id, key, outcome, reason)| (id, Received { key, outcome, reason })).collect())
}

async fn events(store: &Db) -> anyhow::Result<Vec<Event>> {
    let rows: Vec<(i64, String, Option<i64>, Option<i64>)> =
        store.query("SELECT id, kind, entry_id, received_id FROM events ORDER BY id").all().await?;
    Ok(rows.into_iter().map(|(key, kind, entry, received)| Event { key, kind, entry, received }).collect())
}

async fn log(store: &Db) -> anyhow::Result<Vec<Row>> {
    type Columns = (i64, String, i64, Option<i64>, String, Option<Vec<u8>>, Option<Vec<u8>>);
    let rows: Vec<Columns> = store
        .query(
            "SELECT seq, activity_ap_id, event_id, group_id, order_key, body_group, body_microblog
             FROM delivery_log ORDER BY seq",
        )
        .all()
        .await?;
    let row = |(place, id, event, group, order_key, body_group, body_microblog): Columns| Row {
        place,
        id,
        event,
        group,
        order_key,
        bodies: [body_group, body_microblog],
    };
    Ok(rows.into_iter().map(row).collect())
}

async fn subscriptions(store: &Db) -> anyhow::Result<Vec<Subscription>> {
    let rows: Vec<(i64, String, i64)> =
        store.query("SELECT group_id, host, since_seq FROM delivery_subscriptions").all().await?;
    Ok(rows.into_iter().map(|(group, host, since)| Subscription { group, host, since }).collect())
}

/// Everything that was taken in has its outcome, and everything that happened is on the log.
pub(super) async fn nothing_waits(store: &Db) -> anyhow::Result<()> {
    let (received, events): (i64, i64) = store
        .query(
            "SELECT (SELECT count(*) FROM received_activities WHERE state = 'queued'),
                    (SELECT count(*) FROM events WHERE published_at IS NULL)",
        )
        .one()
        .await?;
    ensure!(received == 0 && events == 0, "{received} received, {events} events");
    Ok(())
}
