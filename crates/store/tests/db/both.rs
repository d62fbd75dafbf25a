//! What holds on either engine.

use std::time::Duration;

use guildhall_store::db::{
    Composed, DatabaseUrl, Db, Engine, List, Migrator, OpenOptions, Sql, Tx, migration,
};
use guildhall_store::testing::{on_both_engines, options};
use guildhall_store::{ConstraintKind, StoreError};

use crate::support::{SLOW, cut_off, ids, insert, notes, open, open_with};

guildhall_store::record! {
    #[derive(Clone, Debug, PartialEq)]
    struct Note {
        id: i64,
        title: Option<String>,
        pinned: bool,
        meta: serde_json::Value,
        digest: Option<Vec<u8>>,
        hot: f64,
        parent: Option<i64>,
    }
}

async fn insert_note(tx: &mut Tx, note: &Note) {
    let written = tx
        .query(
            "INSERT INTO notes (id, title, pinned, meta, digest, hot, parent) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(note.id)
        .bind(note.title.as_deref())
        .bind(note.pinned)
        .bind(note.meta.clone())
        .bind(note.digest.clone())
        .bind(note.hot)
        .bind(note.parent)
        .execute()
        .await;
    assert_eq!(written.unwrap(), 1);
}

on_both_engines! {
    async fn every_type_comes_back_as_it_went(url: DatabaseUrl) {
        let db = open(&url).await;
        let full = Note {
            id: i64::MAX,
            title: Some("Grüße, 'quoted' \u{1F33B}".into()),
            pinned: true,
            meta: serde_json::json!({"list": [1, null, "x"], "big": i64::MAX}),
            digest: Some(vec![0, 255, 10]),
            hot: -0.125,
            parent: None,
        };
        let empty =
            Note { id: 1, title: None, pinned: false, meta: serde_json::json!({}), digest: None, hot: 0.0, ..full.clone() };
        let child = Note { id: 2, parent: Some(1), ..empty.clone() };

        let mut tx = db.begin().await.unwrap();
        for note in [&full, &empty, &child] {
            insert_note(&mut tx, note).await;
        }
        tx.commit().await.unwrap();

        let stored: Vec<Note> = db.query("SELECT * FROM notes ORDER BY id").all().await.unwrap();
        assert_eq!(stored, [empty, child, full]);
        let by_key: Option<(i64,)> =
            db.query("SELECT id FROM notes WHERE pinned AND id = $1").bind(i64::MAX).optional().await.unwrap();
        assert_eq!(by_key, Some((i64::MAX,)));
        let key: (String,) = db.query("SELECT CAST(meta ->> 'big' AS TEXT) FROM notes WHERE pinned").one().await.unwrap();
        assert_eq!(key.0, i64::MAX.to_string());
    }

    async fn a_struct_is_read_by_the_names_of_its_columns(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        tx.commit().await.unwrap();
        let note: Note = db.query("SELECT parent, hot, digest, 'x' AS more, meta, pinned, title, id FROM notes").one().await.unwrap();
        assert_eq!((note.id, note.title.as_deref(), note.pinned), (1, Some("note 1"), false));
        let error = db.query("SELECT id, title FROM notes").one::<Note>().await.unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("pinned"), "{error:?}");
    }

    async fn a_row_that_does_not_fit_its_type_harms_no_transaction(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        let wrong = tx.query("SELECT title FROM notes").one::<(i64,)>().await;
        assert!(matches!(wrong, Err(StoreError::Query(_))), "{wrong:?}");
        let missing = tx.query("SELECT id FROM notes").one::<(i64, String)>().await;
        assert!(matches!(missing, Err(StoreError::Query(_))), "{missing:?}");
        tx.commit().await.unwrap();
        assert_eq!(ids(&db).await, [1]);
    }

    async fn a_list_is_one_parameter(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        for id in 1..=4 {
            insert(&mut tx, id).await.unwrap();
        }
        tx.commit().await.unwrap();
        let by_id = Sql {
            sqlite: "SELECT id FROM notes WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
            postgres: "SELECT id FROM notes WHERE id = ANY($1) ORDER BY id",
        };
        let found: Vec<(i64,)> = db.query(by_id).bind(List(vec![4, 2, 9_i64])).all().await.unwrap();
        assert_eq!(found, [(2,), (4,)]);
        let none: Vec<(i64,)> = db.query(by_id).bind(List::<i64>(vec![])).all().await.unwrap();
        assert_eq!(none, []);
        let by_title = Sql {
            sqlite: "SELECT id FROM notes WHERE title IN (SELECT value FROM json_each($1))",
            postgres: "SELECT id FROM notes WHERE title = ANY($1)",
        };
        let titles = List(vec!["note 3".to_owned(), "it's \"none\"".to_owned()]);
        assert_eq!(db.query(by_title).bind(titles).all::<(i64,)>().await.unwrap(), [(3,)]);
    }

    async fn many_rows_go_in_as_one_statement(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        let sql = Composed::new("INSERT INTO notes (id, title) VALUES ").values(200, 2, 1).text(" ON CONFLICT DO NOTHING");
        let mut query = tx.query(sql);
        for id in 0..200_i64 {
            query = query.bind(id).bind(format!("note {}", id % 150));
        }
        assert_eq!(query.execute().await.unwrap(), 150);
        tx.commit().await.unwrap();
        assert_eq!(ids(&db).await.len(), 150);
    }

    async fn returning_gives_the_written_row(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        let id: (i64,) = tx.query("INSERT INTO notes (id) VALUES ($1) RETURNING id").bind(7_i64).one().await.unwrap();
        assert_eq!(id, (7,));
        tx.commit().await.unwrap();
        assert_eq!(ids(&db).await, [7]);
    }

    async fn a_dropped_transaction_leaves_nothing(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ids(&db).await, [2]);
    }

    async fn what_one_transaction_does_is_not_seen_before_its_commit(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        assert_eq!(ids(&db).await, [] as [i64; 0]);
        tx.commit().await.unwrap();
        assert_eq!(ids(&db).await, [1]);
    }

    async fn a_panicking_holder_harms_nobody(url: DatabaseUrl) {
        let db = open(&url).await;
        let holder = tokio::spawn({
            let db = db.clone();
            async move {
                let mut tx = db.begin().await.unwrap();
                insert(&mut tx, 1).await.unwrap();
                panic!("as planned");
            }
        });
        assert!(holder.await.unwrap_err().is_panic());
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ids(&db).await, [2]);
    }

    async fn a_future_dropped_in_mid_statement_takes_its_transaction_with_it(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        tx.commit().await.unwrap();

        cut_off(async {
            let mut tx = db.begin().await.unwrap();
            insert(&mut tx, 2).await.unwrap();
            tx.query(SLOW).slow().execute().await.unwrap();
        })
        .await;

        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 3).await.unwrap();
        tx.commit().await.unwrap();
        let rows: Vec<(i64, f64)> = db.query("SELECT id, hot FROM notes ORDER BY id").all().await.unwrap();
        assert_eq!(rows, [(1, 0.0), (3, 0.0)]);
    }

    async fn a_transaction_with_a_cut_off_statement_cannot_be_committed(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        cut_off(tx.query(SLOW).slow().execute()).await;
        assert!(matches!(insert(&mut tx, 2).await, Err(StoreError::Aborted)));
        assert!(matches!(tx.commit().await, Err(StoreError::Aborted)));
        assert_eq!(ids(&db).await, [] as [i64; 0]);
    }

    async fn a_failed_statement_fails_its_transaction(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        let error = insert(&mut tx, 1).await.unwrap_err();
        assert!(matches!(error, StoreError::Constraint { kind: ConstraintKind::Unique, .. }), "{error:?}");
        assert!(!error.is_retryable());
        assert!(matches!(insert(&mut tx, 2).await, Err(StoreError::Aborted)));
        assert!(matches!(tx.commit().await, Err(StoreError::Aborted)));
        assert_eq!(ids(&db).await, [] as [i64; 0]);
    }

    async fn a_missing_row_is_no_failure_of_the_transaction(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        let missing = tx.query("SELECT id FROM notes").one::<(i64,)>().await;
        assert!(matches!(missing, Err(StoreError::RowNotFound)));
        assert_eq!(tx.query("SELECT id FROM notes").optional::<(i64,)>().await.unwrap(), None);
        insert(&mut tx, 1).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ids(&db).await, [1]);
    }

    async fn the_sort_of_constraint_is_told(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        let orphan = tx.query("INSERT INTO notes (id, parent) VALUES (1, 99)").execute().await;
        assert!(matches!(orphan, Err(StoreError::Constraint { kind: ConstraintKind::ForeignKey, .. })));
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        let null = tx.query("INSERT INTO notes (id, pinned) VALUES (1, NULL)").execute().await;
        assert!(matches!(null, Err(StoreError::Constraint { kind: ConstraintKind::NotNull, .. })));
    }

    async fn one_failing_transaction_does_not_harm_those_beside_it(url: DatabaseUrl) {
        let db = open(&url).await;
        let tasks: Vec<_> = (0..60_i64)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.begin().await?;
                    insert(&mut tx, n).await?;
                    match n % 3 {
                        0 => insert(&mut tx, n).await.map(drop),
                        1 => {
                            drop(tx);
                            Ok(())
                        }
                        _ => tx.commit().await,
                    }
                })
            })
            .collect();
        for (n, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().is_err(), n % 3 == 0, "task {n}");
        }
        assert_eq!(ids(&db).await, (0..60).filter(|n| n % 3 == 2).collect::<Vec<_>>());
    }

    async fn concurrent_transactions_are_all_kept_and_share_their_commits(url: DatabaseUrl) {
        let db = open(&url).await;
        let tasks: Vec<_> = (0..64_i64)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.begin().await.unwrap();
                    insert(&mut tx, n).await.unwrap();
                    tx.commit().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(ids(&db).await.len(), 64);
        let stats = db.write_stats();
        assert_eq!((stats.committed, stats.rolled_back, stats.failed_commits), (64, 0, 0));
        match db.engine() {
            Engine::Sqlite => assert!(stats.commits < 64, "{stats:?}"),
            Engine::Postgres => assert_eq!(stats.commits, 64),
        }
    }

    async fn a_holder_who_stays_too_long_loses_the_transaction(url: DatabaseUrl) {
        let db = open_with(&url, OpenOptions { holder_deadline: Duration::from_millis(100), ..options() }).await;
        let mut late = db.begin().await.unwrap();
        insert(&mut late, 1).await.unwrap();
        let mut next = db.begin().await.unwrap();
        while ids(&db).await.is_empty() {
            // On PostgreSQL the second waits for the first one's key, until the server ends the first.
            insert(&mut next, 1).await.unwrap();
            next.commit().await.unwrap();
            next = db.begin().await.unwrap();
        }
        drop(next);
        let error = insert(&mut late, 2).await.unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        assert!(late.commit().await.is_err());
        assert_eq!(ids(&db).await, [1]);
    }

    async fn what_was_committed_is_there_after_reopening(url: DatabaseUrl) {
        let db = open_with(&url, OpenOptions { durability: OpenOptions::default().durability, ..options() }).await;
        let mut tx = db.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
        assert!(matches!(db.begin().await, Err(StoreError::Closed)));
        assert!(db.ping().await.unwrap_err().is_unavailable());
        let again = open(&url).await;
        assert_eq!(ids(&again).await, [1]);
    }

    async fn migrations_run_once_and_are_listed_before(url: DatabaseUrl) {
        let db = Db::open(&url, &options()).await.unwrap();
        let pending = db.pending_migrations(&notes()).await.unwrap();
        assert_eq!(pending.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["notes", "note title"]);
        let (notes, again) = (notes(), notes());
        let (first, second) = tokio::join!(db.migrate(&notes), db.migrate(&again));
        first.unwrap();
        second.unwrap();
        db.migrate(&again).await.unwrap();
        assert_eq!(db.pending_migrations(&notes).await.unwrap(), []);
    }

    async fn a_failed_migration_changes_nothing_and_may_be_repeated(url: DatabaseUrl) {
        let db = open(&url).await;
        let step = |sql| Migrator::with_migrations(notes().iter().cloned().chain([migration(3, "more", sql)]).collect());
        let broken = step("CREATE TABLE more (id BIGINT PRIMARY KEY); CREATE TABLE nonsense (;");
        assert!(matches!(db.migrate(&broken).await, Err(StoreError::Migrate(_))));
        assert_eq!(db.pending_migrations(&broken).await.unwrap().len(), 1);
        db.migrate(&step("CREATE TABLE more (id BIGINT PRIMARY KEY);")).await.unwrap();
    }

    async fn a_database_of_a_newer_program_is_refused(url: DatabaseUrl) {
        let db = open(&url).await;
        let older = Migrator::with_migrations(notes().iter().take(1).cloned().collect());
        assert!(matches!(db.migrate(&older).await, Err(StoreError::Migrate(_))));
    }

    async fn the_programs_own_migrations_run(db: Db) {
        db.ping().await.unwrap();
        assert_eq!(db.pending_migrations(&guildhall_store::db::migrations()).await.unwrap(), []);
    }
}
