use std::fs;
use std::time::Duration;

use guildhall_store::Db;
use guildhall_store::backup::{self, BackupError};
use guildhall_store::db::{DatabaseUrl, Engine};
use guildhall_store::testing::{on_both_engines, options};

use crate::content::content;
use crate::places::{NOW, Source, change, open};

on_both_engines! {
    async fn a_file_that_is_there_is_not_overwritten(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let file = source.file("a");
        fs::write(&file, "theirs").unwrap();
        let error = backup::write(&source.db, &source.url, &file).await.unwrap_err();
        assert!(matches!(error, BackupError::Exists(_)), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
    }

    async fn there_is_no_backup_of_nothing(url: DatabaseUrl) {
        let db = Db::open(&url, &options()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let error = backup::write(&db, &url, &folder.path().join("a")).await.unwrap_err();
        assert!(matches!(error, BackupError::Nothing(_)), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    async fn a_place_with_an_instance_is_kept(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let file = source.backup("a").await;
        let target = source.target().await;
        target.restore(&file).await.unwrap();
        source.change("DELETE FROM actor_keys").await;
        let error = target.restore(&source.backup("b").await).await.unwrap_err();
        assert!(matches!(error, BackupError::Occupied { .. }), "{error}");
        assert!(error.to_string().contains("already holds an instance"), "{error}");
        let db = target.open().await;
        assert_ne!(content(&db).await, content(&source.db).await);
        db.close().await;
    }

    async fn a_place_with_tables_of_something_else_is_kept(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let file = source.backup("a").await;
        let target = source.target().await;
        let db = target.open().await;
        change(&db, "CREATE TABLE wiki (id BIGINT)").await;
        db.close().await;
        let error = target.restore(&file).await.unwrap_err();
        assert!(error.to_string().contains("the table wiki"), "{error}");
    }

    async fn a_place_in_use_is_kept_until_its_lease_ends(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let file = source.backup("a").await;
        let target = source.target().await;
        let db = open(&target.url).await;
        let mut tx = db.begin().await.unwrap();
        let insert = tx.query("INSERT INTO leases (name, holder, until, epoch) VALUES ('node/3', 'a', $1, 1)");
        insert.bind(NOW.plus(Duration::from_secs(9)).0).execute().await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
        let error = target.restore(&file).await.unwrap_err();
        assert!(matches!(error, BackupError::InUse(_)), "{error}");
        backup::restore(&target.url, &file, NOW.plus(Duration::from_secs(10))).await.unwrap();
    }

    async fn a_backup_of_a_later_program_is_refused(url: DatabaseUrl) {
        let source = Source::new(url).await;
        source.change("UPDATE _sqlx_migrations SET version = 9000").await;
        let file = source.backup("a").await;
        let target = source.target().await;
        let error = target.restore(&file).await.unwrap_err();
        assert!(matches!(error, BackupError::TooNew { version: 9000, .. }), "{error}");
        let db = target.open().await;
        assert_eq!(content(&db).await, []);
        db.close().await;
    }

    async fn half_a_backup_is_refused(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let mut tx = source.db.begin().await.unwrap();
        for number in 0..2000 {
            let insert = tx.query("INSERT INTO instances (host, first_seen_at) VALUES ($1, 0)");
            insert.bind(format!("host-{number}.example")).execute().await.unwrap();
        }
        tx.commit().await.unwrap();
        let file = source.backup("a").await;
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() - 4096]).unwrap();
        let target = source.target().await;
        let error = target.restore(&file).await.unwrap_err();
        assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
        let db = target.open().await;
        assert_eq!(content(&db).await, []);
        db.close().await;
    }

    async fn a_file_of_something_else_is_refused(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let file = source.file("a");
        fs::write(&file, "hello").unwrap();
        let target = source.target().await;
        assert!(matches!(target.restore(&file).await.unwrap_err(), BackupError::NotABackup(_)));
        let missing = target.restore(&source.file("b")).await.unwrap_err();
        assert!(matches!(missing, BackupError::Io { .. }), "{missing}");
        let head: &[u8] = match source.url.engine() {
            Engine::Sqlite => b"PGDMP\x01\x0e\x00",
            Engine::Postgres => b"SQLite format 3\0",
        };
        fs::write(&file, head).unwrap();
        let other = target.restore(&file).await.unwrap_err();
        assert!(matches!(other, BackupError::OtherEngine { .. }), "{other}");
    }
}

mod on_sqlite {
    use guildhall_store::testing::Place;

    use super::*;

    #[tokio::test]
    async fn a_database_of_another_program_is_no_backup() {
        let place = Place::new(Engine::Sqlite).await;
        let source = Source::new(place.url().clone()).await;
        let other = DatabaseUrl::sqlite(source.file("other.db"));
        let db = Db::open(&other, &options()).await.unwrap();
        change(&db, "CREATE TABLE wiki (id BIGINT)").await;
        let target = source.target().await;
        let file = other.path().unwrap();
        let in_use = target.restore(file).await.unwrap_err();
        assert!(matches!(in_use, BackupError::Unfinished(_)), "{in_use}");
        db.close().await;
        let foreign = target.restore(file).await.unwrap_err();
        assert!(matches!(foreign, BackupError::NotABackup(_)), "{foreign}");
    }

    #[tokio::test]
    async fn a_failed_restore_leaves_nothing_behind() {
        let place = Place::new(Engine::Sqlite).await;
        let source = Source::new(place.url().clone()).await;
        source.change("UPDATE _sqlx_migrations SET version = 9000").await;
        let file = source.backup("a").await;
        let target = source.target().await;
        target.restore(&file).await.unwrap_err();
        let folder = target.url.path().unwrap().parent().unwrap();
        assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
    }
}
