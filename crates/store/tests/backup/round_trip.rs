use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use guildhall_store::db::{DatabaseUrl, Db, migrations};
use guildhall_store::doctor;
use guildhall_store::testing::on_both_engines;

use crate::content::{content, texts};
use crate::places::{NOW, Source, change, open};

on_both_engines! {
    async fn a_restored_backup_holds_the_same(url: DatabaseUrl) {
        let source = Source::new(url).await;
        source.change("INSERT INTO leases (name, holder, until, epoch) VALUES ('node/0', 'a', 1, 7)").await;
        let file = source.backup("a").await;
        let target = source.target().await;
        target.restore(&file).await.unwrap();

        let restored = target.open().await;
        assert_eq!(content(&restored).await, content(&source.db).await);
        assert_eq!(doctor::list_damage(&restored).await.unwrap(), [""; 0]);
        assert_eq!(restored.pending_migrations(&migrations()).await.unwrap(), []);
        // Usable: with its indexes and constraints.
        restored.migrate(&migrations()).await.unwrap();
        let mut tx = restored.begin().await.unwrap();
        let twice = tx.query("INSERT INTO leases (name, holder, until, epoch) VALUES ('node/0', 'b', 1, 1)");
        assert!(twice.execute().await.is_err());
        drop(tx);
        restored.close().await;
    }

    async fn a_backup_taken_during_writes_is_of_one_point_in_time(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let writer = Writer::start(&source.db);
        // Until one was taken while others wrote, as nearly every one is.
        let mut taken = 0;
        let (file, before) = loop {
            let before = writer.committed();
            let file = source.backup(&format!("backup-{taken}")).await;
            if writer.committed() > before + 1 {
                break (file, before);
            }
            taken += 1;
            assert!(taken < 200, "nobody wrote during a backup");
        };
        writer.stop().await;
        let target = source.target().await;
        target.restore(&file).await.unwrap();

        let restored = target.open().await;
        let hosts = texts(&restored, "SELECT host FROM instances ORDER BY host").await;
        let pairs = hosts.len() / 2;
        let expected: Vec<String> =
            ["a", "b"].iter().flat_map(|side| (0..pairs).map(move |n| format!("{side}{n:06}"))).collect();
        assert_eq!(hosts, expected, "both of a transaction or none, and none left out");
        assert!(pairs >= usize::try_from(before).unwrap(), "{pairs} of {before}");
        assert_eq!(doctor::list_damage(&restored).await.unwrap(), [""; 0]);
        restored.close().await;
    }

    async fn tables_without_an_instance_are_an_empty_place(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let file = source.backup("a").await;
        let target = source.target().await;
        let db = open(&target.url).await;
        change(&db, "INSERT INTO leases (name, holder, until, epoch) VALUES ('node/0', 'gone', 1, 1)").await;
        db.close().await;
        target.restore(&file).await.unwrap();

        let restored = target.open().await;
        assert_eq!(content(&restored).await, content(&source.db).await);
        restored.close().await;
    }

    async fn a_backup_of_a_restored_backup_holds_the_same(url: DatabaseUrl) {
        let source = Source::new(url).await;
        let target = source.target().await;
        target.restore(&source.backup("a").await).await.unwrap();
        let restored = target.open().await;
        let again = source.file("b");
        guildhall_store::backup::write(&restored, &target.url, &again).await.unwrap();
        let third = source.target().await;
        guildhall_store::backup::restore(&third.url, &again, NOW).await.unwrap();
        let db = third.open().await;
        assert_eq!(content(&db).await, content(&source.db).await);
        db.close().await;
        restored.close().await;
    }
}

/// Commits pairs of rows, one after another, as fast as it can.
struct Writer {
    stop: Arc<AtomicBool>,
    committed: Arc<AtomicI64>,
    task: tokio::task::JoinHandle<()>,
}

impl Writer {
    fn start(db: &Db) -> Self {
        let (stop, committed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)));
        let task = tokio::spawn(write(db.clone(), stop.clone(), committed.clone()));
        Self { stop, committed, task }
    }

    fn committed(&self) -> i64 {
        self.committed.load(Ordering::SeqCst)
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.task.await.unwrap();
    }
}

async fn write(db: Db, stop: Arc<AtomicBool>, committed: Arc<AtomicI64>) {
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let mut tx = db.begin().await.unwrap();
        for side in ["a", "b"] {
            let insert = tx.query("INSERT INTO instances (host, first_seen_at) VALUES ($1, 0)");
            insert.bind(format!("{side}{number:06}")).execute().await.unwrap();
        }
        tx.commit().await.unwrap();
        committed.store(number + 1, Ordering::SeqCst);
    }
}
