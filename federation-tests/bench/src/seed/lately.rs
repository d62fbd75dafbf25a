//! What came in within the last weeks: in threads of ten, by the authors of the history; each fiftieth was removed by a
//! moderator, each fortieth refused by a rule.

use guildhall_store::Db;

use super::history::{TEXT, analyze, now};

/// `at` milliseconds since 1970 for entry `n`, one each 20 seconds, the last of them now.
macro_rules! placed {
    ($($rest:literal),+) => {
        concat!(
            " WITH RECURSIVE seq(n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM seq WHERE n + 1 < $1),
              timed(n, at) AS (SELECT n, $2 - ($1 - n) * 20000 FROM seq),
              told(n, at, id) AS (SELECT n, at, (at - 1704067200000) * 4194304 + 7 FROM timed),
              shaped(n, at, id, post, author, state) AS (
                SELECT n, at, id, id - (n % 10) * 83886080000, (1000000 + (n * 31 + n / 1000) % $3) * 4194304,
                    CASE WHEN n % 50 = 49 THEN 'removed' WHEN n % 40 = 39 THEN 'refused' ELSE 'published' END
                FROM told) ",
            $($rest),+
        )
    };
}

const ENTRIES: &str = concat!(
    "INSERT INTO entries (id, ap_id, kind, group_id, author_id, thread_id, parent_id, depth, is_local, state, wire_type, title,
        content_html, excerpt, language, sensitive, published_at, created_at, last_activity_at)",
    placed!(
        "SELECT s.id, 'http://127.1.0.1/note/late' || n, CASE WHEN n % 10 = 0 THEN 'post' ELSE 'comment' END, g.id, author,
            post, CASE WHEN n % 10 = 0 THEN NULL ELSE post END, CASE WHEN n % 10 = 0 THEN 0 ELSE 1 END, false, state, 'Note',
            CASE WHEN n % 10 = 0 THEN 'What was said lately, number ' || n ELSE NULL END,
            '<p>' || n || ' ' || substr($4, 1, CAST(40 + n * 37 % 400 AS INTEGER)) || '</p>',
            substr($4, 1, 200), 'en', false, at, at, at
         FROM shaped s, actors g WHERE g.is_local AND g.kind = 'group' AND g.username = 'measured'"
    )
);

const DECISIONS: &str = concat!(
    "INSERT INTO decisions (id, group_id, action, entry_id, layer, rule, by_actor_id, created_at)",
    placed!(
        "SELECT s.id + CASE WHEN state = 'removed' THEN 4194304000000 ELSE 1 END, g.id,
            CASE WHEN state = 'removed' THEN 'remove' ELSE 'refuse' END, s.id,
            CASE WHEN state = 'removed' THEN 'moderator' ELSE 'rule' END,
            CASE WHEN state = 'removed' THEN NULL ELSE 'old' END, g.id,
            at + CASE WHEN state = 'removed' THEN 1000000 ELSE 0 END
         FROM shaped s, actors g
         WHERE state <> 'published' AND g.is_local AND g.kind = 'group' AND g.username = 'measured' AND $4 <> ''"
    )
);

/// Writes so many into the first group, by so many authors.
pub(crate) async fn lately(db: &Db, entries: i64, authors: i64) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    for statement in [ENTRIES, DECISIONS] {
        let query = tx.query(statement).bind(entries).bind(now()).bind(authors).bind(TEXT);
        query.slow().execute().await?;
    }
    tx.commit().await?;
    analyze(db).await
}
