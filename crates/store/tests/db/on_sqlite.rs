//! The writer of SQLite: shared commits, and holders who come to grief.

use std::time::Duration;

use guildhall_store::db::{DatabaseUrl, Db, Engine, Migrator, OpenOptions, migration};
use guildhall_store::testing::{Place, options};
use guildhall_store::{ConstraintKind, StoreError};

use crate::support::{SLOW, cut_off, ids, insert, notes, open, open_with};

/// Reads for a good part of a second.
const SLOW_READ: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n";

guildhall_store::record! {
    #[derive(Debug, PartialEq)]
    struct Title {
        id: i64,
        title: Option<String>,
    }
}

async fn place() -> (Place, Db) {
    let place = Place::new(Engine::Sqlite).await;
    let db = open(place.url()).await;
    (place, db)
}

/// Begins `n` transactions that are all in one batch: each is committed while the next already waits.
async fn commit_together(db: &Db, works: Vec<&'static str>) -> Vec<Result<(), StoreError>> {
    let mut holder = db.begin().await.unwrap();
    insert(&mut holder, 1000).await.unwrap();
    let tasks: Vec<_> = works
        .into_iter()
        .map(|sql| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut tx = db.begin().await?;
                tx.query(sql).execute().await?;
                tx.commit().await
            })
        })
        .collect();
    // Each task has run up to its wait for the connection.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let mut results = vec![holder.commit().await];
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

#[tokio::test]
async fn a_write_outside_of_a_transaction_is_refused() {
    let (_place, db) = place().await;
    assert!(db.query("INSERT INTO notes (id) VALUES (1)").execute().await.is_err());
    assert_eq!(ids(&db).await, [] as [i64; 0]);
}

#[tokio::test]
async fn those_who_wait_share_one_commit() {
    let (_place, db) = place().await;
    let works = vec!["INSERT INTO notes (id) VALUES (1)", "INSERT INTO notes (id) VALUES (2)"];
    let results = commit_together(&db, works).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(db.write_stats().commits, 1);
    assert_eq!(db.write_stats().committed, 3);
}

#[tokio::test]
async fn a_failed_commit_fails_everybody_in_it_and_the_next_is_well() {
    let (_place, db) = place().await;
    // A rollback behind the module's back is what SQLite does by itself when the disk is full.
    let results = commit_together(&db, vec!["INSERT INTO notes (id) VALUES (1)", "ROLLBACK"]).await;
    for result in results {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::Commit(_)) && error.is_retryable(), "{error:?}");
    }
    assert_eq!(ids(&db).await, [] as [i64; 0]);

    let mut tx = db.begin().await.unwrap();
    insert(&mut tx, 5).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ids(&db).await, [5]);
    let stats = db.write_stats();
    assert_eq!((stats.failed_commits, stats.reopened, stats.commits), (1, 1, 1));
}

#[tokio::test]
async fn a_lone_transaction_that_fails_at_its_commit_hears_why() {
    let (_place, db) = place().await;
    let mut tx = db.begin().await.unwrap();
    tx.query("PRAGMA defer_foreign_keys = ON").execute().await.unwrap();
    tx.query("INSERT INTO notes (id, parent) VALUES (1, 99)").execute().await.unwrap();
    let error = tx.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Constraint { kind: ConstraintKind::ForeignKey, .. }), "{error:?}");
    assert_eq!(ids(&db).await, [] as [i64; 0]);
}

#[tokio::test]
async fn a_second_transaction_inside_the_first_times_out() {
    let place = Place::new(Engine::Sqlite).await;
    let db =
        open_with(place.url(), OpenOptions { acquire_timeout: Duration::from_millis(50), ..options() }).await;
    let first = db.begin().await.unwrap();
    let error = db.begin().await.unwrap_err();
    assert!(matches!(error, StoreError::Timeout) && error.is_retryable());
    drop(first);
    db.begin().await.unwrap();
}

#[tokio::test]
async fn a_holder_stuck_in_mid_statement_is_given_up_with_its_connection() {
    let place = Place::new(Engine::Sqlite).await;
    let quick = OpenOptions {
        acquire_timeout: Duration::from_millis(400),
        holder_deadline: Duration::from_millis(50),
        ..options()
    };
    let db = open_with(place.url(), quick).await;
    let mut tx = db.begin().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    {
        let mut stuck = Box::pin(tx.query(SLOW).slow().execute());
        cut_off(&mut stuck).await;
        // Nobody polls it any more, and it keeps SQLite's lock.
        let error = db.begin().await.unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
    }
    assert!(matches!(tx.commit().await, Err(StoreError::Aborted)));
    while db.begin().await.is_err() {}
    assert_eq!(ids(&db).await, [] as [i64; 0]);
    let stats = db.write_stats();
    assert_eq!((stats.expired, stats.reopened), (1, 1));
}

#[tokio::test]
async fn an_applicant_who_has_gone_is_passed_over() {
    let (_place, db) = place().await;
    let mut first = db.begin().await.unwrap();
    cut_off(db.begin()).await;
    insert(&mut first, 1).await.unwrap();
    first.commit().await.unwrap();
    db.begin().await.unwrap().commit().await.unwrap();
    assert_eq!(ids(&db).await, [1]);
}

#[tokio::test]
async fn a_migration_that_leaves_dangling_references_is_undone() {
    let (_place, db) = place().await;
    let step = migration(3, "orphan", "INSERT INTO notes (id, parent) VALUES (1, 99);");
    let migrations = Migrator::with_migrations(notes().iter().cloned().chain([step]).collect());
    assert!(matches!(db.migrate(&migrations).await, Err(StoreError::Migrate(_))));
    assert_eq!(ids(&db).await, [] as [i64; 0]);
}

#[tokio::test]
async fn a_transaction_is_durable_by_the_time_it_is_committed() {
    let place = Place::new(Engine::Sqlite).await;
    let db = open_with(place.url(), OpenOptions::default()).await;
    let mut tx = db.begin().await.unwrap();
    let pragmas: (i64,) = tx.query("PRAGMA synchronous").one().await.unwrap();
    // 2 is FULL.
    assert_eq!(pragmas, (2,));
    let journal: (String,) = tx.query("PRAGMA journal_mode").one().await.unwrap();
    assert_eq!(journal.0, "wal");
    insert(&mut tx, 1).await.unwrap();
    tx.commit().await.unwrap();
    // What a crash at this moment would leave: the file and its WAL as they are.
    let copy = place.url().path().unwrap().with_file_name("copy.db");
    let wal = |path: &std::path::Path| path.with_extension("db-wal");
    std::fs::copy(place.url().path().unwrap(), &copy).unwrap();
    std::fs::copy(wal(place.url().path().unwrap()), wal(&copy)).unwrap();
    assert_eq!(ids(&open(&DatabaseUrl::sqlite(&copy)).await).await, [1]);
}

#[tokio::test]
async fn a_file_is_created_with_its_folders_and_a_folder_is_refused() {
    let place = Place::new(Engine::Sqlite).await;
    let folder = place.url().path().unwrap().with_file_name("new/data");
    let db = Db::open(&DatabaseUrl::sqlite(folder.join("hall.db")), &options()).await.unwrap();
    db.ping().await.unwrap();
    let error = Db::open(&DatabaseUrl::sqlite(&folder), &options()).await.unwrap_err();
    assert!(matches!(error, StoreError::Open(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_that_another_process_keeps_busy_is_a_conflict_and_no_end() {
    let place = Place::new(Engine::Sqlite).await;
    let quick = OpenOptions { acquire_timeout: Duration::from_millis(200), ..options() };
    let db = open_with(place.url(), quick).await;
    let other = open(place.url()).await;
    let blocker = other.begin().await.unwrap();
    let error = db.begin().await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)) && error.is_retryable(), "{error:?}");
    drop(blocker);
    db.begin().await.unwrap();
    assert_eq!(db.write_stats().reopened, 0);
}

#[tokio::test]
async fn a_slow_query_leaves_its_thread_to_others() {
    let (_place, db) = place().await;
    tokio::select! {
        biased;
        _ = db.query(SLOW_READ).slow().one::<(i64,)>() => panic!("it kept the only thread of this test"),
        answer = db.ping() => answer.unwrap(),
    }
}

#[tokio::test]
async fn who_finds_every_reader_in_use_waits_for_one_and_times_out() {
    let place = Place::new(Engine::Sqlite).await;
    let limits = OpenOptions { max_readers: 1, acquire_timeout: Duration::from_millis(50), ..options() };
    let db = open_with(place.url(), limits).await;
    let slow = db.query(SLOW_READ).slow().one::<(i64,)>();
    let (counted, refused) = tokio::join!(slow, db.ping());
    assert_eq!(counted.unwrap(), (3_000_000,));
    assert!(matches!(refused, Err(StoreError::Timeout)), "{refused:?}");
    db.ping().await.unwrap();
}

#[tokio::test]
async fn a_slow_query_that_nobody_waits_for_gives_its_reader_back() {
    let place = Place::new(Engine::Sqlite).await;
    let db = open_with(place.url(), OpenOptions { max_readers: 1, ..options() }).await;
    cut_off(db.query(SLOW_READ).slow().one::<(i64,)>()).await;
    db.ping().await.unwrap();
}

#[tokio::test]
async fn closing_waits_for_the_queries_that_run() {
    let (_place, db) = place().await;
    let slow = db.query(SLOW_READ).slow().one::<(i64,)>();
    let (counted, ()) = tokio::join!(slow, db.close());
    assert_eq!(counted.unwrap(), (3_000_000,));
    assert!(matches!(db.ping().await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_query_prepared_before_a_migration_reads_what_the_migration_made() {
    let (_place, db) = place().await;
    let all = "SELECT * FROM notes ORDER BY id";
    assert_eq!(db.query(all).all::<Title>().await.unwrap(), []);
    let rebuilt = migration(
        3,
        "rebuilt",
        "DROP TABLE notes; CREATE TABLE notes (title TEXT, id BIGINT PRIMARY KEY); INSERT INTO notes VALUES ('x', 7);",
    );
    let migrations = Migrator::with_migrations(notes().iter().cloned().chain([rebuilt]).collect());
    db.migrate(&migrations).await.unwrap();
    assert_eq!(db.query(all).all::<Title>().await.unwrap(), [Title { id: 7, title: Some("x".into()) }]);
}

#[tokio::test]
async fn a_file_that_sqlx_brought_up_to_date_is_known_as_such() {
    let place = Place::new(Engine::Sqlite).await;
    let text = "CREATE TABLE t (id BIGINT PRIMARY KEY);";
    // As sqlx 0.9 left it: the checksum is the SHA-384 of "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;\n".
    rusqlite::Connection::open(place.url().path().unwrap())
        .unwrap()
        .execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;
             CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
                installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
                checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
             INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                VALUES (1, 't', TRUE, x'c51f6bd6544a2f9eb2ab381be9e5997401198c408af55e936fa152a0b910e1a024614a0f894e03b2d6f19c56f29e3e94', 5);",
        )
        .unwrap();
    let db = Db::open(place.url(), &options()).await.unwrap();
    let migrations = Migrator::with_migrations(vec![migration(1, "t", text)]);
    assert_eq!(db.changed_migrations(&migrations).await.unwrap(), [] as [i64; 0]);
    db.migrate(&migrations).await.unwrap();
}
