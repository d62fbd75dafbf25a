//! Data written straight into a stopped server's database, by a few statements, since what is measured is the server
//! with much in it, not how it came there. The text is the same for both engines; `guildhall doctor` finds nothing.
//!
//! Keys are times, as the server's are: milliseconds since 2024 above 22 bits. Groups are made in its first
//! second of that year, authors and posts of groups later that hour, entries one a minute from the third hour on.

mod groups;
mod history;
mod lately;

pub(crate) use groups::{copies, threads_of_copies};
pub(crate) use history::{History, TEXT, history};
pub(crate) use lately::lately;

use anyhow::Context;
use guildhall_store::Db;

/// The post with most comments, by its key.
pub(crate) async fn longest_thread(db: &Db) -> anyhow::Result<String> {
    let found: Option<(i64, i64)> = db
        .query("SELECT id, comment_count FROM entries WHERE kind = 'post' AND comment_count = 500 ORDER BY id LIMIT 1")
        .slow()
        .optional()
        .await?;
    let (id, _) = found.context("no thread of 500 comments")?;
    Ok(id.to_string())
}
