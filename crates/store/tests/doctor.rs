//! The checks of what is kept: each thing is broken by hand, found, and where that can be done set right.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

use std::time::Duration;

use guildhall_domain::{GroupId, Timestamp};
use guildhall_store::db::Sql;
use guildhall_store::delivery::subscription;
use guildhall_store::doctor::{self, Broken, Counter, Waiting};
use guildhall_store::testing::on_both_engines;
use guildhall_store::{Db, Tx};

const NOW: Timestamp = Timestamp(1_767_225_600_000);
const GROUP: i64 = 10;
const POST: i64 = 20;
const COMMENT: i64 = 21;
const ANSWER: i64 = 22;
const INBOX: &str = "https://a.example/inbox";

/// A group with three members (two elsewhere, behind one inbox), a post, a comment and its answer, and two votes.
async fn fill(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    insert_actor(&mut tx, GROUP, "group", true).await;
    run(
        &mut tx,
        "INSERT INTO groups (id, is_local, title, description_source, description_html, admission, posting, review,
            member_count, post_count, comment_count, created_at, updated_at)
         VALUES (10, true, '', '', '', 'open', 'everyone', 'none', 3, 1, 2, 0, 0)",
    )
    .await;
    for (id, is_local) in [(1, true), (2, false), (3, false)] {
        insert_actor(&mut tx, id, "person", is_local).await;
        join(&mut tx, id, "member").await;
    }
    // Does not count.
    insert_actor(&mut tx, 4, "person", false).await;
    join(&mut tx, 4, "pending").await;
    for _ in 0..2 {
        subscription::add(&mut tx, GroupId(GROUP), INBOX, NOW).await.unwrap();
    }
    insert_entry(&mut tx, POST, None, 2, (1, 1, 0)).await;
    insert_entry(&mut tx, COMMENT, Some(POST), 1, (0, 0, 0)).await;
    insert_entry(&mut tx, ANSWER, Some(COMMENT), 0, (0, 0, 0)).await;
    run(
        &mut tx,
        "INSERT INTO votes (entry_id, actor_id, value, created_at) VALUES (20, 2, 1, 0), (20, 3, -1, 0)",
    )
    .await;
    tx.commit().await.unwrap();
}

async fn insert_actor(tx: &mut Tx, id: i64, kind: &str, is_local: bool) {
    let host = if is_local { "here.example" } else { "a.example" };
    let url = format!("https://{host}/actors/{id}");
    tx.query(
        "INSERT INTO actors (id, ap_id, kind, is_local, username, username_key, host, inbox, shared_inbox,
            also_known_as, created_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $2, $7, $8, 0)",
    )
    .bind(id)
    .bind(url.as_str())
    .bind(kind)
    .bind(is_local)
    .bind(format!("a{id}"))
    .bind(host)
    .bind((!is_local).then_some(INBOX))
    .bind(serde_json::json!([]))
    .execute()
    .await
    .unwrap();
    tx.query(
        "INSERT INTO actor_keys (key_id, actor_id, algorithm, public_key, private_key, created_at)
         VALUES ($1, $2, 'ed25519', $3, $3, 0)",
    )
    .bind(format!("{url}#key"))
    .bind(id)
    .bind(vec![0_u8, 1, 255])
    .execute()
    .await
    .unwrap();
}

async fn join(tx: &mut Tx, actor: i64, state: &str) {
    tx.query("INSERT INTO memberships (group_id, actor_id, state, created_at) VALUES ($1, $2, $3, 0)")
        .bind(GROUP)
        .bind(actor)
        .bind(state)
        .execute()
        .await
        .unwrap();
}

async fn insert_entry(
    tx: &mut Tx,
    id: i64,
    parent: Option<i64>,
    comments: i64,
    (up, down, score): (i64, i64, i64),
) {
    tx.query(
        "INSERT INTO entries (id, ap_id, kind, group_id, author_id, thread_id, parent_id, depth, is_local, state,
            wire_type, content_html, excerpt, sensitive, up, down, score, comment_count, published_at, created_at,
            last_activity_at)
         VALUES ($1, $2, $3, 10, 1, 20, $4, 0, true, 'published', 'Page', '', '', false, $5, $6, $7, $8, 0, 0, 0)",
    )
    .bind(id)
    .bind(format!("https://here.example/entries/{id}"))
    .bind(if parent.is_none() { "post" } else { "comment" })
    .bind(parent)
    .bind(up)
    .bind(down)
    .bind(score)
    .bind(comments)
    .execute()
    .await
    .unwrap();
}

async fn run(tx: &mut Tx, sql: &'static str) {
    tx.query(sql).execute().await.unwrap();
}

async fn change(db: &Db, sql: &'static str) {
    let mut tx = db.begin().await.unwrap();
    run(&mut tx, sql).await;
    tx.commit().await.unwrap();
}

async fn wrong(db: &Db) -> Vec<(Counter, Vec<i64>)> {
    let mut found = Vec::new();
    for counter in Counter::ALL {
        let wrong = doctor::list_wrong(db, counter, 0, 10).await.unwrap();
        assert_eq!(wrong.rows, wrong.ids.len() as u64);
        if wrong.rows > 0 {
            found.push((counter, wrong.ids));
        }
    }
    found
}

/// Breaks something, looks whether it is found, and whether repairing brings back what was there.
async fn breaks(db: &Db, sql: &'static str, expected: &[(Counter, &[i64])]) {
    let before = numbers(db).await;
    change(db, sql).await;
    let expected: Vec<(Counter, Vec<i64>)> =
        expected.iter().map(|(counter, ids)| (*counter, ids.to_vec())).collect();
    assert_eq!(wrong(db).await, expected, "{sql}");
    for (counter, ids) in expected {
        assert_eq!(doctor::repair_counters(db, counter, NOW).await.unwrap(), ids.len() as u64, "{sql}");
    }
    assert_eq!(wrong(db).await, [], "{sql}");
    assert_eq!(numbers(db).await, before, "{sql}");
}

type Numbers = (Vec<(i64, i64, i64)>, Vec<(i64, i64, i64, i64)>, Vec<(String, String, i64)>);

async fn numbers(db: &Db) -> Numbers {
    (
        db.query("SELECT member_count, post_count, comment_count FROM groups ORDER BY id")
            .all()
            .await
            .unwrap(),
        db.query("SELECT up, down, score, comment_count FROM entries ORDER BY id").all().await.unwrap(),
        db.query("SELECT inbox, host, followers FROM delivery_subscriptions ORDER BY inbox")
            .all()
            .await
            .unwrap(),
    )
}

on_both_engines! {
    async fn a_sound_instance_has_no_findings(db: Db) {
        assert_eq!(doctor::list_damage(&db).await.unwrap(), [""; 0]);
        assert_eq!(wrong(&db).await, []);
        fill(&db).await;
        assert_eq!(doctor::list_damage(&db).await.unwrap(), [""; 0]);
        assert_eq!(wrong(&db).await, []);
        assert_eq!(doctor::list_broken(&db).await.unwrap(), []);
        assert_eq!(doctor::list_unfinished_migrations(&db).await.unwrap(), [0; 0]);
        assert_eq!(doctor::list_versions(&db).await.unwrap()[0], 1);
    }

    async fn wrong_numbers_of_groups_are_found_and_counted_again(db: Db) {
        fill(&db).await;
        breaks(&db, "UPDATE groups SET member_count = 4", &[(Counter::Members, &[GROUP])]).await;
        breaks(&db, "UPDATE groups SET post_count = 0", &[(Counter::GroupEntries, &[GROUP])]).await;
        breaks(&db, "UPDATE groups SET comment_count = -1", &[(Counter::GroupEntries, &[GROUP])]).await;
    }

    async fn wrong_numbers_of_entries_are_found_and_counted_again(db: Db) {
        fill(&db).await;
        breaks(&db, "UPDATE entries SET up = up + 1", &[(Counter::Votes, &[POST, COMMENT, ANSWER])]).await;
        breaks(&db, "UPDATE entries SET down = 0 WHERE id = 20", &[(Counter::Votes, &[POST])]).await;
        breaks(&db, "UPDATE entries SET score = 9 WHERE id = 21", &[(Counter::Votes, &[COMMENT])]).await;
        let both = [(Counter::Comments, &[POST, COMMENT][..])];
        breaks(&db, "UPDATE entries SET comment_count = 7 WHERE id < 22", &both).await;
    }

    async fn what_is_not_published_does_not_count(db: Db) {
        fill(&db).await;
        change(&db, "UPDATE entries SET state = 'removed' WHERE id = 22").await;
        let found = [(Counter::GroupEntries, vec![GROUP]), (Counter::Comments, vec![POST, COMMENT])];
        assert_eq!(wrong(&db).await, found);
    }

    async fn wrong_subscriptions_are_found_and_made_anew(db: Db) {
        fill(&db).await;
        let wrong = [(Counter::Followers, &[GROUP][..])];
        breaks(&db, "UPDATE delivery_subscriptions SET followers = 1", &wrong).await;
        breaks(&db, "DELETE FROM delivery_subscriptions", &wrong).await;
        let left_behind = "INSERT INTO delivery_subscriptions (group_id, inbox, host, followers, since_seq)
                           VALUES (10, 'https://gone.example/inbox', 'gone.example', 1, 0)";
        breaks(&db, left_behind, &wrong).await;
    }

    async fn an_inbox_that_took_anothers_place_misses_nothing(db: Db) {
        fill(&db).await;
        change(&db, "UPDATE delivery_subscriptions SET since_seq = -5").await;
        change(&db, "UPDATE actors SET shared_inbox = NULL WHERE id = 3").await;
        doctor::repair_counters(&db, Counter::Followers, NOW).await.unwrap();
        let rows: Vec<(String, i64, i64)> = db
            .query("SELECT inbox, followers, since_seq FROM delivery_subscriptions ORDER BY inbox")
            .all()
            .await
            .unwrap();
        assert_eq!(rows, [("https://a.example/actors/3".into(), 1, -5), (INBOX.into(), 1, -5)]);
    }

    async fn many_wrong_rows_are_set_right_in_several_transactions(db: Db) {
        fill(&db).await;
        let mut tx = db.begin().await.unwrap();
        for id in 1000..1450 {
            insert_entry(&mut tx, id, Some(POST), 0, (5, 0, 5)).await;
        }
        tx.commit().await.unwrap();
        let wrong = doctor::list_wrong(&db, Counter::Votes, 0, 5).await.unwrap();
        assert_eq!((wrong.rows, wrong.ids.len()), (450, 5));
        assert_eq!(doctor::repair_counters(&db, Counter::Votes, NOW).await.unwrap(), 450);
        assert_eq!(doctor::list_wrong(&db, Counter::Votes, 0, 5).await.unwrap().rows, 0);
    }

    async fn a_repair_waits_for_votes_that_are_being_counted(db: Db) {
        fill(&db).await;
        change(&db, "UPDATE entries SET up = up + 9 WHERE id = 20").await;
        let mut tx = db.begin().await.unwrap();
        run(&mut tx, "INSERT INTO votes (entry_id, actor_id, value, created_at) VALUES (20, 1, 1, 0)").await;
        run(&mut tx, "UPDATE entries SET up = up + 1, score = score + 1 WHERE id = 20").await;
        let voter = backend(&mut tx).await;
        let repair = tokio::spawn({
            let db = db.clone();
            async move { doctor::repair_counters(&db, Counter::Votes, NOW).await }
        });
        until_blocked(&db, voter).await;
        tx.commit().await.unwrap();
        assert_eq!(repair.await.unwrap().unwrap(), 1);
        assert_eq!(wrong(&db).await, []);
        assert_eq!(numbers(&db).await.1[0], (2, 1, 1, 2));
    }

    async fn references_that_lead_nowhere_are_found(db: Db) {
        fill(&db).await;
        change(&db, "UPDATE entries SET thread_id = 99 WHERE id = 22").await;
        change(&db, "UPDATE actor_keys SET private_key = NULL WHERE actor_id = 1").await;
        change(&db, "DELETE FROM delivery_hosts").await;
        let rows: Vec<u64> = doctor::list_broken(&db).await.unwrap().iter().map(|Broken { rows, .. }| *rows).collect();
        assert_eq!(rows, [1, 1, 1]);
    }

    async fn what_a_torn_copy_lacks_is_found(db: Db) {
        fill(&db).await;
        change(&db, "UPDATE delivery_hosts SET cursor = 7").await;
        change(&db, "INSERT INTO events (id, kind, entry_id, received_id, created_at) VALUES (1, 'voted', 99, 98, 0)").await;
        change(
            &db,
            "INSERT INTO decisions (id, action, entry_id, layer, created_at) VALUES (1, 'removed', 99, 'group', 0)",
        )
        .await;
        let mut tx = db.begin().await.unwrap();
        let waits = tx.query(
            "INSERT INTO received_activities (id, ap_id, actor_ap_id, host, verb, body, state, due_at, waits_for,
                received_at) VALUES (1, 'https://a.example/1', '', '', 'Like', $1, 'queued', 0, 99, 0)",
        );
        waits.bind(vec![0_u8]).execute().await.unwrap();
        tx.commit().await.unwrap();
        let rows: Vec<u64> = doctor::list_broken(&db).await.unwrap().iter().map(|Broken { rows, .. }| *rows).collect();
        assert_eq!(rows, [1, 1, 1, 1, 1]);
    }

    async fn what_should_have_moved_on_is_found(db: Db) {
        let hour = Duration::from_hours(1);
        let insert = "INSERT INTO received_activities (id, ap_id, actor_ap_id, host, verb, body, state, due_at,
            received_at) VALUES ($1, $2, '', '', 'Follow', $3, $4, $5, $6)";
        let mut tx = db.begin().await.unwrap();
        let rows = [
            (1, "queued", NOW.plus(hour), NOW.minus(5 * hour)),
            (2, "queued", NOW.minus(2 * hour), NOW.minus(2 * hour)),
            (3, "queued", NOW, NOW),
            (4, "done", NOW.minus(9 * hour), NOW.minus(9 * hour)),
        ];
        for (id, state, due, received) in rows {
            let query = tx.query(insert).bind(id).bind(format!("https://a.example/{id}")).bind(vec![0_u8]);
            query.bind(state).bind(due.0).bind(received.0).execute().await.unwrap();
        }
        for (id, at) in [(1, NOW.minus(hour)), (2, NOW)] {
            let query = tx.query("INSERT INTO events (id, kind, created_at) VALUES ($1, 'left', $2)");
            query.bind(id).bind(at.0).execute().await.unwrap();
        }
        run(&mut tx, "INSERT INTO delivery_hosts (host, cursor, state) VALUES ('b.example', 0, 'dead'),
            ('a.example', 0, 'active'), ('c.example', 0, 'dead')").await;
        tx.commit().await.unwrap();

        let before = NOW.minus(hour);
        let overdue = doctor::count_overdue_received(&db, before, NOW).await.unwrap();
        assert_eq!(overdue, Waiting { rows: 1, since: Some(NOW.minus(2 * hour)) });
        let waiting = doctor::count_waiting_received(&db, before, NOW).await.unwrap();
        assert_eq!(waiting, Waiting { rows: 1, since: Some(NOW.minus(5 * hour)) });
        let events = doctor::count_unpublished(&db, NOW).await.unwrap();
        assert_eq!(events, Waiting { rows: 1, since: Some(NOW.minus(hour)) });
        assert_eq!(doctor::list_dead_hosts(&db).await.unwrap(), ["b.example", "c.example"]);
    }

    async fn ids_of_another_address_are_found(db: Db) {
        fill(&db).await;
        let found = |base: &'static str| { let db = db.clone(); async move { doctor::find_foreign_ids(&db, base).await.unwrap() } };
        assert_eq!(found("https://here.example").await, None);
        let foreign = found("https://here.example.org").await.unwrap();
        assert_eq!((foreign.actors, foreign.example.as_str()), (2, "https://here.example/actors/1"));
    }

    async fn migrations_of_a_later_program_are_listed(db: Db) {
        change(&db, "UPDATE _sqlx_migrations SET version = 9000").await;
        assert_eq!(doctor::list_versions(&db).await.unwrap(), [9000]);
        change(&db, "UPDATE _sqlx_migrations SET success = false").await;
        assert_eq!(doctor::list_unfinished_migrations(&db).await.unwrap(), [9000]);
    }
}

/// The process of the server that serves `tx`; 0 on SQLite.
async fn backend(tx: &mut Tx) -> i64 {
    let pid = Sql { sqlite: "SELECT 0", postgres: "SELECT CAST(pg_backend_pid() AS BIGINT)" };
    tx.query(pid).one::<(i64,)>().await.unwrap().0
}

/// Waits until somebody waits for `backend`. On SQLite all writers wait for the one that has the connection.
async fn until_blocked(db: &Db, backend: i64) {
    let blocked = Sql {
        sqlite: "SELECT count(*) FROM votes WHERE $1 = 0",
        postgres: "SELECT count(*) FROM pg_stat_activity WHERE CAST($1 AS INT) = ANY(pg_blocking_pids(pid))",
    };
    for _ in 0..10_000 {
        let (count,): (i64,) = db.query(blocked).bind(backend).one().await.unwrap();
        if count > 0 {
            return;
        }
    }
    panic!("nobody waits for {backend}");
}

mod damage {
    use guildhall_store::db::{Db, Engine};
    use guildhall_store::testing::{Given as _, Place, TestDb, wants};
    use std::os::unix::fs::FileExt as _;

    use super::{change, doctor, fill};

    #[tokio::test]
    async fn rows_of_sqlite_that_refer_to_nothing_are_found() {
        let test = TestDb::new(Engine::Sqlite).await;
        fill(&test).await;
        let connection = rusqlite::Connection::open(test.url().path().unwrap()).unwrap();
        connection.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM actors WHERE id = 4").unwrap();
        let expected = [
            "1 rows of actor_keys refer to rows of actors that are not there",
            "1 rows of memberships refer to rows of actors that are not there",
        ];
        assert_eq!(doctor::list_damage(&test).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn a_page_of_sqlite_that_was_overwritten_is_found() {
        let place = Place::new(Engine::Sqlite).await;
        let db = Db::given(&place).await;
        fill(&db).await;
        let (page, size): (i64, i64) = db
            .query("SELECT rootpage, page_size FROM sqlite_master, pragma_page_size WHERE name = 'entries_thread'")
            .one()
            .await
            .unwrap();
        db.close().await;
        let file = std::fs::OpenOptions::new().write(true).open(place.url().path().unwrap()).unwrap();
        file.write_all_at(&[0x5a; 512], u64::try_from((page - 1) * size).unwrap()).unwrap();
        let db = Db::given(&place).await;
        let damage = doctor::list_damage(&db).await.unwrap();
        assert!(!damage.is_empty() && damage.iter().all(|line| !line.contains('\n')), "{damage:?}");
    }

    #[tokio::test]
    async fn what_postgres_knows_to_be_wrong_is_found() {
        if !wants(Engine::Postgres) {
            return;
        }
        let db = TestDb::new(Engine::Postgres).await;
        change(&db, "ALTER TABLE votes ADD CONSTRAINT small CHECK (value < 2) NOT VALID").await;
        change(&db, "ALTER TABLE reactions DISABLE TRIGGER ALL").await;
        change(
            &db,
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = CAST('entries_thread' AS regclass)",
        )
        .await;
        let expected = [
            "the index entries_thread is not valid (REINDEX INDEX entries_thread makes it anew)",
            "the constraint small was never checked (ALTER TABLE votes VALIDATE CONSTRAINT small checks it)",
            "foreign keys of the table reactions are switched off (ALTER TABLE reactions ENABLE TRIGGER ALL switches \
             them on)",
        ];
        assert_eq!(doctor::list_damage(&db).await.unwrap(), expected);
    }
}
