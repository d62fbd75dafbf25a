//! Copies of the first group: with its keys, its members and the inboxes that follow it.

use guildhall_store::Db;

use crate::subject::Thread;

/// `n` from 1 to `$1`, and the rows of a table that belong to the group `measured`.
macro_rules! copies_of {
    ($($from:literal),+) => {
        concat!(
            " WITH RECURSIVE seq(n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM seq WHERE n < $1),
              model(id) AS (SELECT id FROM actors WHERE is_local AND kind = 'group' AND username = 'measured') ",
            $($from),+
        )
    };
}

const STATEMENTS: [&str; 5] = [
    concat!(
        "INSERT INTO actors (id, ap_id, kind, is_local, username, username_key, host, display_name, summary_html, page_url,
            icon_url, inbox, shared_inbox, outbox, followers, moderators_url, featured_url, wall_url, also_known_as,
            created_at)",
        copies_of!(
            "SELECT n * 4194304, replace(a.ap_id, '/measured', '/copy' || n), a.kind, a.is_local, 'copy' || n, 'copy' || n,
                a.host, a.display_name, a.summary_html, replace(a.page_url, '/measured', '/copy' || n), a.icon_url,
                replace(a.inbox, '/measured', '/copy' || n), a.shared_inbox, replace(a.outbox, '/measured', '/copy' || n),
                replace(a.followers, '/measured', '/copy' || n), replace(a.moderators_url, '/measured', '/copy' || n),
                replace(a.featured_url, '/measured', '/copy' || n), replace(a.wall_url, '/measured', '/copy' || n),
                a.also_known_as, a.created_at
             FROM seq, model, actors a WHERE a.id = model.id"
        )
    ),
    concat!(
        "INSERT INTO groups (id, is_local, title, description_source, description_html, language, picture_url, admission,
            posting, review, member_count, created_at, updated_at)",
        copies_of!(
            "SELECT n * 4194304, g.is_local, g.title, g.description_source, g.description_html, g.language, g.picture_url,
                g.admission, g.posting, g.review, g.member_count, g.created_at, g.updated_at
             FROM seq, model, groups g WHERE g.id = model.id"
        )
    ),
    concat!(
        "INSERT INTO actor_keys (key_id, actor_id, algorithm, public_key, private_key, created_at)",
        copies_of!(
            "SELECT replace(k.key_id, '/measured', '/copy' || n), n * 4194304, k.algorithm, k.public_key, k.private_key,
                k.created_at
             FROM seq, model, actor_keys k WHERE k.actor_id = model.id"
        )
    ),
    concat!(
        "INSERT INTO memberships (group_id, actor_id, state, created_at, joined_at)",
        copies_of!(
            "SELECT n * 4194304, m.actor_id, m.state, m.created_at, m.joined_at
             FROM seq, model, memberships m WHERE m.group_id = model.id"
        )
    ),
    concat!(
        "INSERT INTO delivery_subscriptions (group_id, inbox, host, followers, since_seq)",
        copies_of!(
            "SELECT n * 4194304, s.inbox, s.host, s.followers, s.since_seq
             FROM seq, model, delivery_subscriptions s WHERE s.group_id = model.id"
        )
    ),
];

/// One post in each copy, like the one in the first group.
const POSTS: &str = concat!(
    "INSERT INTO entries (id, ap_id, kind, group_id, author_id, thread_id, depth, is_local, state, wire_type, title,
        content_html, content_source, excerpt, page_url, language, sensitive, published_at, created_at, last_activity_at)",
    copies_of!(
        "SELECT (2000000 + n) * 4194304,
            replace(e.ap_id, CAST(e.id AS TEXT), CAST((2000000 + n) * 4194304 AS TEXT)), e.kind, n * 4194304, e.author_id,
            (2000000 + n) * 4194304, 0, e.is_local, e.state, e.wire_type, e.title, e.content_html, e.content_source,
            e.excerpt, replace(e.page_url, CAST(e.id AS TEXT), CAST((2000000 + n) * 4194304 AS TEXT)), e.language,
            e.sensitive, e.published_at, e.created_at, e.created_at
         FROM seq, model, entries e WHERE e.group_id = model.id AND e.kind = 'post'"
    )
);

/// So many copies of the group, as it is now, `copy1` and on, without its entries.
pub(super) async fn bare_copies(db: &Db, count: i64) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    for statement in STATEMENTS {
        tx.query(statement).bind(count).slow().execute().await?;
    }
    tx.commit().await?;
    Ok(())
}

/// So many copies of the group, each with one post, like its own.
pub(crate) async fn copies(db: &Db, count: i64) -> anyhow::Result<()> {
    bare_copies(db, count).await?;
    let mut tx = db.begin().await?;
    tx.query(POSTS).bind(count).slow().execute().await?;
    tx.query("UPDATE groups SET post_count = 1 WHERE id < 4194304000000").slow().execute().await?;
    tx.commit().await?;
    super::history::analyze(db).await
}

/// The one thread of each copy.
pub(crate) async fn threads_of_copies(db: &Db) -> anyhow::Result<Vec<Thread>> {
    let rows: Vec<(String, String)> = db
        .query(
            "SELECT a.ap_id, e.ap_id FROM actors a JOIN entries e ON e.group_id = a.id AND e.kind = 'post'
             WHERE a.is_local AND a.id < 4194304000000 ORDER BY a.id",
        )
        .slow()
        .all()
        .await?;
    Ok(rows.into_iter().map(|(group, post)| Thread { group, post }).collect())
}
