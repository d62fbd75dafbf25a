//! What has to be in the database.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use guildhall_store::Db;

use crate::{here::WrittenHere, there::WrittenThere, world::Shared};

/// Everything that was taken in has its outcome, and everything that happened is on the log.
pub(crate) async fn nothing_waits(store: &Db) -> anyhow::Result<()> {
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

/// Every comment is there once, as it was left; votes and memberships are the last ones.
pub(crate) async fn is_as_written(
    store: &Db,
    shared: &Shared,
    here: &[WrittenHere],
    there: &[WrittenThere],
) -> anyhow::Result<()> {
    let comments = Comments::read(store).await?;
    for note in there.iter().flat_map(|written| &written.notes) {
        comments.has_once(&note.ap_id, &note.label, note.last_text(), note.is_deleted)?;
    }
    for comment in here.iter().flat_map(|written| &written.comments) {
        comments.has_once(&comment.ap_id, &comment.label, comment.last_text(), comment.is_deleted)?;
    }
    for text in here.iter().flat_map(|written| &written.doubtful) {
        ensure!(comments.count(text) <= 1, "{text}: {} times", comments.count(text));
    }
    outcomes(store, there).await?;
    votes(store, shared, there).await?;
    members(store, there).await
}

/// Rows of the comments: id, state, text.
struct Comments(Vec<(String, String, String)>);

impl Comments {
    async fn read(store: &Db) -> anyhow::Result<Self> {
        Ok(Self(
            store
                .query("SELECT ap_id, state, content_html FROM entries WHERE kind = 'comment'")
                .all()
                .await?,
        ))
    }

    fn count(&self, text: &str) -> usize {
        self.0.iter().filter(|(_, _, content)| content.contains(text)).count()
    }

    fn has_once(&self, ap_id: &str, label: &str, text: &str, is_deleted: bool) -> anyhow::Result<()> {
        let (_, state, content) =
            self.0.iter().find(|(id, ..)| id == ap_id).with_context(|| format!("{ap_id} is lost"))?;
        if is_deleted {
            ensure!(state == "deleted", "{ap_id} is {state} though it was deleted");
            return Ok(());
        }
        let found = content.trim().trim_start_matches("<p>").trim_end_matches("</p>");
        ensure!(state == "published" && found == text, "{ap_id}: {state} {found}, not {text}");
        ensure!(self.count(label) == 1, "{label}: {} times", self.count(label));
        Ok(())
    }
}

/// Every activity that was answered with 202 was kept and has been applied.
async fn outcomes(store: &Db, there: &[WrittenThere]) -> anyhow::Result<()> {
    let rows: Vec<(String, Option<String>, Option<String>)> =
        store.query("SELECT ap_id, outcome, reason FROM received_activities").all().await?;
    let known: HashMap<&str, (Option<&str>, Option<&str>)> = rows
        .iter()
        .map(|(id, outcome, reason)| (id.as_str(), (outcome.as_deref(), reason.as_deref())))
        .collect();
    for id in there.iter().flat_map(|written| &written.ids) {
        let outcome = known.get(id.as_str()).with_context(|| format!("{id} was answered and is lost"))?;
        ensure!(outcome.0 == Some("applied"), "{id}: {outcome:?}");
    }
    Ok(())
}

async fn votes(store: &Db, shared: &Shared, there: &[WrittenThere]) -> anyhow::Result<()> {
    let rows: Vec<(String, String, i64)> = store
        .query(
            "SELECT e.ap_id, a.ap_id, v.value FROM votes v
             JOIN entries e ON e.id = v.entry_id JOIN actors a ON a.id = v.actor_id",
        )
        .all()
        .await?;
    for written in there {
        for vote in &written.votes {
            let post = &shared.posts[vote.post].ap_id;
            let found = rows.iter().find(|(entry, actor, _)| entry == post && *actor == written.actor);
            let found = found.map_or(0, |(.., value)| *value);
            ensure!(found == vote.value, "{} on {post}: {found}, not {}", written.actor, vote.value);
        }
    }
    Ok(())
}

async fn members(store: &Db, there: &[WrittenThere]) -> anyhow::Result<()> {
    let rows: Vec<(String,)> = store
        .query(
            "SELECT a.ap_id FROM memberships m JOIN actors a ON a.id = m.actor_id WHERE m.state = 'member'",
        )
        .all()
        .await?;
    for written in there {
        let is_member = rows.iter().any(|(actor,)| *actor == written.actor);
        ensure!(is_member == written.follow.is_some(), "{}: {is_member}", written.actor);
    }
    Ok(())
}

/// No activity had its effect twice.
pub(crate) async fn had_no_effect_twice(store: &Db) -> anyhow::Result<()> {
    let doubled: Vec<(i64, String, i64)> = store
        .query(
            "SELECT received_id, kind, count(*) FROM events WHERE received_id IS NOT NULL
             GROUP BY received_id, kind HAVING count(*) > 1",
        )
        .all()
        .await?;
    ensure!(doubled.is_empty(), "events of one activity: {doubled:?}");
    Ok(())
}
