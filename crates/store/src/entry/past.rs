//! What came before: how much somebody wrote, and how often the same was said.

use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    rules::{By, Question, Repeated},
};

use crate::{
    StoreError,
    db::{IdGenerator, Source, Tx},
};

/// Who asks, and about what.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The group; `None` for the whole instance.
    pub group: Option<GroupId>,
    /// Who wrote it.
    pub author: ActorId,
    /// Its text, where that is long enough to be told from others.
    pub text_print: Option<i64>,
    /// Its link.
    pub link_print: Option<i64>,
    /// What is not counted: the entry itself, where it is there already.
    pub except: Option<EntryId>,
}

macro_rules! count {
    ($which:literal) => {
        concat!(
            "SELECT count(*) FROM (SELECT id FROM entries WHERE ",
            $which,
            " AND state IN ('published', 'held', 'sent', 'removed', 'refused') AND id >= $2
             AND id <> $5 LIMIT $6) AS counted"
        )
    };
}

/// The answer to a question about the past, at `now`, among what has been written. Counted as far as `enough`: what comes
/// in for the thousandth time has no thousand rows read.
pub async fn answer(
    source: Source<'_>,
    (question, enough): (Question, i64),
    about: &About,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let since = IdGenerator::first_at(now.minus(question.within()).0);
    let (sql, key) = match (question, about.group) {
        // One index each, so what is of no interest is not read.
        (Question::Rate { .. }, Some(_)) => {
            (count!("author_id = $1 AND group_id = $3 AND $4 = 0"), Some(about.author.0))
        }
        (Question::Rate { .. }, None) => {
            (count!("author_id = $1 AND $3 = 0 AND $4 = 0"), Some(about.author.0))
        }
        (Question::Repeats { what: Repeated::Text, .. }, _) => (
            count!("text_print = $1 AND ($3 = 0 OR group_id = $3) AND ($4 = 0 OR author_id = $4)"),
            about.text_print,
        ),
        (Question::Repeats { what: Repeated::Link, .. }, _) => (
            count!("link_print = $1 AND ($3 = 0 OR group_id = $3) AND ($4 = 0 OR author_id = $4)"),
            about.link_print,
        ),
    };
    let Some(key) = key else {
        return Ok(0);
    };
    let is_own = matches!(question, Question::Repeats { by: By::Author, .. });
    let author = if is_own { about.author.0 } else { 0 };
    let group = about.group.map_or(0, |group| group.0);
    let except = about.except.map_or(0, |except| except.0);
    let query = source.query(sql).bind(key).bind(since).bind(group).bind(author).bind(except);
    let (count,): (i64,) = query.bind(enough.max(0)).one().await?;
    Ok(count)
}

/// Notes what an entry says, so that repetitions are found.
pub async fn set_prints(
    tx: &mut Tx,
    entry: EntryId,
    text: Option<i64>,
    link: Option<i64>,
) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET text_print = $2, link_print = $3 WHERE id = $1")
        .bind(entry.0)
        .bind(text)
        .bind(link)
        .execute()
        .await?;
    Ok(())
}

/// Keeps an entry out of lists and off other servers' timelines, or no longer.
pub async fn set_limited(tx: &mut Tx, entry: EntryId, limited: bool) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET limited = $2 WHERE id = $1").bind(entry.0).bind(limited).execute().await?;
    Ok(())
}
