//! The past of a server: authors elsewhere, threads of all lengths, votes, and the activities of the last month.
//!
//! In each thousand of entries: one thread of 500 comments, 2 of 100, 8 of 20, 16 of 5, and 33 posts without any. Half of
//! them are in the first group, the others in its copies.

use guildhall_store::{Db, db::Sql};

use super::groups;
use crate::peers::Peers;

/// How much has been.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    /// Posts and comments.
    pub(crate) entries: i64,
    /// The number of the first of them.
    pub(crate) after: i64,
    /// Posts alone, nobody answers.
    pub(crate) flat: bool,
    /// Copies of the first group.
    pub(crate) groups: i64,
    /// Persons elsewhere, all members of the first group.
    pub(crate) authors: i64,
    /// Their servers, which must be followers of it.
    pub(crate) hosts: i64,
    /// The port of all of these.
    pub(crate) port: i64,
}

impl History {
    /// As it is with so many entries, by authors on these servers.
    pub(crate) fn of(entries: i64, peers: &Peers) -> Self {
        Self {
            entries,
            after: 0,
            flat: false,
            groups: (entries / 1_000).clamp(5, 1_000),
            authors: (entries / 50).clamp(100, 20_000),
            hosts: i64::try_from(peers.count()).unwrap_or(1),
            port: i64::from(peers.port()),
        }
    }
}

const AUTHORS: &str = "
    INSERT INTO actors (id, ap_id, kind, is_local, username, username_key, host, display_name, inbox, shared_inbox,
        also_known_as, remote_updated_at, fetched_at, created_at)
    WITH RECURSIVE seq(n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM seq WHERE n + 1 < $1),
    placed(n, host) AS (SELECT n, '127.1.0.' || (n % $2 + 1) || ':' || $3 FROM seq)
    SELECT (1000000 + n) * 4194304, 'http://' || p.host || '/u/past' || n, 'person', false, 'past' || n, 'past' || n, p.host,
        'Author ' || n, 'http://' || p.host || '/inbox', 'http://' || p.host || '/inbox', a.also_known_as, NULL,
        a.created_at, a.created_at
    FROM placed p, actors a WHERE a.is_local AND a.kind = 'group' AND a.username = 'measured'
    ON CONFLICT DO NOTHING";

const MEMBERSHIPS: &str = "
    INSERT INTO memberships (group_id, actor_id, state, created_at, joined_at)
    SELECT g.id, a.id, 'member', a.created_at, a.created_at
    FROM actors g, actors a
    WHERE g.is_local AND g.kind = 'group' AND g.username = 'measured' AND NOT a.is_local AND a.username LIKE 'past%'
    ON CONFLICT DO NOTHING";

const FOLLOWERS: &str = "
    UPDATE delivery_subscriptions SET followers = c.members
    FROM (SELECT m.group_id, a.shared_inbox AS inbox, count(*) AS members FROM memberships m
          JOIN actors a ON a.id = m.actor_id WHERE m.state = 'member' AND NOT a.is_local
          GROUP BY m.group_id, a.shared_inbox) c
    WHERE c.group_id = delivery_subscriptions.group_id AND c.inbox = delivery_subscriptions.inbox";

const GROUP_COUNTS: &str = "
    UPDATE groups SET
        member_count = (SELECT count(*) FROM memberships m WHERE m.group_id = groups.id AND m.state = 'member'),
        post_count = (SELECT count(*) FROM entries e WHERE e.group_id = groups.id AND e.kind = 'post'),
        comment_count = (SELECT count(*) FROM entries e WHERE e.group_id = groups.id AND e.kind = 'comment')";

/// Entry `n` from `$1` to before `$2`: `k` is its place in the thread that `post` starts and that has `length` entries,
/// `a` its author's number. `$3`: whether all are posts.
macro_rules! entries {
    ($($rest:literal),+) => {
        concat!(
            " WITH RECURSIVE seq(n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM seq WHERE n + 1 < $2),
              placed(n, p) AS (SELECT n, CASE WHEN $3 = 1 THEN 999 ELSE n % 1000 END FROM seq),
              shaped(n, k, length) AS (
                SELECT n,
                    CASE WHEN p < 501 THEN p WHEN p < 703 THEN (p - 501) % 101 WHEN p < 871 THEN (p - 703) % 21
                         WHEN p < 967 THEN (p - 871) % 6 ELSE 0 END,
                    CASE WHEN p < 501 THEN 501 WHEN p < 703 THEN 101 WHEN p < 871 THEN 21 WHEN p < 967 THEN 6 ELSE 1 END
                FROM placed),
              told(n, k, length, post, id, at, a) AS (
                SELECT n, k, length, (10000000 + (n - k) * 60000) * 4194304, (10000000 + n * 60000) * 4194304,
                    1704077200000 + n * 60000, (n * 31 + n / 1000) % $4
                FROM shaped) ",
            $($rest),+
        )
    };
}

const ENTRIES: &str = concat!(
    "INSERT INTO entries (id, ap_id, kind, group_id, author_id, thread_id, parent_id, depth, is_local, state, wire_type, title,
        content_html, excerpt, page_url, language, sensitive, up, down, score, comment_count, published_at, created_at,
        last_activity_at)",
    entries!(
        "SELECT t.id, 'http://127.1.0.' || (a % $5 + 1) || ':' || $6 || '/note/past' || n,
            CASE WHEN k = 0 THEN 'post' ELSE 'comment' END,
            CASE WHEN $7 = 0 OR (n / 1000) % 2 = 0 THEN g.id ELSE (n / 2000 % $7 + 1) * 4194304 END,
            (1000000 + a) * 4194304, post,
            CASE WHEN k = 0 THEN NULL WHEN (k - 1) % 3 = 0 THEN post ELSE t.id - 251658240000 END,
            CASE WHEN k = 0 THEN 0 ELSE (k - 1) % 3 + 1 END,
            false, 'published', CASE WHEN k = 0 THEN 'Page' ELSE 'Note' END,
            CASE WHEN k = 0 THEN 'What was said in the thread with the number ' || n ELSE NULL END,
            '<p>' || substr($8, 1, CAST(40 + n * 37 % 400 AS INTEGER)) || '</p>',
            substr($8, 1, CAST(40 + n * 37 % 250 AS INTEGER)),
            'http://127.1.0.' || (a % $5 + 1) || ':' || $6 || '/@past/' || n, 'en', false,
            n % 4, CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END, n % 4 - CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END,
            CASE WHEN k = 0 THEN length - 1 WHEN (k - 1) % 3 <> 2 AND k + 1 < length THEN 1 ELSE 0 END,
            at, at, CASE WHEN k = 0 THEN at + (length - 1) * 60000 ELSE at END
         FROM told t, actors g WHERE g.is_local AND g.kind = 'group' AND g.username = 'measured'"
    )
);

const VOTES: &str = concat!(
    "INSERT INTO votes (entry_id, actor_id, value, created_at)",
    entries!(
        "SELECT t.id, (1000000 + (n * 7 + j.number) % $4) * 4194304, j.value, at
         FROM told t JOIN (SELECT 0 AS number, 1 AS value UNION ALL SELECT 1, 1 UNION ALL SELECT 2, 1
                           UNION ALL SELECT 5, -1) j
            ON (j.value = 1 AND j.number < n % 4) OR (j.value = -1 AND n % 10 = 0)"
    )
);

/// The activities that brought some of the entries, each twentieth, as if all within the last month: the server forgets
/// those older than 35 days.
macro_rules! received {
    ($body:literal) => {
        concat!(
            "INSERT INTO received_activities (id, ap_id, actor_ap_id, host, verb, body, state, outcome, due_at, received_at,
                finished_at)",
            entries!(
                ", brought(id, n, a, host, at, text) AS (
                    SELECT id, n, a, '127.1.0.' || (a % $5 + 1) || ':' || $6, $7 - n * 1000 % 2592000000, $8
                    FROM told WHERE n % 20 = 0)
                 SELECT b.id + 1, 'http://' || host || '/create/past' || n, 'http://' || host || '/u/past' || a, host, 'Create', ",
                $body,
                ", 'done', 'applied', at, at, at FROM brought b"
            )
        )
    };
}

const RECEIVED_SQLITE: &str = received!("CAST(b.text AS BLOB)");
const RECEIVED_POSTGRES: &str = received!("convert_to(b.text, 'UTF8')");

/// Writes it all, with numbers that agree.
pub(crate) async fn history(db: &Db, past: &History) -> anyhow::Result<()> {
    if past.groups > 0 {
        groups::bare_copies(db, past.groups).await?;
    }
    let mut tx = db.begin().await?;
    let port = past.port.to_string();
    let authors = tx.query(AUTHORS).bind(past.authors).bind(past.hosts).bind(port.as_str());
    authors.slow().execute().await?;
    tx.query(MEMBERSHIPS).slow().execute().await?;
    let (first, end) = (past.after, past.after + past.entries);
    let entries = tx.query(ENTRIES).bind(first).bind(end).bind(i64::from(past.flat)).bind(past.authors);
    let entries = entries.bind(past.hosts).bind(port.as_str()).bind(past.groups).bind(TEXT);
    entries.slow().execute().await?;
    let votes = tx.query(VOTES).bind(first).bind(end).bind(i64::from(past.flat)).bind(past.authors);
    votes.slow().execute().await?;
    let received = Sql { sqlite: RECEIVED_SQLITE, postgres: RECEIVED_POSTGRES };
    let received = tx.query(received).bind(first).bind(end).bind(i64::from(past.flat)).bind(past.authors);
    let received = received.bind(past.hosts).bind(port.as_str()).bind(now()).bind(TEXT);
    received.slow().execute().await?;
    for statement in [FOLLOWERS, GROUP_COUNTS] {
        tx.query(statement).slow().execute().await?;
    }
    tx.commit().await?;
    analyze(db).await
}

/// What PostgreSQL does by itself some time later.
pub(super) async fn analyze(db: &Db) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    tx.query(Sql { sqlite: "SELECT 1", postgres: "ANALYZE" }).slow().execute().await?;
    tx.commit().await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "what is older than a month would be deleted")]
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// What all entries say a part of.
pub(crate) const TEXT: &str = "It has been a dry spring so far, and the beans came up late; those under glass did better than the \
    ones outside, which the snails found before we did. Next year the bed by the wall will be for tomatoes, since \
    it is the only one that keeps warm at night. Does anybody know whether the old sort still does well there, or is \
    there a better one by now? Seeds can be had at the market on Saturday, from the stand beside the fountain, and \
    whoever comes early may choose.";
