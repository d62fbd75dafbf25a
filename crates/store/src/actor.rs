//! Everybody who acts: persons, groups and applications, here and elsewhere.

use guildhall_domain::{ActorId, ApId, Timestamp, actor::ActorKind};

use crate::{
    StoreError, convert,
    db::{Db, Keyed, List, Query, Sql, Tx},
};

macro_rules! select {
    () => {
        "SELECT id, ap_id, kind, is_local, username, host, display_name, summary_html, page_url, icon_url, inbox,
                shared_inbox, outbox, followers, moderators_url, featured_url, wall_url, also_known_as, moved_to,
                remote_updated_at, published_at, fetched_at, created_at, deleted_at
         FROM actors"
    };
}

macro_rules! insert {
    () => {
        "INSERT INTO actors (id, is_local, ap_id, kind, username, username_key, host, display_name, summary_html,
            page_url, icon_url, inbox, shared_inbox, outbox, followers, moderators_url, featured_url, wall_url,
            also_known_as, moved_to, remote_updated_at, published_at, fetched_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"
    };
}

/// An actor as it is kept.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Our key.
    pub id: ActorId,
    /// Global id.
    pub ap_id: ApId,
    /// Person, group …
    pub kind: ActorKind,
    /// Whether it is ours.
    pub is_local: bool,
    /// The name before the `@`, as written.
    pub username: String,
    /// The authority after it.
    pub host: String,
    /// What it calls itself.
    pub display_name: Option<String>,
    /// Sanitised HTML.
    pub summary_html: Option<String>,
    /// Its page for people.
    pub page_url: Option<String>,
    /// Its picture.
    pub icon_url: Option<String>,
    /// Where activities for it go.
    pub inbox: String,
    /// Where activities for everybody on its host go.
    pub shared_inbox: Option<String>,
    /// What it sent.
    pub outbox: Option<String>,
    /// The collection of its followers.
    pub followers: Option<String>,
    /// A group's moderators.
    pub moderators_url: Option<String>,
    /// A group's featured posts.
    pub featured_url: Option<String>,
    /// A group's wall (FEP-400e).
    pub wall_url: Option<String>,
    /// Other ids of the same actor, by its own word.
    pub also_known_as: Vec<String>,
    /// Where it moved.
    pub moved_to: Option<String>,
    /// When it says it last changed.
    pub remote_updated_at: Option<Timestamp>,
    /// When the account was made, by what its server first said.
    pub published_at: Option<Timestamp>,
    /// When we last looked.
    pub fetched_at: Option<Timestamp>,
    /// When we first knew it.
    pub created_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

impl Actor {
    /// The inbox to use when several people of one host are told the same.
    pub fn delivery_inbox(&self) -> &str {
        self.shared_inbox.as_deref().unwrap_or(&self.inbox)
    }
}

/// What is told of an actor by its own document; input of [`insert_local`] and [`upsert_remote`].
#[derive(Debug, Clone)]
pub struct ActorFields {
    /// Global id.
    pub ap_id: ApId,
    /// Person, group …
    pub kind: ActorKind,
    /// The name before the `@`.
    pub username: String,
    /// The authority after it, in lower case.
    pub host: String,
    /// What it calls itself.
    pub display_name: Option<String>,
    /// Sanitised HTML.
    pub summary_html: Option<String>,
    /// Its page for people.
    pub page_url: Option<String>,
    /// Its picture.
    pub icon_url: Option<String>,
    /// Where activities for it go.
    pub inbox: String,
    /// Where activities for everybody on its host go.
    pub shared_inbox: Option<String>,
    /// What it sent.
    pub outbox: Option<String>,
    /// The collection of its followers.
    pub followers: Option<String>,
    /// A group's moderators.
    pub moderators_url: Option<String>,
    /// A group's featured posts.
    pub featured_url: Option<String>,
    /// A group's wall.
    pub wall_url: Option<String>,
    /// Other ids of the same actor.
    pub also_known_as: Vec<String>,
    /// Where it moved.
    pub moved_to: Option<String>,
    /// When it says it last changed.
    pub remote_updated_at: Option<Timestamp>,
    /// When the account was made, by what its server says.
    pub published_at: Option<Timestamp>,
}

/// The handle of an actor, `@name@host`, inside a transaction.
pub async fn find_handle(tx: &mut Tx, id: ActorId) -> Result<Option<String>, StoreError> {
    let row: Option<(String, String)> =
        tx.query("SELECT username, host FROM actors WHERE id = $1").bind(id.0).optional().await?;
    Ok(row.map(|(name, host)| format!("@{name}@{host}")))
}

/// The actor with a key.
pub async fn find(db: &Db, id: ActorId) -> Result<Option<Actor>, StoreError> {
    const BY_ID: Keyed = Keyed {
        sqlite: concat!(select!(), " WHERE id = $1"),
        postgres: concat!(select!(), " WHERE id = ANY($1)"),
        column: "id",
    };
    db.optional_by::<Row>(BY_ID, id.0).await?.map(Actor::try_from).transpose()
}

/// The same, inside a transaction.
pub async fn find_in(tx: &mut Tx, id: ActorId) -> Result<Option<Actor>, StoreError> {
    let row: Option<Row> = tx.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(Actor::try_from).transpose()
}

/// The actors with keys, in no fixed order; unknown keys are left out.
pub async fn list_by_ids(db: &Db, ids: &[ActorId]) -> Result<Vec<Actor>, StoreError> {
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

/// The actor with a global id, deleted or not.
pub async fn find_by_ap_id(db: &Db, ap_id: &ApId) -> Result<Option<Actor>, StoreError> {
    const BY_AP_ID: Keyed = Keyed {
        sqlite: concat!(select!(), " WHERE ap_id = $1"),
        postgres: concat!(select!(), " WHERE ap_id = ANY($1)"),
        column: "ap_id",
    };
    db.optional_by::<Row>(BY_AP_ID, ap_id.as_str()).await?.map(Actor::try_from).transpose()
}

/// Our own actor of a name, in any case.
pub async fn find_local_by_name(db: &Db, name: &str) -> Result<Option<Actor>, StoreError> {
    let row: Option<Row> = db
        .query(concat!(select!(), " WHERE is_local AND username_key = $1"))
        .bind(name.to_lowercase())
        .optional()
        .await?;
    row.map(Actor::try_from).transpose()
}

/// Our own actors that have not been deleted, by their keys: the first `limit` after `after`.
pub async fn list_local(db: &Db, after: ActorId, limit: u32) -> Result<Vec<Actor>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(select!(), " WHERE is_local AND deleted_at IS NULL AND id > $1 ORDER BY id LIMIT $2"))
        .bind(after.0)
        .bind(i64::from(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// Somebody else's actors of a name on a host, in any case; where a person and a group share the name (Lemmy), both.
pub async fn list_by_handle(db: &Db, name: &str, host: &str) -> Result<Vec<Actor>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE host = $1 AND username_key = $2 AND deleted_at IS NULL ORDER BY id DESC"
        ))
        .bind(host)
        .bind(name.to_lowercase())
        .all()
        .await?;
    convert::all(rows)
}

/// The one actor of a name on a host; of several the one seen last.
pub async fn find_by_handle(db: &Db, name: &str, host: &str) -> Result<Option<Actor>, StoreError> {
    Ok(list_by_handle(db, name, host).await?.into_iter().next())
}

/// Takes a local name. `false` when it is taken, by a person or a group.
pub async fn insert_local(
    tx: &mut Tx,
    id: ActorId,
    fields: &ActorFields,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = concat!(insert!(), " ON CONFLICT DO NOTHING");
    let inserted = bind_fields(tx.query(sql).bind(id.0).bind(true), fields).bind(None::<i64>).bind(now.0);
    Ok(inserted.execute().await? == 1)
}

/// Keeps what a remote actor's document says, under `new_id` when it was not known. A tombstone is lifted: the caller
/// has fetched the document anew.
pub async fn upsert_remote(
    tx: &mut Tx,
    new_id: ActorId,
    fields: &ActorFields,
    now: Timestamp,
) -> Result<ActorId, StoreError> {
    // Never over one of ours (SECURITY-CASES 17), and never from one kind to another.
    let sql = concat!(
        insert!(),
        " ON CONFLICT (ap_id) DO UPDATE SET
            username = excluded.username, username_key = excluded.username_key, host = excluded.host,
            display_name = excluded.display_name, summary_html = excluded.summary_html,
            page_url = excluded.page_url, icon_url = excluded.icon_url, inbox = excluded.inbox,
            shared_inbox = excluded.shared_inbox, outbox = excluded.outbox, followers = excluded.followers,
            moderators_url = excluded.moderators_url, featured_url = excluded.featured_url,
            wall_url = excluded.wall_url, also_known_as = excluded.also_known_as, moved_to = excluded.moved_to,
            remote_updated_at = excluded.remote_updated_at,
            published_at = coalesce(actors.published_at, excluded.published_at), fetched_at = excluded.fetched_at, deleted_at = NULL
          WHERE NOT actors.is_local AND actors.kind = excluded.kind"
    );
    bind_fields(tx.query(sql).bind(new_id.0).bind(false), fields)
        .bind(Some(now.0))
        .bind(now.0)
        .execute()
        .await?;
    let (id,): (i64,) =
        tx.query("SELECT id FROM actors WHERE ap_id = $1").bind(fields.ap_id.as_str()).one().await?;
    Ok(ActorId(id))
}

/// Marks an actor as gone; its texts stay until a use case decides about them.
pub async fn mark_deleted(tx: &mut Tx, id: ActorId, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE actors SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL")
        .bind(id.0)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Notes that an actor was looked at without anything new.
pub async fn touch(tx: &mut Tx, id: ActorId, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE actors SET fetched_at = $2 WHERE id = $1").bind(id.0).bind(now.0).execute().await?;
    Ok(())
}

/// Sets where a remote actor says it moved.
pub async fn set_moved(tx: &mut Tx, id: ActorId, target: &ApId) -> Result<(), StoreError> {
    tx.query("UPDATE actors SET moved_to = $2 WHERE id = $1")
        .bind(id.0)
        .bind(target.as_str())
        .execute()
        .await?;
    Ok(())
}

/// How many local persons there are that have not been deleted.
pub async fn count_local_persons(db: &Db) -> Result<i64, StoreError> {
    let (count,): (i64,) = db
        .query("SELECT count(*) FROM actors WHERE is_local AND kind = 'person' AND deleted_at IS NULL")
        .one()
        .await?;
    Ok(count)
}

fn bind_fields<'c>(query: Query<'c>, fields: &ActorFields) -> Query<'c> {
    query
        .bind(fields.ap_id.as_str().to_owned())
        .bind(fields.kind.as_str())
        .bind(fields.username.clone())
        .bind(fields.username.to_lowercase())
        .bind(fields.host.clone())
        .bind(fields.display_name.clone())
        .bind(fields.summary_html.clone())
        .bind(fields.page_url.clone())
        .bind(fields.icon_url.clone())
        .bind(fields.inbox.clone())
        .bind(fields.shared_inbox.clone())
        .bind(fields.outbox.clone())
        .bind(fields.followers.clone())
        .bind(fields.moderators_url.clone())
        .bind(fields.featured_url.clone())
        .bind(fields.wall_url.clone())
        .bind(serde_json::Value::from(fields.also_known_as.clone()))
        .bind(fields.moved_to.clone())
        .bind(fields.remote_updated_at.map(|time| time.0))
        .bind(fields.published_at.map(|time| time.0))
}

crate::record! {
    struct Row {
        id: i64,
        ap_id: String,
        kind: String,
        is_local: bool,
        username: String,
        host: String,
        display_name: Option<String>,
        summary_html: Option<String>,
        page_url: Option<String>,
        icon_url: Option<String>,
        inbox: String,
        shared_inbox: Option<String>,
        outbox: Option<String>,
        followers: Option<String>,
        moderators_url: Option<String>,
        featured_url: Option<String>,
        wall_url: Option<String>,
        also_known_as: serde_json::Value,
        moved_to: Option<String>,
        remote_updated_at: Option<i64>,
        published_at: Option<i64>,
        fetched_at: Option<i64>,
        created_at: i64,
        deleted_at: Option<i64>,
    }
}

impl TryFrom<Row> for Actor {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: ActorId(row.id),
            kind: convert::word("actor", row.id, &row.kind)?,
            ap_id: ApId::new(row.ap_id),
            is_local: row.is_local,
            username: row.username,
            host: row.host,
            display_name: row.display_name,
            summary_html: row.summary_html,
            page_url: row.page_url,
            icon_url: row.icon_url,
            inbox: row.inbox,
            shared_inbox: row.shared_inbox,
            outbox: row.outbox,
            followers: row.followers,
            moderators_url: row.moderators_url,
            featured_url: row.featured_url,
            wall_url: row.wall_url,
            also_known_as: serde_json::from_value(row.also_known_as)
                .map_err(|_| StoreError::corrupt("actor", row.id))?,
            moved_to: row.moved_to,
            remote_updated_at: convert::time(row.remote_updated_at),
            published_at: convert::time(row.published_at),
            fetched_at: convert::time(row.fetched_at),
            created_at: Timestamp(row.created_at),
            deleted_at: convert::time(row.deleted_at),
        })
    }
}
