//! Posts and comments.

mod batch;
mod came;
mod facts;
mod list;
pub mod past;
mod row;
mod texts;
mod thread;
mod write;

pub use batch::{Locked, count_comments, insert_all, lock_places};
pub use came::{Came, Counted, list_came, list_came_keys, list_counted};
pub use facts::{AuthorFacts, find_author_facts, find_author_facts_now, list_author_facts};
pub use list::{
    count_by_thread, count_featured, list_ancestors, list_by_author, list_by_ids, list_featured, list_posts,
    list_present_by_author, list_replies, list_thread,
};
pub use row::Entry;
pub use texts::Texts;
pub use thread::{
    find_by_context, list_gone_comments, list_present_comments, lock_place, publish_sent, remove_comments,
    restore_comments, set_group, stay_gone,
};
pub use write::{
    NewEntry, add_comment_counts, add_votes, clear_received, insert, reset_activity, restore, set_activity,
    set_featured, set_locked, set_sensitive, set_state, set_state_before, set_texts,
};

use guildhall_domain::{ApId, EntryId};

use crate::{
    StoreError,
    db::{Db, Keyed, Sql, Tx},
};
use row::{Row, select};

/// The entry with a key.
pub async fn find(db: &Db, id: EntryId) -> Result<Option<Entry>, StoreError> {
    const BY_ID: Keyed = Keyed {
        sqlite: concat!(select!(), " WHERE id = $1"),
        postgres: concat!(select!(), " WHERE id = ANY($1)"),
        column: "id",
    };
    db.optional_by::<Row>(BY_ID, id.0).await?.map(Entry::try_from).transpose()
}

/// The entry with a global id.
pub async fn find_by_ap_id(db: &Db, ap_id: &ApId) -> Result<Option<Entry>, StoreError> {
    const BY_AP_ID: Keyed = Keyed {
        sqlite: concat!(select!(), " WHERE ap_id = $1"),
        postgres: concat!(select!(), " WHERE ap_id = ANY($1)"),
        column: "ap_id",
    };
    db.optional_by::<Row>(BY_AP_ID, ap_id.as_str()).await?.map(Entry::try_from).transpose()
}

/// The entry whose page at its origin has this URL. Microblogs name a post by page as often as by id.
pub async fn find_by_page_url(db: &Db, url: &str) -> Result<Option<Entry>, StoreError> {
    let row: Option<Row> = db
        .query(concat!(select!(), " WHERE page_url = $1 AND state = 'published' ORDER BY id LIMIT 1"))
        .bind(url)
        .optional()
        .await?;
    row.map(Entry::try_from).transpose()
}

/// Reads an entry and keeps its text, state and tally from changing until `tx` ends.
///
/// `NO KEY`: answers to it can be written meanwhile, see [`group::lock`](crate::group::lock). Whoever goes on to change
/// the counters of its thread takes [`lock_in_thread`] instead.
pub async fn lock(tx: &mut Tx, id: EntryId) -> Result<Option<Entry>, StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: concat!(select!(), " WHERE id = $1"),
        postgres: concat!(select!(), " WHERE id = $1 FOR NO KEY UPDATE"),
    };
    let row: Option<Row> = tx.query(sql).bind(id.0).optional().await?;
    row.map(Entry::try_from).transpose()
}

/// As [`lock`], with the post of its thread locked before it: in this order all transactions go through a thread, or two
/// of them could wait for each other.
pub async fn lock_in_thread(tx: &mut Tx, id: EntryId) -> Result<Option<Entry>, StoreError> {
    let thread = Sql {
        sqlite: "SELECT id FROM entries WHERE id = (SELECT thread_id FROM entries WHERE id = $1)",
        postgres: "SELECT id FROM entries WHERE id = (SELECT thread_id FROM entries WHERE id = $1) FOR NO KEY UPDATE",
    };
    match tx.query(thread).bind(id.0).optional::<(i64,)>().await? {
        Some(_) => lock(tx, id).await,
        None => Ok(None),
    }
}

/// Reads an entry inside a transaction without keeping others from changing it.
pub async fn find_in(tx: &mut Tx, id: EntryId) -> Result<Option<Entry>, StoreError> {
    let row: Option<Row> = tx.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(Entry::try_from).transpose()
}
