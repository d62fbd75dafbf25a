//! The store in lines: one for each thing, with all of it that a test may care for.

use std::collections::HashMap;

use guildhall_domain::{ActorId, ApId, EntryId};
use guildhall_store::entry::{self, Entry};
use guildhall_store::{Db, actor, poll};

type Names = HashMap<i64, String>;

/// Everything, in a fixed order.
pub(super) async fn lines(db: &Db) -> Vec<String> {
    let names = names(db).await;
    let mut lines = received(db).await;
    lines.extend(actors(db).await);
    lines.extend(groups(db, &names).await);
    lines.extend(entries(db, &names).await);
    for (kind, sql) in LISTS {
        lines.extend(list(db, kind, sql).await);
    }
    lines
}

/// Things that are no more than what they are about: `(what, first, second, third)`.
const LISTS: &[(&str, &str)] = &[
    (
        "member",
        "SELECT a.ap_id, g.ap_id, m.state FROM memberships m JOIN actors a ON a.id = m.actor_id
         JOIN actors g ON g.id = m.group_id ORDER BY a.ap_id, g.ap_id",
    ),
    (
        "moderator",
        "SELECT a.ap_id, g.ap_id, '' FROM staff m JOIN actors a ON a.id = m.actor_id
         JOIN actors g ON g.id = m.group_id ORDER BY a.ap_id, g.ap_id",
    ),
    (
        "ban",
        "SELECT a.ap_id, coalesce(g.ap_id, 'the instance'),
                CASE WHEN s.banned_until = 9223372036854775807 THEN 'for ever' ELSE CAST(s.banned_until AS TEXT) END
         FROM standings s JOIN actors a ON a.id = s.actor_id LEFT JOIN actors g ON g.id = s.group_id
         WHERE s.banned_until IS NOT NULL ORDER BY a.ap_id, s.group_id",
    ),
    (
        "vote",
        "SELECT a.ap_id, e.ap_id, CAST(v.value AS TEXT) FROM votes v JOIN actors a ON a.id = v.actor_id
         JOIN entries e ON e.id = v.entry_id ORDER BY a.ap_id, e.ap_id",
    ),
    (
        "reaction",
        "SELECT a.ap_id, e.ap_id, r.emoji FROM reactions r JOIN actors a ON a.id = r.actor_id
         JOIN entries e ON e.id = r.entry_id ORDER BY a.ap_id, e.ap_id, r.emoji",
    ),
    (
        "report",
        "SELECT a.ap_id, coalesce(e.ap_id, '-') || ' ' || coalesce(p.ap_id, '-') || ' in ' || g.ap_id, f.text
         FROM reports f JOIN actors a ON a.id = f.reporter_id JOIN actors g ON g.id = f.group_id
         LEFT JOIN entries e ON e.id = f.entry_id LEFT JOIN actors p ON p.id = f.actor_id ORDER BY f.id",
    ),
    (
        "waiting",
        "SELECT q.kind || ' ' || coalesce(q.object_ap_id, '-'), a.ap_id, q.reason FROM queue_items q
         JOIN actors a ON a.id = q.actor_id WHERE q.decided_at IS NULL ORDER BY q.id",
    ),
    (
        "decision",
        "SELECT d.action, coalesce(e.ap_id, t.ap_id, '-') || ' by ' || coalesce(b.ap_id, d.layer),
            coalesce(d.reason, d.rule, '') FROM decisions d LEFT JOIN entries e ON e.id = d.entry_id
         LEFT JOIN actors t ON t.id = d.actor_id LEFT JOIN actors b ON b.id = d.by_actor_id ORDER BY d.id",
    ),
    (
        "subscribed",
        "SELECT s.inbox, g.ap_id, CAST(s.followers AS TEXT) FROM delivery_subscriptions s
         JOIN actors g ON g.id = s.group_id ORDER BY s.inbox, g.ap_id",
    ),
];

async fn list(db: &Db, kind: &str, sql: &'static str) -> Vec<String> {
    let rows: Vec<(String, String, String)> = db.query(sql).all().await.unwrap();
    rows.into_iter().map(|(a, b, c)| format!("{kind} {a} {b} {c}").trim_end().to_owned()).collect()
}

async fn names(db: &Db) -> Names {
    let rows: Vec<(i64, String)> = db.query("SELECT id, ap_id FROM actors").all().await.unwrap();
    rows.into_iter().collect()
}

async fn received(db: &Db) -> Vec<String> {
    type Row = (String, String, Option<String>, String, Option<String>, Option<String>);
    let rows: Vec<Row> = db
        .query("SELECT verb, ap_id, via_ap_id, state, outcome, reason FROM received_activities ORDER BY id")
        .all()
        .await
        .unwrap();
    let line = |(verb, id, via, state, outcome, reason): Row| {
        let via = via.map(|via| format!(" via {via}")).unwrap_or_default();
        let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{verb} {id}{via} {}{reason}", outcome.unwrap_or(state))
    };
    rows.into_iter().map(line).collect()
}

async fn actors(db: &Db) -> Vec<String> {
    let ids: Vec<(String,)> = db.query("SELECT ap_id FROM actors ORDER BY ap_id").all().await.unwrap();
    let mut lines = Vec::new();
    for (id,) in ids {
        let found = actor::find_by_ap_id(db, &ApId::new(id)).await.unwrap().unwrap();
        let gone = if found.deleted_at.is_some() { " deleted" } else { "" };
        let moved = found.moved_to.map(|to| format!(" moved to {to}")).unwrap_or_default();
        let (kind, name, host) = (found.kind, found.username, found.host);
        let shown = found.display_name.unwrap_or_default();
        lines.push(format!("{kind} {} @{name}@{host} {shown:?}{moved}{gone}", found.ap_id));
    }
    lines
}

async fn groups(db: &Db, names: &Names) -> Vec<String> {
    type Row = (i64, String, i64, i64, i64);
    let rows: Vec<Row> = db
        .query("SELECT id, title, member_count, post_count, comment_count FROM groups ORDER BY id")
        .all()
        .await
        .unwrap();
    let line = |(id, title, members, posts, comments): Row| {
        format!("in {} {title:?}: {members} members, {posts} posts, {comments} comments", names[&id])
    };
    rows.into_iter().map(line).collect()
}

async fn entries(db: &Db, names: &Names) -> Vec<String> {
    let ids: Vec<(i64,)> = db.query("SELECT id FROM entries ORDER BY id").all().await.unwrap();
    let mut lines = Vec::new();
    for (id,) in ids {
        let found = entry::find(db, EntryId(id)).await.unwrap().unwrap();
        let parent = match found.parent_id {
            Some(parent) => entry::find(db, parent).await.unwrap().map(|parent| parent.ap_id),
            None => None,
        };
        lines.push(entry_line(&found, parent.as_ref(), names));
        lines.extend(poll_line(db, &found).await);
    }
    lines
}

fn entry_line(entry: &Entry, parent: Option<&ApId>, names: &Names) -> String {
    let name = |actor: ActorId| names[&actor.0].as_str();
    let place = match parent {
        Some(parent) => format!("under {parent}"),
        None => format!("in {}", name(entry.group_id.actor())),
    };
    let mut line =
        format!("{} {} {} by {} {place}", entry.state, entry.wire_type, entry.ap_id, name(entry.author_id));
    let mut add = |text: String| line.push_str(&text);
    if let Some(title) = &entry.title {
        add(format!(" title {title:?}"));
    }
    add(format!(" text {:?}", entry.content_html));
    let facts = [
        ("source", entry.content_source.clone()),
        ("page", entry.page_url.clone()),
        ("link", entry.link_url.clone()),
        ("image", entry.image_url.clone()),
        ("language", entry.language.clone()),
        ("edited", entry.edited_at.map(|at| at.0.to_string())),
        ("because", entry.state_reason.clone()),
    ];
    for (name, fact) in facts {
        add(fact.map(|fact| format!(" {name} {fact:?}")).unwrap_or_default());
    }
    for (name, is_so) in
        [("sensitive", entry.sensitive), ("locked", entry.locked), ("featured", entry.featured)]
    {
        add(if is_so { format!(" {name}") } else { String::new() });
    }
    add(format!(" +{} -{} {} comments", entry.tally.up, entry.tally.down, entry.comment_count));
    line
}

async fn poll_line(db: &Db, entry: &Entry) -> Option<String> {
    let poll = poll::find(db, entry.id).await.unwrap()?;
    let closes = poll.closes_at.map(|at| format!(" until {}", at.0)).unwrap_or_default();
    Some(format!("poll of {} {:?} multiple {}{closes}", entry.ap_id, poll.options, poll.multiple))
}
