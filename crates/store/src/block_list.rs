//! Block lists of others that the instance subscribes to: how they are taken over, how the last try went, and what they
//! offer. What of that is in force stands with the lists of hosts ([`crate::peering`]).

use std::time::Duration;

use guildhall_domain::{
    BlockListId, Timestamp,
    peering::block_list::{ListMode, Mapping, Offer},
};

use crate::{
    StoreError, convert,
    db::{Composed, Db, Source, Sql, Tx},
};

/// Rows in one statement: 5 columns each.
const CHUNK: usize = 1_000;

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockList {
    /// Our key.
    pub id: BlockListId,
    /// Where it is published.
    pub url: String,
    /// How it is taken over.
    pub terms: Terms,
    /// Counts what was seen at the source; 0 before the first good answer.
    pub revision: i64,
    /// What the last good answer can be told by.
    pub validators: Validators,
    /// When the source was heard of last.
    pub fetched_at: Option<Timestamp>,
    /// When it was asked last.
    pub checked_at: Option<Timestamp>,
    /// When it is asked next.
    pub next_check_at: Timestamp,
    /// Why the last try failed.
    pub failure: Option<String>,
    /// How many tries failed in a row.
    pub failures: i64,
    /// Since when.
    pub created_at: Timestamp,
}

/// How a block list is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Whether changes wait for an admin.
    pub mode: ListMode,
    /// What becomes of what it says.
    pub mapping: Mapping,
    /// How long after one look the next is due.
    pub interval: Duration,
}

/// What an answer can be told by from a later one (RFC 9110 section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// Its `ETag`, as it was sent.
    pub etag: Option<String>,
    /// Its `Last-Modified`, as it was sent.
    pub last_modified: Option<String>,
}

/// How a look at the source went.
#[derive(Debug, Clone)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// When the next is due.
    pub next_at: Timestamp,
    /// Why it failed; `None`: it did not.
    pub failure: Option<String>,
}

macro_rules! select {
    () => {
        "SELECT id, url, mode, suspend_as, silence_as, mute_media, interval_ms, revision, etag, last_modified,
            fetched_at, checked_at, next_check_at, failure, failures, created_at FROM block_lists"
    };
}

/// Adds a subscription. `false`: there is one of this URL already.
pub async fn insert(tx: &mut Tx, list: &BlockList) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO block_lists (id, url, mode, suspend_as, silence_as, mute_media, interval_ms, revision,
                next_check_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(list.id.0)
        .bind(list.url.clone())
        .bind(list.terms.mode.as_str())
        .bind(list.terms.mapping.suspend.as_str())
        .bind(list.terms.mapping.silence.as_str())
        .bind(list.terms.mapping.media)
        .bind(millis(list.terms.interval))
        .bind(list.next_check_at.0)
        .bind(list.created_at.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Changes how a list is taken over, and when its source is asked next.
pub async fn set_terms(
    tx: &mut Tx,
    id: BlockListId,
    terms: &Terms,
    next_check_at: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE block_lists SET mode = $2, suspend_as = $3, silence_as = $4, mute_media = $5, interval_ms = $6,
            next_check_at = $7 WHERE id = $1",
    )
    .bind(id.0)
    .bind(terms.mode.as_str())
    .bind(terms.mapping.suspend.as_str())
    .bind(terms.mapping.silence.as_str())
    .bind(terms.mapping.media)
    .bind(millis(terms.interval))
    .bind(next_check_at.0)
    .execute()
    .await?;
    Ok(())
}

/// Notes how a look at the source went.
pub async fn set_checked(tx: &mut Tx, id: BlockListId, checked: &Checked) -> Result<(), StoreError> {
    tx.query(Sql::from(
        "UPDATE block_lists SET checked_at = $2, next_check_at = $3, failure = $4,
            failures = CASE WHEN $5 THEN failures + 1 ELSE 0 END,
            fetched_at = CASE WHEN $5 THEN fetched_at ELSE $2 END
         WHERE id = $1",
    ))
    .bind(id.0)
    .bind(checked.at.0)
    .bind(checked.next_at.0)
    .bind(checked.failure.clone())
    .bind(checked.failure.is_some())
    .execute()
    .await?;
    Ok(())
}

/// Takes down what the source offers now, in place of what it offered, as its next revision.
pub async fn set_offers(tx: &mut Tx, id: BlockListId, offers: &[Offer]) -> Result<(), StoreError> {
    tx.query("DELETE FROM block_list_offers WHERE list_id = $1").bind(id.0).execute().await?;
    for chunk in offers.chunks(CHUNK) {
        let sql = Composed::new(
            "INSERT INTO block_list_offers (list_id, host, severity, reject_media, public_comment) VALUES ",
        )
        .values(chunk.len(), 5, 1);
        let query = chunk.iter().fold(tx.query(sql), |query, offer| {
            query
                .bind(id.0)
                .bind(offer.host.clone())
                .bind(offer.severity.as_str())
                .bind(offer.reject_media)
                .bind(offer.public_comment.clone())
        });
        query.execute().await?;
    }
    tx.query("UPDATE block_lists SET revision = revision + 1 WHERE id = $1").bind(id.0).execute().await?;
    Ok(())
}

/// Notes what the last good answer can be told by.
pub async fn set_validators(tx: &mut Tx, id: BlockListId, validators: &Validators) -> Result<(), StoreError> {
    tx.query("UPDATE block_lists SET etag = $2, last_modified = $3 WHERE id = $1")
        .bind(id.0)
        .bind(validators.etag.clone())
        .bind(validators.last_modified.clone())
        .execute()
        .await?;
    Ok(())
}

/// Replaces the hosts about which a list is not asked.
pub async fn set_exceptions(tx: &mut Tx, id: BlockListId, hosts: &[String]) -> Result<(), StoreError> {
    tx.query("DELETE FROM block_list_exceptions WHERE list_id = $1").bind(id.0).execute().await?;
    for host in hosts {
        tx.query("INSERT INTO block_list_exceptions (list_id, host) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id.0)
            .bind(host.clone())
            .execute()
            .await?;
    }
    Ok(())
}

/// Ends a subscription. What is in force because of it is taken away beforehand.
pub async fn delete(tx: &mut Tx, id: BlockListId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM block_list_offers WHERE list_id = $1",
        "DELETE FROM block_list_exceptions WHERE list_id = $1",
        "DELETE FROM block_lists WHERE id = $1",
    ] {
        tx.query(sql).bind(id.0).execute().await?;
    }
    Ok(())
}

/// The subscription with a key.
pub async fn find(db: &Db, id: BlockListId) -> Result<Option<BlockList>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(BlockList::try_from).transpose()
}

/// The subscription to a URL.
pub async fn find_by_url(db: &Db, url: &str) -> Result<Option<BlockList>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE url = $1")).bind(url).optional().await?;
    row.map(BlockList::try_from).transpose()
}

/// The same, kept from changing until `tx` ends, so that no two apply what they saw of it at the same time.
pub async fn lock(tx: &mut Tx, id: BlockListId) -> Result<Option<BlockList>, StoreError> {
    const LOCKED: Sql = Sql {
        sqlite: concat!(select!(), " WHERE id = $1"),
        postgres: concat!(select!(), " WHERE id = $1 FOR UPDATE"),
    };
    let row: Option<Row> = tx.query(LOCKED).bind(id.0).optional().await?;
    row.map(BlockList::try_from).transpose()
}

/// Every subscription, oldest first.
pub async fn list(db: &Db) -> Result<Vec<BlockList>, StoreError> {
    convert::all::<Row, _>(db.query(concat!(select!(), " ORDER BY id")).all().await?)
}

/// Those whose source is to be asked by now, the longest waiting first.
pub async fn list_due(db: &Db, now: Timestamp) -> Result<Vec<BlockList>, StoreError> {
    let sql = concat!(select!(), " WHERE next_check_at <= $1 ORDER BY next_check_at, id");
    convert::all::<Row, _>(db.query(sql).bind(now.0).all().await?)
}

/// The hosts about which a list is not asked, by name.
pub async fn list_exceptions<'a>(
    from: impl Into<Source<'a>>,
    id: BlockListId,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = from
        .into()
        .query("SELECT host FROM block_list_exceptions WHERE list_id = $1 ORDER BY host")
        .bind(id.0)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(host,)| host).collect())
}

/// What the source said last, by host.
pub async fn list_offers<'a>(from: impl Into<Source<'a>>, id: BlockListId) -> Result<Vec<Offer>, StoreError> {
    let rows: Vec<(String, String, bool, Option<String>)> = from
        .into()
        .query(
            "SELECT host, severity, reject_media, public_comment FROM block_list_offers
             WHERE list_id = $1 ORDER BY host",
        )
        .bind(id.0)
        .all()
        .await?;
    rows.into_iter()
        .map(|(host, severity, reject_media, public_comment)| {
            let severity = convert::word("offer of a block list", &host, &severity)?;
            Ok(Offer { host, severity, reject_media, public_comment })
        })
        .collect()
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

crate::record! {
    struct Row {
        id: i64,
        url: String,
        mode: String,
        suspend_as: String,
        silence_as: String,
        mute_media: bool,
        interval_ms: i64,
        revision: i64,
        etag: Option<String>,
        last_modified: Option<String>,
        fetched_at: Option<i64>,
        checked_at: Option<i64>,
        next_check_at: i64,
        failure: Option<String>,
        failures: i64,
        created_at: i64,
    }
}

impl TryFrom<Row> for BlockList {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let mapping = Mapping {
            suspend: convert::word("block list", row.id, &row.suspend_as)?,
            silence: convert::word("block list", row.id, &row.silence_as)?,
            media: row.mute_media,
        };
        Ok(Self {
            id: BlockListId(row.id),
            url: row.url,
            terms: Terms {
                mode: convert::word("block list", row.id, &row.mode)?,
                mapping,
                interval: Duration::from_millis(u64::try_from(row.interval_ms).unwrap_or(0)),
            },
            revision: row.revision,
            validators: Validators { etag: row.etag, last_modified: row.last_modified },
            fetched_at: convert::time(row.fetched_at),
            checked_at: convert::time(row.checked_at),
            next_check_at: Timestamp(row.next_check_at),
            failure: row.failure,
            failures: row.failures,
            created_at: Timestamp(row.created_at),
        })
    }
}
